"""All records of one chunk: those that the fast decoder rejects are retried with the second one."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Final, Literal

import msgspec

from smtpscope.errors import Problem
from smtpscope.reading.evtx.chunks.chunk_read import ChunkRead
from smtpscope.reading.evtx.chunks.chunk_times import span_of_records
from smtpscope.reading.evtx.chunks.record_headers import RecordPlace, Walk, walk
from smtpscope.reading.evtx.decoding.chunk_decoder import DecoderStoppedError, FileDecoder
from smtpscope.reading.evtx.decoding.decoder_frames import Decoded, Kind
from smtpscope.reading.evtx.evtx_file import Chunk
from smtpscope.reading.evtx.evtx_layout import (
    CHUNK_MAGIC,
    CHUNK_SIZE,
    RECORD_MAGIC,
    SMALLEST_RECORD,
    ChunkHeader,
    data_checksum_agrees,
    parse_chunk_header,
)
from smtpscope.reading.evtx.templates.fallback_decoder import FallbackDecoder
from smtpscope.reading.evtx.templates.template_tree import UnreadableError
from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.record import EventRecord
from smtpscope.reading.windows_event import decoder_json, event_element

BRIDGE_ID: Final = 0xFFFF_FFFF_FFFF_FFFF
"""The record number of the empty records that bridge stretches without a record header."""

_HEADER_SIZE_FIELD: Final = 128


def mended(chunk: bytes, found: Walk, end: int) -> bytes:
    """`chunk` with a header that points to `end`, sizes that lead from record to record, and gaps bridged.

    The decoder rejects a bridge, or reads it as an empty record with BRIDGE_ID; the bytes after its header stay, since
    later records may use a name or a template defined there.
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


_Outcome = Literal["skipped", "recovered", "noted"]

_REFUSED: Final = "Rejected by the fast decoder, read by the fallback decoder"
_BROKEN_SIZE: Final = "Its size is wrong; it was read up to the next record"
_TORN: Final = "Its end was not written to disk; it may be incomplete"
_CUT_OFF: Final = "The file ends in the middle of this record"
_NO_HEADER: Final = "The header of its chunk is destroyed; the record itself could be read"


class ChunkReader:
    """Reads all records in the chunks of one file."""

    def __init__(
        self,
        file: str,
        *,
        has_checksums: bool,
        decoder: FileDecoder | None = None,
        sources: EventSources = NO_SOURCES,
    ) -> None:
        """`file` is the path as the user gave it, `has_checksums` whether the file has them. Those of `sources` are
        among the records.
        """
        self._sources = sources
        self._file = file
        self._has_checksums = has_checksums
        self._decoder = decoder or FileDecoder()

    def read(self, chunk: Chunk) -> ChunkRead:
        """Every record of `chunk`.

        A reserved chunk of zeros is empty, and not a problem. Never raises.
        """
        data = chunk.data.ljust(CHUNK_SIZE, b"\0")
        header = parse_chunk_header(data)
        if header is None and RECORD_MAGIC not in data:
            if data.count(0) == CHUNK_SIZE:
                return ChunkRead(used=0)
            reason = "Not a chunk, and no record in it"
            return ChunkRead(problems=[Problem(self._file, f"chunk {chunk.number}", reason, "skipped")])
        return _Reading(chunk, data, header, self._file, self._sources).read(self._decoder, self._has_checksums)


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
        self._stopped: DecoderStoppedError | None = None
        self._result = ChunkRead()

    def read(self, decoder: FileDecoder, has_checksums: bool) -> ChunkRead:
        if has_checksums and self._header is not None:
            self._check(self._header)
        self._gaps()
        decoded = self._decoded(decoder)
        outcomes = []
        for place in self._walk.places:
            found = decoded.get(place.record_id)
            outcomes.append(self._record(place, found.pop(0) if found else None))
        self._report(outcomes)
        if self._stopped is not None and str(self._stopped):
            count = len(self._result.records) + self._result.unrelated_records
            self._problem(None, f"{self._stopped}; the second one read record by record", "recovered", count)
        sure = self._header is not None and data_checksum_agrees(self._data, self._header)
        self._result.span = span_of_records(self._walk.places, sure=sure)
        return self._result

    def _decoded(self, decoder: FileDecoder) -> dict[int, list[Decoded]]:
        """The results of the fast decoder by record number; none if it had to be stopped."""
        source = self._data
        if self._header is None or self._walk.gaps or any(place.state == "broken" for place in self._walk.places):
            source = mended(self._data, self._walk, self._end)
        decoded: defaultdict[int, list[Decoded]] = defaultdict(list)
        try:
            for record in decoder.records(source, self._sources):
                decoded[record.record_id].append(record)
        except DecoderStoppedError as cause:
            self._stopped = cause
        return decoded

    def _record(self, place: RecordPlace, decoded: Decoded | None) -> tuple[_Outcome, str] | None:
        """Reads one record; returns a problem, or None."""
        offset = self._chunk.offset + place.offset
        if place.state == "broken" and place.offset + place.size >= len(self._chunk.data) < CHUNK_SIZE:
            return "skipped", _CUT_OFF
        if decoded is not None and decoded.kind != Kind.ODD:
            record = None
            if decoded.kind == Kind.OURS:
                with suppress(msgspec.DecodeError):
                    text = decoded.text
                    record = decoder_json.event_record(
                        text, file=self._file, offset=offset, filetime=place.filetime, sources=self._sources
                    )
            self._count(record)
            return self._oddity(place)
        if self._second is None:
            self._second = FallbackDecoder(self._data)
        try:
            element = self._second.event(place.offset)
        except UnreadableError as cause:
            neither = "Neither decoder can" if self._stopped is None else "The second decoder can't"
            return "skipped", f"{neither} read it: {cause}"
        self._count(
            event_element.event_record(
                element, file=self._file, offset=offset, filetime=place.filetime, sources=self._sources
            )
        )
        return self._oddity(place) or (("recovered", _REFUSED) if self._stopped is None else None)

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
        """One problem for each run of records with the same fault: a broken chunk must not fill the list."""
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
        """Reports missing records: stretches without a record, and records that are counted in the header but not
        found."""
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
        """The gaps that may have held records; zeros after the last record of a chunk without a header are just free
        space."""
        if self._header is not None and len(self._chunk.data) == CHUNK_SIZE:
            return self._walk.gaps
        return [gap for gap in self._walk.gaps if gap[1] < self._end or any(self._data[gap[0] : gap[1]])]

    def _problem(self, place: str | None, reason: str, outcome: _Outcome, records: int | None) -> None:
        where = f"chunk {self._chunk.number}" + (f", {place}" if place else "")
        self._result.problems.append(Problem(self._file, where, reason, outcome, records))
