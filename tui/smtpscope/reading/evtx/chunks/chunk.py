"""One chunk -> its records, counted to the last: records the fast decoder rejects are retried with python-evtx."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final, Literal

import msgspec
from evtx import PyEvtxParser

from smtpscope.errors import Problem
from smtpscope.reading.evtx.chunks.chunk_times import span_of_records
from smtpscope.reading.evtx.chunks.record_headers import RecordPlace, Walk, walk
from smtpscope.reading.evtx.evtx_file import Chunk
from smtpscope.reading.evtx.evtx_layout import (
    CHUNK_MAGIC,
    CHUNK_SIZE,
    FILE_MAGIC,
    NO_CHECKSUMS,
    RECORD_MAGIC,
    SMALLEST_RECORD,
    ChunkHeader,
    data_checksum_agrees,
    parse_chunk_header,
)
from smtpscope.reading.evtx.templates.fallback_decoder import FallbackDecoder
from smtpscope.reading.evtx.templates.template_tree import UnreadableError
from smtpscope.reading.explaining import NO_SOURCES, EventSources, ExplainingEvent
from smtpscope.reading.log_span import LogSpan, merge_spans
from smtpscope.reading.record import EventRecord
from smtpscope.reading.windows_event import decoder_json, event_element


@dataclass(slots=True)
class ChunkRead:
    """What chunks held: records that may be ours, how many others, and what was wrong.

    `explaining` are of records that were read for this alone and are counted with the others; those that came with the
    records are not in it. `used` counts the chunks that were more than zeros. `span` is from when to when the records
    go, ours or not.
    """

    records: list[EventRecord] = field(default_factory=list)
    unrelated_records: int = 0
    problems: list[Problem] = field(default_factory=list)
    explaining: list[ExplainingEvent] = field(default_factory=list)
    used: int = 1
    span: LogSpan | None = None

    def add(self, other: ChunkRead) -> None:
        """Takes in what another chunk held."""
        self.records += other.records
        self.unrelated_records += other.unrelated_records
        self.problems += other.problems
        self.explaining += other.explaining
        self.used += other.used
        self.span = merge_spans(self.span, other.span)


BRIDGE_ID: Final = 0xFFFF_FFFF_FFFF_FFFF
"""The record number of the empty records that are laid over stretches without a record header."""

_HEADER_SIZE_FIELD: Final = 128


def mended(chunk: bytes, found: Walk, end: int) -> bytes:
    """`chunk` with a header that points to `end`, sizes that lead from record to record, and gaps bridged.

    What a bridge covers is refused by the decoder, or read as a record without content under BRIDGE_ID; the bytes
    behind its header stay, since later records may use a name or a template that is defined there.
    """
    copy = bytearray(chunk)
    copy[:8] = CHUNK_MAGIC
    last = found.places[-1].offset if found.places else 0
    struct.pack_into("<III", copy, 40, _HEADER_SIZE_FIELD, last, end)
    for place in found.places:
        if place.state == "broken":
            struct.pack_into("<I", copy, place.offset + 4, place.size)
    for start, stop in found.gaps:
        if stop - start >= SMALLEST_RECORD and stop < end:
            struct.pack_into("<4sIQQ", copy, start, RECORD_MAGIC, stop - start, BRIDGE_ID, 0)
    return bytes(copy)


_BLOCK_SIZE: Final = 4096
_MOST_FAILURES: Final = 4_000
"""More than a chunk can have records: a decoder that fails more often goes round in circles."""


def _file_header() -> bytes:
    """The header of a file with one chunk. The file's own may be damaged, and what it counts is not what we pass on."""
    block = bytearray(_BLOCK_SIZE)
    struct.pack_into("<8sQQQIHHHH", block, 0, FILE_MAGIC, 0, 0, 1, 128, 1, 3, _BLOCK_SIZE, 1)
    struct.pack_into("<I", block, 120, NO_CHECKSUMS)
    return bytes(block)


