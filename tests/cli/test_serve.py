"""`smtpscope serve` as a process of its own, and in a real browser."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import pytest

from cli import chromium
from cli.conftest import Smtpscope
from cli.processes import COPIED, SAMPLES, SECONDS, environment, hear_ctrl_c

needs_textual_serve = pytest.mark.skipif(find_spec("textual_serve") is None, reason="needs the extra smtpscope[serve]")
HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")


class Served:
    """A server that runs; `said` is all that it has said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said = ""
        self.url = ""
        assert process.stderr is not None
        # Reading has no limit of its own: a server that says nothing is ended, and then its output is.
        limit = Timer(SECONDS, process.kill)
        limit.start()
        try:
            for line in process.stderr:
                self.said += line
                if found := re.search(r"serving (http://\S+)", line):
                    self.url = found[1]
                    return
        finally:
            limit.cancel()
        raise AssertionError(f"it ended: {self.said}")

    @property
    def terminal(self) -> str:
        """The URL of the terminal in the page, with the key of the page."""
        address, _, key = self.url.partition("?key=")
        return f"{address}ws/{key}"

    def end(self, number: signal.Signals) -> int:
        """Its exit code after this signal, which only the server gets."""
        self.process.send_signal(number)
        self.said += self.process.communicate(timeout=SECONDS)[1]
        return self.process.returncode

    def has_processes(self) -> bool:
        """Whether any process of its group is left."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts `smtpscope serve` with arguments, in an empty folder and with an empty home."""
    folder, home = tmp_path / "here", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    processes: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path) -> Served:
        process = subprocess.Popen(
            # -P: as the installed program is started, to which the current folder is no place for modules.
            [sys.executable, "-P", "-m", "smtpscope", "serve", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=environment(**dict.fromkeys(HOMES, str(home))),
            start_new_session=True,
            preexec_fn=hear_ctrl_c,
        )
        processes.append(process)
        return Served(process)

    yield start
    for process in processes:
        # Not only when the server is still there: its processes may be without it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


async def first_screen(server: Served, *wanted: str) -> str:
    """What the app behind the page draws until all of `wanted` was drawn."""
    from aiohttp import ClientSession

    drawn = ""
    async with ClientSession() as analysis, analysis.ws_connect(f"{server.terminal}?width=160&height=40") as terminal:
        while not all(word in drawn for word in wanted):
            drawn += (await terminal.receive_bytes(timeout=SECONDS)).decode()
    return drawn


@needs_textual_serve
def test_it_says_its_address_in_one_line_and_answers_there(served: Callable[..., Served]) -> None:
    server = served(COPIED)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?key=[\w-]{32}", server.url)
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.netloc, timeout=SECONDS)
    connection.request("GET", "/")
    refused = connection.getresponse()
    assert (refused.status, b"open the whole address" in refused.read()) == (403, True)
    connection.request("GET", f"/?{address.query}")
    answer = connection.getresponse()
    assert answer.status == 200
    assert f"smtpscope: {COPIED.name}" in answer.read().decode()
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    connection.close()
    assert server.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert len(server.said.splitlines()) == 1


@needs_textual_serve
async def test_ctrl_c_ends_it_with_130_and_every_process_with_it(served: Callable[..., Served]) -> None:
    from aiohttp import ClientSession, WSMsgType

    server = served(COPIED)
    async with ClientSession() as analysis, analysis.ws_connect(server.terminal) as terminal:
        await terminal.receive_bytes(timeout=SECONDS)
        server.process.send_signal(signal.SIGINT)
        while (await terminal.receive(timeout=SECONDS)).type is WSMsgType.BINARY:
            pass
    assert server.process.wait(SECONDS) == 130
    assert not server.has_processes()


@needs_textual_serve
async def test_a_server_that_is_killed_leaves_no_process_behind(served: Callable[..., Served]) -> None:
    from aiohttp import ClientSession

    server = served(COPIED)
    async with ClientSession() as analysis, analysis.ws_connect(server.terminal) as terminal:
        await terminal.receive_bytes(timeout=SECONDS)
        server.process.kill()
        # Standard error, which all of them share, is at its end with the last of them.
        server.process.communicate(timeout=SECONDS)


@needs_textual_serve
async def test_no_word_of_the_command_line_is_a_command(served: Callable[..., Served], tmp_path: Path) -> None:
    hostile = tmp_path / 'it\'s "a" $(touch owned) `touch owned`; touch owned & touch owned|touch owned .txt'
    shutil.copy(COPIED, hostile)
    server = served("--filter", 'host:northwind -"$(touch owned)"', "--timezone", "Asia/Tokyo", "--", hostile)
    drawn = await first_screen(server, "mail.northwind.example")
    assert "mail.fabrikam.example" not in drawn
    server.end(signal.SIGTERM)
    assert not list(tmp_path.rglob("owned"))


@needs_textual_serve
async def test_modules_in_the_current_folder_are_not_run(served: Callable[..., Served], tmp_path: Path) -> None:
    for name in ("numpy", "textual"):
        (tmp_path / "here" / f"{name}.py").write_text("raise SystemExit('run from the current folder')")
    assert await first_screen(served(COPIED), "mail.fabrikam.example")


