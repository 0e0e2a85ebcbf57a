"""Converts a time given as a number to milliseconds since 1970 UTC; the number of digits decides the unit."""

from __future__ import annotations

from typing import Final

from smtpscope.reading.windows_event.filetime import milliseconds as filetime_milliseconds

_LATEST_MS: Final = 253_402_300_799_999
_EARLIEST_FILETIME: Final = 1 << 56
_LATEST_FILETIME: Final = 1 << 58


def milliseconds_of_number(number: int | float) -> int | None:
    """Seconds, milliseconds, microseconds, nanoseconds since 1970, or 100 ns since 1601 (FILETIME).

    Today has 10, 13, 16 and 19 digits, as FILETIME 18. None for times before 1970 or after 9999.
    """
    if not 0 < number < 1e19:
        return None
    if number < 1e11:
        return in_calendar(round(number * 1000) if isinstance(number, float) else number * 1000)
    if number < 1e14:
        return in_calendar(int(number))
    if number < 1e17:
        return in_calendar(int(number) // 1_000)
    if _EARLIEST_FILETIME < number < _LATEST_FILETIME:
        return filetime_milliseconds(int(number))
    return in_calendar(int(number) // 1_000_000)


def in_calendar(milliseconds: int) -> int | None:
    """`milliseconds` if that is a valid date, else None."""
    return milliseconds if abs(milliseconds) <= _LATEST_MS else None
