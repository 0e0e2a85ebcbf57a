"""From when to when a log goes, by all its records and not only by ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

EARLIEST_MS: Final = int(datetime(1980, 1, 1, tzinfo=UTC).timestamp()) * 1_000
LATEST_MS: Final = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1_000
"""No server has written an SMTP log outside of these; one damaged time must not make everything else long over."""


class LogSpan(NamedTuple):
    """The first and the last time of some records, in milliseconds since 1970-01-01 UTC.

    `assumed` tells that the log names no zone and the session's was taken.
    """

    first_ms: int
    last_ms: int
    assumed: bool = False


def span_of(times: Iterable[int | None], *, assumed: bool = False) -> LogSpan | None:
    """The span of those of `times` (milliseconds since 1970-01-01 UTC) that can be true, None where there is none."""
    believed = [time for time in times if time is not None and EARLIEST_MS <= time < LATEST_MS]
    return LogSpan(min(believed), max(believed), assumed) if believed else None


def merge_spans(one: LogSpan | None, other: LogSpan | None) -> LogSpan | None:
    """The span of the records of both."""
    if one is None or other is None:
        return one or other
    return LogSpan(min(one.first_ms, other.first_ms), max(one.last_ms, other.last_ms), one.assumed or other.assumed)
