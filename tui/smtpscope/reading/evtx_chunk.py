"""One chunk -> its records, counted to the last: what the fast decoder refuses is tried again with the second one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from smtpscope.errors import Problem
from smtpscope.reading import evtx_element, evtx_json
from smtpscope.reading.evtx_chunk_read import ChunkRead
from smtpscope.reading.evtx_file import Chunk
from smtpscope.reading.evtx_layout import (
    CHUNK_SIZE,
    RECORD_MAGIC,
    ChunkHeader,
    data_checksum_agrees,
    parse_chunk_header,
)
from smtpscope.reading.evtx_mend import mended
from smtpscope.reading.evtx_rust import json_records
from smtpscope.reading.evtx_second import SecondReader
from smtpscope.reading.evtx_template_tree import UnreadableError
from smtpscope.reading.evtx_times import span_of_records
from smtpscope.reading.evtx_walk import RecordPlace, walk
from smtpscope.reading.record import EventRecord

_Outcome = Literal["skipped", "recovered", "noted"]

_REFUSED: Final = "The fast decoder refused it, the second one could read it"
_BROKEN_SIZE: Final = "Its size is broken; it was read up to the next record"
_TORN: Final = "Its end was not written to disk; what it says may be incomplete"
_CUT_OFF: Final = "The file ends in the middle of this record"
_NO_HEADER: Final = "The header of its chunk is destroyed; the record itself could be read"


def read_chunk(chunk: Chunk, *, file: str, has_checksums: bool) -> ChunkRead:
    """Every record of `chunk`. `file` is the path as the user gave it, `has_checksums` whether the file keeps them.

    A chunk of zeros, as a log has them kept in reserve, is nothing and no problem. Raises nothing.
    """
    data = chunk.data.ljust(CHUNK_SIZE, b"\0")
    header = parse_chunk_header(data)
    if header is None and RECORD_MAGIC not in data:
        if data.count(0) == CHUNK_SIZE:
            return ChunkRead(used=0)
        return ChunkRead(problems=[_not_a_chunk(chunk, file)])
    return _Reading(chunk, data, header, file).read(has_checksums)


def _not_a_chunk(chunk: Chunk, file: str) -> Problem:
    return Problem(file, f"chunk {chunk.number}", "This is no chunk, and no record is in it", "skipped")


class _Reading:
    """The reading of one chunk, record by record."""

    def __init__(self, chunk: Chunk, data: bytes, header: ChunkHeader | None, file: str) -> None:
        self._chunk = chunk
        self._header = header
        self._file = file
        self._end = min(CHUNK_SIZE if header is None else header.end, len(chunk.data))
        self._data = data
        self._walk = walk(data, self._end)
        self._second: SecondReader | None = None
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
                record = evtx_json.event_record(text, file=self._file, place=offset, filetime=place.filetime)
            except msgspec.DecodeError:
                pass
            else:
                self._count(record)
                return self._oddity(place)
        if self._second is None:
            self._second = SecondReader(self._data)
        try:
            element = self._second.event(place.offset)
        except UnreadableError as cause:
            return "skipped", f"Neither decoder can read it: {cause}"
        self._count(evtx_element.event_record(element, file=self._file, place=offset, filetime=place.filetime))
        return self._oddity(place) or ("recovered", _REFUSED)

    def _oddity(self, place: RecordPlace) -> tuple[_Outcome, str] | None:
        if self._header is None:
            return "recovered", _NO_HEADER
        if place.state == "torn":
            return "noted", _TORN
        return ("recovered", _BROKEN_SIZE) if place.state == "broken" else None

    def _count(self, record: EventRecord | None) -> None:
        if record is None:
            self._result.others += 1
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
