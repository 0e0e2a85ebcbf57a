"""What keys do, the mouse does too: any action from the help, marks, columns, tabs, and the signs of the footer."""

from __future__ import annotations

from textual.geometry import Offset
from textual.widget import Widget

from app.driving import Browsing, browsing
from smtpscope.app.application import Browser
from smtpscope.app.screens.counts import CountsScreen
from smtpscope.app.screens.help_screen import HelpScreen
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.session import Analysis


async def _click(driven: Browsing, widget: Widget, x: int, y: int) -> None:
    left, top = widget.content_region.offset
    await driven.pilot.click(offset=Offset(left + x, top + y))
    await driven.settled()


async def test_a_click_in_the_help_does_what_the_key_does(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.press("?", *"next inc")
        pane = driven.screen.query_one(ProsePane)
        line = next(number for number, each in enumerate(pane.lines) if "Next incident" in each)
        await _click(driven, pane, 30, line)
        assert not isinstance(driven.screen, HelpScreen)
        assert driven.line.depth == 1


async def test_every_action_of_the_help_can_be_clicked(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        lines = [line for line in driven.browse.help_lines() if line.place != "Filter terms"]
        assert lines
        assert all(line.press for line in lines)


async def test_a_click_before_a_row_marks_it(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await _click(driven, driven.browse.table, 0, 2)
        assert driven.lines[1].marked == "now"
        await _click(driven, driven.browse.table, 0, 2)
        assert not driven.lines[1].marked


async def test_a_click_on_a_heading_sorts_and_another_turns_it_round(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        table = driven.browse.table
        for name, order in (("code / host", "code"), ("cause", "cause"), ("count", "count"), ("action", "attention")):
            heading = driven.drawn[3]
            x = heading.index(name) - table.content_region.x
            await _click(driven, table, x, 0)
            assert driven.view.sort == order
            descending = driven.view.descending
            await _click(driven, table, x, 0)
            assert driven.view.descending is not descending


async def test_a_click_on_a_name_of_the_counts_shows_them(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.press("c")
        assert isinstance(driven.screen, CountsScreen)
        facets = driven.screen.query_one("#counts-facets")
        text = str(facets.render())
        await _click(driven, facets, text.index("hosts") + 1, 0)
        assert "[hosts]" in str(facets.render())


async def test_hints_of_the_first_start_are_gone_after_ten_keys(analysis: Analysis) -> None:
    app = Browser(analysis, hints=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert any("one reply code" in hint for hint in app.browse.detail.facts.hints)
        drawn = ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]
        assert any("all keys, searched by typing" in line for line in drawn)
        for _ in range(9):
            await pilot.press("j")
        assert app.browse.detail.facts.hints
        await pilot.press("j")
        assert not app.browse.detail.facts.hints


async def test_a_click_on_a_box_ticks_it(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.press("e")
        before = driven.drawn
        await driven.pilot.click("#export-mask", offset=(2, 0))
        await driven.settled()
        assert any("[x] Mask names" in line for line in driven.drawn)
        assert driven.drawn != before
        await driven.press("escape", "z")
        await driven.pilot.click("#zone-also", offset=(2, 0))
        await driven.settled()
        assert any("[x] f2:" in line for line in driven.drawn)
