"""What is settled once for all times of a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.record import DateOrderName, ReadOptions
from smtpscope.reading.text.dates import DateOrder, WrittenTime, find_time, moment
from smtpscope.reading.text.file_times import FileTimes
from support.changed import replace

OPTIONS = ReadOptions(newest=datetime(2026, 11, 24, tzinfo=UTC))


def written(text: str) -> WrittenTime:
    found = find_time(text)
    assert found is not None
    return found


def test_the_file_is_searched_once_and_only_when_a_date_is_ambiguous() -> None:
    searches = 0

    def search() -> Iterator[WrittenTime]:
        nonlocal searches
        searches += 1
        yield written("14/3/2026 06:12:41")

    times = FileTimes("a.log", OPTIONS, search)
    times.milliseconds(written("2026-03-04 06:12:41"))
    times.milliseconds(written("14/3/2026 06:12:41"))
    assert searches == 0
    assert times.milliseconds(written("3/4/2026 06:12:41")) == times.milliseconds(written("2026-04-03 06:12:41"))
    times.milliseconds(written("4/5/2026 06:12:41"))
    assert searches == 1
    assert times.take_problems() == []


def test_dots_mean_day_first_even_with_am_and_pm() -> None:
    times = FileTimes("a.log", OPTIONS, list)
    assert times.milliseconds(written("3.4.2026 6:12:41 AM")) == times.milliseconds(written("2026-04-03 06:12:41"))
    (problem,) = times.take_problems()
    assert problem.reason == (
        "No date shows whether day or month comes first (such as 3.4.2026): read as day/month/year, as usual with "
        "dots; set --date-order dmy, mdy or ymd"
    )
    assert times.take_problems() == []


def test_a_year_that_is_missing_is_noted_once() -> None:
    times = FileTimes("a.log", OPTIONS, list)
    times.milliseconds(written("Nov  9 06:12:41"))
    times.milliseconds(written("Nov  9 06:12:42"))
    assert [problem.file for problem in times.take_problems()] == ["a.log"]


@pytest.mark.parametrize(
    ("order", "text", "expected"),
    [
        ("dmy", "3/4/2026 06:12:41", "2026-04-03 06:12:41"),
        ("mdy", "3/4/2026 06:12:41", "2026-03-04 06:12:41"),
        ("dmy", "3/4/2026 6:12:41 AM", "2026-04-03 06:12:41"),
        ("ymd", "09/01/26 06:12:41", "2009-01-26 06:12:41"),
        ("ymd", "09-1-02 06:12:41", "2009-01-02 06:12:41"),
        ("ymd", "2026/3/4 06:12:41", "2026-03-04 06:12:41"),
        ("mdy", "2026-03-04 06:12:41", "2026-03-04 06:12:41"),
        ("mdy", "3/4/09 06:12:41", "2009-03-04 06:12:41"),
    ],
)
def test_the_order_that_was_asked_for_counts_and_nothing_is_searched(
    order: DateOrderName, text: str, expected: str
) -> None:
    times = FileTimes("a.log", replace(OPTIONS, date_order=order), list)
    assert times.milliseconds(written(text)) == times.milliseconds(written(expected))
    assert times.take_problems() == []


def test_a_date_that_contradicts_the_order_asked_for_is_read_as_it_must_be_and_told_once() -> None:
    times = FileTimes("a.log", replace(OPTIONS, date_order="mdy"), list)
    for _ in range(2):
        assert times.milliseconds(written("26/1/2009 1:04:34")) == times.milliseconds(written("2009-01-26 01:04:34"))
    assert [problem.reason for problem in times.take_problems()] == [
        "Dates such as 26/1/2009 can't be month/day/year, as --date-order says: read as day/month/year"
    ]


def test_year_first_without_a_short_year_leaves_the_rest_to_the_dates() -> None:
    times = FileTimes("a.log", replace(OPTIONS, date_order="ymd"), list)
    assert times.milliseconds(written("3/4/2026 06:12:41")) == times.milliseconds(written("2026-04-03 06:12:41"))
    assert "--date-order" in times.take_problems()[0].reason


def test_one_damaged_date_does_not_turn_the_others_around() -> None:
    proofs = ["19/3/2026 06:00:00", "11/13/2026 06:00:00", "11/14/2026 06:00:00"]
    times = FileTimes("a.log", OPTIONS, lambda: map(written, proofs))
    assert times.milliseconds(written("11/9/2026 06:00:00")) == times.milliseconds(written("2026-11-09 06:00:00"))
    assert times.milliseconds(written(proofs[0]), 0x295) == times.milliseconds(written("2026-03-19 06:00:00"))
    assert [(problem.place, problem.reason) for problem in times.take_problems()] == [
        (
            "byte 0x295",
            "The date 19/3/2026 06:00:00 can't be month/day/year, as the other dates of the file are: read as "
            "day/month/year; it may be damaged",
        )
    ]


def test_dates_with_dots_and_those_without_do_not_prove_each_other() -> None:
    proofs = ["28.1.2026 06:00:00", "29.1.2026 06:00:00", "1/23/2026 6:00:00 AM"]
    times = FileTimes("a.log", OPTIONS, lambda: map(written, proofs))
    assert times.milliseconds(written("2/3/2026 6:00:00 AM")) == times.milliseconds(written("2026-02-03 06:00:00"))
    assert times.milliseconds(written("2.3.2026 06:00:00")) == times.milliseconds(written("2026-03-02 06:00:00"))
    for each in proofs:
        times.milliseconds(written(each))
    assert times.take_problems() == []


def test_as_many_proofs_on_either_side_are_told() -> None:
    proofs = ["19/3/2026 06:00:00", "11/13/2026 06:00:00"]
    times = FileTimes("a.log", OPTIONS, lambda: map(written, proofs))
    assert times.milliseconds(written("11/9/2026 06:00:00")) == times.milliseconds(written("2026-09-11 06:00:00"))
    (problem,) = times.take_problems()
    assert problem.reason.startswith("Dates contradict each other")


def test_contradictions_beyond_a_limit_are_not_listed_one_by_one() -> None:
    proofs = ["11/13/2026 06:00:00"] * 60
    times = FileTimes("a.log", OPTIONS, lambda: map(written, proofs))
    times.milliseconds(written("11/9/2026 06:00:00"))
    for _ in range(50):
        times.milliseconds(written("19/3/2026 06:00:00"))
    problems = times.take_problems()
    assert len(problems) == 20
    assert problems[-1].reason.endswith("(further dates of this kind are not listed)")


def test_the_rest_of_a_file_is_not_looked_at_once_the_order_is_clear() -> None:
    asked = 0

    def search() -> Iterator[WrittenTime]:
        nonlocal asked
        for number in range(1, 10_000):
            asked = number
            yield written("11/13/2026 06:00:00")

    FileTimes("a.log", OPTIONS, search).milliseconds(written("11/9/2026 06:00:00"))
    assert asked == 64


def told(dates: list[str]) -> list[str]:
    times = FileTimes("a.log", OPTIONS, lambda: map(written, dates))
    for date in dates:
        times.milliseconds(written(date))
    return [problem.reason for problem in times.take_problems()]


def test_one_date_that_decides_over_many_is_named() -> None:
    dates = [f"2/{day}/2026 10:00" for day in range(1, 9)]
    assert told([*dates, "13/2/2026 10:00", "14/2/2026 10:00"]) == []
    assert told([*dates, "13/2/2026 10:00"]) == [
        "Only 13/2/2026 shows whether day or month comes first: all dates are read as day/month/year; if that one is "
        "damaged, set --date-order"
    ]


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    st.lists(
        st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31))  # noqa: DTZ001 - local times
        | st.integers(0, 7_200).map(lambda second: datetime(2026, 3, 29, 1) + timedelta(seconds=second))  # noqa: DTZ001
        | st.integers(0, 9_000).map(lambda second: datetime(2026, 4, 5, 1) + timedelta(seconds=second)),  # noqa: DTZ001
        max_size=8,
    ),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S+02:00"]),
)
def test_an_hour_that_was_worked_out_gives_the_moments_of_each_time(
    zone: str, written: list[datetime], form: str
) -> None:
    options = ReadOptions(ZoneInfo(zone), date_order="mdy" if "%p" in form else "dmy")
    times = FileTimes("log", options, list)
    for each in written:
        found = find_time(each.strftime(form))
        assert found is not None
        order = DateOrder.MONTH_FIRST if "%p" in form else DateOrder.DAY_FIRST
        assert times.milliseconds(found) == moment(found, order=order, zone=options.zone, newest=datetime.now(UTC))
