"""The process of one page: another smtpscope with the same arguments, drawing into a WebSocket."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

SECONDS_TO_END: Final = 5.0
"""The time a process gets to end before it is killed."""

_DRIVER: Final = "smtpscope.cli.web.driver:PageWebDriver"
_CLIPBOARDS: Final = ("TMUX", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
"""Variables naming a clipboard of the serving machine; the person viewing the page has another."""


class PageProcess(AppService):
    """Runs `words`; `draw` receives the process's output, `close` is called when it has ended."""

    def __init__(
        self,
        words: Sequence[str],
        draw: Callable[[bytes], Awaitable[None]],
        close: Callable[[], Awaitable[object]],
        ask: Callable[[str], Awaitable[None]],
        downloads: DownloadManager,
    ) -> None:
        """`ask` passes a request on to the page: to fetch a file that is ready in `downloads`."""

        async def write_text(text: str) -> None:
            # The other request is to open a URL, which a reply could name.
            if is_download(text):
                await ask(text)

        async def write_close() -> None:
            await close()

        super().__init__(
            words[0], write_bytes=draw, write_str=write_text, close=write_close, download_manager=downloads
        )
        self._words = tuple(words)

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        kept = {name: value for name, value in environment.items() if name not in _CLIPBOARDS}
        return {**kept, "TEXTUAL_DRIVER": _DRIVER}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Without a shell, so no file name can be a command; its messages go where ours go."""
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
            # A process that failed to start can't close its page.
            await self.remote_close()

    async def end(self) -> None:
        """Asks the process to end, waits for it, and kills it if that takes too long."""
        process = self._process
        if process is None:
            return
        ending = asyncio.create_task(self._ended(process))
        try:
            # Not asyncio.timeout: it cancels, and a cancelled AppService reports a normal stop.
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


def is_download(text: str) -> bool:
    """Whether `text` asks the page to fetch a file."""
    try:
        told = json.loads(text)
    except ValueError:
        return False
    return isinstance(told, list) and len(told) == 2 and told[0] == "deliver_file_start" and isinstance(told[1], str)


def same_words() -> list[str]:
    """The command that starts smtpscope the way this process was started.

    -P keeps the current folder, which contains logs and possibly anything else, out of the module search path, unless
    this process itself was found there.
    """
    found_here = bool(sys.path) and sys.path[0] in ("", str(Path.cwd()))
    return [sys.executable, *(() if found_here else ("-P",)), "-m", "smtpscope", *sys.argv[1:]]
