"""The browser on a pseudo terminal in the test's own process: what it writes is counted and compared."""

from __future__ import annotations

import asyncio
import os
import signal
import struct
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import cast
from unittest.mock import patch

from textual._context import active_app
from textual.pilot import Pilot

from app.driving import Browsing, NotedClipboard
from app.pace import no_waiting
from smtpscope.app.application import Browser
from smtpscope.configuration.settings import Settings
from smtpscope.session import Analysis

_MOST_TURNS = 5_000
_PAUSE = 0.002


class PseudoTerminal:
    """The user's side: what was written to the terminal, and keys."""

    def __init__(self, descriptor: int, size: tuple[int, int]) -> None:
        self.size = os.terminal_size(size)
        self._descriptor = descriptor
        self._written = bytearray()
        self._marks = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(OSError):
            while piece := os.read(self._descriptor, 1 << 16):
                self._written += piece

    @property
    def written(self) -> str:
        """All that was written up to now."""
        return bytes(self._written).decode(errors="replace")

    def press(self, keys: bytes) -> None:
        os.write(self._descriptor, keys)

    def resize(self, columns: int, lines: int) -> None:
        """Another size of the window; Textual hears of it as of any other."""
        self.size = os.terminal_size((columns, lines))
        signal.raise_signal(signal.SIGWINCH)

    async def cost(self, driven: Browsing, key: str) -> int:
        """How many bytes were written for `key`, until all was shown."""
        before = await self._written_by(driven)
        await driven.press(key)
        return await self._written_by(driven) - before

    async def _written_by(self, driven: Browsing) -> int:
        """How much was written up to now; what is on its way comes first, and the mark that says so is not counted."""
        self._marks += 1
        mark = f"\x1b]777;{self._marks}\x07"
        assert driven.app._driver is not None
        driven.app._driver.write(mark)
        await self.until(mark)
        return len(self._written) - sum(len(f"\x1b]777;{number}\x07") for number in range(1, self._marks + 1))

    async def until(self, words: str) -> None:
        """Waits until `words` were written."""
        for _ in range(_MOST_TURNS):
            if words in self.written:
                return
            await asyncio.sleep(_PAUSE)
        raise AssertionError(f"{words!r} was not written: {self.written[-2000:]!r}")


@contextmanager
def _opened(columns: int, lines: int) -> Iterator[tuple[int, int]]:
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    try:
        yield ours, theirs
    finally:
        os.close(theirs)
        os.close(ours)


@asynccontextmanager
async def on_terminal(
    analysis: Analysis, *, size: tuple[int, int] = (120, 36), settings: Settings | None = None
) -> AsyncIterator[tuple[Browsing, PseudoTerminal]]:
    """The browser, all read and shown, drawing on a terminal; ended with q where the test has not ended it."""
    with _opened(*size) as (ours, theirs), os.fdopen(os.dup(theirs), "r+b", buffering=0) as device:
        import io

        stream = io.TextIOWrapper(cast("io.BufferedRandom", device), encoding="utf-8", write_through=True)
        terminal = PseudoTerminal(ours, size)
        with (
            patch.object(sys, "__stdin__", stream),
            patch.object(sys, "__stderr__", stream),
            patch("shutil.get_terminal_size", lambda *_: terminal.size),
            no_waiting(draws=True),
        ):
            clipboard = NotedClipboard()
            app = Browser(analysis, settings=settings, clipboard=clipboard)
            # What is drawn for the test asks for the app that it belongs to.
            active_app.set(app)
            running = asyncio.create_task(app.run_async())
            driven = Browsing(app, Pilot(app), clipboard)
            await driven.until(lambda: app.browse.is_mounted and app.is_running)
            await driven.settled()
            try:
                yield driven, terminal
            finally:
                if app.is_running:
                    app.exit()
                await running
        stream.detach()
