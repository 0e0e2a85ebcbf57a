"""Text is selected with the mouse wherever there is text, and ctrl+c copies it; without a selection it asks."""

from __future__ import annotations

import pytest
from textual import events
from textual.widget import Widget

from app.driving import Browsing, browsing
from smtpscope.session import Analysis


async def _drag(driven: Browsing, widget: Widget, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Holds the mouse down from one cell of `widget` to another."""
    left, top = widget.content_region.offset
    await driven.pilot.mouse_down(offset=(left + start[0], top + start[1]))
    move = (left + end[0], top + end[1])
    await driven.pilot._post_mouse_events([events.MouseMove], None, offset=move, button=1)
    await driven.pilot.mouse_up(offset=move)
    await driven.settled()


async def test_a_word_of_the_facts_is_selected_and_copied(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        line = next(number for number, each in enumerate(driven.browse.detail.facts.lines) if "reply" in each)
        start = driven.browse.detail.facts.lines[line].index("550 5.7.1")
        await _drag(driven, driven.browse.detail.facts, (start, line), (start + 9, line))
        await driven.press("ctrl+c")
        assert driven.clipboard.copied == ["550 5.7.1"]
        assert driven.notices == ["Copied the selection to the test's clipboard"]


async def test_lines_of_a_scrolled_table_are_copied_as_they_are_drawn(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 24)) as driven:
        await driven.press("G")
        table = driven.browse.table
        assert table.scroll_offset.y > 0
        cursor = table.cursor
        await _drag(driven, table, (0, 1), (118, 2))
        await driven.press("ctrl+c")
        (copied,) = driven.clipboard.copied
        first = table.rows
        assert first is not None
        top = table.scroll_offset.y
        assert [first.line(top + number).name.split()[0] in line for number, line in enumerate(copied.split("\n"))] == [
            True,
            True,
        ]
        assert table.cursor == cursor


async def test_the_heading_of_the_log_and_a_whole_screen_can_be_selected(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 30)) as driven:
        await _drag(driven, driven.browse.header, (0, 0), (8, 0))
        await driven.press("ctrl+c")
        assert driven.clipboard.copied == ["smtpscope"]
        await driven.press("r")
        pane = driven.screen.query_one("#reading-text")
        await _drag(driven, pane, (0, 0), (40, 1))
        await driven.press("ctrl+c")
        assert len(driven.clipboard.copied[1].split("\n")) == 2


async def test_escape_gives_the_selection_up(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 30)) as driven:
        await _drag(driven, driven.browse.header, (0, 0), (9, 0))
        await driven.press("escape")
        assert not driven.screen.selections


async def test_what_is_selected_in_a_line_that_is_typed_is_copied(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.begin_filter("contoso")
        await driven.press("shift+home", "ctrl+c")
        assert driven.clipboard.copied == ["contoso"]
        await driven.press("escape", "a")
        await driven.press(*"note", "shift+home", "ctrl+c")
        assert driven.clipboard.copied[-1] == "note"


@pytest.mark.parametrize(
    ("place", "key"),
    [((), "q"), (("?",), "ctrl+q"), (("a",), "ctrl+q"), (("/",), "ctrl+q")],
    ids=["table", "help", "note", "filter"],
)
async def test_ctrl_c_without_a_selection_says_how_to_quit_and_twice_quits(
    analysis: Analysis, place: tuple[str, ...], key: str
) -> None:
    async with browsing(analysis) as driven:
        await driven.press(*place, "ctrl+c")
        assert driven.notices
        assert f"Press {key} to quit" in driven.notices[0]
        await driven.press("left", "ctrl+c")
        assert driven.app.return_code is None
        await driven.pilot.press("ctrl+c")
        assert driven.app.return_code == 130


async def test_a_message_stands_until_the_next_key(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        await driven.press("s")
        assert driven.notices == ["Sorted by count"]
        assert "Sorted by count" in driven.drawn[-1]
        await driven.press("j")
        assert driven.notices == []
        assert "Sorted by count" not in driven.drawn[-1]


async def test_the_newest_message_is_shown_whole(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        words = " ".join(f"word{number}" for number in range(30))
        driven.app.notify("first")
        driven.app.notify(words)
        await driven.settled()
        assert " ".join("\n".join(driven.drawn[-4:]).split()).endswith(words)
        assert "first" not in "\n".join(driven.drawn)
        await driven.press("j")
        assert "word3" not in "\n".join(driven.drawn)
