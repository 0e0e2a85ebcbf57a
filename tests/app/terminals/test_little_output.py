"""A key sends what it changes, and what changes nothing sends nothing."""

from __future__ import annotations

import re
import sys

import pytest

from app.terminals.pseudo_terminal import on_terminal
from smtpscope.configuration.settings import Settings
from smtpscope.session import Analysis

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo terminals that Python can open", allow_module_level=True)

MOST_BYTES_A_KEY = 4_096


@pytest.fixture(autouse=True)
def true_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


async def test_a_slow_line_is_enough(analysis: Analysis) -> None:
    async with on_terminal(analysis) as (driven, terminal):
        # Each row down at 120x36; what Textual alone writes is 15 to 21 KB.
        costs = [await terminal.cost(driven, "j") for _ in range(12)]
        assert 0 < max(costs) <= MOST_BYTES_A_KEY, costs
        # After the screen was written over, all of it is sent again.
        assert await terminal.cost(driven, "ctrl+l") > MOST_BYTES_A_KEY
        started = terminal.written
        for asked_for in ("\x1b[?1003h", "\x1b[?1004h"):
            # Moves of the mouse and the focus of the window would redraw most of the screen.
            assert started.rfind(asked_for) <= started.rfind(asked_for.replace("h", "l"))
        # So is a resized one.
        before = len(terminal.written)
        terminal.resize(100, 30)
        await driven.until(lambda: driven.app.size == (100, 30))
        await driven.settled()
        assert "smtpscope" in terminal.written[before:]


async def test_a_terminal_is_left_as_it_was(analysis: Analysis) -> None:
    async with on_terminal(analysis, settings=Settings()) as (_, terminal):
        assert "\x1b[22;0t" in terminal.written
        assert "\x1b]0;smtpscope: " in terminal.written
    last = terminal.written[terminal.written.rindex("\x1b[2J") :]
    assert "\x1b[23;0t" in last
    for mode in ("1000", "1002", "1006", "2004"):
        assert f"\x1b[?{mode}h" in terminal.written
        assert f"\x1b[?{mode}l" in last
    assert last.index("\x1b[?1049l") < last.index("\x1b[?25h")


async def test_bytes_that_are_not_utf_8_and_the_keypad_can_be_typed(analysis: Analysis) -> None:
    async with on_terminal(analysis) as (driven, terminal):
        await driven.press("/")
        # The last two are the keypad's minus and plus in kitty's protocol.
        terminal.press(b"\xfcx\x1b[57412u\x1b[57413u")
        await driven.until(lambda: driven.browse.filter_bar.input.value.endswith("x-+"))


async def test_the_linux_console_draws_all_that_is_written(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.delenv("COLORTERM")
    async with on_terminal(analysis) as (driven, terminal):
        await driven.press("j", "i", "escape", "c", "escape", "/", "x", "escape", "?", "escape")
    written = terminal.written
    # console_codes(4): moves, colours, erasing, modes. Private modes that it does not know it ignores.
    finals = {found[1] for found in re.finditer(r"\x1b\[[0-9;]*([@-~])", written)}
    assert finals <= set("mHCDJKX")
    assert not re.search(r"\x1b\[[0-9;]*[34]8;", written), "it has 16 colours"
    assert "\x1b]0;" not in written
    lacking = (
        {each for each in written if ord(each) > 127} - set("←→↑↓•\u00a0") - set(bytes(range(128, 256)).decode("cp437"))
    )
    assert lacking == set()
    # It has no second screen to come back from.
    assert "\x1b[2J" in written[written.rindex("Help") :]
