"""Windows event logs of Vista and later (.evtx), chunk by chunk.

Modules for rare cases are imported on demand: they would double the time until a report begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from smtpscope.errors import Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.evtx.chunks.chunk_read import ChunkRead
from smtpscope.reading.evtx.chunks.chunk_skipper import ChunkSkipper
from smtpscope.reading.evtx.chunks.growth import ReadEnd
from smtpscope.reading.evtx.evtx_file import chunk_at, chunks, header_problems, read_header, size_problems
from smtpscope.reading.evtx.evtx_layout import CHUNK_SIZE, FILE_MAGIC, RECORD_MAGIC, FileHeader
from smtpscope.reading.evtx.salvage import Known, salvaged
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, Source


class EvtxReader:
    """Reads one .evtx file; see `LogReader`."""

    format: ClassVar[Format] = Format(
        name="evtx",
        title="Windows event log (.evtx)",
        recognised_by="the first eight bytes: ElfFile",
        lacks=("the text of the event's message, which is in a file on the server; its insertion strings are there",),
    )

    def __init__(self, source: Source, options: ReadOptions, *, quick: bool = True) -> None:
        """The zone in `options` is not used: an .evtx file has all its times in UTC.

        With `quick` off, every record is decoded: three to ten times as slow, for comparison.
        """
        self._source = source
        self._options = options
        self._quick = quick
        self._end: ReadEnd | None = None

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return head.startswith(FILE_MAGIC)

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError for a file that is empty, not an event log, or shorter than its header."""
        name = self._source.name
        with self._source.open() as stream:
            header = read_header(stream, name)
            quick = ChunkSkipper(header, name, growing=self._options.growing, sources=self._options.explaining)
            batching = Batching(self._source.size, collected=quick, sources=self._options.explaining)
            batching.problems += header_problems(header, name)
            used = slots = bytes_read = 0
            known: Known = set()
            try:
                for bytes_read, count, read in quick.blocks(stream) if self._quick else self._thorough(stream, header):
                    batching.add(read.records, read.unrelated_records, read.problems)
                    batching.explaining += read.explaining
                    batching.extend_log_span(read.span)
                    used += read.used
                    slots += count
                    if batching.due:
                        yield self._noted(batching.take(bytes_read), known)
                if self._options.salvage:
                    yield self._noted(batching.take(bytes_read), known)
                    for records in salvaged(stream, header, name, quick.plans, known):
                        batching.add(records, 0, [])
                        if batching.due:
                            yield batching.take(bytes_read)
            except OSError as error:
                reason = f"Reading stopped: {error.strerror or error}"
                batching.problems.append(Problem(name, f"from byte {bytes_read:#x}", reason, "skipped"))
            else:
                self._end = quick.end
                if not self._options.growing:
                    batching.problems += size_problems(header, name, used=used, slots=slots)
        yield batching.take(self._source.size)

    def _noted(self, batch: Batch, known: Known) -> Batch:
        """`batch`, with its records noted in `known` if they will be compared."""
        if self._options.salvage:
            known.update((record.record_id, record.time_ms) for record in batch.records)
        return batch

    def _thorough(self, stream: BinaryIO, header: FileHeader) -> Iterator[tuple[int, int, ChunkRead]]:
        """As `QuickReader.blocks`, chunk by chunk."""
        from smtpscope.reading.evtx.chunks.chunk import ChunkReader

        sources = self._options.explaining
        reader = ChunkReader(self._source.name, has_checksums=header.has_checksums, sources=sources)
        for chunk in chunks(stream, header):
            read = reader.read(chunk)
            yield chunk.offset + len(chunk.data), 1, read

    def read_new(self) -> Iterator[Batch]:
        """See `Followable`: new records in the previously last chunk, and new chunks after it."""
        from smtpscope.reading.evtx.chunks.chunk import ChunkReader

        name, end = self._source.name, self._end
        with self._source.open() as stream:
            header = read_header(stream, name)
            sources = self._options.explaining
            quick = ChunkSkipper(header, name, growing=True, sources=sources)
            batching = Batching(self._source.size, collected=quick, sources=sources)
            try:
                if end is not None and end.still_there(stream):
                    chunk = end.read_again(stream)
                    if chunk.data == end.chunk.data and self._source.size <= end.chunk.offset + CHUNK_SIZE:
                        return
                    read = ChunkReader(name, has_checksums=header.has_checksums, sources=sources).read(chunk)
                    batching.add(*end.only_new(read), [])
                    batching.extend_log_span(read.span)
                    quick.start_behind(chunk)
                for bytes_read, _, read in quick.blocks(stream):
                    batching.add(read.records, read.unrelated_records, read.problems)
                    batching.explaining += read.explaining
                    batching.extend_log_span(read.span)
                    if batching.due:
                        yield batching.take(bytes_read)
                self._end = quick.end
            except OSError as error:
                reason = f"Reading stopped: {error.strerror or error}"
                batching.problems.append(Problem(name, "what was added", reason, "skipped"))
        yield batching.take(self._source.size)

    def raw(self, offset: int) -> str:
        """The event's XML, or a sentence why there is none."""
        from smtpscope.reading.evtx.templates.fallback_decoder import FallbackDecoder
        from smtpscope.reading.evtx.templates.template_tree import UnreadableError
        from smtpscope.reading.windows_event.event_element import xml_text

        with self._source.open() as stream:
            chunk = chunk_at(stream, read_header(stream, self._source.name), offset)
        if chunk is None or not chunk.data.startswith(RECORD_MAGIC, offset - chunk.offset):
            return f"There is no record at byte {offset:#x}."
        try:
            return xml_text(FallbackDecoder(chunk.data.ljust(CHUNK_SIZE, b"\0")).event(offset - chunk.offset))
        except UnreadableError as cause:
            return f"The record at byte {offset:#x} can't be shown as XML: {cause}."

    def information(self) -> FileInformation:
        from smtpscope.reading.evtx.header_facts import file_information

        return file_information(self._source)
