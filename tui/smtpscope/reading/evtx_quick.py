"""The quick way through a log: most chunks are told to hold nothing of ours and are passed over, the rest is read.

What is passed over is still counted, from the chunk's header, and only where its checksum says that it is whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from smtpscope.reading.evtx_chunk import ChunkRead, read_chunk
from smtpscope.reading.evtx_direct import DirectReader, DoubtError
from smtpscope.reading.evtx_file import Chunk
from smtpscope.reading.evtx_layout import CHUNK_SIZE, FileHeader
from smtpscope.reading.evtx_plan import Plans
from smtpscope.reading.evtx_scan import Scanner, Survey

_BLOCK_SIZE: Final = 64 * CHUNK_SIZE


class QuickReader:
    """Reads the chunks of one file."""

    def __init__(self, header: FileHeader, file: str) -> None:
        """`file` is the path as the user gave it."""
        self._header = header
        self._file = file
        plans = Plans()
        self._scanner = Scanner(plans, has_checksums=header.has_checksums)
        self._direct = DirectReader(plans, file)

    def chunks(self, stream: BinaryIO) -> Iterator[tuple[int, ChunkRead]]:
        """What each chunk holds, and how many bytes of the file are read with it, in the order of the file."""
        offset = self._header.block_size
        number = 0
        stream.seek(offset)
        while block := stream.read(_BLOCK_SIZE):
            surveys = self._scanner.survey(memoryview(block))
            for at in range(0, len(block), CHUNK_SIZE):
                chunk = Chunk(number, offset + at, block[at : at + CHUNK_SIZE])
                survey = surveys[at // CHUNK_SIZE] if len(chunk.data) == CHUNK_SIZE else None
                yield chunk.offset + len(chunk.data), self._read(chunk, survey)
                number += 1
            offset += len(block)

    def _read(self, chunk: Chunk, survey: Survey | None) -> ChunkRead:
        if survey is not None:
            try:
                return self._read_surveyed(chunk, survey)
            except DoubtError:
                pass
        return read_chunk(chunk, file=self._file, has_checksums=self._header.has_checksums)

    def _read_surveyed(self, chunk: Chunk, survey: Survey) -> ChunkRead:
        found = [self._direct.event(chunk.data, offset, survey.end, chunk.offset) for offset in survey.wanted]
        records = [record for record in found if record is not None]
        return ChunkRead(records, survey.count - len(records))
