"""Writes large .evtx logs quickly: records of a few shapes, put together from the bytes of one that was written well.

The first records of each chunk define its templates at the same places, so all that follow are the same bytes
wherever they stand; only record id, time and insertion strings differ.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from bench.incidents import Refusals
from support.evtx_writer import (
    CHUNK_SIZE,
    FILE_HEADER_SIZE,
    FIRST_RECORD,
    ChunkWriter,
    WrittenEvent,
    file_header,
    filetime,
)

FIRST_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)
_SECOND: Final = 10_000_000
_INSTANCE_AT: Final = 28
_DEFINITION_HEADER: Final = 24
_TIME_VALUE, _ID_VALUE, _EVENT_ID_VALUE, _DATA_VALUE = 6, 10, 3, 19

OURS: Final = WrittenEvent(strings=("1", "6", "mx1.partner.example", "rcpt", "550 no ", "RCPT TO:<a@b.example> "))
FOREIGN: Final = (
    WrittenEvent(provider="ESE", event_id=101, strings=("Information Store", "2604", "First Storage Group: ")),
    WrittenEvent(provider="MSExchangeIS", event_id=1221, strings=("2,048", "Mailbox Store (EXCH01)", "nightly")),
    WrittenEvent(provider="Userenv", event_id=1704, strings=("Security policy in the objects was applied.",)),
    WrittenEvent(provider="MSExchangeSA", event_id=9325, strings=("OALGen", "Default Offline Address List", "17")),
    WrittenEvent(provider="SceCli", event_id=1202, strings=("0x534: No mapping between names and ids was done.",)),
    WrittenEvent(provider="Vendor-Agent", event_id=4, strings=("heartbeat", "ok", "42 ms"), form="manifest"),
)
_FOREIGN_WEIGHTS: Final = (30, 26, 18, 12, 12, 5)


@dataclass(frozen=True, slots=True)
class Shape:
    """The bytes of one record, and where record id, time and (of a classic one) the insertion strings stand in it."""

    record: bytes
    ids: tuple[int, int]
    times: tuple[int, int]
    event_id: int
    data_size: int
    strings_size: int
    strings: int
    strings_end: int

    @classmethod
    def of(cls, chunk: bytes, start: int) -> Shape:
        """The shape of the record at `start` of a chunk."""
        size = int.from_bytes(chunk[start + 4 : start + 8], "little")
        sizes, values = _values(chunk, start + _INSTANCE_AT)
        offsets = [values + sum(sizes[:n]) - start for n in range(len(sizes))]
        count_at = values - 4 * len(sizes)
        data_size = strings_size = strings = strings_end = 0
        if len(sizes) > _DATA_VALUE:
            data_size = count_at + 4 * _DATA_VALUE - start
            nested = values + sum(sizes[:_DATA_VALUE])
            nested_sizes, nested_values = _values(chunk, nested + 4)
            strings_size = nested_values - 4 * len(nested_sizes) - start
            strings, strings_end = nested_values - start, nested_values + nested_sizes[0] - start
        return cls(
            record=chunk[start : start + size],
            ids=(8, offsets[_ID_VALUE]),
            times=(16, offsets[_TIME_VALUE]),
            event_id=offsets[_EVENT_ID_VALUE],
            data_size=data_size,
            strings_size=strings_size,
            strings=strings,
            strings_end=strings_end,
        )

    def with_strings(self, event_id: int, strings: Sequence[str]) -> bytearray:
        """The record with other insertion strings; ids and times are still those of the original."""
        encoded = ("\0".join(strings) + "\0").encode("utf-16-le")
        more = len(encoded) - (self.strings_end - self.strings)
        data_size = int.from_bytes(self.record[self.data_size : self.data_size + 2], "little") + more
        record = bytearray(self.record[: self.strings])
        struct.pack_into("<H", record, self.event_id, event_id)
        struct.pack_into("<H", record, self.data_size, data_size)
        struct.pack_into("<H", record, self.strings_size, len(encoded))
        # Behind the strings: the size of the binary data (4 bytes) and the ends of both fragments.
        record += encoded + self.record[self.strings_end : self.strings_end + 6]
        size = len(record) + 4
        size += -size % 8
        record += bytes(size - len(record) - 4) + struct.pack("<I", size)
        struct.pack_into("<I", record, 4, size)
        return record


def _values(chunk: bytes, instance: int) -> tuple[list[int], int]:
    """The sizes of the values of the template instance at `instance`, and where the first one stands."""
    (definition,) = struct.unpack_from("<I", chunk, instance + 6)
    at = instance + 10
    if definition == at:
        at += _DEFINITION_HEADER + int.from_bytes(chunk[definition + 20 : definition + 24], "little")
    (count,) = struct.unpack_from("<I", chunk, at)
    sizes = [int.from_bytes(chunk[at + 4 + 4 * n : at + 6 + 4 * n], "little") for n in range(count)]
    return sizes, at + 4 + 4 * count


class _Layout:
    """The beginning of a chunk that defines the templates of `events`, and the shapes of records that use them."""

    def __init__(self, events: Sequence[WrittenEvent]) -> None:
        writer = ChunkWriter(1)
        for number, event in enumerate((*events, *events), start=1):
            if not writer.add(event, number):
                raise ValueError("the templates do not fit in a chunk")
        chunk = writer.finish()
        starts = list(_record_starts(chunk, 2 * len(events)))
        self.defining = tuple(Shape.of(chunk, start) for start in starts[: len(events)])
        self.using = tuple(Shape.of(chunk, start) for start in starts[len(events) :])
        self.tables = chunk[128:FIRST_RECORD]


def _record_starts(chunk: bytes, count: int) -> Iterator[int]:
    start = FIRST_RECORD
    for _ in range(count):
        yield start
        start += int.from_bytes(chunk[start + 4 : start + 8], "little")


class LogWriter:
    """Writes chunk after chunk to `stream`, a new file; `close` writes the header."""

    def __init__(self, stream: BinaryIO, *, seed: int, step: float = 30.0) -> None:
        """`step` is the mean distance of two records in seconds."""
        self.records = 0
        self.ours = 0
        self.chunks = 0
        self._stream = stream
        self._random = random.Random(seed)
        self._refusals = iter(Refusals(seed))
        self._time = filetime(FIRST_TIME)
        self._step = round(step * 2 * _SECOND)
        self._foreign = _Layout(FOREIGN)
        self._mixed = _Layout((*FOREIGN, OURS))
        self._own = _Layout((OURS,))
        stream.write(bytes(FILE_HEADER_SIZE))

    @property
    def size(self) -> int:
        """Bytes so far."""
        return FILE_HEADER_SIZE + self.chunks * CHUNK_SIZE

    def chunk(self, *, share: float) -> None:
        """One more chunk, in which each record is one of ours with probability `share`; 1 makes all of them ours."""
        expected = share * 190
        if share >= 1:
            self._write(self._own, share)
        elif expected < 20 and self._random.random() < 2.718281828**-expected:
            self._write(self._foreign, 0.0)
        else:
            self._write(self._mixed, share)

    def _write(self, layout: _Layout, share: float) -> None:
        data = bytearray(FIRST_RECORD)
        first, last = self.records + 1, FIRST_RECORD
        with_ours = layout is not self._foreign
        for shape in layout.defining[: -1 if with_ours else None]:
            last = self._add(data, shape, shape.record)
        if with_ours:
            last = self._add_ours(data, layout.defining[-1])
        foreign = layout.using[: len(FOREIGN)] if layout is not self._own else ()
        draw, choose = self._random.random, self._random.choices
        while len(data) < CHUNK_SIZE - 1_000:
            if not foreign or (share and draw() < share):
                last = self._add_ours(data, layout.using[-1])
            else:
                shape = choose(foreign, _FOREIGN_WEIGHTS)[0]
                last = self._add(data, shape, shape.record)
        self._stream.write(_finished(data, layout.tables, (first, self.records), last))
        self.chunks += 1

    def _add_ours(self, data: bytearray, shape: Shape) -> int:
        kind, strings = next(self._refusals)
        self.ours += 1
        return self._add(data, shape, shape.with_strings(kind.event_id, strings))

    def _add(self, data: bytearray, shape: Shape, record: bytes | bytearray) -> int:
        """Adds `record` with the next number and time; gives back where it stands."""
        start = len(data)
        self.records += 1
        self._time += int(self._random.random() * self._step)
        data += record
        for at in shape.ids:
            struct.pack_into("<Q", data, start + at, self.records)
        for at in shape.times:
            struct.pack_into("<Q", data, start + at, self._time)
        return start

    def close(self) -> None:
        """Writes the file's header; the stream stays open."""
        self._stream.seek(0)
        self._stream.write(file_header(min(self.chunks, 0xFFFF), self.records + 1))


