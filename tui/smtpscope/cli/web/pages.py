"""The web server: one page, its files, and a WebSocket with its own process."""

from __future__ import annotations

import asyncio
import html
import json
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from socket import socket
from string import Template
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from smtpscope.cli.web import guard
from smtpscope.cli.web.page_process import SECONDS_TO_END, PageProcess

MOST_PAGES: Final = 16
"""The limit of open pages: each is a process that reads the logs."""

_LARGEST_SCREEN: Final = 1000
_FONT_SIZES: Final = range(6, 61)
_USUAL_FONT_SIZE: Final = 16
_LARGEST_MESSAGE: Final = 1 << 20
_HEARTBEAT_SECONDS: Final = 15.0
_CLOSE_SECONDS: Final = 2.0
_OWN_FILES: Final = {"page.css": "text/css", "page.js": "text/javascript"}


class Pages:
    """Answers requests for the page; `words` is the command for each page's process, `names` are this machine's.

    Page and terminal need the `key`; "" asks for none. The other files are those of every installation.
    """

    def __init__(self, words: Sequence[str], title: str, names: frozenset[str], key: str = "") -> None:
        self._key = key
        self._words = tuple(words)
        self._title = title
        self._names = names
        self._open: set[web.WebSocketResponse] = set()
        self._folder = files("smtpscope.cli.web") / "page"

    def application(self) -> web.Application:
        application = web.Application(middlewares=[self._guarded])
        statics = Path(str(files("textual_serve"))) / "static"
        application.add_routes(
            [
                web.get("/", self._page),
                web.get("/ws", self._terminal),
                web.get("/ws/{key}", self._terminal),
                web.get("/page/{name}", self._own_file),
                web.static("/static", statics),
            ]
        )
        application.on_response_prepare.append(_add_headers)
        application.on_shutdown.append(self._close_all)
        return application

    @web.middleware
    async def _guarded(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        why = guard.refusal(request.headers.get("Host"), request.headers.get("Origin"), self._names)
        if why is not None:
            return web.Response(status=403, text=f"{why}\n")
        return await handler(request)

    def _check_key(self, given: str) -> None:
        if not guard.is_key(given, self._key):
            raise web.HTTPForbidden(text=f"{guard.NO_KEY}\n")

    async def _page(self, request: web.Request) -> web.Response:
        self._check_key(request.query.get("key", ""))
        page = Template((self._folder / "page.html").read_text(encoding="utf-8"))
        size = _number(request.query.get("fontsize"), _USUAL_FONT_SIZE)
        text = page.substitute(
            title=html.escape(self._title),
            host=html.escape(request.host),
            key=f"/{self._key}" if self._key else "",
            font_size=min(max(size, _FONT_SIZES[0]), _FONT_SIZES[-1]),
        )
        policy = {"Content-Security-Policy": guard.policy(request.host)}
        return web.Response(text=text, content_type="text/html", headers=policy)

    async def _own_file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        kind = _OWN_FILES.get(name)
        if kind is None:
            raise web.HTTPNotFound
        return web.Response(text=(self._folder / name).read_text(encoding="utf-8"), content_type=kind)

    async def _terminal(self, request: web.Request) -> web.StreamResponse:
        # In the path, since the terminal's own script adds the size as the query.
        self._check_key(request.match_info.get("key", ""))
        if len(self._open) >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text="Too many pages are open.\n")
        terminal = web.WebSocketResponse(
            heartbeat=_HEARTBEAT_SECONDS, timeout=_CLOSE_SECONDS, max_msg_size=_LARGEST_MESSAGE
        )
        self._open.add(terminal)

        async def draw(data: bytes) -> None:
            # The process draws until it ends, and the page may be gone before that.
            with suppress(ConnectionError):
                await terminal.send_bytes(data)

        process = PageProcess(self._words, draw, terminal.close)
        try:
            await terminal.prepare(request)
            await process.start(
                _cells(_number(request.query.get("width"), 80)), _cells(_number(request.query.get("height"), 24))
            )
            async for message in terminal:
                if message.type is WSMsgType.TEXT:
                    await _pass_on(message.data, process, terminal)
        finally:
            self._open.discard(terminal)
            await process.end()
        return terminal

    async def _close_all(self, application: web.Application) -> None:
        closing = [terminal.close(code=WSCloseCode.GOING_AWAY) for terminal in self._open]
        await asyncio.gather(*closing, return_exceptions=True)


async def _add_headers(request: web.BaseRequest, response: web.StreamResponse) -> None:
    response.headers.update(guard.HEADERS)


async def _pass_on(message: str, process: PageProcess, terminal: web.WebSocketResponse) -> None:
    """Passes valid messages from the page to the process; drops the rest."""
    try:
        message_value = json.loads(message)
    except (ValueError, RecursionError):
        return
    match message_value:
        case ["stdin", str(keys)]:
            await process.send_bytes(keys.encode("utf-8", "replace"))
        case ["resize", {"width": int(width), "height": int(height)}]:
            await process.set_terminal_size(_cells(width), _cells(height))
        case ["ping", str(sent)]:
            with suppress(ConnectionError):
                await terminal.send_json(["pong", sent])
        case ["focus", *_]:
            await process.focus()
        case ["blur", *_]:
            await process.blur()


def _cells(number: int) -> int:
    return min(max(number, 1), _LARGEST_SCREEN)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and len(text) < 6 and text.isascii() and text.isdigit() else otherwise


async def serve_pages(pages: Pages, listening: socket, ready: Callable[[], None]) -> None:
    """Answers on `listening` until a signal; then closes all pages and ends their processes.

    `ready` is called once it answers. Returns on SIGTERM and SIGHUP; is cancelled by ctrl+c.
    """
    for name in ("aiohttp", "textual-serve"):
        # Without a handler, logging would print client data.
        logging.getLogger(name).addHandler(logging.NullHandler())
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        with suppress(NotImplementedError):  # on Windows
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    longest = SECONDS_TO_END + _CLOSE_SECONDS + 1
    runner = web.AppRunner(pages.application(), access_log=None, shutdown_timeout=longest)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        ready()
        await stopped.wait()
    finally:
        await runner.cleanup()
