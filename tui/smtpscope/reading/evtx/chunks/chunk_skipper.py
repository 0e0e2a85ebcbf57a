"""The fast path through a log: most chunks have no SMTP events and are skipped, the others are read.

Skipped records are still counted, from the chunk's header; a chunk is only skipped if its records are understood or its
checksum is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from smtpscope.reading.evtx.chunks.chunk_buffer import Buffer
from smtpscope.reading.evtx.chunks.chunk_read import ChunkRead
from smtpscope.reading.evtx.chunks.chunk_times import ChunkTimes
from smtpscope.reading.evtx.chunks.growth import ReadEnd
from smtpscope.reading.evtx.chunks.instance_table import TableReader, TableSlice
from smtpscope.reading.evtx.chunks.record_scan import Scanner
from smtpscope.reading.evtx.chunks.wanted_rows import Rows
from smtpscope.reading.evtx.evtx_file import Chunk
from smtpscope.reading.evtx.evtx_layout import CHUNK_MAGIC, CHUNK_SIZE, FileHeader
from smtpscope.reading.evtx.templates.template_decoder import DoubtError, TemplateDecoder
from smtpscope.reading.evtx.templates.template_layout import Plans
from smtpscope.reading.explaining import NO_SOURCES, EventSources, ExplainingEvent
from smtpscope.reading.record import EventRecord
from smtpscope.reading.record_table import MixedRecords

if TYPE_CHECKING:
    from smtpscope.reading.evtx.chunks.chunk import ChunkReader

_FIRST_CHUNKS: Final = 8
_CHUNKS: Final = 64
"""Chunks read at once: few at first, to show something soon."""


class ChunkSkipper:
    """Reads the chunks of one file."""

    def __init__(
        self, header: FileHeader, file: str, *, growing: bool = False, sources: EventSources = NO_SOURCES
    ) -> None:
        """`file` is the path as the user gave it; with `growing`, a chunk without its end is left for later. `sources`
        are what is read besides.
        """
        self._sources = sources
        self._header = header
        self._file = file
        self._growing = growing
        self._start = Chunk(0, header.block_size, b"")
        self.end: ReadEnd | None = None
        self.plans = plans = Plans(sources)
        self._scanner = Scanner(plans, has_checksums=header.has_checksums, sources=sources)
        self._tables = TableReader(plans, file)
        self._direct = TemplateDecoder(plans, file)
        self._times = ChunkTimes(has_checksums=header.has_checksums)
        self._pieces: list[TableSlice] = []
        self.rows_waiting = 0
        self._chunks: ChunkReader | None = None

    def taken(self, singles: list[EventRecord]) -> MixedRecords:
        """The records of the blocks since the last call, together with those found one by one."""
        pieces, self._pieces, self.rows_waiting = self._pieces, [], 0
        return MixedRecords(self._tables.table(pieces), singles)

    def start_behind(self, chunk: Chunk) -> None:
        """Starts after `chunk`, which was read already."""
        self._start = Chunk(chunk.number + 1, chunk.offset + CHUNK_SIZE, b"")
        self.end = ReadEnd(chunk)

    def blocks(self, stream: BinaryIO) -> Iterator[tuple[int, int, ChunkRead]]:
        """The content of the chunks, some at a time, in file order.

        Yields the bytes read so far, the number of chunks, and their content, without the records that `taken` returns.
        """
        number, offset = self._start.number, self._start.offset
        stream.seek(offset)
        buffer = Buffer(_CHUNKS * CHUNK_SIZE)
        room = _FIRST_CHUNKS
        while size := _filled(stream, buffer.view[: room * CHUNK_SIZE]):
            room = min(2 * room, _CHUNKS)
            whole, rest = divmod(size, CHUNK_SIZE)
            if self._growing:
                rest = 0
            read = self._read_block(buffer, whole, number, offset) if whole else ChunkRead(used=0)
            if rest:
                last = Chunk(number + whole, offset + size - rest, bytes(buffer.view[size - rest : size]))
                read.add(self._thorough(last))
            offset += size
            slots = whole + (rest > 0)
            self._note_end(buffer, slots, size, number, offset - size)
            number += slots
            yield offset, slots, read

    def _note_end(self, buffer: Buffer, slots: int, size: int, number: int, offset: int) -> None:
        """Remembers the last chunk that is not just reserved zeros."""
        for at in range(slots - 1, -1, -1):
            data = bytes(buffer.view[at * CHUNK_SIZE : min((at + 1) * CHUNK_SIZE, size)])
            # A chunk with a damaged beginning is read too, and must not be read again as new.
            if data.startswith(CHUNK_MAGIC) or data.count(0) < len(data):
                self.end = ReadEnd(Chunk(number + at, offset + at * CHUNK_SIZE, data))
                return

    def _read_block(self, buffer: Buffer, chunks: int, number: int, offset: int) -> ChunkRead:
        survey = self._scanner.survey(buffer, chunks)
        piece, fits = self._tables.read(buffer, survey.rows, offset)
        singles, doubtful = self._one_by_one(buffer, survey.rows.chosen(~fits), offset)
        thorough = survey.thorough.copy()
        if doubtful:
            thorough[list(doubtful)] = True
            good = survey.rows.chosen(fits)
            piece, _ = self._tables.read(buffer, good.chosen(~thorough[good.chunk]), offset)
        read = ChunkRead(used=int(np.count_nonzero(~thorough)))
        read.records = [record for chunk, record in singles if chunk not in doubtful and record is not None]
        read.unrelated_records = int(survey.count[~thorough].sum()) - len(read.records) - len(piece)
        read.explaining = self._explaining(buffer, survey.explaining.chosen(~thorough[survey.explaining.chunk]), offset)
        read.span = self._times.span(buffer, np.flatnonzero(~thorough))
        for at in np.flatnonzero(thorough).tolist():
            start = at * CHUNK_SIZE
            read.add(self._thorough(Chunk(number + at, offset + start, bytes(buffer.view[start : start + CHUNK_SIZE]))))
        if len(piece):
            self._pieces.append(piece)
            self.rows_waiting += len(piece)
        return read

    def _one_by_one(
        self, buffer: Buffer, rows: Rows, offset: int
    ) -> tuple[list[tuple[int, EventRecord | None]], set[int]]:
        """The records that are not in a table, each with its chunk, and the chunks that turned out to be unusual."""
        found: list[tuple[int, EventRecord | None]] = []
        doubtful: set[int] = set()
        data, chunk_of_data = b"", -1
        for chunk, start, end in zip(rows.chunk.tolist(), rows.start.tolist(), rows.end.tolist(), strict=True):
            if chunk in doubtful:
                continue
            first = chunk * CHUNK_SIZE
            if chunk != chunk_of_data:
                data, chunk_of_data = bytes(buffer.view[first : first + CHUNK_SIZE]), chunk
            try:
                found.append((chunk, self._direct.event(data, start - first, end - first, offset + first)))
            except DoubtError:
                doubtful.add(chunk)
        return found, doubtful

    def _explaining(self, buffer: Buffer, rows: Rows, offset: int) -> list[ExplainingEvent]:
        """What the records at `rows` explain by, as far as they are wanted."""
        found = []
        data, chunk_of_data = b"", -1
        for chunk, start, end in zip(rows.chunk.tolist(), rows.start.tolist(), rows.end.tolist(), strict=True):
            first = chunk * CHUNK_SIZE
            if chunk != chunk_of_data:
                data, chunk_of_data = bytes(buffer.view[first : first + CHUNK_SIZE]), chunk
            event = self._direct.explaining(data, start - first, end - first, offset + first, self._sources)
            if event is not None:
                found.append(event)
        return found

    def _thorough(self, chunk: Chunk) -> ChunkRead:
        if self._chunks is None:
            # Most logs never need it, and its imports take long.
            from smtpscope.reading.evtx.chunks.chunk import ChunkReader

            self._chunks = ChunkReader(self._file, has_checksums=self._header.has_checksums, sources=self._sources)
        return self._chunks.read(chunk)


def _filled(stream: BinaryIO, room: memoryview) -> int:
    """How many bytes could be read into `room`; fewer than its size only at the end of the file."""
    size = 0
    while size < len(room):
        read = stream.readinto(room[size:])  # type: ignore[attr-defined]
        if not read:
            break
        size += read
    return size
