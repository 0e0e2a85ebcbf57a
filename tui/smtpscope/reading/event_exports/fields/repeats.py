"""Timelines list an event once for each of its times: it counts once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from smtpscope.reading.record import EventRecord

_NAMES: Final = frozenset({"timestamp_desc", "MACB"})
_MOST_SEEN: Final = 100_000


class Repeats:
    """Remembers the events of one timeline, up to a limit."""

    def __init__(self) -> None:
        self._seen: set[Any] = set()

    def has(self, record: EventRecord) -> bool:
        """Whether the same event, at whatever time, was asked for before."""
        event = (record.record_id, record.event_id, record.computer, record.strings or record.message)
        if event in self._seen:
            return True
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        self._seen.add(event)
        return False


def is_of_timeline(names: Iterable[str]) -> bool:
    """Whether an event with these names is from a timeline: they say which of its times is meant."""
    return not _NAMES.isdisjoint(names)
