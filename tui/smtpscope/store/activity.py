"""Whether an incident is over: from the gaps between events and the end of the log, never from the current time.

A set of events is, at the end of the whole log,
- **ongoing** when it has been quiet for no longer than a day (a tenth of the log's span where that is shorter: a log of
  five hours should not call all of it ongoing; but a quarter of an hour at least, since the next delivery attempt of
  what was refused may be due only then), or than twice its own median gap (what comes once a week is not over after two
  days);
- **over** when it has been quiet for at least that day (or tenth), for longer than any gap before by half, and for
  longer than chance explains: at the rate of its last episode such a silence has a probability below 1 in 200;
- **quiet** in between: not known yet.

The probability: of n + 1 gaps between events at random (of exponential length), the last is longer than x times the sum
of the n others with probability (1 + x) ** -n, whatever the rate is. With one event alone in the last episode the gap
before it counts, and before the first event of all the time since the log begins. The median of an even number of gaps
is the lower of the middle two; a single event has none.

A group of groups is what its liveliest part is: it is over when all in it is.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from smtpscope.store.times import DAY, HOUR, MINUTE, duration

Times = NDArray[np.int64]
State = Literal["ongoing", "quiet", "over"]
STATES: tuple[State, ...] = get_args(State)
"""The numbers of states are positions in it; -1 means no state, as there is no time."""
ONGOING, QUIET, OVER = range(len(STATES))
NO_STATE = -1

QUIET_MS = 6 * HOUR
"""A gap longer than this, and longer than 20 median gaps, ends an episode."""
_QUIET_MEDIANS = 20
# How long the SMTP service of IIS waits before it tries again; Exchange and Postfix wait for less.
_NEXT_ATTEMPT_MS = 15 * MINUTE
_CHANCE = 1 / 200
_LONGER_THAN_ANY = 1.5
# Up to this many sets a loop over them is quicker than arrays as long as all events.
_FEW = 64
# Some logs write the seconds only, so events in the same one are not all at once.
_RESOLUTION_MS = 1000


def state_words(state: State | None, quiet_ms: int | None) -> str:
    """The state in the one form that is used everywhere: `ongoing`, `quiet for 29 h`, `over for 12 days`."""
    if state is None:
        return "no times"
    return state if state == "ongoing" or quiet_ms is None else f"{state} for {duration(quiet_ms)}"


def state_brief(state: State | None, quiet_ms: int | None) -> str:
    """The same for a narrow column: `ongoing`, `quiet 29h`, `over 12d`; "" without times."""
    if state is None:
        return ""
    if state == "ongoing" or quiet_ms is None:
        return state
    number, _, unit = duration(quiet_ms).partition(" ")
    return f"{state} {number}{unit[:1]}"


def usual_quiet_ms(log_start_ms: int, log_end_ms: int) -> int:
    """How long anything may be quiet in this log and still be going on: a day, or a tenth of the log's span, but a
    quarter of an hour at least.
    """
    return max(_NEXT_ATTEMPT_MS, min(DAY, (log_end_ms - log_start_ms) // 10))


def median_gap_ms(times: Times) -> int:
    """The lower median of the gaps between `times` (sorted, without NO_TIME); 0 for fewer than two."""
    if len(times) < 2:
        return 0
    gaps = np.diff(times)
    middle = (len(gaps) - 1) // 2
    return int(np.partition(gaps, middle)[middle])


def episode_starts(times: Times) -> list[int]:
    """The positions in `times` (sorted, without NO_TIME) at which an episode begins."""
    if not len(times):
        return []
    quiet = max(QUIET_MS, _QUIET_MEDIANS * median_gap_ms(times))
    return [0, *(np.flatnonzero(np.diff(times) > quiet) + 1).tolist()]


def state_of(times: Times, log_start_ms: int | None, log_end_ms: int | None) -> State | None:
    """The state of the events at `times` (sorted, without NO_TIME); None where there is no time at all."""
    if not len(times) or log_start_ms is None or log_end_ms is None:
        return None
    ends = np.array([len(times)])
    return STATES[int(states_of_each(times, ends - len(times), ends, log_start_ms, log_end_ms)[0])]


def states_of_each(
    times: Times, starts: NDArray[np.int64], ends: NDArray[np.int64], log_start_ms: int, log_end_ms: int
) -> NDArray[np.int8]:
    """The states of many sets at once: set i is `times[starts[i]:ends[i]]`, sorted, none empty, one after the other."""
    states = np.full(len(starts), QUIET, np.int8)
    quiet = log_end_ms - times[ends - 1]
    usual = usual_quiet_ms(log_start_ms, log_end_ms)
    states[quiet <= usual] = ONGOING
    asked = np.flatnonzero(quiet >= usual)
    if not len(asked):
        return states
    longest = _longest_gaps(times, starts, ends)
    may_be_over = asked[quiet[asked] > _LONGER_THAN_ANY * longest[asked]]
    # Twice the median gap is no longer than the quiet time only where the longest gap is not.
    may_go_on = asked[(quiet[asked] > usual) & (quiet[asked] <= 2 * longest[asked])]
    if len(may_go_on):
        states[may_go_on[_twice_the_median(times, starts, ends, quiet, may_go_on)]] = ONGOING
    if len(may_be_over):
        chance = _chances(times, starts[may_be_over], ends[may_be_over], longest[may_be_over], log_start_ms, log_end_ms)
        states[may_be_over[chance < _CHANCE]] = OVER
    return states


def liveliest(states: NDArray[np.int8], parent: NDArray[np.int64], number: int) -> NDArray[np.int8]:
    """The states of `number` groups of groups, from the `states` of their parts; part i belongs to group `parent[i]`.

    NO_STATE where no part has a state.
    """
    unknown = len(STATES)
    found = np.full(number, unknown, np.int8)
    np.minimum.at(found, parent, np.where(states == NO_STATE, unknown, states).astype(np.int8))
    found[found == unknown] = NO_STATE
    return found


def _longest_gaps(times: Times, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The longest gap of each set, 0 for a single event."""
    if len(times) < 2:
        return np.zeros(len(starts), np.int64)
    gaps = np.zeros(len(times), np.int64)
    np.subtract(times[1:], times[:-1], out=gaps[1:])
    # Between two sets there is no gap.
    gaps[starts] = 0
    longest: NDArray[np.int64] = np.maximum.reduceat(gaps, starts)
    return longest


