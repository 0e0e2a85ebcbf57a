"""The screens over the browser: timeline, help, palette, raw record, file information."""

from __future__ import annotations

from pathlib import Path

from textual.command import CommandPalette
from textual.widgets import Input, OptionList

from app.conftest import OpenSession
from app.driving import Browsing, browsing
from smtpscope.app.screens.counts import CountsScreen
from smtpscope.app.screens.help_screen import HelpScreen
from smtpscope.app.screens.knowledge_screen import KnowledgeScreen
from smtpscope.app.screens.text_view import TextScreen
from smtpscope.app.screens.timeline_screen import TimelineScreen
from smtpscope.app.widgets.counted_list import CountedList
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.app.widgets.timeline_list import TimelineList
from smtpscope.session import Analysis
from smtpscope.store.grouping.facets import facets
from smtpscope.store.grouping.time_bins import episodes, sorted_times


def _bins(driven: Browsing) -> TimelineList:
    assert isinstance(driven.app.screen, TimelineScreen)
    return driven.app.screen.query_one(TimelineList)


def _read(driven: Browsing) -> str:
    return "\n".join(driven.app.screen.query_one(ProsePane).lines)


# The timeline


async def test_i_shows_when_the_group_under_the_cursor_happened(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        events = driven.line_events
        await driven.press("i")
        assert sum(each.count for each in _bins(driven).bins) == events
        assert any("550 mail.fabrikam.example" in line for line in driven.drawn)
        assert any(f"{events} events:" in line for line in driven.drawn)
        assert any("times in UTC" in line for line in driven.drawn)
        await driven.press("escape")
        assert driven.screen is driven.browse
        assert driven.filter_text == ""


async def test_plus_and_minus_zoom_and_the_cursor_keeps_its_time(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("i", "g")
        bins = _bins(driven)
        coarse, at = bins.step, bins.bins[bins.cursor].start_ms
        total = sum(each.count for each in bins.bins)
        await driven.press("+")
        assert bins.step != coarse
        assert bins.bins[bins.cursor].start_ms <= at < bins.bins[bins.cursor].end_ms or bins.cursor == 0
        assert sum(each.count for each in bins.bins) == total
        await driven.press("-")
        assert bins.step == coarse


async def test_enter_on_a_bin_filters_for_its_time(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("i", "G")
        bins = _bins(driven)
        chosen = bins.bins[bins.cursor]
        await driven.press("enter")
        assert driven.screen is driven.browse
        assert "since:" in driven.filter_text
        assert "until:" in driven.filter_text
        times = [analysis.store.exchange(row).time_ms for row in driven.view.tree.order.tolist()]
        assert times
        assert all(time is not None and chosen.start_ms <= time < chosen.end_ms for time in times)
        everything = [analysis.store.exchange(row).time_ms for row in range(len(analysis.store))]
        assert len(times) == sum(time is not None and chosen.start_ms <= time < chosen.end_ms for time in everything)
        await driven.press("u")
        assert driven.filter_text == ""


async def test_a_range_begun_with_v_filters_from_its_first_to_its_last_bin(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("i", "G", "v", "k", "k")
        bins = _bins(driven)
        first, last = bins.selected
        assert last - first == 2
        expected = sum(each.count for each in bins.bins[first : last + 1])
        await driven.press("enter")
        await driven.keep_filter(" fabrikam")
        assert driven.view.count == expected > 0


async def test_n_jumps_over_the_hours_without_events(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("i", "+", "g")
        bins = _bins(driven)
        await driven.press("n")
        assert bins.bins[bins.cursor].count > 0
        assert all(each.count == 0 for each in bins.bins[1 : bins.cursor])


async def test_a_key_of_the_timeline_filters_for_the_end_of_the_log(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        for key, term in (("d", "since:today"), ("f", "since:24h"), ("w", "since:7d")):
            await driven.press("i", key)
            assert driven.screen is driven.browse
            assert driven.filter_text == term
            assert 0 < driven.view.count < 528
            await driven.press("u")


async def test_e_on_the_timeline_filters_for_the_episode_under_the_cursor(analysis: Analysis) -> None:
    async with browsing(analysis, filter_text="host:mx2.fourthcoffee.example") as driven:
        rows = driven.view.tree.order
        [only] = episodes(sorted_times(analysis.store, rows))
        await driven.press("i", "e")
        times = [analysis.store.exchange(row).time_ms for row in driven.view.tree.order.tolist()]
        assert driven.view.count == len(rows) == 74
        assert None not in times
        assert (min(filter(None, times)), max(filter(None, times))) == (only.first_ms, only.last_ms)


# The counts


async def test_c_counts_the_recipients_of_the_group_under_the_cursor(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        place = driven.browse.selection.entry
        assert place is not None
        rows = driven.view.tree.rows(place.level, place.index)
        await driven.press("c")
        counted = driven.app.screen.query_one(CountedList).counted
        assert counted == facets(analysis.store, rows, "recipients")
        assert sum(count for _, count in counted) == len(rows)
        assert any(counted[0][0] in line for line in driven.drawn)
        await driven.press("y")
        [copied] = driven.clipboard.copied
        assert copied.splitlines()[0] == f"{counted[0][1]}\t{counted[0][0]}"


async def test_a_counted_value_goes_into_the_filter_or_out_of_view(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        for key in ("=", "-"):
            await driven.put_on("mail.fabrikam.example")
            await driven.press("c", "j")
            mailbox, count = driven.app.screen.query_one(CountedList).counted[1]
            await driven.press(key)
            assert driven.screen is driven.browse
            found = [analysis.store.exchange(row).command.mailbox for row in driven.view.tree.order.tolist()]
            assert (found.count(mailbox), len(found)) == ((count, count) if key == "=" else (0, 528 - count))
            await driven.press("u")


async def test_the_title_names_each_thing_once(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        for key in ("i", "c"):
            await driven.put_on("550")
            await driven.press(key)
            assert any("│ 550  " in line for line in driven.drawn)
            await driven.press("escape")
            await driven.put_on("mail.fabrikam.example")
            await driven.press(key)
            assert any("550 mail.fabrikam.example  " in line for line in driven.drawn)
            await driven.press("escape")


async def test_without_a_saved_view_the_list_says_how_to_save_one(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        await driven.press("v")
        assert any("No view is saved yet. Type a name and press f2." in line for line in driven.drawn)
        await driven.press(*"mine")
        assert any("No saved view has a name like that." in line for line in driven.drawn)


async def test_the_export_dialog_fits_a_small_screen(analysis: Analysis) -> None:
    async with browsing(analysis, size=(60, 20)) as driven:
        await driven.press("e")
        drawn = "\n".join(driven.drawn)
        assert "  File  " in drawn
        assert "[ ] Mask" in drawn
        assert "(up/down" not in drawn
        await driven.press("f3")
        assert "[x] Mask" in "\n".join(driven.drawn)


async def test_a_counted_value_of_each_kind_finds_as_many_events_as_it_counted(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 20)) as driven:
        await driven.put_on("550")
        total = driven.line_events
        await driven.press("=")
        assert driven.view.count == total
        for facet in (1, 3, 4, 6, 8):
            await driven.press("c")
            screen = driven.app.screen
            assert isinstance(screen, CountsScreen)
            screen.action_facet(facet)
            counted = screen.query_one(CountedList)
            if counted.value is None:
                await driven.press("escape")
                continue
            (value, count), before = counted.counted[0], driven.filter_text
            await driven.press("=")
            assert driven.view.count == count, f"{value}: {driven.filter_text}"
            if driven.filter_text != before:
                await driven.press("u")
            assert driven.view.count == total


# Help and palette


async def test_help_is_searched_by_word_and_by_key(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("?")
        assert isinstance(driven.app.screen, HelpScreen)
        assert "Export" in _read(driven)
        assert "Timeline" in _read(driven)
        await driven.press(*"timel")
        assert "Timeline" in _read(driven)
        assert "Export" not in _read(driven)
        await driven.press(*["backspace"] * 5, "U")
        assert "Redo" in _read(driven)
        assert "Timeline" not in _read(driven)
        await driven.press("backspace", *"zzzz")
        assert "No match" in _read(driven)
        await driven.press("escape")
        assert driven.screen is driven.browse


async def test_help_knows_the_filter_words(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("?", *"rcpt:")
        assert "rcpt:" in _read(driven)


async def test_arrows_scroll_the_help_while_its_search_has_the_focus(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        await driven.press("?")
        screen = driven.app.screen
        assert isinstance(screen.focused, Input)
        await driven.press("down", "down")
        assert screen.query_one(ProsePane).scroll_offset.y == 2
        await driven.press("up", "pagedown")
        assert screen.query_one(ProsePane).scroll_offset.y > 5


async def test_the_palette_finds_an_action_by_its_name_and_does_it(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("ctrl+p")
        assert isinstance(driven.app.screen, CommandPalette)
        await driven.press(*"sort")
        options = driven.app.screen.query_one(OptionList)
        await driven.until(lambda: options.option_count > 0)
        await driven.press("enter", "enter")
        await driven.until(lambda: driven.app.screen is driven.browse)
        await driven.settled()
        assert driven.view.sort == "count"


# The knowledge base


async def test_shift_k_begins_with_what_explains_the_line_under_the_cursor(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        title = driven.guidance.splitlines()[0].strip()
        await driven.press("K")
        assert isinstance(driven.app.screen, KnowledgeScreen)
        assert title in _read(driven)
        await driven.press("escape")
        assert driven.screen is driven.browse


async def test_the_knowledge_is_searched_by_typing_and_enter_shows_the_incidents_of_an_entry(
    analysis: Analysis,
) -> None:
    async with browsing(analysis) as driven:
        await driven.press("K")
        await driven.paste("greylist")
        hits = driven.app.screen.query_one(OptionList)
        found = [option.id for option in hits.options]
        assert 0 < len(found) < 20
        await driven.press(*["down"] * found.index("greylisted"), "enter")
        assert driven.screen is driven.browse
        assert driven.view.count == analysis.counts_of_entries()["greylisted"] == 58
        await driven.press("u")
        assert driven.view.count == 528


# The raw record and the files


async def test_r_shows_the_record_as_its_file_holds_it(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("]")
        row = driven.row
        raw = analysis.raw(row)
        await driven.press("r")
        assert isinstance(driven.app.screen, TextScreen)
        assert raw.split()[0] in _read(driven)
        assert "blocked using zen.dnsbl.example" in " ".join(_read(driven).split())
        await driven.press("y")
        assert driven.clipboard.copied == [raw.rstrip("\n") + "\n"]
        await driven.press("escape")
        assert driven.screen is driven.browse


async def test_q_closes_a_screen_over_the_browser_and_not_the_program(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        for key in ("r", "f", "i"):
            await driven.press(key)
            assert driven.screen is not driven.browse
            await driven.press("q")
            assert driven.screen is driven.browse
        assert not driven.app._exit


async def test_f_tells_what_each_file_says_of_itself(analysis: Analysis, sample_folder: Path) -> None:
    async with browsing(analysis) as driven:
        await driven.press("f")
        text = _read(driven)
        for file in sample_folder.iterdir():
            assert file.name in text.replace("\n", "")
            assert f"{file.stat().st_size:,} bytes" in text
        assert "Nothing was skipped." in text


async def test_f_lists_what_was_skipped_with_place_and_reason(
    open_analysis: OpenSession, sample_folder: Path, tmp_path: Path
) -> None:
    damaged = bytearray((sample_folder / "EXCH01-Application.evtx").read_bytes())
    # The second chunk behind its header.
    damaged[4096 + 65536 + 512 : 4096 + 2 * 65536] = b"\xff" * (65536 - 512)
    (tmp_path / "damaged.evtx").write_bytes(damaged)
    analysis = open_analysis(tmp_path / "damaged.evtx")
    async with browsing(analysis) as driven:
        assert analysis.skipped > 0
        assert any("skipped" in line for line in driven.drawn[:2])
        await driven.press("f")
        text = " ".join(_read(driven).split())
        for problem in analysis.problems:
            assert " ".join(problem.reason.split()) in text
            assert " ".join(problem.place.split()) in text
