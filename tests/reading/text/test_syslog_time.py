"""The times in front of log lines, in forms that only logs have."""

from __future__ import annotations

import pytest

from smtpscope.reading.text.syslog_time import doubtful_zone, find_log_time


@pytest.mark.parametrize(
    ("header", "month", "day"),
    [
        ("Mär 08 20:48:47 mx ", 3, 8),
        ("Mai 08 20:48:47 mx ", 5, 8),
        ("Dez  8 20:48:47 mx ", 12, 8),
        ("févr. 10 20:48:47 mx ", 2, 10),
        ("août 10 20:48:47 mx ", 8, 10),
        ("juil. 10 20:48:47 mx ", 7, 10),
        ("ene 31 20:48:47 mx ", 1, 31),
        ("set 30 20:48:47 mx ", 9, 30),
        ("mrt 01 20:48:47 mx ", 3, 1),
        ("paź 09 20:48:47 mx ", 10, 9),
        ("ноя 09 20:48:47 mx ", 11, 9),
        ("11月 30 20:48:47 mx ", 11, 30),
        ("Nov 30 20:48:47 mx ", 11, 30),
    ],
)
def test_months_of_other_languages_are_understood(header: str, month: int, day: int) -> None:
    written = find_log_time(header)
    assert written is not None
    assert (written.year, written.first, written.second, written.hour) == (None, month, day, 20)
    assert header[written.end :] == " mx "


@pytest.mark.parametrize(
    ("header", "zone"),
    [
        ("Nov 30 20:48:47 CET mx ", 60),
        ("Mon 2026-07-06 20:48:47 CEST mx ", 120),
        ("Nov 30 20:48:47 EST mx ", -300),
        ("Nov 30 20:48:47 UTC mx ", 0),
        ("2026-11-30_20:48:47.12345 ", 0),
        ("2026-11-30T20:48:47-03:30 mx ", -210),
        ("Nov 30 20:48:47 mx ", None),
        ("Nov 30 20:48:47 CST mx ", None),
        ("Nov 30 20:48:47 MAIL ", None),
    ],
)
def test_names_of_zones_that_mean_one_zone_are_taken(header: str, zone: int | None) -> None:
    written = find_log_time(header)
    assert written is not None
    assert written.zone_minutes == zone


def test_the_name_of_several_zones_is_told() -> None:
    header = "Nov 30 20:48:47 CST mx "
    written = find_log_time(header)
    assert written is not None
    assert doubtful_zone(header, written) == "CST"


@pytest.mark.parametrize(
    ("header", "milliseconds"),
    [
        ("1796003670.143406 mail ", 143),
        ("1796003670 mail ", 0),
        ("1796003670143 mail ", 143),
        ("[1796003670.5] mail ", 500),
        ("@400000006b0cd760088dfb80 mail.info: Nov 30 01:56:58 ", 143),
    ],
)
def test_seconds_since_1970_are_a_time_in_utc(header: str, milliseconds: int) -> None:
    written = find_log_time(header)
    assert written is not None
    assert (written.year, written.first, written.second) == (2026, 11, 30)
    assert (written.hour, written.minute, written.second_of_minute) == (1, 54, 30)
    assert (written.millisecond, written.zone_minutes) == (milliseconds, 0)


@pytest.mark.parametrize(
    "header", ["", "mail ", "12345 mail ", "@40000000zz ", "9999999999 mail ", "[ 1234.567890] mail "]
)
def test_what_is_no_time_is_none(header: str) -> None:
    assert find_log_time(header) is None


def test_the_year_may_stand_first() -> None:
    written = find_log_time("2009 Jan 26 13:04:34 (exch01) 192.0.2.10->WinEvtLog ")
    assert written is not None
    assert (written.year, written.first, written.second) == (2009, 1, 26)
