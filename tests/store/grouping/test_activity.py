"""What still goes on is told by gaps and by the end of the log."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.grouping.activity import median_gap_ms, ongoing, ongoing_of_each, usual_quiet_ms
from smtpscope.store.times import DAY, HOUR


def times(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


def test_a_day_of_quiet_is_usual_in_a_long_log_and_a_tenth_in_a_short_one() -> None:
    assert usual_quiet_ms(0, 30 * DAY) == DAY
    assert usual_quiet_ms(0, 5 * HOUR) == HOUR // 2


def test_what_came_within_the_last_day_still_goes_on() -> None:
    assert ongoing(times(29 * DAY), 0, 30 * DAY) is True
    assert ongoing(times(29 * DAY - 1), 0, 30 * DAY) is False


def test_what_comes_rarely_may_be_quiet_for_twice_its_usual_gap() -> None:
    weekly = times(5 * DAY, 12 * DAY, 19 * DAY)
    assert ongoing(weekly, 0, 33 * DAY) is True
    assert ongoing(weekly, 0, 33 * DAY + 1) is False


def test_without_any_time_nobody_can_tell() -> None:
    assert ongoing(times(), 0, DAY) is None
    assert ongoing(times(), None, None) is None


def test_the_median_of_an_even_number_of_gaps_is_the_lower_one() -> None:
    assert median_gap_ms(times(0, 1, 11)) == 1
    assert median_gap_ms(times(0, 1, 11, 14)) == 3
    assert median_gap_ms(times(7)) == median_gap_ms(times()) == 0


_set = st.lists(st.integers(0, 3000), min_size=1, max_size=8).map(sorted)


@settings(max_examples=100, deadline=None)
@given(st.lists(_set, min_size=1, max_size=4), st.integers(3000, 9000), st.sampled_from([1, 70]))
def test_many_sets_at_once_are_judged_as_one_by_one(sets: list[list[int]], end: int, repeated: int) -> None:
    # More than 64 undecided sets are judged another way than a few.
    sets = sets * repeated
    ends = np.cumsum([len(each) for each in sets])
    starts = ends - [len(each) for each in sets]
    together = ongoing_of_each(times(*(value for each in sets for value in each)), starts, ends, 0, end)
    assert together.tolist() == [ongoing(times(*each), 0, end) for each in sets]


@pytest.mark.parametrize(
    ("each", "end", "expected"),
    [
        ((0, 100), 300, True),
        ((0, 100), 301, False),
        ((0, 1, 201), 401, False),
        ((0, 200, 400, 401), 801, True),
        ((0, 200, 201, 202), 602, False),
    ],
)
def test_many_sets_are_judged_by_the_lower_median_of_their_gaps(
    each: tuple[int, ...], end: int, expected: bool
) -> None:
    ends = np.arange(1, 71) * len(each)
    many = ongoing_of_each(np.tile(times(*each), 70), ends - len(each), ends, 0, end)
    assert set(many.tolist()) == {expected} == {ongoing(times(*each), 0, end)}
