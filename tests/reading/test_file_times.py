"""What is settled once for all times of a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from smtpscope.reading.dates import DateOrder, WrittenTime, find_time
from smtpscope.reading.file_times import FileTimes
from smtpscope.reading.record import ReadOptions

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
    assert (searches, times.order) == (0, None)
    times.milliseconds(written("3/4/2026 06:12:41"))
    times.milliseconds(written("4/5/2026 06:12:41"))
    assert (searches, times.order) == (1, DateOrder.DAY_FIRST)
    assert times.take_problems() == []


def test_dots_mean_day_first_even_with_am_and_pm() -> None:
    times = FileTimes("a.log", OPTIONS, list)
    assert times.milliseconds(written("3.4.2026 6:12:41 AM")) == times.milliseconds(written("2026-04-03 06:12:41"))
    (problem,) = times.take_problems()
    assert problem.reason == (
        "No date tells whether day or month comes first (such as 3.4.2026): read as day/month/year, as usual with dots"
    )
    assert times.take_problems() == []


def test_a_year_that_is_missing_is_noted_once() -> None:
    times = FileTimes("a.log", OPTIONS, list)
    times.milliseconds(written("Nov  9 06:12:41"))
    times.milliseconds(written("Nov  9 06:12:42"))
    assert [problem.file for problem in times.take_problems()] == ["a.log"]
