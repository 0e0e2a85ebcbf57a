"""The web server, with a process behind each page that answers by drawing what it is told."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

pytest.importorskip("textual_serve", reason="needs the extra smtpscope[serve]")

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from smtpscope.cli.web import page_process, pages
from smtpscope.cli.web.guard import is_key, new_key
from smtpscope.cli.web.page_process import PageProcess, same_words
from smtpscope.cli.web.pages import Pages, serve_pages

ECHO = """
import json, os, sys
def draw(drawn):
    sys.stdout.buffer.write(b"D" + len(drawn).to_bytes(4, "big") + drawn)
    sys.stdout.buffer.flush()
sys.stdout.buffer.write(b"__GANGLION__\\n")
draw(os.environ["COLUMNS"].encode() + b"x" + os.environ["ROWS"].encode())
while kind := sys.stdin.buffer.read(1):
    told = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(4), "big"))
    if kind == b"M" and json.loads(told)["type"] == "quit":
        break
    draw(kind + told)
"""
DEAF = """
import sys, threading
print("__GANGLION__", flush=True)
sys.stdout.buffer.write(b"D" + bytes([0, 0, 0, 5]) + b"drawn")
sys.stdout.buffer.flush()
threading.Event().wait()
"""
ENDED = """
import sys
print("__GANGLION__", flush=True)
told = b'{"type": "exit"}'
sys.stdout.buffer.write(b"M" + len(told).to_bytes(4, "big") + told)
"""
LONGEST = 30.0


@asynccontextmanager
async def client(program: str = ECHO, title: str = "a.evtx", key: str = "") -> AsyncIterator[ClientSession]:
    """Asks a server that runs `program` behind each page, and ends with it."""
    pages = Pages([sys.executable, "-c", program], title, frozenset({"localhost"}), key)
    answers = asyncio.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(serve_pages(pages, listening, answers.set))
        await answers.wait()
        async with ClientSession(f"http://127.0.0.1:{listening.getsockname()[1]}") as analysis:
            yield analysis
        serving.cancel()
        await asyncio.wait([serving])


async def drawn(terminal: ClientWebSocketResponse) -> bytes:
    return await terminal.receive_bytes(timeout=LONGEST)


async def test_the_page_takes_all_it_needs_from_this_server() -> None:
    async with client() as answering:
        text = await (await answering.get("/")).text()
        assert "://" not in re.sub(r"ws://127\.0\.0\.1:\d+/ws", "", text)
        for path in ("/page/page.js", "/page/page.css", "/static/js/textual.js", "/static/css/xterm.css"):
            assert path in text
            assert (await answering.get(path)).status == 200
        styles = await (await answering.get("/page/page.css")).text()
        assert "://" not in styles
        assert (await answering.get("/static/fonts/RobotoMono-VariableFont_wght.ttf")).status == 200


async def test_a_file_name_is_text_in_the_page() -> None:
    async with client(title="<script>alert(1)</script>$title") as answering:
        text = await (await answering.get("/")).text()
        assert "<title>&lt;script&gt;alert(1)&lt;/script&gt;$title</title>" in text


@pytest.mark.parametrize(("asked", "size"), [("20", "20"), ("999", "60"), ("1", "6"), ("-5", "16"), ("x", "16")])
async def test_the_size_of_the_letters_can_be_asked_for_within_limits(asked: str, size: str) -> None:
    async with client() as answering:
        text = await (await answering.get("/", params={"fontsize": asked})).text()
        assert f'data-font-size="{size}"' in text


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js", "/page/page.js", "/nowhere"])
async def test_a_stranger_gets_nothing(path: str) -> None:
    async with client() as answering:
        assert (await answering.get(path, headers={"Host": "evil.example"})).status == 403
        assert (await answering.get(path, headers={"Origin": "http://evil.example"})).status == 403


async def test_page_and_terminal_are_for_whoever_has_the_key() -> None:
    key = new_key()
    async with client(key=key) as answering:
        for path in ("/", "/?key=", f"/?key={key[:-1]}", "/?key=%C3%A4%00", "/ws", f"/ws/{key[:-1]}", "/ws/x"):
            answer = await answering.get(path)
            assert answer.status == 403, path
            assert key not in await answer.text()
        text = await (await answering.get(f"/?key={key}")).text()
        assert f'/ws/{key}"' in text
        assert (await answering.get("/page/page.js")).status == 200
        async with answering.ws_connect(f"/ws/{key}?width=90") as terminal:
            assert await drawn(terminal) == b"90x24"


def test_each_key_is_new() -> None:
    assert len({new_key() for _ in range(50)}) == 50
    assert is_key("anything", "")
    assert not is_key("", new_key())


async def test_a_connection_that_is_lost_ends_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = asyncio.Event()
    real = PageProcess.end

    async def end(self: PageProcess) -> None:
        await real(self)
        ended.set()

    monkeypatch.setattr(PageProcess, "end", end)
    async with client() as answering, answering.ws_connect("/ws") as terminal:
        assert await drawn(terminal) == b"80x24"
        transport = terminal._response.connection.transport  # type: ignore[union-attr]
        assert transport is not None
        # As a cable that is pulled: without a closing frame.
        transport.abort()
        await asyncio.wait_for(ended.wait(), LONGEST)


async def test_a_large_paste_comes_whole_and_one_that_is_too_large_ends_the_page() -> None:
    pasted = "Zürich " * 40_000
    async with client() as answering, answering.ws_connect("/ws", max_msg_size=0) as terminal:
        assert await drawn(terminal) == b"80x24"
        await terminal.send_json(["stdin", pasted])
        assert await drawn(terminal) == b"D" + pasted.encode()
        await terminal.send_json(["stdin", "x" * (2 << 20)])
        assert (await terminal.receive(timeout=LONGEST)).type is WSMsgType.CLOSE
    # The server goes on.


async def test_a_page_that_reads_slowly_gets_everything_in_the_end() -> None:
    async with client() as answering, answering.ws_connect("/ws", max_msg_size=0) as terminal:
        assert await drawn(terminal) == b"80x24"
        for number in range(40):
            await terminal.send_json(["stdin", f"{number:02}" * 20_000])
        assert [(await drawn(terminal))[1:3] for _ in range(40)] == [b"%02d" % number for number in range(40)]


@pytest.mark.parametrize("path", ["/page/page.html", "/page/..%2f..%2fserve.py", "/static/", "/download/1", "/nowhere"])
async def test_there_is_nothing_else_to_get(path: str) -> None:
    async with client() as answering:
        answer = await answering.get(path)
        assert answer.status in (403, 404)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_keys_and_sizes_reach_the_process_and_what_it_draws_the_page() -> None:
    async with client() as answering, answering.ws_connect("/ws?width=120&height=40") as terminal:
        assert await drawn(terminal) == b"120x40"
        await terminal.send_json(["stdin", "j€"])
        assert await drawn(terminal) == b"Dj\xe2\x82\xac"
        await terminal.send_json(["resize", {"width": 90, "height": 30}])
        assert await drawn(terminal) == b'M{"type": "resize", "width": 90, "height": 30}'
        await terminal.send_json(["focus"])
        assert await drawn(terminal) == b'M{"type": "focus"}'
        await terminal.send_json(["blur"])
        assert await drawn(terminal) == b'M{"type": "blur"}'
        await terminal.send_json(["ping", "17"])
        assert await terminal.receive_json(timeout=LONGEST) == ["pong", "17"]


@pytest.mark.parametrize(
    "message",
    [
        "",
        "no json",
        "[" * 100_000,
        "17",
        "[]",
        '["stdin"]',
        '["stdin", 5]',
        '["resize", {"width": "1"}]',
        '["what", 1]',
    ],
)
async def test_what_no_page_of_ours_sends_is_dropped(message: str) -> None:
    async with client() as answering, answering.ws_connect("/ws") as terminal:
        assert await drawn(terminal) == b"80x24"
        await terminal.send_str(message)
        await terminal.send_json(["stdin", "still there"])
        assert await drawn(terminal) == b"Dstill there"


async def test_a_lone_surrogate_is_no_key() -> None:
    async with client() as answering, answering.ws_connect("/ws") as terminal:
        assert await drawn(terminal) == b"80x24"
        await terminal.send_str('["stdin", "\\ud800"]')
        assert await drawn(terminal) == b"D?"


async def test_no_screen_is_larger_than_can_be_drawn() -> None:
    async with client() as answering, answering.ws_connect("/ws?width=99999&height=0") as terminal:
        assert await drawn(terminal) == b"1000x1"
        await terminal.send_json(["resize", {"width": 10**30, "height": -1}])
        assert await drawn(terminal) == b'M{"type": "resize", "width": 1000, "height": 1}'


async def test_the_page_is_closed_when_its_process_has_ended() -> None:
    async with client(ENDED) as answering, answering.ws_connect("/ws") as terminal:
        assert (await terminal.receive(timeout=LONGEST)).type is WSMsgType.CLOSE


async def test_the_page_is_closed_when_its_process_could_not_begin() -> None:
    async with client("raise SystemExit(1)") as answering, answering.ws_connect("/ws") as terminal:
        assert (await terminal.receive(timeout=LONGEST)).type is WSMsgType.CLOSE


async def test_a_page_too_many_is_refused_until_another_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 1)
    async with client() as answering, answering.ws_connect("/ws") as terminal:
        await drawn(terminal)
        with pytest.raises(WSServerHandshakeError) as refused:
            await answering.ws_connect("/ws")
        assert refused.value.status == 503


async def test_when_the_server_ends_the_pages_are_closed_and_their_processes_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[PageProcess] = []
    real = PageProcess.start

    async def start(self: PageProcess, width: int, height: int) -> None:
        started.append(self)
        await real(self, width, height)

    monkeypatch.setattr(PageProcess, "start", start)
    pages_of_echo = Pages([sys.executable, "-c", ECHO], "", frozenset())
    answers = asyncio.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/ws"
        serving = asyncio.create_task(serve_pages(pages_of_echo, listening, answers.set))
        await answers.wait()
        async with ClientSession() as analysis, analysis.ws_connect(url) as terminal:
            await drawn(terminal)
            serving.cancel()
            assert (await terminal.receive(timeout=LONGEST)).type is WSMsgType.CLOSE
        with pytest.raises(asyncio.CancelledError):
            await serving
    (process,) = started
    assert process._process is not None
    assert process._process.returncode == 0


async def test_a_process_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_process, "SECONDS_TO_END", 0.1)
    came = asyncio.Event()

    async def draw(data: bytes) -> None:
        came.set()

    async def close() -> None: ...

    process = PageProcess([sys.executable, "-c", DEAF], draw, close)
    await process.start(80, 24)
    await asyncio.wait_for(came.wait(), LONGEST)
    await process.end()
    assert process._process is not None
    assert process._process.returncode != 0


def test_the_process_knows_no_clipboard_of_the_machine_that_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
    monkeypatch.setenv("DISPLAY", ":0")

    async def nothing(data: bytes = b"") -> None: ...

    environment = PageProcess(["smtpscope"], nothing, nothing)._build_environment(100, 30)
    assert not {"TMUX", "DISPLAY"} & environment.keys()
    assert environment["TEXTUAL_DRIVER"] == "smtpscope.cli.web.driver:PageWebDriver"


def test_the_process_is_started_with_the_same_words_and_without_the_current_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["smtpscope", "serve", "a b;$(c).evtx", "--filter", "'550\""])
    monkeypatch.setattr(sys, "path", ["/usr/lib/python3", *sys.path])
    assert same_words() == [sys.executable, "-P", "-m", "smtpscope", "serve", "a b;$(c).evtx", "--filter", "'550\""]
