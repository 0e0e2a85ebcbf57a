"""The process behind one page: smtpscope once more, with the same words, drawing into a WebSocket."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

SECONDS_TO_END: Final = 5.0
"""What a process gets to end by itself before it is killed."""

_DRIVER: Final = "smtpscope.cli.web.driver:PageWebDriver"
_CLIPBOARDS: Final = ("TMUX", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
"""Variables that name a clipboard of the machine that serves; who looks at the page has another."""


class PageProcess(AppService):
    """Runs `words`; `draw` gets what the process draws, `close` is called when it has ended."""

    def __init__(
        self, words: Sequence[str], draw: Callable[[bytes], Awaitable[None]], close: Callable[[], Awaitable[object]]
    ) -> None:
        async def write_text(text: str) -> None:
            """Textual asks the page to open addresses and to load files in this way; nothing of ours does."""

        async def write_close() -> None:
            await close()

        super().__init__(
            words[0], write_bytes=draw, write_str=write_text, close=write_close, download_manager=DownloadManager()
        )
        self._words = tuple(words)

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        kept = {name: value for name, value in environment.items() if name not in _CLIPBOARDS}
        return {**kept, "TEXTUAL_DRIVER": _DRIVER}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Without a shell, so that no file name can be a command; its talk goes where ours goes."""
        process = await asyncio.create_subprocess_exec(
            *self._words, stdin=PIPE, stdout=PIPE, env=self._build_environment(width, height)
        )
        nothing = asyncio.StreamReader()
        nothing.feed_eof()
        process.stderr = nothing
        self._process = process
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            # A process that could not begin has no way to close its page.
            await self.remote_close()

    async def end(self) -> None:
        """Asks the process to end, waits for it, and kills it when that takes too long."""
        process = self._process
        if process is None:
            return
        ending = asyncio.create_task(self._ended(process))
        try:
            # Not asyncio.timeout: it cancels, and a cancelled AppService says that it has stopped as it should.
            await asyncio.wait([ending], timeout=SECONDS_TO_END)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
        await ending

    async def _ended(self, process: Process) -> None:
        await self.stop()
        await process.wait()
        self.stdin.close()
        with suppress(ConnectionError):
            await self.stdin.wait_closed()


def same_words() -> list[str]:
    """The words that start smtpscope as this process was started.

    -P keeps the current folder out of the places that modules come from: it holds logs, and who knows what else.
    It stays in where it is what this process itself was found in.
    """
    found_here = bool(sys.path) and sys.path[0] in ("", str(Path.cwd()))
    return [sys.executable, *(() if found_here else ("-P",)), "-m", "smtpscope", *sys.argv[1:]]
