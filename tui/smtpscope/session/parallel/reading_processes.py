"""Processes that read the logs of one run, each one log at a time, while this one takes what they found in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait
from typing import Final

from smtpscope.session.parallel.log_elsewhere import HowToRead, LogElsewhere, serve
from smtpscope.session.parallel.piped_process import PipedProcess

_SECONDS: Final = 0.25
_AHEAD: Final = 2
"""Logs that a process has been given: the one that it reads and the next."""
_MOST_KEPT: Final = 32
"""Logs that were read and not taken, beyond two for each process."""


class ReadingProcesses:
    """`number` processes that read the logs at `paths`.

    What they found is taken log by log. A process that dies leaves its logs to whoever asks.
    """

    def __init__(self, number: int, paths: Sequence[str], how: HowToRead) -> None:
        self._waiting = deque(paths)
        self._given = set(paths)
        self._found: dict[str, LogElsewhere | None] = {}
        self._processes = [_Process(how) for _ in range(min(number, len(paths)))]
        self._most_kept = _MOST_KEPT + 2 * number
        self._give()

    def reads(self, path: str) -> bool:
        """Whether the log at `path` is one of those."""
        return path in self._given

    def wait_for(self, path: str) -> Iterator[int]:
        """Until the log at `path` has been read: how many of its bytes have been, a few times a second."""
        while path not in self._found:
            alive = [each for each in self._processes if each.is_alive]
            if not alive:
                self._found[path] = None
                break
            ready = wait([each.connection for each in alive], _SECONDS)
            for process in alive:
                if process.connection in ready:
                    self._found.update(process.received())
            self._give()
            yield next((each.bytes_read for each in alive if each.paths and each.paths[0] == path), 0)

    def take(self, path: str) -> LogElsewhere | None:
        """What was found in the log at `path`, which was waited for; None if it has to be read here."""
        found = self._found.pop(path)
        self._give()
        return found

    def close(self) -> None:
        """Ends all processes, whatever they do."""
        for process in self._processes:
            process.end()
        self._processes.clear()

    def _give(self) -> None:
        for _ in range(_AHEAD):
            for process in self._processes:
                if self._waiting and len(process.paths) < _AHEAD and len(self._found) < self._most_kept:
                    if not process.is_alive:
                        continue
                    path = self._waiting.popleft()
                    if not process.give(path):
                        self._found[path] = None


class _Process:
    """A process, the logs it was given, and how far it is with the first of them."""

    def __init__(self, how: HowToRead) -> None:
        self.piped = PipedProcess(serve, how)
        self.connection = self.piped.connection
        self.paths: deque[str] = deque()
        self.bytes_read = 0
        self.is_alive = True

    def give(self, path: str) -> bool:
        """Gives the process a log; False if it is gone."""
        if not self.piped.give(path):
            return False
        self.paths.append(path)
        return True

    def received(self) -> dict[str, LogElsewhere | None]:
        """What the process has found since the last call; None for its logs if it died."""
        try:
            said: int | LogElsewhere | None = self.piped.received()
        except EOFError:
            self.is_alive = False
            lost: dict[str, LogElsewhere | None] = dict.fromkeys(self.paths)
            self.paths.clear()
            return lost
        if isinstance(said, int):
            self.bytes_read = said
            return {}
        self.bytes_read = 0
        return {self.paths.popleft(): said}

    def end(self) -> None:
        """Ends the process."""
        self.piped.end(at_once=True)
