"""Writes legacy event logs (.evt) for tests, also such that have gone round: new records over the oldest ones.

Source of the layout: Microsoft, "Event Log File Format": ELF_LOGFILE_HEADER, EVENTLOGRECORD, ELF_EOF_RECORD.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

HEADER_SIZE = 48
DIRTY, WRAPPED = 0x1, 0x2
_RECORD = struct.Struct("<IIIIIIHHHHIIIIII")
_END = struct.Struct("<10I")
_FILLER = struct.pack("<I", 0x27)
SEVERITY_AND_FACILITY = {7002: 0x8004_0000, 7004: 0xC004_0000, 7010: 0xC004_0000}


@dataclass(frozen=True, slots=True)
class LegacyEvent:
    """An event as ReportEvent got it; `event_type` 1 is an error, 2 a warning, 4 information."""

    strings: tuple[str, ...] = ("1", "6", "", "xexch50", "504 Need to authenticate first ", "XEXCH50 1028 2 ")
    event_id: int = 7004
    event_type: int = 1
    source: str = "MSExchangeTransport"
    computer: str = "EXCH01"
    time: datetime = datetime(2009, 1, 26, 13, 4, 34, tzinfo=UTC)
    data: bytes = b""


def record_bytes(event: LegacyEvent, number: int) -> bytes:
    """One record, padded to four bytes, its size in front and behind."""
    names = (event.source + "\0" + event.computer + "\0").encode("utf-16-le")
    strings = "".join(text + "\0" for text in event.strings).encode("utf-16-le")
    at_strings = _RECORD.size + len(names)
    at_data = at_strings + len(strings)
    body = names + strings + event.data
    size = (_RECORD.size + len(body) + 4 + 3) & ~3
    seconds = int(event.time.timestamp())
    fixed = _RECORD.pack(
        size,
        0x654C664C,
        number,
        seconds,
        seconds,
        event.event_id | SEVERITY_AND_FACILITY.get(event.event_id, 0),
        event.event_type,
        len(event.strings),
        1,
        0,
        0,
        at_strings,
        0,
        at_strings,
        len(event.data),
        at_data,
    )
    return (fixed + body).ljust(size - 4, b"\0") + struct.pack("<I", size)


def evt_bytes(
    events: Sequence[LegacyEvent], *, size: int | None = None, flags: int = 0, first_number: int = 1
) -> bytes:
    """A log of `events`; one of `size` bytes keeps only the newest that fit, and begins somewhere in the middle."""
    records = [record_bytes(event, first_number + number) for number, event in enumerate(events)]
    if size is None:
        size = HEADER_SIZE + sum(map(len, records)) + _END.size
    if HEADER_SIZE + sum(map(len, records)) + _END.size <= size:
        return _straight(records, size, flags, first_number)
    return _wrapped(records, size, flags | WRAPPED, first_number)


def _straight(records: Sequence[bytes], size: int, flags: int, first_number: int) -> bytes:
    body = b"".join(records)
    end = HEADER_SIZE + len(body)
    following = first_number + len(records)
    first = first_number if records else 0
    data = _header(HEADER_SIZE, end, following, first, size, flags) + body
    return (data + _end_record(HEADER_SIZE, end, following, first)).ljust(size, b"\0")


def _wrapped(records: Sequence[bytes], size: int, flags: int, first_number: int) -> bytes:
    """The records are written round and round; those that the end record or a newer one touches are lost."""
    space = bytearray(size)
    at = HEADER_SIZE
    written: list[tuple[int, int]] = []
    for number, record in enumerate(records, first_number):
        if size - at < _RECORD.size:
            space[at:] = (_FILLER * size)[: size - at]
            at = HEADER_SIZE
        written.append((number, at))
        at = _put(space, at, record)
    end = at
    _put(space, end, bytes(_END.size))
    taken = _END.size
    kept: list[tuple[int, int]] = []
    for number, start in reversed(written):
        behind = (end - start) % (size - HEADER_SIZE) or (size - HEADER_SIZE)
        if behind + taken > size - HEADER_SIZE or (kept and behind < (end - kept[-1][1]) % (size - HEADER_SIZE)):
            break
        kept.append((number, start))
    oldest, first_offset = kept[-1]
    following = first_number + len(records)
    _put(space, end, _end_record(first_offset, end, following, oldest))
    space[:HEADER_SIZE] = _header(first_offset, end, following, oldest, size, flags)
    return bytes(space)


def _put(space: bytearray, at: int, record: bytes) -> int:
    """Writes `record` at `at`, what does not fit behind the header; the offset behind it."""
    fitting = len(space) - at
    space[at : at + min(fitting, len(record))] = record[:fitting]
    rest = record[fitting:]
    if not rest and len(record) < fitting:
        return at + len(record)
    space[HEADER_SIZE : HEADER_SIZE + len(rest)] = rest
    return HEADER_SIZE + len(rest)


def _header(first: int, end: int, following: int, oldest: int, size: int, flags: int) -> bytes:
    return struct.pack(
        "<I4s10I", HEADER_SIZE, b"LfLe", 1, 1, first, end, following, oldest, size, flags, 0, HEADER_SIZE
    )


def _end_record(first: int, end: int, following: int, oldest: int) -> bytes:
    marks = (0x11111111, 0x22222222, 0x33333333, 0x44444444)
    return _END.pack(_END.size, *marks, first, end, following, oldest, _END.size)
