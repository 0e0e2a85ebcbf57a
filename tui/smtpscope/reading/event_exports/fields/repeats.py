"""Timelines list an event once for each of its times: it counts once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from smtpscope.reading.record import EventRecord

_NAMES: Final = frozenset({"timestamp_desc", "MACB"})
_MOST_TOLD: Final = 100_000


class Repeats:
    """Remembers the events of one timeline, up to a limit."""

    def __init__(self) -> None:
        self._told: set[Any] = set()

    def has(self, record: EventRecord) -> bool:
        """Whether the same event, at whatever time, was asked for before."""
        told = (record.record_id, record.event_id, record.computer, record.strings or record.message)
        if told in self._told:
            return True
        if len(self._told) >= _MOST_TOLD:
            self._told.clear()
        self._told.add(told)
        return False


def is_of_timeline(names: Iterable[str]) -> bool:
    """Whether an event with these names is from a timeline: they say which of its times is meant."""
    return any(name in _NAMES for name in names)
