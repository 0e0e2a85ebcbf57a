"""Converts a FILETIME, the clock of Windows event logs, to milliseconds since 1970."""

from __future__ import annotations

FILETIME_UNIX_MS = 11_644_473_600_000
LATEST_MS = 253_402_300_799_999


def milliseconds(filetime: int) -> int | None:
    """A FILETIME (100 ns since 1601 UTC) as milliseconds since 1970, rounded down.

    None for 0, which means "no time", and for times after the year 9999.
    """
    ms = filetime // 10_000 - FILETIME_UNIX_MS
    return ms if filetime and ms <= LATEST_MS else None
