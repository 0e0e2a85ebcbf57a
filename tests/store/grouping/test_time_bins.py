"""Counts by calendar steps, episodes, and how they are told."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.filter_evaluation import matching
from smtpscope.store.filter.filter_grammar import parse_filter
from smtpscope.store.grouping.incident import Episode
from smtpscope.store.grouping.time_bins import (
    STEPS,
    Step,
    activity,
    days,
    episode_sentence,
    episodes,
    sorted_times,
    timeline,
)
from smtpscope.store.times import DAY, HOUR, MINUTE, format_day, format_time
from store.events import exchange, ms, store_of, three_weeks

BERLIN = ZoneInfo("Europe/Berlin")
EVENTS = three_weeks()
STORE = store_of(*EVENTS)


def at(*times: str | int | None) -> EventStore:
    return store_of(*(exchange(time=time) for time in times))


def test_days_are_counted_as_one_by_one() -> None:
    expected = Counter(format_day(event.time_ms, BERLIN) for event in EVENTS)
    assert days(sorted_times(STORE), BERLIN) == tuple(sorted(expected.items()))


def test_days_without_events_are_left_out() -> None:
    outage = matching(STORE, parse_filter("421"), UTC)
    found = days(sorted_times(STORE, outage), UTC)
    assert [day for day, _ in found] == ["2026-11-05", "2026-11-06", "2026-11-14"]
    assert dict(found)["2026-11-14"] == 190


def test_an_event_at_midnight_belongs_to_the_new_day_of_the_zone() -> None:
    store = at("2026-11-14 22:59:59", "2026-11-14 23:00:00", None)
    assert days(sorted_times(store), BERLIN) == (("2026-11-14", 1), ("2026-11-15", 1))


def test_times_beyond_the_calendar_are_counted_at_its_end() -> None:
    assert days(sorted_times(at(2**62, 2**61)), UTC) == (("9999-12-31", 2),)


def test_a_day_of_25_hours_is_one_bin() -> None:
    store = at("2026-10-24 12:00:00", "2026-10-25 22:30:00", "2026-10-26 12:00:00")
    found = timeline(store, None, BERLIN, step="day")
    assert [each.count for each in found.bins] == [1, 1, 1]
    assert found.bins[1].end_ms - found.bins[1].start_ms == 25 * HOUR


def test_hours_begin_with_the_hour_of_the_wall_clock() -> None:
    found = timeline(at("2026-11-14 10:20:00", "2026-11-14 11:20:00"), None, ZoneInfo("Asia/Kolkata"), step="hour")
    assert [format_time(each.start_ms, ZoneInfo("Asia/Kolkata"))[11:] for each in found.bins] == [
        "15:00:00",
        "16:00:00",
    ]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    store = at("2026-11-11 10:00:00", "2026-12-01 00:00:00")
    weeks = timeline(store, None, UTC, step="week")
    assert format_day(weeks.bins[0].start_ms, UTC) == "2026-11-09"
    months = timeline(store, None, UTC, step="month")
    assert [(format_day(each.start_ms, UTC), each.count) for each in months.bins] == [
        ("2026-11-01", 1),
        ("2026-12-01", 1),
    ]


@pytest.mark.parametrize(
    ("length", "step"),
    [
        (0, "minute"),
        (50 * MINUTE, "minute"),
        (3 * HOUR, "quarter hour"),
        (2 * DAY, "hour"),
        (21 * DAY, "day"),
        (300 * DAY, "week"),
        (4000 * DAY, "month"),
    ],
)
def test_the_finest_step_that_fits_is_taken(length: int, step: Step) -> None:
    start = ms("2026-01-01 00:00:00")
    assert timeline(at(start, start + length), None, UTC).step == step


def test_a_step_that_would_need_too_many_bins_becomes_coarser() -> None:
    found = timeline(at("1990-01-01", "2026-01-01"), None, UTC, step="minute")
    assert len(found.bins) <= 2001
    assert sum(each.count for each in found.bins) == 2


def test_a_window_shows_its_part() -> None:
    found = timeline(STORE, None, UTC, step="hour", window=(ms("2026-11-14 13:00:00"), ms("2026-11-14 16:59:59")))
    assert len(found.bins) == 4
    expected = sum(ms("2026-11-14 13:00") <= (event.time_ms or 0) < ms("2026-11-14 17:00") for event in EVENTS)
    assert sum(each.count for each in found.bins) == expected >= 190


def test_events_without_a_time_are_counted_apart() -> None:
    assert timeline(at(None, None), None, UTC).untimed == 2
    assert timeline(at(None, 5), None, UTC).untimed == 1


def test_bins_follow_each_other() -> None:
    found = timeline(STORE, None, BERLIN)
    assert all(before.end_ms == after.start_ms for before, after in zip(found.bins, found.bins[1:], strict=False))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(ms("1900-01-01"), ms("2100-01-01")) | st.integers(-(2**60), 2**60), min_size=1, max_size=6),
    st.sampled_from([None, *STEPS]),
)
def test_any_times_give_a_timeline(times: list[int], step: Step | None) -> None:
    store = at(*times)
    found = timeline(store, None, BERLIN, step=step)
    assert 1 <= len(found.bins) <= 2001
    assert all(each.start_ms < each.end_ms for each in found.bins)
    assert sum(count for _, count in days(sorted_times(store), BERLIN)) == len(times)
    if max(times) - min(times) < 50 * 365 * DAY and max(map(abs, times)) < 2**47:
        assert sum(each.count for each in found.bins) == len(times)


def test_a_long_gap_ends_an_episode() -> None:
    hourly = [number * HOUR for number in range(5)]
    times = np.array([*hourly, *(moment + 30 * HOUR for moment in hourly)], np.int64)
    assert episodes(times) == (Episode(0, 4 * HOUR, 5), Episode(30 * HOUR, 34 * HOUR, 5))


def test_a_gap_of_six_hours_or_of_twenty_usual_gaps_ends_nothing() -> None:
    assert len(episodes(np.array([0, 1000, 6 * HOUR + 1000], np.int64))) == 1
    assert len(episodes(np.array([0, 1000, 6 * HOUR + 1001], np.int64))) == 2
    daily = [number * DAY for number in range(10)]
    assert len(episodes(np.array([*daily, 29 * DAY], np.int64))) == 1
    assert len(episodes(np.array([*daily, 29 * DAY + 1], np.int64))) == 2


def test_no_times_are_no_episodes() -> None:
    assert episodes(np.zeros(0, np.int64)) == ()
    assert episode_sentence((), 5, None, UTC) == ""


def test_episodes_are_told_in_a_sentence() -> None:
    outage = sorted_times(STORE, matching(STORE, parse_filter("421"), UTC))
    found = episodes(outage)
    sentence = episode_sentence(found, STORE.log_end_ms, "over", UTC)
    assert sentence == f"{len(found)} episodes, the last ended 11-14 16:39: over for 8 days"
    assert episode_sentence(found[-1:], found[-1].last_ms, "ongoing", UTC) == "1 episode, began 11-14 13:02: ongoing"


def test_the_activity_of_all_logs_counts_every_event() -> None:
    assert sum(activity(STORE, 40)) == len(EVENTS)
    assert activity(at(None), 3) == (0, 0, 0)
    assert activity(at(0, 1, 9, 10), 2) == (2, 2)
