"""The program in a terminal of its own."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.processes import COPIED, PROGRAM, SECONDS, environment
from support.event_texts import TextEvent, log_line

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo terminals that Python can open", allow_module_level=True)

import fcntl
import pty
import termios

HOSTILE = "550 5.7.1 \x1b]52;c;aGk=\x07 \x1b[31m \u202e \x9b5m no"
# The session's first process takes the terminal as its own, as a shell's child has one.
TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(1, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


class Screen:
    """What a process draws on its terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.drawn = b""

    def read_until(self, words: bytes | None) -> bytes:
        """All that was drawn until `words` came, with None until the process closed the terminal."""
        while words is None or words not in self.drawn:
            ready, _, _ = select.select([self._descriptor], [], [], SECONDS)
            assert ready, f"nothing more came; drawn so far: {self.drawn!r}"
            try:
                piece = os.read(self._descriptor, 1 << 16)
            except OSError:
                # Linux ends the last read of a terminal with an error.
                piece = b""
            if not piece:
                assert words is None, f"{words!r} never came: {self.drawn!r}"
                break
            self.drawn += piece
        return self.drawn

    def press(self, keys: bytes) -> None:
        os.write(self._descriptor, keys)


@contextmanager
def terminal(
    *arguments: str | Path, stdin: Path | None = None, columns: int = 80, term: str = "xterm-256color"
) -> Iterator[tuple[Screen, subprocess.Popen[bytes]]]:
    """`smtpscope` in a terminal of `columns`; its standard input is the terminal or the file `stdin`."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(
        theirs, termios.TIOCSWINSZ, (24).to_bytes(2, sys.byteorder) + columns.to_bytes(2, sys.byteorder) + bytes(4)
    )
    source = theirs if stdin is None else os.open(stdin, os.O_RDONLY)
    process = subprocess.Popen(
        [sys.executable, "-c", TAKE_TERMINAL, *PROGRAM[1:], *map(str, arguments)],
        stdin=source,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=environment(TERM=term),
    )
    os.close(theirs)
    if stdin is not None:
        os.close(source)
    try:
        yield Screen(ours), process
    finally:
        process.kill()
        process.wait(SECONDS)
        os.close(ours)


@pytest.fixture
def hostile_log(tmp_path: Path) -> Path:
    log = tmp_path / "hostile.log"
    event = TextEvent(datetime(2026, 3, 4, tzinfo=UTC), host="mx\x1b[2J.example.com", reply=HOSTILE)
    log.write_text(log_line(event), encoding="utf-8")
    return log


@pytest.mark.parametrize("arguments", [("summary", "--format", "markdown"), ("events",)])
def test_text_of_a_log_reaches_a_terminal_harmless(hostile_log: Path, arguments: tuple[str, ...]) -> None:
    with terminal(*arguments, hostile_log) as (screen, process):
        drawn = screen.read_until(None).decode()
        assert process.wait(SECONDS) == 0
    assert "aGk=" in drawn
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(drawn)


def test_the_report_is_as_wide_as_the_terminal() -> None:
    with terminal("report", COPIED, columns=60) as (screen, process):
        drawn = screen.read_until(None).decode()
        assert process.wait(SECONDS) == 0
    widths = [len(line) for line in drawn.splitlines()]
    assert max(widths) == 60


def test_a_terminal_that_cannot_draw_gets_the_report() -> None:
    with terminal(COPIED, term="dumb") as (screen, process):
        drawn = screen.read_until(None)
        assert process.wait(SECONDS) == 0
    assert drawn.startswith(b"smtpscope: This terminal (TERM=dumb) can't draw: printing the report")
    assert b"mail.fabrikam.example" in drawn


def test_a_log_from_a_pipe_is_browsed_with_the_keys_of_the_terminal() -> None:
    with terminal("-", stdin=COPIED) as (screen, process):
        screen.read_until(b"mail.fabrikam.example")
        screen.press(b"q")
        screen.read_until(None)
        assert process.wait(SECONDS) == 0


def test_the_browser_ends_when_its_terminal_is_gone_and_no_signal_says_so() -> None:
    # Not its controlling terminal, as under some terminal emulators and tools: there is no SIGHUP.
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, str(COPIED)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=environment(TERM="xterm-256color"),
    )
    os.close(theirs)
    try:
        Screen(ours).read_until(b"mail.fabrikam.example")
    finally:
        os.close(ours)
    try:
        assert process.wait(SECONDS) == 129
    finally:
        process.kill()
