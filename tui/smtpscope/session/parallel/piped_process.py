"""A process of this machine that is sent messages over a pipe and answers them."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final

_SECONDS_TO_END: Final = 5.0


class PipedProcess:
    """Runs `target` with `arguments` and its end of the pipe. Processes are spawned, as on Windows, and not forked:
    whoever asks may have threads.
    """

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection: Connection[Any, Any]
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=target, args=(*arguments, theirs), daemon=True)
        self.process.start()
        # Without our copy of its end, the pipe ends with the process.
        theirs.close()

    def give(self, message: object) -> bool:
        """Sends `message`; False if the process is gone."""
        try:
            self.connection.send(message)
        except OSError:
            return False
        return True

    def received(self) -> Any:
        """Its next message. Raises EOFError if it is gone."""
        try:
            return self.connection.recv()
        except OSError as error:
            raise EOFError from error

    def end(self, *, at_once: bool = False) -> None:
        """Ends the process, once it has nothing to do or `at_once`."""
        with suppress(OSError):
            self.connection.close()
        if at_once:
            self.process.terminate()
        self.process.join(_SECONDS_TO_END)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def begin_serving() -> None:
    """What such a process does first."""
    # ctrl+c is for the one that asks.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(100_000, 20, 20)
