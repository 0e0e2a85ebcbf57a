"""Which of the equal parts of a time span a row is in, as SQL."""

from __future__ import annotations

from typing import Final

from smtpscope.asking.sql import Sql

BINS: Final = 24
"""As many as a report shows."""


def bin_of(span: tuple[int, int], bins: int) -> Sql:
    """The number, from 0, of the part of `span` that `time_ms` is in; both are milliseconds since 1970-01-01 UTC.

    The last millisecond is in the last part, as in `store.grouping.groups`.
    """
    start, last = span
    length = max(1, last - start)
    # Times of damaged logs may be anywhere; only then the wider numbers, which take twice the time.
    number = "BIGINT" if length * bins < 2**62 and abs(start) < 2**62 else "HUGEINT"
    return Sql(f"least((time_ms::{number} - ?) * {bins:d} // {length:d}, {bins - 1:d})::INTEGER", (start,))
