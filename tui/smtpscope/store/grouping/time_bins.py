"""Counts by calendar day, hour or other step, and the bursts (episodes) between quiet gaps."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.store.activity import State, episode_starts, state_of, state_words
from smtpscope.store.column_set import NO_TIME
from smtpscope.store.event_store import EventStore, Rows
from smtpscope.store.grouping.incident import Episode
from smtpscope.store.times import (
    DAY,
    HOUR,
    MINUTE,
    day_end,
    day_start,
    format_short,
    local_datetime,
    milliseconds,
)

Step = Literal["minute", "quarter hour", "hour", "day", "week", "month"]
STEPS: tuple[Step, ...] = ("minute", "quarter hour", "hour", "day", "week", "month")

_FIXED: dict[Step, int] = {"minute": MINUTE, "quarter hour": 15 * MINUTE, "hour": HOUR}
# Real months are a little longer, so their number is never underestimated.
_ABOUT: dict[Step, int] = {**_FIXED, "day": DAY, "week": 7 * DAY, "month": 30 * DAY}
_MOST_BINS = 2000


class Bin(Struct, frozen=True):
    """The span from `start_ms` to before `end_ms`, and its number of events."""

    start_ms: int
    end_ms: int
    count: int


class Timeline(Struct, frozen=True):
    """Consecutive bins, including empty ones. `untimed` counts events without a time."""

    step: Step
    bins: tuple[Bin, ...]
    untimed: int


def sorted_times(store: EventStore, rows: Rows = None) -> NDArray[np.int64]:
    """The times of `rows` in ascending order, without events that have none."""
    times: NDArray[np.int64] = store.columns.time_ms[store.rows_by_time(rows)]
    timed: NDArray[np.int64] = times[times != NO_TIME]
    return timed


def timeline(
    store: EventStore,
    rows: Rows,
    zone: tzinfo,
    *,
    step: Step | None = None,
    window: tuple[int, int] | None = None,
    most_bins: int = 60,
) -> Timeline:
    """Counts `rows` by calendar step of `zone`, from the first to the last event or over `window` (milliseconds, both
    ends included).

    Without a `step`, the finest one with at most `most_bins` bins is used. A step that needs more than 2,000 bins is
    made coarser, and if even months need more, the earliest are dropped.
    """
    times = sorted_times(store, rows)
    untimed = len(store.rows_by_time(rows)) - len(times)
    if window is None:
        if not len(times):
            return Timeline(step or "day", (), untimed)
        window = (int(times[0]), int(times[-1]))
    step, edges = calendar_edges(window, zone, step, most_bins)
    counts = np.diff(np.searchsorted(times, np.array(edges, np.int64), side="left")).tolist()
    return Timeline(step, bins_between(edges, counts), untimed)


def calendar_edges(window: tuple[int, int], zone: tzinfo, step: Step | None, most_bins: int) -> tuple[Step, list[int]]:
    """The step for `window` (milliseconds, both ends included) and the edges of its bins; see `timeline`."""
    first, last = min(window), max(window)
    step = _fitting(step, last - first, most_bins)
    first = max(first, last - _MOST_BINS * _ABOUT[step])
    return step, _edges(first, last, step, zone)


def bins_between(edges: list[int], counts: list[int]) -> tuple[Bin, ...]:
    """The bins from each edge to the next."""
    return tuple(Bin(*parts) for parts in zip(edges[:-1], edges[1:], counts, strict=True))


def activity(store: EventStore, bins: int) -> tuple[int, ...]:
    """The number of events in each of `bins` equal parts of the time span of all logs; zeros without times."""
    if store.log_start_ms is None or store.log_end_ms is None or bins < 1:
        return (0,) * max(0, bins)
    times = store.columns.time_ms
    start, length = store.log_start_ms, max(1, store.log_end_ms - store.log_start_ms)
    positions = np.minimum((times[times != NO_TIME] - start) * bins // length, bins - 1)
    return tuple(np.bincount(positions, minlength=bins).tolist())


def days(times: NDArray[np.int64], zone: tzinfo) -> tuple[tuple[str, int], ...]:
    """Counts of `times` (sorted, without NO_TIME) by calendar day of `zone` (ISO dates), without empty days."""
    result: list[tuple[str, int]] = []
    position = 0
    while position < len(times):
        moment = int(times[position])
        day = local_datetime(moment, zone).date()
        # A time beyond the calendar is clamped to its end: the rest belongs to that day.
        end = day_end(day, zone)
        after = int(np.searchsorted(times, end, side="left")) if end > moment else len(times)
        result.append((day.isoformat(), after - position))
        position = after
    return tuple(result)


def episodes(times: NDArray[np.int64]) -> tuple[Episode, ...]:
    """The bursts in `times` (sorted, without NO_TIME). A gap longer than 6 hours and than 20 median gaps separates
    them.
    """
    starts = episode_starts(times)
    ends = [*starts[1:], len(times)] if starts else []
    return tuple(
        Episode(int(times[start]), int(times[end - 1]), end - start) for start, end in zip(starts, ends, strict=True)
    )


def episode_sentence(found: tuple[Episode, ...], log_end_ms: int | None, state: State | None, zone: tzinfo) -> str:
    """`4 episodes, the last ended 11-14 16:39: over for 8 days`; "" if there are none.

    If ongoing: `4 episodes, the last began 11-14 13:02: ongoing`.
    """
    if not found:
        return ""
    number = "1 episode" if len(found) == 1 else f"{len(found)} episodes"
    the_last = "" if len(found) == 1 else "the last "
    last = found[-1]
    happened = (
        f"began {format_short(last.first_ms, zone)}"
        if state == "ongoing"
        else f"ended {format_short(last.last_ms, zone)}"
    )
    quiet_ms = None if log_end_ms is None else log_end_ms - last.last_ms
    return f"{number}, {the_last}{happened}: {state_words(state, quiet_ms)}"


def episodes_text(store: EventStore, rows: Rows, zone: tzinfo, state: State | None = None) -> str:
    """The `episode_sentence` of `rows`; their state follows from their times, if it is not given."""
    times = sorted_times(store, rows)
    state = state or state_of(times, store.log_start_ms, store.log_end_ms)
    return episode_sentence(episodes(times), store.log_end_ms, state, zone)


def _fitting(step: Step | None, length: int, most_bins: int) -> Step:
    candidates = STEPS if step is None else STEPS[STEPS.index(step) :]
    limit = max(1, most_bins) if step is None else _MOST_BINS
    for candidate in candidates:
        if length // _ABOUT[candidate] < limit:
            return candidate
    return "month"


def _edges(first: int, last: int, step: Step, zone: tzinfo) -> list[int]:
    """The edges of all steps from the one containing `first` to the one containing `last`."""
    moment = local_datetime(first, zone)
    if step in _FIXED:
        size = _FIXED[step]
        # Count from the full hour of the wall clock, because some zones are half an hour off.
        hour = milliseconds(datetime.combine(moment.date(), time(moment.hour, tzinfo=zone, fold=moment.fold)))
        start = hour + (first - hour) // size * size
        return [start + size * number for number in range((last - start) // size + 2)]
    day = moment.date()
    if step == "week":
        day -= timedelta(days=min(day.weekday(), day.toordinal() - 1))
    elif step == "month":
        day = day.replace(day=1)
    # A time before the calendar was clamped to its first day, which starts later.
    edges = [min(day_start(day, zone), first)]
    while edges[-1] <= last:
        following = _after(day, step)
        if following is None:
            edges.append(max(last + 1, edges[-1] + 1))
            break
        day = following
        edges.append(max(day_start(day, zone), edges[-1] + 1))
    return edges


def _after(day: date, step: Step) -> date | None:
    """The first day of the next step, None beyond the calendar."""
    try:
        if step == "month":
            return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return day + timedelta(days=7 if step == "week" else 1)
    except OverflowError:
        return None
