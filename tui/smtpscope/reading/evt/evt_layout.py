"""The header of a legacy event log, and records from libevt.

Source: Microsoft, "Event Log File Format": structures ELF_LOGFILE_HEADER and EVENTLOGRECORD.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from smtpscope.reading.record import EventRecord, Level
from smtpscope.reading.windows_event.event_element import EventElement
from smtpscope.reading.windows_event.levels import level_of_type

SIGNATURE: Final = b"\x30\0\0\0LfLe"
HEADER_SIZE: Final = 48
SMALLEST_RECORD: Final = 56 + 4
"""Bytes: the fixed part and the copy of the size at the end."""

_DIRTY = 0x1
_WRAPPED = 0x2
_FULL = 0x4
_HEADER = struct.Struct("<8s10I")
_EVENT_ID = 0xFFFF
_NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
_LEVEL_NUMBERS: Final[dict[Level, int]] = {"error": 2, "warning": 3, "information": 0}


@dataclass(frozen=True, slots=True)
class EvtHeader:
    """The first 48 bytes. Of a log that is `dirty` (never closed, or copied while in use) the numbers are stale."""

    version: str
    first_offset: int
    end_offset: int
    next_number: int
    oldest_number: int
    flags: int

    @property
    def dirty(self) -> bool:
        return bool(self.flags & _DIRTY)

    @property
    def wrapped(self) -> bool:
        """Whether newer records overwrote the oldest ones."""
        return bool(self.flags & _WRAPPED)

    @property
    def full(self) -> bool:
        return bool(self.flags & _FULL)


def parse_header(head: bytes) -> EvtHeader | None:
    """The header at the beginning of a file, None if there is none. Never raises."""
    if len(head) < HEADER_SIZE or not head.startswith(SIGNATURE):
        return None
    _, major, minor, first, end, following, oldest, _, flags, _, _ = _HEADER.unpack_from(head)
    return EvtHeader(f"{major}.{minor}", first, end, following, oldest, flags)


def record_of(record: Any, file: str) -> EventRecord:
    """Converts a pyevt record. Raises OSError or ValueError if libevt can't read a part of it."""
    return EventRecord(
        file=file,
        offset=record.offset,
        time_ms=time_of(record),
        time_assumed=False,
        record_id=record.identifier,
        # The 16 bits above are severity and facility: 0xC0041B5C is event 7004.
        event_id=record.event_identifier & _EVENT_ID,
        level=level_of_type(record.event_type),
        provider=record.source_name,
        channel=None,
        computer=record.computer_name,
        strings=_strings(record),
        message=None,
        binary=_data(record) or None,
    )


def element_of(record: Any) -> EventElement:
    """A pyevt record as the XML of a newer Event Viewer. Raises OSError or ValueError as `record_of`."""
    number = record.event_identifier
    level = level_of_type(record.event_type)
    seconds = _seconds(record)
    system = EventElement(
        "System",
        children=(
            EventElement("Provider", (("Name", record.source_name or ""),)),
            EventElement("EventID", (("Qualifiers", str(number >> 16)),), (str(number & _EVENT_ID),)),
            *((EventElement("Level", children=(str(_LEVEL_NUMBERS[level]),)),) if level else ()),
            EventElement("Task", children=(str(record.event_category),)),
            *(
                (EventElement("TimeCreated", (("SystemTime", f"{utc(seconds):%Y-%m-%dT%H:%M:%SZ}"),)),)
                if seconds
                else ()
            ),
            EventElement("EventRecordID", children=(str(record.identifier),)),
            EventElement("Computer", children=(record.computer_name or "",)),
        ),
    )
    values = [EventElement("Data", children=(text,) if text else ()) for text in _strings(record)]
    data = _data(record)
    if data:
        values.append(EventElement("Binary", children=(data.hex().upper(),)))
    return EventElement("Event", (("xmlns", _NAMESPACE),), (system, EventElement("EventData", children=tuple(values))))


def utc(seconds: int) -> datetime:
    """A time of a record, which has 32 bits: seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def time_of(record: Any) -> int | None:
    """Milliseconds since 1970-01-01 UTC, None if the record has no time. Raises OSError as `record_of`."""
    return _seconds(record) * 1_000 or None


def _seconds(record: Any) -> int:
    # The time of the event itself, which Event Viewer shows; the record also has the time of writing.
    return int(record.get_creation_time_as_integer())


def _data(record: Any) -> bytes:
    try:
        return bytes(record.data or b"")
    except OSError:
        # libevt raises if a record has no data at all.
        return b""


def _strings(record: Any) -> tuple[str, ...]:
    # libevt returns None for an empty string, which keeps its place.
    return tuple(record.get_string(number) or "" for number in range(record.number_of_strings))
