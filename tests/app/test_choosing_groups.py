"""A grouping is chosen from a list: one field with its usual second one, or any two."""

from __future__ import annotations

from app.driving import browsing
from smtpscope.app.screens.table.grouping_screen import GroupingScreen
from smtpscope.session import Analysis
from smtpscope.store.grouping.dimensions import DIMENSIONS


async def test_each_line_of_the_list_groups_by_what_it_says(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        for number in (*range(2, len(DIMENSIONS.names) + 1), 0, 1):
            await driven.press("o", str(number))
            wanted = DIMENSIONS.names[number - 1] if number else "none"
            assert driven.view.grouping == wanted
            assert driven.browse.filter_bar.count == f"528  {DIMENSIONS.phrase(wanted)}"
            counts = [line.count for line in driven.lines if line.depth == 0 and line.count]
            if driven.view.tree.levels:
                assert sum(int(count.replace(",", "")) for count in counts) == 528
            else:
                assert len(driven.lines) == 528


async def test_any_two_fields_are_chosen_with_a_few_keys(analysis: Analysis) -> None:
    chosen = [
        (("enter",), "code"),
        (("j", "enter"), "host"),
        (("tab", "3"), "code,cause"),
        (("3", "o", "l", "5"), "cause,server"),
        # The usual second field gives the short name, and there is no third list.
        (("tab", "2"), "code"),
        (("tab", "tab", "end", "enter"), "code,connector"),
        (("tab", "h", "5"), "server"),
        (("G", "9", "escape"), "code"),
    ]
    async with browsing(analysis, size=(80, 24)) as driven:
        for keys, grouping in chosen:
            await driven.press("o", *keys)
            assert driven.screen is driven.browse
            assert driven.view.grouping == DIMENSIONS.understood(grouping), keys
            await driven.press("o", "1")


async def test_the_list_names_the_fields_in_words_and_takes_clicks(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        await driven.press("o")
        assert isinstance(driven.screen, GroupingScreen)
        drawn = "\n".join(driven.drawn)
        assert "1  reply code, then remote host  (now)" in drawn
        assert "0  nothing: all events, one by one" in drawn
        await driven.pilot.click("#grouping-list", offset=(4, 2))
        await driven.settled()
        assert driven.view.grouping == "cause"


async def test_shift_o_goes_back_to_the_grouping_before(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("o", "4", "o", "tab", "6")
        assert driven.view.grouping == "recipient,connector"
        await driven.press("O")
        assert driven.view.grouping == "recipient"
        await driven.press("O")
        assert driven.view.grouping == "recipient,connector"
