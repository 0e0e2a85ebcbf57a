"""What an administrator does in the table: open, close, group, sort, jump, and look at the other panes."""

from __future__ import annotations

from collections.abc import Hashable

from app.driving import Browsing, browsing
from smtpscope.app.screens.table.grouping_screen import GroupingScreen
from smtpscope.app.widgets.table.group_outline import GroupOutline, first_groups
from smtpscope.session import Analysis
from smtpscope.store.grouping.groups import SORT_COLUMNS


def _open(driven: Browsing) -> bool | None:
    return driven.line.opened


async def test_the_first_screen_has_every_event_grouped_by_reply_code(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        top = [line for line in driven.lines if line.depth == 0]
        assert sum(int(line.count.replace(",", "")) for line in top) == driven.view.total == 528
        assert {line.name[:3] for line in top} >= {"550", "450", "421", "504"}
        assert driven.browse.table.cursor == 0
        assert driven.browse.table.has_focus
        assert "528  by code" in driven.browse.filter_bar.count


async def test_what_needs_us_and_goes_on_stands_first_and_noise_last(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        top = [line for line in driven.lines if line.depth == 0]
        assert top[0].name.startswith("550")
        assert top[0].tone == "act"
        assert top[-1].name.startswith("504")


async def test_enter_opens_a_group_and_closes_it_again(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        assert _open(driven) is False
        before = len(driven.lines)
        await driven.press("enter")
        assert _open(driven) is True
        assert len(driven.lines) == before + driven.line_events
        await driven.press("enter")
        assert len(driven.lines) == before


async def test_arrows_and_letters_walk_into_a_group_and_out_of_it(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        for open_key, close_key in (("right", "left"), ("l", "h")):
            await driven.put_on("mail.fabrikam.example")
            at = driven.browse.table.cursor
            await driven.press(open_key)
            assert (_open(driven), driven.browse.table.cursor) == (True, at)
            await driven.press(open_key)
            assert driven.browse.table.cursor == at + 1
            assert driven.row >= 0
            await driven.press(close_key)
            assert driven.browse.table.cursor == at
            await driven.press(close_key)
            assert _open(driven) is False
            await driven.press(close_key)
            assert driven.line.depth == 0


async def test_j_and_k_move_the_cursor_and_stop_at_the_ends(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("k")
        assert driven.browse.table.cursor == 0
        await driven.press("j", "j", "k")
        assert driven.browse.table.cursor == 1
        await driven.press("G")
        assert driven.browse.table.cursor == len(driven.lines) - 1
        await driven.press("j")
        assert driven.browse.table.cursor == len(driven.lines) - 1
        await driven.press("g")
        assert driven.browse.table.cursor == 0


async def test_the_detail_follows_the_cursor(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        assert "mail.fabrikam.example refuses us with 550" in driven.facts
        assert "orders@fabrikam.example" in driven.facts
        assert "Action: us" in driven.guidance
        assert driven.browse.detail.facts.border_title == "Incident"
        await driven.press("enter", "j")
        assert driven.browse.detail.facts.border_title == "Event"
        assert "550 5.7.1 Service unavailable; Client host [192.0.2.25]" in driven.facts
        assert "RCPT TO:<" in driven.facts


async def test_a_row_with_several_causes_gives_no_advice_for_one_of_them(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("550")
        assert "different causes" in driven.guidance
        assert "mail.fabrikam.example" in driven.facts
        assert "203.0.113.77" in driven.facts


async def test_grouping_by_host_has_one_line_for_each_host_however_it_is_spelt(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("o", "2")
        names = [line.name for line in driven.lines if line.depth == 0]
        assert len([name for name in names if "contoso" in name.lower()]) == 1
        await driven.put_on("contoso.example")
        assert driven.line_events == 36


async def test_s_sorts_by_the_next_column_and_shift_s_turns_it_round(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        assert driven.view.sort == "attention"
        await driven.press("s")
        assert (driven.view.sort, driven.view.descending) == ("count", True)
        counts = [int(line.count) for line in driven.lines if line.depth == 0]
        assert counts == sorted(counts, reverse=True)
        heading = next(line for line in driven.drawn if "cause" in line and "action" in line)
        assert "count v" in heading
        await driven.press("S")
        counts = [int(line.count) for line in driven.lines if line.depth == 0]
        assert counts == sorted(counts)
        for _ in SORT_COLUMNS[1:]:
            await driven.press("s")
        assert driven.view.sort == "attention"


async def test_the_cursor_stays_on_its_group_when_the_order_changes(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mx3.litware.example")
        key = driven.line.key
        await driven.press("s")
        assert driven.line.key == key
        await driven.press("S")
        assert driven.line.key == key


async def test_n_goes_to_the_next_incident_and_shift_n_back(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("n")
        first = driven.line
        assert first.depth == 1
        await driven.press("n")
        second = driven.line
        assert second.depth == 1
        assert second.key != first.key
        await driven.press("N")
        assert driven.line.key == first.key


async def test_n_walks_through_every_incident_even_where_groups_are_closed(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        keys: list[Hashable] = []
        for _ in range(40):
            await driven.pilot.press("n")
            if keys and driven.line.key == keys[-1]:
                break
            keys.append(driven.line.key)
        assert len(keys) == len(set(keys)) == len(driven.view.tree.levels[1])


async def test_brackets_walk_through_the_events_of_a_group(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 60)) as driven:
        await driven.put_on("gw.tailspin.example")
        place, tree = driven.browse.selection.entry, driven.view.tree
        assert place is not None
        rows = tree.rows(place.level, place.index).tolist()
        walked = []
        for key in ("]", "]", "["):
            await driven.press(key)
            walked.append(driven.row)
        assert walked == [rows[0], rows[1], rows[0]]


async def test_tab_goes_round_the_panes_and_escape_back_to_the_table(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        walked = []
        for key in ("tab", "tab", "tab", "shift+tab", "escape"):
            await driven.press(key)
            walked.append(driven.focus)
        assert walked == ["facts", "guidance", "table", "guidance", "table"]


async def test_t_changes_the_side_where_there_is_room_for_one_only(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        detail = driven.browse.detail
        assert (detail.facts.display, detail.guidance.display) == (True, False)
        await driven.press("t")
        assert (detail.facts.display, detail.guidance.display) == (False, True)
        assert any("[Guidance]" in line for line in driven.drawn)
        await driven.press("t")
        assert (detail.facts.display, detail.guidance.display) == (True, False)


async def test_w_puts_the_detail_beside_the_table_and_back_below(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        table, detail = driven.browse.table, driven.browse.detail
        assert detail.region.y >= table.region.bottom
        await driven.press("w")
        assert detail.region.x >= table.region.right
        await driven.press("w")
        assert detail.region.y >= table.region.bottom


async def test_a_click_on_a_line_puts_the_cursor_there_and_another_opens_it(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.pilot.click(driven.browse.table, offset=(10, 3))
        await driven.settled()
        assert driven.browse.table.cursor == 2
        before = _open(driven)
        await driven.pilot.click(driven.browse.table, offset=(10, 3))
        await driven.settled()
        assert _open(driven) is not before


async def test_a_click_on_a_heading_sorts_by_it_and_another_turns_it_round(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        left = 2
        for column in driven.browse.table.columns():
            if column.name == "count":
                break
            left += column.width + 1
        await driven.pilot.click(driven.browse.table, offset=(left + 2, 0))
        await driven.settled()
        assert (driven.view.sort, driven.view.descending) == ("count", True)
        await driven.pilot.click(driven.browse.table, offset=(left + 2, 0))
        await driven.settled()
        assert (driven.view.sort, driven.view.descending) == ("count", False)


async def test_a_click_on_a_key_of_the_footer_is_the_same_as_pressing_it(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        footer = driven.browse.query_one("KeyFooter")
        row = next(
            number for number in range(footer.size.height) if "o Grouping" in driven.drawn[footer.region.y + number]
        )
        column = driven.drawn[footer.region.y + row].index("o Grouping")
        await driven.pilot.click(footer, offset=(column + 3, row))
        await driven.settled()
        assert isinstance(driven.screen, GroupingScreen)


async def test_q_quits(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.pilot.press("q")
        assert driven.app._exit
        assert driven.app.return_code in (0, None)


async def test_a_small_screen_has_the_action_and_the_first_step_beside_the_facts(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        await driven.put_on("mail.fabrikam.example")
        step = "Look up our IP address on the list"
        assert driven.browse.detail.side == "facts"
        assert any("Action: us" in line and step in line for line in driven.drawn)
        assert any("65 events" in line for line in driven.drawn)
        await driven.press("enter", "j")
        assert any("Action: us" in line for line in driven.drawn)
        await driven.put_on("550")
        assert any(step in line for line in driven.drawn)
        await driven.pilot.resize_terminal(120, 30)
        await driven.settled()
        assert step not in driven.facts
        assert step in driven.guidance


async def test_the_groups_that_are_shown_first_are_described_before_they_are_drawn(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 60)) as driven:
        tree, order = driven.view.tree, driven.view.order
        outline = GroupOutline(tree, order, {}, page=10**6)
        shown = [(each.level, each.index) for each in map(outline.place, range(12))]
        ahead = list(first_groups(tree, order, 12))
        assert set(shown) <= set(ahead)
        assert len(ahead) == len(set(ahead)) <= 24
        assert list(first_groups(tree, (), 12)) == []
