"""The header keeps its whole timeline and its warning, however narrow the screen is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.driving import browsing
from smtpscope.app.widgets.log_header import bars, merged, span_words
from smtpscope.session import Analysis


@settings(max_examples=60)
@given(st.lists(st.integers(0, 1000), max_size=80).map(tuple), st.integers(0, 90))
def test_merging_bins_loses_no_event(counts: tuple[int, ...], most: int) -> None:
    result = merged(counts, most)
    assert len(result) == min(len(counts), most)
    assert sum(result) == (sum(counts) if most else 0)


def test_a_bin_with_one_event_is_never_drawn_empty() -> None:
    assert bars((0, 1, 5000)) == " ▁█"
    assert bars((0, 0)) == "  "


def test_a_span_is_told_in_days_and_short_ones_in_hours() -> None:
    assert span_words(0, 86_400_000 * 3) == "3 days"
    assert span_words(0, 86_400_000) == "1 day"
    hour = 3_600_000
    assert span_words(0, 3 * hour + 420_000) == "3 h"
    assert span_words(0, 20 * 24 * hour + 15 * hour) == "21 days"
    assert span_words(0, 40 * 60_000) == "40 min"
    assert span_words(0, 1) == "1 min"
    assert span_words(None, 5) == ""


async def test_the_newest_events_are_on_the_timeline_after_the_screen_got_smaller(analysis: Analysis) -> None:
    async with browsing(analysis, size=(160, 30)) as driven:
        await driven.pilot.resize_terminal(80, 24)
        await driven.settled()
        timeline = driven.drawn[1].split("days")[1].rstrip()
        assert len(timeline) <= 80
        # Events come until the log's end, so the last bin of the timeline can't be blank.
        assert timeline[-1] in "▁▂▃▄▅▆▇█"
        assert len(driven.drawn[1].rstrip()) >= 78


async def test_what_has_no_room_is_left_out_whole_or_shown_to_be_cut(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        assert driven.drawn[1].split("UTC", 1)[1].startswith(" partly assumed, 21 days")
        await driven.press("z", *"america/indiana/ind")
        await driven.until(lambda: any("America/Indiana/Indianapolis" in line for line in driven.drawn))
        await driven.press("enter")
        assert driven.drawn[1].rstrip().endswith(" America/Indiana/Indianapolis partl…")


async def test_a_zone_of_usual_length_keeps_its_word_on_assumed_times(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        await driven.press("z", *"berlin")
        await driven.until(lambda: any("Europe/Berlin" in line for line in driven.drawn))
        await driven.press("enter")
        assert " Europe/Berlin partly assumed  " in driven.drawn[1]
        assert "21" not in driven.drawn[1].partition("assumed")[2]
