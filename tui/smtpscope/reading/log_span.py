"""The time span of a log, from all its records, not only SMTP events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from msgspec import Struct

EARLIEST_MS: Final = int(datetime(1980, 1, 1, tzinfo=UTC).timestamp()) * 1_000
LATEST_MS: Final = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1_000
"""No server wrote an SMTP log outside this range; one damaged time must not stretch the span of a log."""


class LogSpan(NamedTuple):
    """The first and the last time of some records, in milliseconds since 1970-01-01 UTC.

    `assumed` is set if the log names no zone and the user's was used.
    """

    first_ms: int
    last_ms: int
    assumed: bool = False


class AskedSpan(Struct, frozen=True):
    """The span that is asked for: from `since_ms` to before `until_ms`, milliseconds since 1970-01-01 UTC; None where
    it is open.
    """

    since_ms: int | None = None
    until_ms: int | None = None


def span_of(times: Iterable[int | None], *, assumed: bool = False) -> LogSpan | None:
    """The span of the plausible `times` (milliseconds since 1970-01-01 UTC), None if there are none."""
    believed = [time for time in times if time is not None and EARLIEST_MS <= time < LATEST_MS]
    return LogSpan(min(believed), max(believed), assumed) if believed else None


def merge_spans(one: LogSpan | None, other: LogSpan | None) -> LogSpan | None:
    """The span that covers both."""
    if one is None or other is None:
        return one or other
    return LogSpan(min(one.first_ms, other.first_ms), max(one.last_ms, other.last_ms), one.assumed or other.assumed)
