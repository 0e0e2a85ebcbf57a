"""The time of a header follows from its hour exactly where it would be the same without that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smtpscope.reading.record import ReadOptions
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.syslog_header import Headers

NEWEST = datetime(2026, 11, 30, 12, 20, tzinfo=UTC)
# The clocks change there by an hour at night, by half an hour, and at midnight; one zone has none of it.
ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "UTC")
FORMS = (
    "{0:%b} {0.day:2} {0:%H:%M:%S} mx1 ",
    "{0:%Y-%m-%dT%H:%M:%S} mx1 ",
    "{0:%Y-%m-%d %H:%M:%S} mx1 ",
    "{0:%Y-%m-%dT%H:%M:%S}+01:00 mx1 ",
    "{0:%Y-%m-%dT%H:%M:%S}.250000+01:00 mx1 ",
    "{0:%b} {0.day:2} {0:%H:%M:%S} CET mx1 ",
    "{0:%b} {0.day:2} {0:%H:%M:%S} mx1 2026-11-22T10:00:00Z ",
    "{0:%d.%m.%Y %H:%M:%S} mx1 ",
)


def headers(zone: str) -> Headers:
    return Headers(FileTimes("mail.log", ReadOptions(zone=ZoneInfo(zone), newest=NEWEST), list))


@pytest.mark.parametrize("zone", ZONES)
def test_times_are_those_of_each_header_read_alone(zone: str) -> None:
    # Around the changes of the clocks in 2026, the end of the year, and the newest time that may be.
    nights = [(3, 28), (3, 29), (4, 4), (4, 5), (10, 3), (10, 4), (10, 24), (10, 25), (10, 31), (11, 1), (3, 8)]
    days = [datetime(2026, month, day) for month, day in nights]  # noqa: DTZ001 - the times of the log's own clock
    days += [datetime(2025, 12, 31), datetime(2026, 1, 1), datetime(2026, 11, 30), datetime(2026, 12, 1)]  # noqa: DTZ001
    together, alone = headers(zone), headers(zone)
    wrong = []
    for form in FORMS:
        for day in days:
            for seconds in range(0, 86_400, 1_709):
                header = form.format(day + timedelta(seconds=seconds))
                # A priority before it is no part of the time, but of no hour.
                if together.written(header, 0) != alone.written(f"<22>{header}", 0):
                    wrong.append(header)
    assert not wrong


def test_the_hour_of_another_day_is_another() -> None:
    of = headers("UTC")
    assert of.written("Nov 22 10:00:05 mx1 ").time_ms == datetime(2026, 11, 22, 10, 0, 5, tzinfo=UTC).timestamp() * 1000
    assert of.written("Nov 23 10:59:59 mx2 ") == (
        datetime(2026, 11, 23, 10, 59, 59, tzinfo=UTC).timestamp() * 1000,
        True,
        "mx2",
    )


def test_a_second_that_no_clock_shows_is_no_time_of_the_hour() -> None:
    of = headers("UTC")
    assert of.written("Nov 22 10:00:05 mx1 ").time_ms is not None
    assert of.written("Nov 22 10:00:61 mx1 ").time_ms == headers("UTC").written("Nov 22 10:00:61 mx1 ").time_ms
