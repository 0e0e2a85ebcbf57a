"""The header of a legacy event log, and a record of it as every reader hands it out.

Source: Microsoft, "Event Log File Format": structures ELF_LOGFILE_HEADER and EVENTLOGRECORD.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

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
EVENT_ID = 0xFFFF
_NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
_LEVEL_NUMBERS: Final[dict[Level, int]] = {"error": 2, "warning": 3, "information": 0}


class EvtHeader(Struct, frozen=True):
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


class LegacyRecord(Struct, frozen=True):
    """A record, its names and strings decoded. Times are in seconds since 1970; `category` is a number."""

    offset: int
    number: int
    created: int
    event_identifier: int
    event_type: int
    category: int
    source: str
    computer: str
    strings: tuple[str, ...]
    data: bytes


def parse_header(head: bytes) -> EvtHeader | None:
    """The header at the beginning of a file, None if there is none. Never raises."""
    if len(head) < HEADER_SIZE or not head.startswith(SIGNATURE):
        return None
    _, major, minor, first, end, following, oldest, _, flags, _, _ = _HEADER.unpack_from(head)
    return EvtHeader(f"{major}.{minor}", first, end, following, oldest, flags)


def record_of(record: LegacyRecord, file: str) -> EventRecord:
    """`record` of `file` as every reader hands out records."""
    return EventRecord(
        file=file,
        offset=record.offset,
        time_ms=time_of(record),
        time_assumed=False,
        record_id=record.number,
        # The 16 bits above are severity and facility: 0xC0041B5C is event 7004.
        event_id=record.event_identifier & EVENT_ID,
        level=level_of_type(record.event_type),
        provider=record.source,
        channel=None,
        computer=record.computer,
        strings=record.strings,
        message=None,
        binary=record.data or None,
    )


def element_of(record: LegacyRecord) -> EventElement:
    """`record` as the XML that a newer Event Viewer makes of it."""
    number = record.event_identifier
    level = level_of_type(record.event_type)
    created = f"{utc(record.created):%Y-%m-%dT%H:%M:%SZ}" if record.created else ""
    system = EventElement(
        "System",
        children=(
            EventElement("Provider", (("Name", record.source),)),
            EventElement("EventID", (("Qualifiers", str(number >> 16)),), (str(number & EVENT_ID),)),
            *((EventElement("Level", children=(str(_LEVEL_NUMBERS[level]),)),) if level else ()),
            EventElement("Task", children=(str(record.category),)),
            *((EventElement("TimeCreated", (("SystemTime", created),)),) if created else ()),
            EventElement("EventRecordID", children=(str(record.number),)),
            EventElement("Computer", children=(record.computer,)),
        ),
    )
    values = [EventElement("Data", children=(text,) if text else ()) for text in record.strings]
    if record.data:
        values.append(EventElement("Binary", children=(record.data.hex().upper(),)))
    return EventElement("Event", (("xmlns", _NAMESPACE),), (system, EventElement("EventData", children=tuple(values))))


def utc(seconds: int) -> datetime:
    """A time of a record, which has 32 bits: seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def time_of(record: LegacyRecord) -> int | None:
    """Milliseconds since 1970-01-01 UTC of the event itself, None where the record has no time."""
    return record.created * 1_000 or None