def _finished(data: bytearray, tables: bytes, numbers: tuple[int, int], last: int) -> bytes:
    end = len(data)
    data += bytes(CHUNK_SIZE - end)
    data_checksum = zlib.crc32(memoryview(data)[FIRST_RECORD:end])
    struct.pack_into("<8sQQQQIIII", data, 0, b"ElfChnk\0", *numbers, *numbers, 128, last, end, data_checksum)
    data[128:FIRST_RECORD] = tables
    struct.pack_into("<I", data, 120, 1)
    struct.pack_into("<I", data, 124, zlib.crc32(data[:120] + data[128:FIRST_RECORD]))
    return bytes(data)


@dataclass(frozen=True, slots=True)
class LogKind:
    """What a generated log is like: `share` of ours, in one `episode` (part of the chunks) or all over the log."""

    name: str
    share: float
    episode: float = 1.0


SCATTERED: Final = LogKind("scattered", 0.01)
CLUSTERED: Final = LogKind("clustered", 0.6, episode=0.0167)
DENSE: Final = LogKind("dense", 1.0)


def write_log(path: Path, kind: LogKind, *, megabytes: float, seed: int = 7002) -> tuple[int, int]:
    """Writes a log of that kind and size (10**6 bytes) to `path`; gives back the number of records, and of ours."""
    chunks = max(1, round((megabytes * 1e6 - FILE_HEADER_SIZE) / CHUNK_SIZE))
    start = int(chunks * 0.6)
    episode = range(chunks) if kind.episode >= 1 else range(start, start + max(1, round(chunks * kind.episode)))
    with path.open("wb") as stream:
        writer = LogWriter(stream, seed=seed)
        for number in range(chunks):
            writer.chunk(share=kind.share if number in episode else 0.0)
        writer.close()
    return writer.records, writer.ours
