"""What an .evtx file says about itself: its header and those of its chunks."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from Evtx.Evtx import ChunkHeader
from Evtx.Evtx import FileHeader as SecondFileHeader
from msgspec import Struct, field

from smtpscope.reading.evtx.evtx_file import read_header
from smtpscope.reading.evtx.evtx_layout import CHUNK_SIZE, FIRST_RECORD, RECORD_MAGIC, FileHeader
from smtpscope.reading.record import FileInformation, Source
from smtpscope.reading.windows_event.filetime import milliseconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RECORD = struct.Struct("<4sIQQ")


class _Chunks(Struct):
    """The headers of all chunks, summarised. Times are in milliseconds since 1970."""

    count: int = 0
    whole_headers: int = 0
    first_id: int | None = None
    last_id: int | None = None
    times: list[int] = field(default_factory=list)


def file_information(source: Source) -> FileInformation:
    """What the file says about itself; only headers are read, and the first and last record header of each chunk.

    Raises LogError if the file is empty, not an event log, or ends within its header.
    """
    with source.open() as stream:
        header = read_header(stream, source.name)
        stream.seek(0)
        second = SecondFileHeader(stream.read(header.block_size), 0)
        chunks = _survey(stream, header)
    return FileInformation(
        path=source.name,
        format_name="Windows event log (.evtx)",
        size=source.size,
        facts=tuple(_facts(second, header, chunks)),
        warnings=tuple(_warnings(second, header, chunks)),
    )


def _survey(stream: BinaryIO, header: FileHeader) -> _Chunks:
    found = _Chunks()
    offset = header.block_size
    while True:
        stream.seek(offset)
        head = stream.read(FIRST_RECORD + _RECORD.size)
        if len(head) < FIRST_RECORD:
            return found
        chunk = ChunkHeader(head, 0)
        if chunk.check_magic():
            found.count += 1
            found.whole_headers += chunk.calculate_header_checksum() == chunk.header_checksum()
            stream.seek(offset + min(chunk.last_record_offset(), CHUNK_SIZE - _RECORD.size))
            for record in (head[FIRST_RECORD:], stream.read(_RECORD.size)):
                _add(found, record)
        offset += CHUNK_SIZE


def _add(found: _Chunks, record: bytes) -> None:
    if len(record) < _RECORD.size or not record.startswith(RECORD_MAGIC):
        return
    _, _, record_id, filetime = _RECORD.unpack(record)
    found.first_id = record_id if found.first_id is None else min(found.first_id, record_id)
    found.last_id = record_id if found.last_id is None else max(found.last_id, record_id)
    moment = milliseconds(filetime)
    if moment is not None:
        found.times.append(moment)


def _facts(second: Any, header: FileHeader, chunks: _Chunks) -> Iterator[tuple[str, str]]:
    yield "Version", f"EVTX {second.major_version()}.{second.minor_version()}"
    state = "not closed properly" if second.is_dirty() else "closed properly"
    yield "State", f"{state}, full" if second.is_full() else state
    yield "Chunks", f"{chunks.count} (the header counts {second.chunk_count()})"
    if chunks.first_id is not None:
        yield "Records", f"{chunks.first_id} to {chunks.last_id}"
    if chunks.times:
        yield "Oldest event", _moment(min(chunks.times))
        yield "Newest event", _moment(max(chunks.times))
    if not header.has_checksums:
        yield "Checksums", "switched off"
    else:
        own = "agrees" if header.checksum_agrees else "is wrong"
        yield "Checksums", f"file header {own}, {chunks.whole_headers} of {chunks.count} chunk headers agree"


def _warnings(second: Any, header: FileHeader, chunks: _Chunks) -> Iterator[str]:
    if second.is_dirty():
        yield "The log was not closed properly; its last records may be missing."
    if second.is_full():
        yield "The log was full; newer events may never have been written."
    if not header.has_checksums:
        yield "Checksums are turned off in this file, so only unreadable records reveal damage."
    elif not header.checksum_agrees:
        yield "The checksum of the file header is wrong."
    damaged = chunks.count - chunks.whole_headers
    if header.has_checksums and damaged:
        yield f"The checksum of {damaged} of {chunks.count} chunk headers is wrong."
    if chunks.count < second.chunk_count():
        yield f"The header counts {second.chunk_count()} chunks, {chunks.count} are there."


def _moment(ms: int) -> str:
    return f"{_EPOCH + timedelta(milliseconds=ms):%Y-%m-%d %H:%M:%S} UTC"
