"""Converts times without a zone to another assumed zone."""

from __future__ import annotations

from datetime import timedelta, tzinfo
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from smtpscope.reading.log_span import LogSpan
from smtpscope.store.column_set import NO_TIME
from smtpscope.store.times import MINUTE, local_datetime

Assumed = Literal["", "partly", "all"]
"""Whether no time, some, or all are in a zone that the log does not name."""

_MILLISECOND = timedelta(milliseconds=1)
_QUARTER: Final = 15 * MINUTE
"""Since 1972, all zones have changed their clocks on a quarter hour."""


def how_assumed(without_zone: int, events: int) -> Assumed:
    """What `without_zone` of `events` times in an assumed zone are; "all" where there is no event."""
    if without_zone >= events:
        return "all"
    return "partly" if without_zone else ""


def zone_words(zone_name: str, assumed: Assumed) -> str:
    """The name of a zone, and whether the logs name it."""
    return {"": zone_name, "partly": f"{zone_name}, zone partly assumed", "all": f"{zone_name}, zone assumed"}[assumed]


def moved(time_ms: NDArray[np.int64], read_in: tzinfo, assumed_zone: tzinfo) -> NDArray[np.int64]:
    """`time_ms` (milliseconds since 1970-01-01 UTC, or NO_TIME) with the same wall-clock times in another zone.

    The wall-clock times were read as `read_in`, and are now read as `taken_for`.
    """
    quarters, offset = np.unique(time_ms // _QUARTER, return_inverse=True)
    shift = np.array([_shift(quarter * _QUARTER, read_in, assumed_zone) for quarter in quarters.tolist()], np.int64)
    result: NDArray[np.int64] = time_ms + shift[offset.reshape(-1)]
    return np.where(time_ms == NO_TIME, NO_TIME, result)


def span_moved(span: LogSpan | None, read_in: tzinfo, assumed_zone: tzinfo) -> LogSpan | None:
    """Like `moved`, for the `span` of a log without a zone."""
    if span is None or not span.assumed:
        return span
    first, last = moved(np.array([span.first_ms, span.last_ms], np.int64), read_in, assumed_zone).tolist()
    return LogSpan(min(first, last), max(first, last), assumed=True)


def _shift(ms: int, read_in: tzinfo, assumed_zone: tzinfo) -> int:
    """How much later the same wall-clock time is."""
    if ms < 0:
        return 0
    wall = local_datetime(ms, read_in).replace(tzinfo=None)
    before = wall.replace(tzinfo=read_in).utcoffset() or timedelta()
    after = wall.replace(tzinfo=assumed_zone).utcoffset() or timedelta()
    return (before - after) // _MILLISECOND
