"""Time words are placed in the log, calendar days follow the zone, and durations read plainly."""

from __future__ import annotations

from datetime import UTC, date, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import UsageError
from smtpscope.store.times import (
    DAY,
    HOUR,
    LocalZone,
    day_end,
    day_start,
    duration,
    format_day,
    format_short,
    format_time,
    local_datetime,
    milliseconds,
    parse_time_word,
    resolve,
    zone_label,
    zone_named,
)
from store.events import ms

BERLIN = ZoneInfo("Europe/Berlin")
LOG_END = ms("2026-11-22 23:12:44")


def span(word: str, zone: tzinfo = UTC, log_end: int = LOG_END) -> tuple[str, str]:
    found = resolve(parse_time_word(word), log_end, zone)
    return format_time(found.start_ms, zone), format_time(found.end_ms, zone)


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("11-16", "2026-11-16 00:00:00", "2026-11-17 00:00:00"),
        ("11-23", "2025-11-23 00:00:00", "2025-11-24 00:00:00"),
        ("02-29", "2024-02-29 00:00:00", "2024-03-01 00:00:00"),
        ("2026-11-16", "2026-11-16 00:00:00", "2026-11-17 00:00:00"),
        ("2026-11", "2026-11-01 00:00:00", "2026-12-01 00:00:00"),
        ("2026-11-16T13:00", "2026-11-16 13:00:00", "2026-11-16 13:01:00"),
        ("2026-11-16 13:00:07", "2026-11-16 13:00:07", "2026-11-16 13:00:08"),
        ("11-16 9:05", "2026-11-16 09:05:00", "2026-11-16 09:06:00"),
        ("13:00", "2026-11-22 13:00:00", "2026-11-22 13:01:00"),
        ("23:30", "2026-11-21 23:30:00", "2026-11-21 23:31:00"),
        ("today", "2026-11-22 00:00:00", "2026-11-23 00:00:00"),
        ("Yesterday", "2026-11-21 00:00:00", "2026-11-22 00:00:00"),
    ],
)
def test_a_time_word_is_placed_in_the_log(word: str, start: str, end: str) -> None:
    assert span(word) == (start, end)


@pytest.mark.parametrize(("word", "back"), [("24h", DAY), ("7d", 7 * DAY), ("90m", 90 * 60_000), ("2w", 14 * DAY)])
def test_a_relative_word_counts_from_the_end_of_the_log(word: str, back: int) -> None:
    assert resolve(parse_time_word(word), LOG_END, UTC).start_ms == LOG_END - back


def test_a_day_is_that_of_the_zone() -> None:
    assert resolve(parse_time_word("11-16"), LOG_END, BERLIN).start_ms == ms("2026-11-15 23:00:00")


def test_a_day_of_daylight_saving_ends_when_it_ends() -> None:
    changed = date(2026, 10, 25)
    assert day_end(changed, BERLIN) - day_start(changed, BERLIN) == 25 * HOUR
    assert day_end(date(2026, 3, 29), BERLIN) - day_start(date(2026, 3, 29), BERLIN) == 23 * HOUR


@pytest.mark.parametrize(
    "word", ["", " ", "soon", "11-31", "2025-02-29", "25:00", "13:61", "0000-01-01", "13-01", "5", "99y", "-"]
)
def test_what_is_no_time_is_a_value_error(word: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_time_word(word)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12) | st.from_regex(r"[0-9T: -]{1,16}", fullmatch=True), st.integers(-(2**50), 2**50))
def test_any_word_is_a_time_or_a_value_error(word: str, log_end: int) -> None:
    try:
        parsed = parse_time_word(word)
    except ValueError:
        return
    found = resolve(parsed, log_end, BERLIN)
    assert found.start_ms < found.end_ms


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (UTC, "2026-11-18 22:47:03"),
        (BERLIN, "2026-11-18 23:47:03"),
        (timezone(timedelta(hours=-5)), "2026-11-18 17:47:03"),
    ],
)
def test_a_time_is_shown_in_its_zone(zone: tzinfo, expected: str) -> None:
    assert format_time(ms("2026-11-18 22:47:03"), zone) == expected


def test_a_time_may_be_shown_shorter() -> None:
    moment = ms("2026-11-18 22:47:03") + 45
    assert format_short(moment, UTC) == "11-18 22:47"
    assert format_day(moment, UTC) == "2026-11-18"
    assert format_time(moment, UTC, year=False) == "11-18 22:47:03"
    assert format_time(moment, UTC, fraction=True) == "2026-11-18 22:47:03.045"


def test_no_time_is_shown_as_nothing() -> None:
    assert format_time(None, UTC) == format_short(None, UTC) == format_day(None, UTC) == ""


@given(st.integers(-(2**63), 2**63), st.sampled_from([UTC, BERLIN, LocalZone()]))
def test_any_number_is_shown_without_an_exception(moment: int, zone: tzinfo) -> None:
    assert len(format_time(moment, zone)) == 19


@given(st.integers(ms("1971-01-01"), ms("2100-01-01")), st.sampled_from([UTC, BERLIN, ZoneInfo("Asia/Kathmandu")]))
def test_wall_clock_and_milliseconds_are_each_others_inverse(moment: int, zone: tzinfo) -> None:
    assert milliseconds(local_datetime(moment, zone)) == moment


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (12_999, "12 s"),
        (5 * 60_000, "5 min"),
        (8 * HOUR, "8 h"),
        (47 * HOUR, "47 h"),
        (2 * DAY, "2 days"),
        (8 * DAY + 7 * HOUR, "8 days"),
    ],
)
def test_a_duration_is_told_in_its_largest_unit(length: int, expected: str) -> None:
    assert duration(length) == expected


@pytest.mark.parametrize(("name", "hours"), [("UTC", 0), ("z", 0), ("+01:00", 1), ("-0530", -5.5), ("UTC+2", 2)])
def test_a_zone_has_a_name_or_an_offset(name: str, hours: float) -> None:
    moment = local_datetime(ms("2026-11-18 12:00:00"), zone_named(name))
    assert moment.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("name", ["", "Nowhere/Land", "../etc/passwd", "+15:00", "a\0b", "Europe"])
def test_an_unknown_zone_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError):
        zone_named(name)


def test_a_zone_is_called_by_its_name() -> None:
    assert [zone_label(zone) for zone in (UTC, BERLIN, zone_named("+01:00"), zone_named("local"))] == [
        "UTC",
        "Europe/Berlin",
        "UTC+01:00",
        "local time",
    ]


def test_the_zone_of_the_computer_follows_its_own_rules() -> None:
    moment = ms("2026-07-01 12:00:00")
    assert milliseconds(local_datetime(moment, LocalZone())) == moment
