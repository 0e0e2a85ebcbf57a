"""The records of one legacy event log, by our own hand: its list from the oldest record on, and what else is there.

Source: Microsoft, "Event Log File Format": EVENTLOGRECORD, ELF_EOF_RECORD. A log is a ring: a record at the end of the
file continues after the header. A file may hold several logs one after the other if somebody has put copies together.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterator
from typing import BinaryIO, Final, NamedTuple

from smtpscope.reading.evt.evt_layout import EVENT_ID, HEADER_SIZE, SIGNATURE, SMALLEST_RECORD, LegacyRecord

_MARK: Final = b"LfLe"
_FIXED = struct.Struct("<IIIIIIHHHHIIIIII")
_SIZE = struct.Struct("<I")
LARGEST_RECORD: Final = 1 << 18
"""Bytes: Windows allows 61,440 for the strings, and as many for the data."""
_ALIGNMENT: Final = 4
_BLOCK: Final = 1 << 20
_NUL: Final = b"\0\0"
_LONGEST_SOURCE: Final = 256
_MOST_SOURCES: Final = 4_096
_FIRST_VERSION: Final = struct.pack("<2I", 1, 1)


class RecordHeading(NamedTuple):
    """The source of a record, its event id, and when it was created (seconds since 1970 UTC)."""

    source: str
    event_id: int
    created: int


class RingFile:
    """The bytes of one log, from `start` to `end` of `stream`; what lies behind the end is behind the header again."""

    def __init__(self, stream: BinaryIO, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self._stream = stream
        self._block = b""
        self._block_at = -1
        self._sources: dict[bytes, str] = {}

    def read(self, offset: int, size: int) -> bytes:
        """`size` bytes from `offset` of the file on, fewer only where the log is shorter than that."""
        if size <= _BLOCK // 4 and not self._block_at <= offset <= offset + size <= self._block_at + len(self._block):
            self._stream.seek(offset)
            self._block, self._block_at = self._stream.read(min(_BLOCK, self.end - offset)), offset
        at = offset - self._block_at
        data = self._block[at : at + size]
        if len(data) < size and offset + size > self.end:
            self._stream.seek(self.start + HEADER_SIZE)
            data += self._stream.read(min(size - len(data), offset - self.start - HEADER_SIZE))
        return data

    def raw(self, offset: int, size: int) -> bytes:
        """The bytes of the file from `offset` on, `size` of them or fewer, up to the end of the log."""
        self._stream.seek(offset)
        return self._stream.read(min(size, self.end - offset))

    def record_size(self, offset: int) -> int:
        """The size of the record that begins at `offset`; 0 where none does."""
        head = self.read(offset, 8)
        if len(head) < 8 or head[4:] != _MARK:
            return 0
        (size,) = _SIZE.unpack_from(head)
        if not SMALLEST_RECORD <= size <= LARGEST_RECORD or size % _ALIGNMENT:
            return 0
        return size if self.read(offset, size)[-4:] == head[:4] else 0

    def following(self, offset: int, size: int) -> int:
        """Where the record behind the one at `offset` begins."""
        behind = offset + size
        if behind >= self.end:
            behind += self.start + HEADER_SIZE - self.end
        # Where not even the fixed part of a record fits, the rest of the file is filled up.
        return self.start + HEADER_SIZE if self.end - behind < _FIXED.size else behind

    def listed(self, first: int) -> Iterator[int]:
        """Where the records of the log's own list begin, from `first` on, one behind the other."""
        offset, passed = first, 0
        while self.start + HEADER_SIZE <= offset < self.end:
            size = self.record_size(offset)
            passed += size
            # More than the log holds: it would go round a second time.
            if not size or passed > self.end - self.start - HEADER_SIZE:
                return
            yield offset
            offset = self.following(offset, size)
            if offset == first:
                return

    def found(self, known: Collection[int] = ()) -> Iterator[int]:
        """Where records begin by their own marks, in the order of the file, but for the `known` ones."""
        offset = self.start + HEADER_SIZE
        while offset < self.end:
            self._stream.seek(offset)
            block = self._stream.read(min(_BLOCK, self.end - offset))
            at = block.find(_MARK)
            while at >= 0:
                begin = offset + at - 4
                aligned = (begin - self.start) % _ALIGNMENT == 0 and begin >= self.start
                if aligned and begin not in known and self.record_size(begin):
                    yield begin
                at = block.find(_MARK, at + 1)
            if len(block) < _BLOCK:
                return
            offset += len(block) - len(_MARK) + 1

    def number(self, offset: int) -> int:
        """The number of the record that begins at `offset`."""
        return int(_SIZE.unpack(self.read(offset + 8, 4))[0])

    def record_or_heading(
        self, offset: int, wanted: Callable[[str, int], bool], *, sure: bool = False
    ) -> LegacyRecord | RecordHeading:
        """The record at `offset` if its source and event id are `wanted`, else its heading; `sure` if they were seen.

        Only what is wanted is decoded: most records of a log are of others. Raises ValueError as `record` does.
        """
        heading = None if sure else self._heading(offset)
        if heading is None or wanted(heading.source, heading.event_id):
            record = self.record(offset)
            event_id = record.event_identifier & EVENT_ID
            if wanted(record.source, event_id):
                return record
            heading = RecordHeading(record.source, event_id, record.created)
        return heading

    def _heading(self, offset: int) -> RecordHeading | None:
        """What the record that begins at `offset` says of itself in its first bytes.

        None if it must be read whole: its source has no end, or appears for the first time, perhaps by damage.
        """
        data = self.read(offset, _FIXED.size + _LONGEST_SOURCE)
        end = data.find(_NUL, _FIXED.size)
        # A letter may end with a zero byte before the two that end the text.
        while end >= 0 and (end - _FIXED.size) % 2:
            end = data.find(_NUL, end + 1)
        if end < 0:
            return None
        written = data[_FIXED.size : end]
        source = self._sources.get(written)
        if source is None:
            if len(self._sources) >= _MOST_SOURCES:
                self._sources.clear()
            self._sources[written] = written.decode("utf-16-le", errors="replace")
            return None
        _, _, _, created, _, identifier, *_ = _FIXED.unpack_from(data)
        return RecordHeading(source, identifier & EVENT_ID, created)

    def record(self, offset: int) -> LegacyRecord:
        """The record that begins at `offset`. Raises ValueError where a part of it does not make sense."""
        data = self.read(offset, self.record_size(offset))
        if len(data) < SMALLEST_RECORD:
            raise ValueError("no record")
        size, _, number, created, _, identifier, kind, count, category, _, _, strings_at, _, _, length, data_at = (
            _FIXED.unpack_from(data)
        )
        names = _texts(data, _FIXED.size, 2)
        strings = _texts(data, strings_at, count) if count else ()
        binary = data[data_at : data_at + length] if length and data_at + length <= size - 4 else b""
        return LegacyRecord(offset, number, created, identifier, kind, category, names[0], names[1], strings, binary)


