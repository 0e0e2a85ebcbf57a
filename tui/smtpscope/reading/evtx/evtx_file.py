"""An .evtx file as a whole: its header, its chunks in order, and what header and size say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from msgspec import Struct

from smtpscope.errors import LogError, Problem
from smtpscope.reading.evtx.evtx_layout import CHUNK_SIZE, FILE_MAGIC, FileHeader, parse_file_header

_LARGEST_HEADER: Final = 4_096
_COUNT_LIMIT: Final = 65_536
"""The header counts chunks in 16 bits."""
_EXPORT_AGAIN: Final = "Export it again in Event Viewer (Save All Events As)"
_KNOWN_VERSION: Final = 3


class Chunk(Struct, frozen=True):
    """64 KiB of a file: the `number`-th from 0, beginning at byte `offset`; `data` is shorter at the end of the
    file.
    """

    number: int
    offset: int
    data: bytes


def read_header(stream: BinaryIO, name: str) -> FileHeader:
    """The header at the beginning of `stream`; `name` is the path as the user gave it.

    Raises LogError if the file is empty, not an event log, or ends within its header.
    """
    block = stream.read(_LARGEST_HEADER)
    if not block:
        raise LogError(where=name, what="the file is empty", remedy=_EXPORT_AGAIN)
    if not block.startswith(FILE_MAGIC):
        raise LogError(
            where=f"{name}, byte 0x0",
            what="not an event log: the first eight bytes are not ElfFile",
            remedy=f"{_EXPORT_AGAIN}, or choose another format",
        )
    header = parse_file_header(block)
    if header is None:
        raise LogError(
            where=f"{name}, byte {len(block):#x}",
            what="the file ends in the middle of its header, before the first record",
            remedy="Copy it from the server again, or export it again in Event Viewer",
        )
    return header


def chunks(stream: BinaryIO, header: FileHeader) -> Iterator[Chunk]:
    """All chunks to the end of the file, also those that the header does not count: the newest records of a log that
    was not closed properly are there."""
    stream.seek(header.block_size)
    offset = header.block_size
    number = 0
    while data := stream.read(CHUNK_SIZE):
        yield Chunk(number, offset, data)
        offset += len(data)
        number += 1


def chunk_at(stream: BinaryIO, header: FileHeader, place: int) -> Chunk | None:
    """The chunk with the byte `offset` of the file, or None."""
    if place < header.block_size:
        return None
    number = (place - header.block_size) // CHUNK_SIZE
    offset = header.block_size + number * CHUNK_SIZE
    stream.seek(offset)
    data = stream.read(CHUNK_SIZE)
    return Chunk(number, offset, data) if place - offset < len(data) else None


def header_problems(header: FileHeader, name: str) -> list[Problem]:
    """What the header alone says."""
    found = []
    if not header.checksum_agrees:
        found.append("The checksum of the file header is wrong")
    if header.major_version != _KNOWN_VERSION:
        version = f"{header.major_version}.{header.minor_version}"
        found.append(f"The format version is {version}; known are 3.0 to 3.2")
    if header.dirty:
        found.append("The log was not closed properly; it was read to its end, the last records may be missing")
    if not header.has_checksums:
        found.append("Checksums are turned off in this file, so only unreadable records reveal damage")
    return [Problem(name, "file header", reason, "noted") for reason in found]


def size_problems(header: FileHeader, name: str, *, used: int, slots: int) -> list[Problem]:
    """What the header and the size of the file say together.

    `used` is the number of chunks with content, `slots` the number that the file has room for.
    """
    if not slots and header.chunk_count == 0:
        return [Problem(name, "file header", "The log is empty: it has a header and no chunk", "noted")]
    if slots >= _COUNT_LIMIT:
        return []
    counted = header.chunk_count
    if slots < counted:
        missing = counted - slots
        reason = f"The header counts {counted} chunks, the file ends after {slots}: {missing} are missing"
        return [Problem(name, "file header", reason, "skipped")]
    if used < counted:
        reason = f"The header counts {counted} chunks, {counted - used} of them were never written to disk"
        return [Problem(name, "file header", reason, "skipped")]
    if used > counted:
        reason = f"The header counts {counted} chunks, {used} hold records: all were read"
        return [Problem(name, "file header", reason, "noted")]
    return []
