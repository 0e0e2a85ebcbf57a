"""What an administrator does with the filter: typed, by single keys, undone, and explained where it is wrong."""

from __future__ import annotations

from app.driving import Browsing, browsing
from smtpscope.app.screens.help_screen import HelpScreen
from smtpscope.app.widgets.filter_chips import FilterChips
from smtpscope.session import Analysis
from smtpscope.store.grouping.dimensions import DIMENSIONS


def _rows(driven: Browsing) -> list[int]:
    return sorted(driven.view.tree.order.tolist())


def _rows_of(analysis: Analysis, filter_text: str) -> list[int]:
    return sorted(analysis.view(filter_text).tree.order.tolist())


async def test_the_filter_works_while_it_is_typed_and_counts_live(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        counts = [driven.view.count]
        await driven.press("/")
        for letter in "fab":
            await driven.press(letter)
            counts.append(driven.view.count)
        assert driven.filter_text == "fab"
        assert counts == sorted(counts, reverse=True)
        assert driven.browse.filter_bar.count.startswith(f"{counts[-1]:,} of 528")
        assert any(f"{counts[-1]:,} of 528" in line for line in driven.drawn)
        assert 0 < counts[-1] < 528


async def test_enter_keeps_the_filter_and_goes_back_to_the_table(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.keep_filter("code:450")
        assert driven.browse.focused is driven.browse.table
        assert driven.filter_text == "code:450"
        assert _rows(driven) == _rows_of(analysis, "code:450")
        assert len(_rows(driven)) == 120


async def test_escape_puts_the_filter_back_that_was_in_force(analysis: Analysis) -> None:
    async with browsing(analysis, filter_text="code:450") as driven:
        assert driven.view.count == 120
        await driven.begin_filter("litware")
        assert driven.filter_text == "code:450 litware"
        await driven.press("escape")
        assert driven.filter_text == "code:450"
        assert driven.browse.filter_bar.input.value == "code:450"
        assert driven.browse.focused is driven.browse.table


async def test_keys_of_the_table_are_letters_while_the_filter_is_typed(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("/", *"qoxe?=-u ]5")
        assert driven.browse.filter_bar.input.value == "qoxe?=-u ]5"
        assert driven.screen is driven.browse
        assert driven.view.grouping == "code"


async def test_a_mistake_is_explained_at_its_place_and_what_stood_before_it_stays_in_force(analysis: Analysis) -> None:
    async with browsing(analysis, filter_text="code:450") as driven:
        await driven.begin_filter(" hots:litware")
        bar = driven.browse.filter_bar
        caret, sentence, *_ = bar.message.splitlines()
        assert "hots" in sentence
        line = next(line for line in driven.drawn if "hots:litware" in line)
        below = driven.drawn[driven.drawn.index(line) + 1]
        assert "^" in caret
        assert below.index("^") == line.index("hots:litware")
        assert driven.filter_text == "code:450"
        assert driven.view.count == 120


async def test_tab_takes_what_was_probably_meant_by_a_mistake(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.begin_filter("hots:litware")
        assert "tab: host:litware" in driven.browse.filter_bar.message
        await driven.press("tab")
        assert driven.browse.filter_bar.input.value == "host:litware"
        assert driven.filter_text == "host:litware"
        assert driven.browse.filter_bar.message == ""
        assert driven.view.count > 0


async def test_a_word_that_finds_nothing_gets_the_one_that_would(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.begin_filter("host:litwear")
        assert driven.view.count == 0
        assert "Did you mean: host:" in driven.browse.filter_bar.message
        await driven.press("tab", "enter")
        assert driven.view.count > 0
        assert "litware" in driven.filter_text


async def test_a_filter_that_finds_nothing_says_so_and_how_to_get_out(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.keep_filter("code:599")
        assert driven.lines == []
        assert "No event matches the filter." in driven.facts
        assert "528 events without the filter" in driven.facts
        await driven.press("enter", "l", "h", "j", "n", "N", "]", "[", "y", "Y", "e", "i", "r", "space", "=", "-")
        assert driven.screen is driven.browse
        await driven.press("x")
        assert driven.view.count == 528


async def test_after_a_mistake_is_kept_the_line_shows_the_filter_in_force(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("4", "5", "0")
        good = driven.filter_text
        await driven.keep_filter(" hots:x")
        assert driven.filter_text == good
        assert driven.browse.filter_bar.input.value == good
        assert driven.browse.filter_bar.message == ""
        await driven.press("u")
        assert driven.filter_text == ""


async def test_three_digits_jump_to_a_reply_code(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("5", "5")
        assert any("reply code 55_" in line for line in driven.drawn)
        assert driven.filter_text == ""
        await driven.press("0")
        assert driven.view.count == 139
        assert {line.name[:3] for line in driven.lines if line.depth == 0} == {"550"}
        assert not any("reply code 55" in line for line in driven.drawn)


async def test_the_key_offered_for_help_while_the_filter_is_typed_is_not_typed_into_it(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        assert any("? Help" in line for line in driven.drawn[-2:])
        await driven.press("/")
        assert any("f1 Help" in line for line in driven.drawn[-2:])
        assert any("⏎ Apply filter" in line for line in driven.drawn[-2:])
        assert not any("? Help" in line for line in driven.drawn[-2:])
        await driven.press("f1")
        assert isinstance(driven.screen, HelpScreen)


async def test_a_digit_that_begins_no_reply_code_is_not_taken(analysis: Analysis) -> None:
    async with browsing(analysis, filter_text="server:EXCH01") as driven:
        for digit in ("0", "1", "6", "9"):
            await driven.press(digit, digit, digit)
            assert driven.filter_text == "server:EXCH01"
            assert any("start with 2, 3, 4 or 5" in notice for notice in driven.notices)
            await driven.press(digit, "4", "5", "0")
            assert driven.filter_text == "server:EXCH01 code:450"
            await driven.press("u")


async def test_a_half_typed_reply_code_is_given_up_when_the_filter_changes(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        for key in ("x", "u", "="):
            await driven.press("x")
            await driven.keep_filter("server:EXCH01")
            await driven.press("5", "5")
            assert any("reply code 55_" in line for line in driven.drawn)
            await driven.press(key)
            assert not any("reply code 55" in line for line in driven.drawn), key


async def test_another_code_takes_the_place_of_the_one_before_and_leaves_the_rest(analysis: Analysis) -> None:
    async with browsing(analysis, filter_text="server:EXCH01") as driven:
        await driven.press("5", "5", "0", "4", "5", "0")
        assert _rows(driven) == _rows_of(analysis, "server:EXCH01 code:450")


async def test_escape_gives_up_the_digits(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("5", "5", "escape", "4", "5", "0")
        assert driven.view.count == 120


async def test_only_and_hide_on_a_reply_code(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        for key, expected in (("=", 139), ("-", 528 - 139)):
            await driven.put_on("550")
            await driven.press(key)
            assert driven.view.count == expected
            assert driven.browse.filter_bar.input.value == driven.filter_text != ""
            await driven.press("u")


async def test_only_and_hide_on_a_remote_host(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        for key, left_out in (("=", False), ("-", True)):
            await driven.put_on("mx1.contoso.example")
            await driven.press(key)
            hosts = {analysis.store.exchange(row).remote_host.key for row in _rows(driven)}
            assert ("mx1.contoso.example" in hosts) is not left_out
            assert driven.view.count == (528 - 36 if left_out else 36)
            await driven.press("u")


async def test_only_and_hide_on_an_event_take_its_recipient(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("]")
        for key, left_out in (("=", False), ("-", True)):
            row = driven.row
            mailbox = analysis.store.exchange(row).command.mailbox
            await driven.press(key)
            found = {analysis.store.exchange(row).command.mailbox for row in _rows(driven)}
            assert found == {mailbox} if not left_out else mailbox not in found
            await driven.press("u")


async def test_only_and_hide_mean_exactly_the_group_under_the_cursor(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        for grouping in ("host", "cause", "recipient", "server"):
            await driven.press("o", str(DIMENSIONS.names.index(grouping) + 1))
            assert driven.view.grouping == grouping
            top = [line for line in driven.lines if line.depth == 0]
            for key, hides in ((top[0].key, False), (top[len(top) // 2].key, False), (top[-1].key, True)):
                driven.browse.table.cursor = next(n for n, line in enumerate(driven.lines) if line.key == key)
                await driven.settled()
                name, events = driven.line.name, driven.line_events
                await driven.press("-" if hides else "=")
                assert driven.view.count == (528 - events if hides else events), f"{name}: {driven.filter_text}"
                await driven.press("u")
                assert driven.view.count == 528


async def test_u_takes_changes_back_one_by_one_and_shift_u_redoes_them(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("5", "5", "0")
        first = driven.filter_text
        await driven.keep_filter(" fabrikam")
        second = driven.filter_text
        await driven.press("x")
        assert driven.filter_text == ""
        await driven.press("u")
        assert driven.filter_text == second
        await driven.press("u")
        assert driven.filter_text == first
        await driven.press("u")
        assert driven.filter_text == ""
        await driven.press("u")
        assert driven.filter_text == ""
        await driven.press("U", "U")
        assert driven.filter_text == second
        assert driven.browse.filter_bar.input.value == second


async def test_a_filter_typed_letter_by_letter_is_one_step_to_undo(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("/", *"fabrikam", "enter", "u")
        assert driven.filter_text == ""


async def test_a_filter_given_at_the_start_is_in_force(analysis: Analysis) -> None:
    async with browsing(analysis, filter_text="code:550 host:fabrikam") as driven:
        assert _rows(driven) == _rows_of(analysis, "code:550 host:fabrikam") != []
        assert driven.browse.filter_bar.input.value == "code:550 host:fabrikam"


async def test_the_cursor_stays_on_its_incident_when_the_filter_changes(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 60)) as driven:
        await driven.put_on("mx3.litware.example")
        await driven.keep_filter("code:450")
        assert "mx3.litware.example" in driven.line.name
        await driven.press("x")
        assert "mx3.litware.example" in driven.line.name


async def test_a_typed_reply_code_puts_the_cursor_on_its_line(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 60)) as driven:
        await driven.put_on("mx1.contoso.example")
        await driven.press("4", "5", "0")
        assert driven.line.name.startswith("450")


async def test_the_terms_in_force_stand_there_as_chips_and_a_click_on_a_cross_takes_one_away(
    analysis: Analysis,
) -> None:
    async with browsing(analysis, filter_text="code:550 -host:contoso") as driven:
        chips = driven.browse.query_one(FilterChips)
        line = driven.drawn[chips.region.y]
        assert "code:550 x" in line
        assert "-host:contoso x" in line
        cross = line.index("code:550 x") + len("code:550 ")
        await driven.pilot.click(offset=(cross, chips.region.y))
        await driven.settled()
        assert driven.filter_text == "-host:contoso"
        assert "code:550" not in driven.drawn[chips.region.y]
        await driven.press("u")
        assert driven.filter_text == "code:550 -host:contoso"


async def test_a_click_beside_the_chips_lets_the_filter_be_typed(analysis: Analysis) -> None:
    async with browsing(analysis, filter_text="code:550") as driven:
        chips = driven.browse.query_one(FilterChips)
        await driven.pilot.click(chips, offset=(30, 0))
        await driven.press(*" fabrikam", "enter")
        assert driven.filter_text == "code:550 fabrikam"
