"""Dates as logs write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.text.dates import DateOrder, WrittenTime, assumed_order, begins_with_time, find_time, moment

NEWEST = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def found(text: str) -> WrittenTime:
    written = find_time(text)
    assert written is not None, text
    return written


def iso(text: str, *, order: DateOrder = DateOrder.MONTH_FIRST, zone: str = "UTC") -> str:
    milliseconds = moment(found(text), order=order, zone=ZoneInfo(zone), newest=NEWEST)
    assert milliseconds is not None, text
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-09 06:12:41 Error EXCH01", "2026-11-09T06:12:41+00:00"),
        ("2026-11-09T06:12:41.123Z", "2026-11-09T06:12:41.123000+00:00"),
        ("2026-11-09T06:12:41.1234567Z", "2026-11-09T06:12:41.123000+00:00"),
        ("2026-11-09T06:12:41+01:00", "2026-11-09T05:12:41+00:00"),
        ("2026-11-09 06:12:41 -0530 x", "2026-11-09T11:42:41+00:00"),
        ("2026-11-09 06:12:41,123 log4j", "2026-11-09T06:12:41.123000+00:00"),
        ("2026-11-09 06:12:41,7002,Error", "2026-11-09T06:12:41+00:00"),
        ("[2026-11-09 06:12] short", "2026-11-09T06:12:00+00:00"),
        ("2009/01/26 13:04:34", "2009-01-26T13:04:34+00:00"),
        ("1/26/2009 1:04:34 PM", "2009-01-26T13:04:34+00:00"),
        ("1/26/2009 12:04:34 AM", "2009-01-26T00:04:34+00:00"),
        ("1/26/2009 12:04:34 p.m.", "2009-01-26T12:04:34+00:00"),
        ("1/26/2009,1:04:34 PM,MSExchangeTransport", "2009-01-26T13:04:34+00:00"),
        ("1/26/2009\t1:04:34 PM\tMSExchangeTransport", "2009-01-26T13:04:34+00:00"),
        ('"1/26/2009","1:04:34 PM","x"', "2009-01-26T13:04:34+00:00"),
        ("26.01.2009 13:04:34", "2009-01-26T13:04:34+00:00"),
        ("26.1.09, 13:04", "2009-01-26T13:04:00+00:00"),
        ("26-01-2009 13:04:34", "2009-01-26T13:04:34+00:00"),
        ("Error,11/9/2026 6:12:41\u202fAM,MSExchangeTransport", "2026-11-09T06:12:41+00:00"),
        ("Mon, 26 Jan 2009 13:04:34 +0100", "2009-01-26T12:04:34+00:00"),
        ("26-Jan-2009 13:04:34", "2009-01-26T13:04:34+00:00"),
        ("Mon Jan 26 13:04:34 2009", "2009-01-26T13:04:34+00:00"),
        ("January 26, 2009 1:04:34 PM", "2009-01-26T13:04:34+00:00"),
        ("Dec 31 2016 23:59:60", "2016-12-31T23:59:59+00:00"),
    ],
)
def test_each_form_is_read(text: str, expected: str) -> None:
    assert iso(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no date at all",
        "198.51.100.25 10:00:00",
        "2026-11-0906:12:41",
        "2026-13-09 06:12:41",
        "2026-11-09 26:12:41",
        "13/13/2026 06:12:41",
        "1/26/2009 13:04:34 PM",
        "2026-11-09",
        "version 4.16.55.1 at 10:00:00",
    ],
)
def test_what_is_no_date_with_a_time_is_not_taken_for_one(text: str) -> None:
    assert find_time(text) is None


def test_a_day_that_does_not_exist_has_no_moment() -> None:
    assert moment(found("2026-02-30 06:12:41"), order=DateOrder.DAY_FIRST, zone=UTC, newest=NEWEST) is None


@pytest.mark.parametrize(
    ("text", "order", "ambiguous"),
    [
        ("26/1/2009 13:04:34", DateOrder.DAY_FIRST, False),
        ("1/26/2009 13:04:34", DateOrder.MONTH_FIRST, False),
        ("3/4/2009 13:04:34", None, True),
        ("4/4/2009 13:04:34", None, False),
        ("2009-03-04 13:04:34", None, False),
    ],
)
def test_only_a_number_above_twelve_proves_the_order(text: str, order: DateOrder | None, ambiguous: bool) -> None:
    assert (found(text).order, found(text).ambiguous) == (order, ambiguous)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("3/4/2009 1:04:34 PM", DateOrder.MONTH_FIRST),
        ("3/4/2009 13:04:34", DateOrder.DAY_FIRST),
        ("3.4.2009 13:04:34", DateOrder.DAY_FIRST),
    ],
)
def test_without_proof_am_and_pm_mean_month_first(text: str, order: DateOrder) -> None:
    assert assumed_order(found(text)) is order


def test_a_date_that_proves_its_order_ignores_the_order_of_the_file() -> None:
    assert iso("26/1/2009 13:04:34", order=DateOrder.MONTH_FIRST) == "2009-01-26T13:04:34+00:00"


def test_the_order_of_the_file_decides_an_ambiguous_date() -> None:
    assert iso("3/4/2009 13:04:34", order=DateOrder.DAY_FIRST) == "2009-04-03T13:04:34+00:00"
    assert iso("3/4/2009 13:04:34", order=DateOrder.MONTH_FIRST) == "2009-03-04T13:04:34+00:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nov  9 06:12:41 EXCH01", "2026-11-09T06:12:41+00:00"),
        ("Nov 24 12:00:00 EXCH01", "2026-11-24T12:00:00+00:00"),
        ("Nov 25 11:00:00 EXCH01", "2026-11-25T11:00:00+00:00"),  # within a day: another zone, not another year
        ("Dec 24 12:00:00 EXCH01", "2025-12-24T12:00:00+00:00"),
        ("Feb 29 12:00:00 EXCH01", "2024-02-29T12:00:00+00:00"),
    ],
)
def test_a_missing_year_is_the_newest_that_does_not_lie_in_the_future(text: str, expected: str) -> None:
    assert iso(text) == expected


def test_a_time_that_the_clock_skips_or_has_twice_is_read_with_the_offset_before() -> None:
    assert iso("2026-03-29 02:30:00", zone="Europe/Berlin") == "2026-03-29T01:30:00+00:00"
    assert iso("2026-10-25 02:30:00", zone="Europe/Berlin") == "2026-10-25T00:30:00+00:00"


def test_a_written_zone_wins_over_the_zone_of_the_session() -> None:
    assert iso("2026-11-09 06:12:41Z", zone="Asia/Tokyo") == "2026-11-09T06:12:41+00:00"
    assert iso("2026-11-09 06:12:41", zone="Asia/Tokyo") == "2026-11-08T21:12:41+00:00"


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("2026-11-09 06:12:41 Error", True),
        ("<14>Nov  9 06:12:41 EXCH01", True),
        ('"1/26/2009","1:04:34 PM"', True),
        ("Error,11/9/2026 6:12:41 AM", True),
        ("Mon, 26 Jan 2009 13:04:34", True),
        ("responded to the SMTP command", False),
        ("550 5.1.1 User unknown", False),
        ("", False),
    ],
)
def test_a_line_with_its_own_time_is_told_from_a_wrapped_one(line: str, begins: bool) -> None:
    assert begins_with_time(line) is begins


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
TIMES = st.datetimes(datetime(1980, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001 - as written, without zone


@settings(max_examples=100)
@given(TIMES, ZONES)
def test_a_local_time_is_the_moment_that_python_gives(time: datetime, zone: str) -> None:
    whole = time.replace(microsecond=0)
    expected = whole.replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000
    assert moment(found(f"{whole}"), order=DateOrder.DAY_FIRST, zone=ZoneInfo(zone), newest=NEWEST) == expected


@settings(max_examples=60)
@given(TIMES, st.integers(-14 * 60, 14 * 60), st.sampled_from(["T", " "]))
def test_an_iso_time_with_an_offset_is_read_as_python_reads_it(time: datetime, minutes: int, between: str) -> None:
    aware = time.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    text = aware.isoformat(between)
    assert moment(found(text), order=DateOrder.DAY_FIRST, zone=UTC, newest=NEWEST) == aware.timestamp() * 1000


@settings(max_examples=100)
@given(st.one_of(st.text(), st.text("0123456789/.-: ,TZAPM+\t\u202f", max_size=40)))
def test_any_text_gives_a_moment_or_none(text: str) -> None:
    written = find_time(text)
    begins_with_time(text)
    if written is not None:
        assert 0 <= written.begin < written.end <= len(text)
        for order in DateOrder:
            moment(written, order=order, zone=ZoneInfo("Europe/Berlin"), newest=NEWEST)
