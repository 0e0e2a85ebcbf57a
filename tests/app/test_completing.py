"""Writing a filter: it goes on as one types, lists are pasted, and marks and notes can be asked for."""

from __future__ import annotations

from textual import events
from textual.geometry import Offset

from app.driving import Browsing, browsing
from smtpscope.session import Analysis


def _offered(driven: Browsing) -> list[str]:
    return [each.term for each in driven.browse.filter_bar.completions.completions]


async def test_fields_and_then_their_most_frequent_values_are_offered(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 30)) as driven:
        await driven.press("/", "h")
        assert _offered(driven) == ["host:"]
        assert "Part of the remote host" in driven.drawn[3]
        await driven.press("tab")
        values = driven.browse.filter_bar.completions.completions
        assert driven.browse.filter_bar.input.value == "host:"
        assert len(values) == 8
        counts = [int(each.remark.replace(",", "")) for each in values]
        assert counts == sorted(counts, reverse=True)
        await driven.press("down", "down")
        assert "> " in driven.drawn[4]
        await driven.press("tab")
        assert driven.browse.filter_bar.input.value == values[1].text
        assert _offered(driven) == []
        await driven.press("enter")
        assert driven.filter_text == values[1].text


async def test_values_are_those_that_the_other_terms_let_through(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.begin_filter("421 host:")
        assert _offered(driven) == ["mx2.fourthcoffee.example", "customer.psmtp.example"]
        await driven.press(*"mx2", "tab")
        assert driven.browse.filter_bar.input.value == "421 host:mx2.fourthcoffee.example"
        await driven.press(*",cus", "tab")
        assert driven.browse.filter_bar.input.value == "421 host:mx2.fourthcoffee.example,customer.psmtp.example"
        assert driven.view.count == 79


async def test_enter_takes_only_what_the_arrows_chose(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.begin_filter("421 host:mx")
        await driven.press("enter")
        assert driven.filter_text == "421 host:mx"
        await driven.begin_filter("who:")
        await driven.press("down", "enter")
        assert driven.browse.filter_bar.input.has_focus
        await driven.press("enter")
        assert driven.focus == "table"
        assert driven.filter_text.startswith("421 host:mx who:")


async def test_a_click_takes_a_completion_and_escape_hides_them(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 30)) as driven:
        await driven.begin_filter("st")
        region = driven.browse.filter_bar.completions.region
        assert driven.browse.table.region.y == 3, "the list is drawn over the table and moves nothing"
        await driven.pilot.click(offset=Offset(region.x + 4, region.y))
        await driven.settled()
        assert driven.browse.filter_bar.input.value == "state:"
        await driven.press("escape")
        assert _offered(driven) == []
        assert not driven.browse.filter_bar.completions.display


async def test_up_still_finds_the_filters_of_before(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.begin_filter("h")
        await driven.press("up")
        assert driven.browse.filter_bar.input.value == "h"


async def test_a_list_that_is_pasted_is_one_term(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.begin_filter("mx1.contoso.example\nmx.woodgrove.example\n")
        assert driven.browse.filter_bar.input.value == "mx1.contoso.example,mx.woodgrove.example"
        assert driven.view.count == 36 + 58


async def test_or_is_answered_with_what_to_write(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 30)) as driven:
        await driven.begin_filter("450 or 421")
        assert "Separate alternatives with a comma" in driven.browse.filter_bar.message
        await driven.press("tab", "enter")
        assert driven.filter_text == "450,421"


async def test_state_and_certainty_can_be_asked_for(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        counts = []
        for word in ("ongoing", "quiet", "over"):
            await driven.keep_filter(f"state:{word}")
            counts.append(driven.view.count)
            states = {line.state.split()[0] for line in driven.lines if line.count and line.depth == 1}
            assert states <= {word}
            await driven.press("x")
        assert all(counts)
        assert sum(counts) == 528
        await driven.keep_filter("-sure:sure")
        assert 0 < driven.view.count < 528


async def test_marked_and_noted_follow_what_is_marked(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("space")
        await driven.keep_filter("marked:yes")
        assert driven.view.count == 65
        await driven.press("M")
        assert driven.view.count == 0
        await driven.press("u")
        assert driven.view.count == 65
        await driven.press("x")
        await driven.keep_filter("noted:yes")
        assert driven.view.count == 0


async def test_an_empty_table_names_only_keys_that_work_there(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.begin_filter("zzzz")
        assert "Press esc to restore the filter, ^u to clear the line." in " ".join(driven.facts.split())
        await driven.press("enter")
        assert "Press u to undo the last change, x to clear the filter." in " ".join(driven.facts.split())
        await driven.press("u")
        assert driven.view.count == 528
    async with browsing(analysis, filter_text="zzzz") as driven:
        assert "Press x to clear the filter." in " ".join(driven.facts.split())


async def test_tab_and_enter_in_one_breath_keep_what_tab_brought(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.begin_filter("450 or 421")
        line = driven.browse.filter_bar.input
        driven.app.post_message(events.Key("tab", None))
        driven.app.post_message(events.Key("enter", None))
        await driven.settled()
        assert driven.filter_text == "450,421"
        assert line.value == "450,421"
