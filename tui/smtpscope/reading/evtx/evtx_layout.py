"""The fixed parts of an .evtx file: its header, the header of a chunk, the times in it.

Sources: [MS-EVEN6] section 2.2.17 for the binary XML; the headers are not published by Microsoft, their layout is that
on which python-evtx, libevtx and the logs themselves agree. All numbers are little-endian.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.reading.windows_event.filetime import FILETIME_UNIX_MS, LATEST_MS

FILE_MAGIC: Final = b"ElfFile\0"
CHUNK_MAGIC: Final = b"ElfChnk\0"
RECORD_MAGIC: Final = b"\x2a\x2a\0\0"

CHUNK_SIZE: Final = 65_536
FIRST_RECORD: Final = 512
"""Offset in a chunk at which its records begin."""
RECORD_HEADER_SIZE: Final = 24
SMALLEST_RECORD: Final = 28
"""Bytes: the header and the copy of the size at the end."""

DIRTY: Final = 0x1
FULL: Final = 0x2
NO_CHECKSUMS: Final = 0x4

_FILE_HEADER = struct.Struct("<8sQQQIHHHH")
_FILE_HEADER_TAIL = struct.Struct("<II")
_CHUNK_HEADER = struct.Struct("<8sQQQQIIII")
SMALLEST_FILE_HEADER: Final = 128
_DEFAULT_BLOCK_SIZE = 4096


class FileHeader(Struct, frozen=True):
    """The first 128 bytes of the file.

    `block_size` is where the first chunk begins, `chunk_count` how many chunks the file says it has (16 bits: too few
    for more than 65,535 chunks), `checksum_agrees` is also True if the file has checksums switched off.
    """

    next_record_id: int
    major_version: int
    minor_version: int
    block_size: int
    chunk_count: int
    flags: int
    checksum_agrees: bool

    @property
    def dirty(self) -> bool:
        return bool(self.flags & DIRTY)

    @property
    def full(self) -> bool:
        return bool(self.flags & FULL)

    @property
    def has_checksums(self) -> bool:
        return not self.flags & NO_CHECKSUMS


class ChunkHeader(Struct, frozen=True):
    """The first 512 bytes of a chunk.

    `first_number` and `last_number` count the records of the file, so their distance gives the number of records in the
    chunk; `free_offset` is where the used part ends: after it, there are remains of an older log.
    """

    first_number: int
    last_number: int
    free_offset: int
    checksum: int
    header_checksum_agrees: bool

    @property
    def record_count(self) -> int | None:
        """How many records there must be, None if the header makes no sense."""
        count = self.last_number - self.first_number + 1
        return count if 0 < count <= (CHUNK_SIZE - FIRST_RECORD) // SMALLEST_RECORD else None

    @property
    def end(self) -> int:
        """The offset at which the records end; the end of the chunk if the header makes no sense."""
        return self.free_offset if FIRST_RECORD <= self.free_offset <= CHUNK_SIZE else CHUNK_SIZE


def parse_file_header(block: bytes) -> FileHeader | None:
    """The header in the first bytes of a file, None if there are fewer than 128 of them. Never raises."""
    if len(block) < SMALLEST_FILE_HEADER:
        return None
    _, _, _, next_record_id, _, minor, major, block_size, chunk_count = _FILE_HEADER.unpack_from(block)
    flags, checksum = _FILE_HEADER_TAIL.unpack_from(block, 120)
    return FileHeader(
        next_record_id=next_record_id,
        major_version=major,
        minor_version=minor,
        block_size=block_size if block_size >= SMALLEST_FILE_HEADER else _DEFAULT_BLOCK_SIZE,
        chunk_count=chunk_count,
        flags=flags,
        checksum_agrees=bool(flags & NO_CHECKSUMS) or zlib.crc32(block[:120]) == checksum,
    )


def parse_chunk_header(chunk: bytes | memoryview) -> ChunkHeader | None:
    """The header of a chunk (at least 512 bytes), None if it does not begin like a chunk. Never raises."""
    magic, first_number, last_number, _, _, _, _, free_offset, checksum = _CHUNK_HEADER.unpack_from(chunk)
    if magic != CHUNK_MAGIC:
        return None
    (header_checksum,) = struct.unpack_from("<I", chunk, 124)
    return ChunkHeader(
        first_number=first_number,
        last_number=last_number,
        free_offset=free_offset,
        checksum=checksum,
        header_checksum_agrees=zlib.crc32(chunk[128:512], zlib.crc32(chunk[:120])) == header_checksum,
    )


def data_checksum_agrees(chunk: bytes | memoryview, header: ChunkHeader) -> bool:
    """Whether the records of `chunk` are unchanged since its header was written."""
    return zlib.crc32(chunk[FIRST_RECORD : header.end]) == header.checksum


def milliseconds_of(filetimes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same for many at once (as signed numbers), with the smallest number of 64 bits for None."""
    unsigned = filetimes.view(np.uint64)
    ms = (unsigned // np.uint64(10_000)).astype(np.int64) - FILETIME_UNIX_MS
    return np.where((filetimes != 0) & (ms <= LATEST_MS), ms, np.iinfo(np.int64).min)