@pytest.fixture
def answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server ends as soon as it answers."""
    pages = pytest.importorskip("smtpscope.cli.web.pages", reason="needs the extra smtpscope[serve]")

    async def serve_pages(served: Any, listening: socket.socket, ready: Callable[[], None]) -> None:
        ready()

    monkeypatch.setattr(pages, "serve_pages", serve_pages)


@pytest.mark.usefixtures("answers_at_once")
def test_another_interface_is_warned_of(smtpscope: Smtpscope) -> None:
    result = smtpscope("serve", COPIED, "--host", "0.0.0.0")
    warning, address = result.stderr.splitlines()
    assert "WARNING: no encryption. Anyone who has the URL" in warning
    assert f"serving http://{socket.gethostname()}:" in address
    assert "?key=" in address
    warning, address = smtpscope("serve", COPIED, "--host", "0.0.0.0", "--no-key").stderr.splitlines()
    assert "WARNING: no login, no encryption. Anyone who can reach 0.0.0.0" in warning
    assert "key" not in address


@pytest.mark.usefixtures("answers_at_once")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_not_warned_of(smtpscope: Smtpscope, host: str) -> None:
    (line,) = smtpscope("serve", COPIED, "--host", host).stderr.splitlines()
    assert "for this machine only, to whoever has this URL" in line
    (line,) = smtpscope("serve", COPIED, "--host", host, "--no-key").stderr.splitlines()
    assert "for this machine only, to anyone logged in on it" in line


@pytest.mark.usefixtures("answers_at_once")
def test_a_port_in_use_is_told_with_a_remedy(smtpscope: Smtpscope) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        result = smtpscope("serve", COPIED, "--port", port)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"smtpscope: 127.0.0.1, port {port}: can't listen there (")
    assert "Omit --port to use a free one" in result.stderr


@pytest.mark.usefixtures("answers_at_once")
def test_an_address_of_another_machine_is_told(smtpscope: Smtpscope) -> None:
    result = smtpscope("serve", COPIED, "--host", "192.0.2.1")
    assert result.exit_code == 1
    assert result.stderr.startswith("smtpscope: 192.0.2.1, port 0: can't listen there (")


@pytest.mark.usefixtures("answers_at_once")
def test_no_address_is_not_every_address(smtpscope: Smtpscope) -> None:
    result = smtpscope("serve", COPIED, "--host", "")
    assert result.exit_code == 2
    assert "no IP address given" in result.stderr


@pytest.mark.usefixtures("answers_at_once")
@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        ((), 2, "no log given"),
        (("-",), 2, "it can be read only once"),
        (("no-such-file.evtx",), 1, "there is no such file or folder"),
        ((str(COPIED), "--filter", "nonsense:1"), 2, "filter, column 1"),
        ((str(COPIED), "--port", "70000"), 2, "--port"),
    ],
)
def test_what_can_not_be_browsed_is_not_served(
    smtpscope: Smtpscope, arguments: tuple[str, ...], exit_code: int, said: str
) -> None:
    result = smtpscope("serve", *arguments)
    assert result.exit_code == exit_code
    assert said in result.stderr
    assert "serving" not in result.stderr


def test_without_textual_serve_it_says_how_to_get_it(smtpscope: Smtpscope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    monkeypatch.delitem(sys.modules, "textual_serve.app_service", raising=False)
    result = smtpscope("serve", COPIED)
    assert result.exit_code == 1
    assert result.stderr == (
        "smtpscope: serve: the package textual-serve is not installed. Run: python -m pip install 'smtpscope[serve]'.\n"
    )


@needs_textual_serve
@pytest.mark.skipif(chromium.PROGRAM is None, reason="needs chromium (Debian: apt-get install chromium)")
def test_the_page_in_chromium_obeys_keys_takes_copies_and_downloads_exports(
    served: Callable[..., Served], tmp_path: Path
) -> None:
    server = served(SAMPLES)
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    with chromium.page(server.url, tmp_path / "profile") as page:
        page.save_downloads_in(downloads)
        page.wait(lambda page: "v 550" in page.screen() and "mail.fabrikam.example" in page.screen(), "the first group")
        page.wait(lambda page: "Copy summary" in page.screen(), "the keys of the table, which has the focus")
        assert "Keys and filter terms" not in page.screen()
        page.press("?")
        page.wait(lambda page: "Keys and filter terms" in page.screen(), "the help")
        requested = page.requested()
        assert len(requested) >= 6
        assert all(address.startswith(server.url.partition("?")[0]) for address in requested)
        assert page.value("window.open('/')") is None
        page.press("Escape", "\x1b")
        # The help has the names of all keys, too.
        page.wait(lambda page: "Keys and filter terms" not in (page.screen() or "Keys and filter terms"), "the table")
        # Reading the clipboard is forbidden to the page, so what it writes is looked at.
        page.value("navigator.clipboard.writeText = text => { window.written = text; return Promise.resolve(); }; 1")
        page.press("j")
        page.press("Y")
        page.wait(lambda page: "to your web browser's clipboard" in page.screen(), "the message")
        page.wait(lambda page: "on a named block list" in (page.value("window.written") or ""), "the copy")
        page.press("e")
        page.wait(lambda page: "Write the file" in page.screen(), "the dialog")
        page.press("Enter", "\r")
        page.wait(lambda page: "to your web browser as a download" in page.screen(), "the message")
        page.wait(lambda page: any(downloads.glob("*.md")), "the file")
        assert page.complaints() == []
        assert page.value("document.querySelector('.xterm') !== null"), "the page is still there"
    (file,) = downloads.glob("*.md")
    assert file.read_text(encoding="utf-8").startswith("# SMTP refusals: summary")
    assert server.end(signal.SIGINT) == 130
    assert not server.has_processes()
