"""Is it still going on? Told by the gaps between events and the end of the log, never by the clock on the wall.

The rule: a set of events is still going on when it has been quiet, at the end of the whole log, for no longer than
the greater of
- a day, or a tenth of the log's span where that is shorter (a log of five hours should not call all of it ongoing), and
- twice the set's own median gap (what comes once a week is not over after two days).

The median of an even number of gaps is the lower of the middle two; a single event has none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smtpscope.store.times import DAY

Times = NDArray[np.int64]

# Up to this many sets a loop over them is quicker than arrays as long as all events.
_FEW = 64


def usual_quiet_ms(log_start_ms: int, log_end_ms: int) -> int:
    """How long anything may be quiet in this log and still be going on: a day, or a tenth of the log's span."""
    return min(DAY, (log_end_ms - log_start_ms) // 10)


def median_gap_ms(times: Times) -> int:
    """The lower median of the gaps between `times` (sorted, without NO_TIME); 0 for fewer than two."""
    if len(times) < 2:
        return 0
    gaps = np.diff(times)
    middle = (len(gaps) - 1) // 2
    return int(np.partition(gaps, middle)[middle])


def ongoing(times: Times, log_start_ms: int | None, log_end_ms: int | None) -> bool | None:
    """Whether the events at `times` (sorted, without NO_TIME) still go on; None where there is no time at all."""
    if not len(times) or log_start_ms is None or log_end_ms is None:
        return None
    quiet = log_end_ms - int(times[-1])
    return quiet <= max(usual_quiet_ms(log_start_ms, log_end_ms), 2 * median_gap_ms(times))


def ongoing_of_each(
    times: Times, starts: NDArray[np.int64], ends: NDArray[np.int64], log_start_ms: int, log_end_ms: int
) -> NDArray[np.bool_]:
    """`ongoing` of many sets at once: set i is `times[starts[i]:ends[i]]`, sorted, none empty, one after the other.

    A median is not worked out: whether it reaches half the quiet time follows from how many gaps do not.
    """
    last = times[ends - 1]
    quiet = log_end_ms - last
    going_on = quiet <= usual_quiet_ms(log_start_ms, log_end_ms)
    undecided = np.flatnonzero(~going_on & (ends - starts > 1))
    if len(undecided) <= _FEW:
        for index in undecided.tolist():
            going_on[index] = quiet[index] <= 2 * median_gap_ms(times[starts[index] : ends[index]])
        return going_on
    counts = ends - starts
    # Twice the gap, since half the quiet time may not be a whole number.
    short = 2 * np.diff(times) < np.repeat(quiet, counts)[:-1]
    short_before: NDArray[np.int64] = np.zeros(len(times), np.int64)
    np.cumsum(short, out=short_before[1:])
    number_short = short_before[ends - 1] - short_before[starts]
    return going_on | ((counts > 1) & (number_short <= (counts - 2) // 2))