_FILE_HEADER: Final = _file_header()


@dataclass(frozen=True, slots=True)
class Decoded:
    """A record that the decoder could read: its number in the record's header, and its content as text."""

    record_id: int
    text: str


def json_records(chunk: bytes) -> Iterator[Decoded]:
    """The records of `chunk` (64 KiB) as JSON, in their order; those that the decoder refuses are missing."""
    iterator = PyEvtxParser(BytesIO(_FILE_HEADER + chunk), number_of_threads=1).records_json()
    failures = 0
    while failures < _MOST_FAILURES:
        try:
            record = next(iterator)
        except StopIteration:
            return
        except Exception:
            # The decoder tells no place; whoever asked sees from the walk which record is missing.
            failures += 1
            continue
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            return
        if record is not None:
            yield Decoded(record["event_record_id"], record["data"])


_Outcome = Literal["skipped", "recovered", "noted"]

_REFUSED: Final = "The fast decoder refused it, the second one could read it"
_BROKEN_SIZE: Final = "Its size is broken; it was read up to the next record"
_TORN: Final = "Its end was not written to disk; what it says may be incomplete"
_CUT_OFF: Final = "The file ends in the middle of this record"
_NO_HEADER: Final = "The header of its chunk is destroyed; the record itself could be read"


def read_chunk(chunk: Chunk, *, file: str, has_checksums: bool, sources: EventSources = NO_SOURCES) -> ChunkRead:
    """Every record of `chunk`. `file` is the path as the user gave it, `has_checksums` whether the file keeps them.
    Those that are wanted as some of `sources` are among its records.

    A chunk of zeros, as a log has them kept in reserve, is nothing and no problem. Raises nothing.
    """
    data = chunk.data.ljust(CHUNK_SIZE, b"\0")
    header = parse_chunk_header(data)
    if header is None and RECORD_MAGIC not in data:
        if data.count(0) == CHUNK_SIZE:
            return ChunkRead(used=0)
        return ChunkRead(problems=[_not_a_chunk(chunk, file)])
    return _Reading(chunk, data, header, file, sources).read(has_checksums)


def _not_a_chunk(chunk: Chunk, file: str) -> Problem:
    return Problem(file, f"chunk {chunk.number}", "This is no chunk, and no record is in it", "skipped")