def _texts(data: bytes, at: int, count: int) -> tuple[str, ...]:
    """So many texts from `at` on, each ended by a NUL. Raises ValueError where there are fewer."""
    if at < _FIXED.size:
        raise ValueError("texts within the fixed part")
    texts = data[at : len(data) - 4 - (len(data) - 4 - at) % 2].decode("utf-16-le", errors="replace").split("\0", count)
    if len(texts) <= count:
        raise ValueError("fewer texts than there should be")
    return tuple(texts[:count])


def logs_in(stream: BinaryIO, size: int) -> list[tuple[int, int]]:
    """Where each log in a file of `size` bytes begins and ends: one, or several that were put together."""
    starts = [0]
    offset = _ALIGNMENT
    while offset < size:
        stream.seek(offset)
        block = stream.read(_BLOCK)
        at = block.find(SIGNATURE)
        while at >= 0:
            stream.seek(offset + at)
            if _is_header(stream.read(HEADER_SIZE)):
                starts.append(offset + at)
            at = block.find(SIGNATURE, at + 1)
        if len(block) < _BLOCK:
            break
        offset += len(block) - len(SIGNATURE) + 1
    return list(zip(starts, [*starts[1:], size], strict=True))


def _is_header(head: bytes) -> bool:
    whole = len(head) == HEADER_SIZE and head.startswith(SIGNATURE + _FIRST_VERSION)
    return whole and head[-4:] == head[:4]