def _twice_the_median(
    times: Times, starts: NDArray[np.int64], ends: NDArray[np.int64], quiet: NDArray[np.int64], asked: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which of the sets `asked` have been quiet for no longer than twice their median gap.

    A median of many is not worked out: whether it reaches half the quiet time follows from how many gaps do not.
    """
    if len(asked) <= _FEW:
        halves = [2 * median_gap_ms(times[starts[index] : ends[index]]) for index in asked.tolist()]
        few: NDArray[np.bool_] = quiet[asked] <= np.array(halves, np.int64)
        return few
    counts = ends - starts
    # Twice the gap, since half the quiet time may not be a whole number.
    short = 2 * np.diff(times) < np.repeat(quiet, counts)[:-1]
    short_before: NDArray[np.int64] = np.zeros(len(times), np.int64)
    np.cumsum(short, out=short_before[1:])
    number_short = short_before[ends - 1] - short_before[starts]
    long_enough: NDArray[np.bool_] = number_short[asked] <= (counts[asked] - 2) // 2
    return long_enough


def _medians(times: Times, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The lower median gap of each of some sets, which have two events or more."""
    counts = ends - starts - 1
    before = np.cumsum(counts) - counts
    of_set = np.repeat(np.arange(len(starts)), counts)
    left = np.arange(len(of_set)) - before[of_set] + starts[of_set]
    gaps = times[left + 1] - times[left]
    # Ascending inside each set: first all by length, then stable by set.
    by_length = np.argsort(gaps, kind="stable")
    gaps = gaps[by_length[np.argsort(of_set[by_length], kind="stable")]]
    medians: NDArray[np.int64] = gaps[before + (counts - 1) // 2]
    return medians


def _chances(
    times: Times,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    longest: NDArray[np.int64],
    log_start_ms: int,
    log_end_ms: int,
) -> NDArray[np.float64]:
    """How probable the silence of each set is at the rate of its last episode."""
    begins = starts.copy()
    # Where no gap is longer than the least that ends an episode, there is only one.
    several = np.flatnonzero((longest > QUIET_MS) & (ends - starts > 2))
    if len(several):
        medians = _medians(times, starts[several], ends[several])
        broken = several[longest[several] > _QUIET_MEDIANS * medians]
        thresholds = dict(zip(several.tolist(), np.maximum(QUIET_MS, _QUIET_MEDIANS * medians).tolist(), strict=True))
        for index in broken.tolist():
            gaps = np.diff(times[starts[index] : ends[index]])
            begins[index] += int(np.flatnonzero(gaps > thresholds[index])[-1]) + 1
    last = times[ends - 1]
    gaps_in = ends - begins - 1
    alone = gaps_in == 0
    before = np.where(begins > starts, times[np.maximum(begins - 1, 0)], log_start_ms)
    known = np.where(alone, last - before, np.maximum(last - times[begins], gaps_in * _RESOLUTION_MS))
    known = np.maximum(known, 1)
    chance: NDArray[np.float64] = (1 + (log_end_ms - last) / known) ** -np.maximum(gaps_in, 1).astype(np.float64)
    return chance
