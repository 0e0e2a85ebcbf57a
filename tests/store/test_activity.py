"""What still goes on is told by gaps and by the end of the log."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.activity import (
    STATES,
    Times,
    liveliest,
    median_gap_ms,
    state_brief,
    state_of,
    state_words,
    states_of_each,
    usual_quiet_ms,
)
from smtpscope.store.times import DAY, HOUR, MINUTE


def times(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


def test_a_day_of_quiet_is_usual_in_a_long_log_and_a_tenth_in_a_short_one() -> None:
    assert usual_quiet_ms(0, 30 * DAY) == DAY
    assert usual_quiet_ms(0, 5 * HOUR) == HOUR // 2


def test_nothing_is_over_before_the_next_delivery_attempt_may_have_come() -> None:
    burst = np.arange(60, dtype=np.int64) * 1000
    assert state_of(burst, 0, 60_000 + 14 * MINUTE) == "ongoing"
    assert state_of(burst, 0, 60_000 + 16 * MINUTE) == "over"


def test_what_came_within_the_last_day_still_goes_on() -> None:
    assert state_of(times(29 * DAY), 0, 30 * DAY) == "ongoing"
    assert state_of(times(29 * DAY - 1), 0, 30 * DAY) == "quiet"


def test_what_comes_rarely_may_be_quiet_for_twice_its_usual_gap() -> None:
    weekly = times(5 * DAY, 12 * DAY, 19 * DAY)
    assert state_of(weekly, 0, 33 * DAY) == "ongoing"
    assert state_of(weekly, 0, 33 * DAY + 1) == "quiet"


def test_a_silence_is_the_end_only_when_it_is_longer_than_chance_and_than_any_gap_by_half() -> None:
    hourly = np.arange(100, dtype=np.int64) * HOUR
    assert state_of(hourly, 0, 99 * HOUR + DAY) == "over"
    with_a_night = np.concatenate([hourly, 99 * HOUR + 20 * HOUR + hourly])
    last = int(with_a_night[-1])
    assert state_of(with_a_night, 0, last + 30 * HOUR) == "quiet"
    assert state_of(with_a_night, 0, last + 30 * HOUR + 1) == "over"


def test_one_event_alone_is_over_only_after_a_hundred_times_the_log_before_it() -> None:
    assert state_of(times(HOUR), 0, 100 * HOUR) == "quiet"
    assert state_of(times(HOUR), 0, 201 * HOUR) == "over"
    assert state_of(times(10 * DAY), 0, 300 * DAY) == "quiet"


def test_the_rate_is_that_of_the_last_episode() -> None:
    burst = times(*(6 * DAY + minute * MINUTE for minute in range(5)))
    both = np.concatenate([times(0, 5 * DAY), burst])
    end = int(both[-1]) + 8 * DAY
    # At the rate of all seven events such a silence has a probability of 0.6 %.
    assert (1 + (end - both[-1]) / (both[-1] - both[0])) ** -6 > 1 / 200
    assert state_of(both, 0, end) == "over"


def test_a_group_of_groups_is_what_its_liveliest_part_is() -> None:
    parts = np.array([2, 1, 2, 2, -1, 0, 1, -1], np.int8)
    parents = np.array([0, 0, 1, 1, 1, 2, 2, 3])
    assert liveliest(parts, parents, 5).tolist() == [1, 2, 0, -1, -1]


def test_without_any_time_nobody_can_tell() -> None:
    assert state_of(times(), 0, DAY) is None
    assert state_of(times(), None, None) is None


_RATES = st.floats(HOUR, 3 * DAY)


def random_arrivals(seed: int, mean_gap: float) -> tuple[Times, int]:
    """Events at random with this mean gap over 30 to 120 days, up to a random moment."""
    source = np.random.default_rng(seed)
    length = int(source.uniform(30, 120) * DAY)
    found = np.cumsum(source.exponential(mean_gap, int(3 * length / mean_gap) + 20)).astype(np.int64)
    cut = int(source.uniform(0, length))
    return found[found <= cut], cut


@pytest.mark.parametrize("mean_gap", [HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY])
@pytest.mark.parametrize("seed", [1, 2])
def test_of_random_arrivals_cut_at_a_random_moment_one_in_a_hundred_is_called_over_at_most(
    mean_gap: int, seed: int
) -> None:
    states = [state_of(*_with_start(random_arrivals(seed * 100_000 + number, mean_gap))) for number in range(1500)]
    told = [state for state in states if state is not None]
    assert told.count("over") <= len(told) / 100


def _with_start(arrivals: tuple[Times, int]) -> tuple[Times, int, int]:
    found, cut = arrivals
    return found, 0, cut


@pytest.mark.parametrize("seed", [1, 2])
def test_of_bursts_that_ended_a_day_ago_ninety_nine_in_a_hundred_are_over(seed: int) -> None:
    source = np.random.default_rng(seed)
    over = 0
    for _ in range(2000):
        length = source.uniform(10 * MINUTE, 6 * HOUR)
        start = int(source.uniform(0, 20 * DAY))
        burst = start + np.sort(source.uniform(0, length, source.integers(8, 300))).astype(np.int64)
        over += state_of(burst, 0, int(burst[-1]) + DAY) == "over"
    assert over >= 0.99 * 2000


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), _RATES)
def test_what_is_over_stays_over_while_the_log_goes_on_in_silence(seed: int, mean_gap: float) -> None:
    found, cut = random_arrivals(seed, mean_gap)
    states = [state_of(found, 0, cut + days * DAY) for days in (0, 1, 5, 30, 400)]
    if len(found):
        order = [STATES.index(state) for state in states if state is not None]
        assert order == sorted(order)
        if len(found) > 5:
            assert states[-1] == "over"


def test_the_words_say_the_state_and_for_how_long() -> None:
    assert state_words("ongoing", 3 * HOUR) == "ongoing"
    assert state_words("quiet", 29 * HOUR) == "quiet for 29 h"
    assert state_words("over", 12 * DAY) == "over for 12 days"
    assert state_words(None, None) == "no times"
    assert [state_brief("quiet", 29 * HOUR), state_brief("over", 120 * DAY), state_brief("ongoing", 0)] == [
        "quiet 29h",
        "over 120d",
        "ongoing",
    ]
    assert state_brief(None, None) == ""


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
    # So many seconds: some silences are shorter than a delivery attempt takes.
    end *= 1000
    together = states_of_each(times(*(value for each in sets for value in each)) * 1000, starts, ends, 0, end)
    assert [STATES[state] for state in together.tolist()] == [state_of(times(*each) * 1000, 0, end) for each in sets]


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
    # So many minutes: what is shorter than a delivery attempt takes is no silence.
    of_one = times(*each) * MINUTE
    many = states_of_each(np.tile(of_one, 70), ends - len(each), ends, 0, end * MINUTE)
    assert set(many.tolist()) == {STATES.index("ongoing" if expected else "quiet")}
    assert (state_of(of_one, 0, end * MINUTE) == "ongoing") is expected
