"""Remembers how far an .evtx file was read, to read only later additions: new records and new chunks."""

from __future__ import annotations

from typing import BinaryIO

from msgspec import Struct

from smtpscope.reading.evtx.chunks.chunk_read import ChunkRead
from smtpscope.reading.evtx.chunks.record_headers import walk
from smtpscope.reading.evtx.evtx_file import Chunk
from smtpscope.reading.evtx.evtx_layout import CHUNK_SIZE, FIRST_RECORD, parse_chunk_header
from smtpscope.reading.record import EventRecord


class ReadEnd(Struct, frozen=True):
    """The last chunk with records, as it was read."""

    chunk: Chunk

    def still_there(self, stream: BinaryIO) -> bool:
        """Whether the file in `stream` is still the same log, neither truncated nor restarted.

        A full log is overwritten from its beginning; it is then read from the start.
        """
        chunk = self.read_again(stream)
        again = parse_chunk_header(chunk.data.ljust(CHUNK_SIZE, b"\0"))
        known = self.chunk.data
        before = parse_chunk_header(known.ljust(CHUNK_SIZE, b"\0"))
        if before is None or len(known) < FIRST_RECORD:
            # Without an intact header, there are only its bytes to compare.
            return chunk.data.startswith(known[:FIRST_RECORD])
        return again is not None and again.first_number == before.first_number

    def read_again(self, stream: BinaryIO) -> Chunk:
        """The same chunk as it is now."""
        stream.seek(self.chunk.offset)
        return Chunk(self.chunk.number, self.chunk.offset, stream.read(CHUNK_SIZE))

    def only_new(self, read: ChunkRead) -> tuple[list[EventRecord], int]:
        """The new records in the chunk as it is now (`read`), and the number of new others."""
        data = self.chunk.data
        header = parse_chunk_header(data.ljust(CHUNK_SIZE, b"\0"))
        end = min(len(data), CHUNK_SIZE if header is None else header.end)
        whole = [
            offset
            for offset in walk(data.ljust(CHUNK_SIZE, b"\0"), end).places
            if offset.offset + offset.size <= len(data)
        ]
        done = self.chunk.offset + (whole[-1].offset + whole[-1].size if whole else 0)
        new = [record for record in read.records if record.offset >= done]
        return new, max(0, len(read.records) + read.unrelated_records - len(whole) - len(new))