class _Reading:
    """The reading of one chunk, record by record."""

    def __init__(self, chunk: Chunk, data: bytes, header: ChunkHeader | None, file: str, sources: EventSources) -> None:
        self._sources = sources
        self._chunk = chunk
        self._header = header
        self._file = file
        self._end = min(CHUNK_SIZE if header is None else header.end, len(chunk.data))
        self._data = data
        self._walk = walk(data, self._end)
        self._second: FallbackDecoder | None = None
        self._result = ChunkRead()

    def read(self, has_checksums: bool) -> ChunkRead:
        if has_checksums and self._header is not None:
            self._check(self._header)
        self._gaps()
        source = self._data
        if self._header is None or self._walk.gaps or any(place.state == "broken" for place in self._walk.places):
            source = mended(self._data, self._walk, self._end)
        texts: defaultdict[int, list[str]] = defaultdict(list)
        for decoded in json_records(source):
            texts[decoded.record_id].append(decoded.text)
        outcomes = []
        for place in self._walk.places:
            found = texts.get(place.record_id)
            outcomes.append(self._record(place, found.pop(0) if found else None))
        self._report(outcomes)
        sure = self._header is not None and data_checksum_agrees(self._data, self._header)
        self._result.span = span_of_records(self._walk.places, sure=sure)
        return self._result

    def _record(self, place: RecordPlace, text: str | None) -> tuple[_Outcome, str] | None:
        """Reads one record; what is to be said of it, None when all is well."""
        offset = self._chunk.offset + place.offset
        if place.state == "broken" and place.offset + place.size >= len(self._chunk.data) < CHUNK_SIZE:
            return "skipped", _CUT_OFF
        if text is not None:
            try:
                record = decoder_json.event_record(
                    text, file=self._file, offset=offset, filetime=place.filetime, sources=self._sources
                )
            except msgspec.DecodeError:
                pass
            else:
                self._count(record)
                return self._oddity(place)
        if self._second is None:
            self._second = FallbackDecoder(self._data)
        try:
            element = self._second.event(place.offset)
        except UnreadableError as cause:
            return "skipped", f"Neither decoder can read it: {cause}"
        self._count(
            event_element.event_record(
                element, file=self._file, offset=offset, filetime=place.filetime, sources=self._sources
            )
        )
        return self._oddity(place) or ("recovered", _REFUSED)

    def _oddity(self, place: RecordPlace) -> tuple[_Outcome, str] | None:
        if self._header is None:
            return "recovered", _NO_HEADER
        if place.state == "torn":
            return "noted", _TORN
        return ("recovered", _BROKEN_SIZE) if place.state == "broken" else None

    def _count(self, record: EventRecord | None) -> None:
        if record is None:
            self._result.unrelated_records += 1
        else:
            self._result.records.append(record)

    def _report(self, outcomes: Iterable[tuple[_Outcome, str] | None]) -> None:
        """One problem for each run of records with the same fate, so that a broken chunk does not fill the list."""
        run: list[int] = []
        last: tuple[_Outcome, str] | None = None
        for place, outcome in [*zip(self._walk.places, outcomes, strict=True), (None, None)]:
            if outcome != last:
                if last is not None:
                    records = f"record {run[0]}" if len(run) == 1 else f"records {run[0]} to {run[-1]}"
                    self._problem(records, last[1], last[0], len(run))
                run, last = [], outcome
            if place is not None:
                run.append(place.record_id)

    def _check(self, header: ChunkHeader) -> None:
        if len(self._chunk.data) < CHUNK_SIZE:
            return
        wrong = [
            name
            for name, agrees in (
                ("its header", header.header_checksum_agrees),
                ("its records", data_checksum_agrees(self._data, header)),
            )
            if not agrees
        ]
        if wrong:
            self._problem(None, f"The checksum of {' and '.join(wrong)} is wrong", "noted", None)

    def _gaps(self) -> None:
        """Reports what is missing: stretches without a record, and records that the header counts but nobody finds."""
        claimed = None if self._header is None else self._header.record_count
        missing = None if claimed is None else max(0, claimed - len(self._walk.places)) or None
        cut_off = len(self._chunk.data) < CHUNK_SIZE
        if cut_off:
            self._problem(None, "The file ends in the middle of this chunk", "skipped", missing)
        gaps = self._damaged_gaps()
        for start, stop in gaps:
            what = "was never written to disk" if not any(self._data[start:stop]) else "holds no record header"
            count = missing if len(gaps) == 1 and not cut_off else None
            self._problem(f"bytes {start} to {stop - 1}", f"This part of the chunk {what}", "skipped", count)
        if missing and not cut_off and len(gaps) != 1:
            reason = f"Its header counts {claimed} records, {len(self._walk.places)} are there"
            self._problem(None, reason, "skipped", missing)

    def _damaged_gaps(self) -> list[tuple[int, int]]:
        """The gaps that may have held records; zeros behind the last record of a headless chunk are just free."""
        if self._header is not None and len(self._chunk.data) == CHUNK_SIZE:
            return self._walk.gaps
        return [gap for gap in self._walk.gaps if gap[1] < self._end or any(self._data[gap[0] : gap[1]])]

    def _problem(self, place: str | None, reason: str, outcome: _Outcome, records: int | None) -> None:
        where = f"chunk {self._chunk.number}" + (f", {place}" if place else "")
        self._result.problems.append(Problem(self._file, where, reason, outcome, records))
