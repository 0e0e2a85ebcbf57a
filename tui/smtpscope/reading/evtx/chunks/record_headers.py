"""Finds the records of a chunk by their own headers, so that none is lost unnoticed.

Both decoders stop at the first broken record header. Here the search continues at the next intact one.
"""

from __future__ import annotations

import struct
from typing import Literal

import numpy as np
from msgspec import Struct, field

from smtpscope.reading.evtx.evtx_layout import FIRST_RECORD, RECORD_MAGIC, SMALLEST_RECORD

_HEADER = struct.Struct("<IIQQ")
_SIZE = struct.Struct("<I")
_MAGIC = int.from_bytes(RECORD_MAGIC, "little")
_ALIGNMENT = 8

State = Literal["whole", "torn", "broken"]


class RecordPlace(Struct, frozen=True):
    """A record header: `offset` in the chunk, `size` in bytes, the record's number, its time as FILETIME.

    `state` is "torn" when the size is not repeated at the record's end, as if a page was never written to disk, and
    "broken" if the size is impossible; `size` then extends to the next intact record.
    """

    offset: int
    size: int
    record_id: int
    filetime: int
    state: State = "whole"


class Walk(Struct, frozen=True):
    """The records of a chunk in order, and the stretches (start, end) without any record header."""

    places: list[RecordPlace] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)


def walk(chunk: bytes, end: int) -> Walk:
    """Every record header between the chunk's header and `end` (exclusive). Never raises."""
    return _walk_whole(chunk, end) or _walk_damaged(chunk, end)


def _walk_whole(chunk: bytes, end: int) -> Walk | None:
    """The records of a chunk that follow each other without a gap; None if they do not.

    All headers are checked together, which is ten times as fast as one by one.
    """
    if end % _ALIGNMENT or end <= FIRST_RECORD:
        return None
    words = np.frombuffer(chunk, dtype="<u4", count=end // 4)[FIRST_RECORD // 4 :]
    at = np.flatnonzero(words[::2] == _MAGIC) * 2
    if not len(at) or at[0] != 0:
        return None
    sizes = words[at + 1]
    ends = at + sizes // 4
    if (
        np.any(sizes % _ALIGNMENT)
        or np.any(sizes < SMALLEST_RECORD)
        or np.any(ends[:-1] != at[1:])
        or ends[-1] != len(words)
    ):
        return None
    if np.any(words[ends - 1] != sizes):
        return None
    places = []
    for offset, size in zip((at * 4 + FIRST_RECORD).tolist(), sizes.tolist(), strict=True):
        _, _, record_id, filetime = _HEADER.unpack_from(chunk, offset)
        places.append(RecordPlace(offset, size, record_id, filetime))
    return Walk(places)


def _walk_damaged(chunk: bytes, end: int) -> Walk:
    found = Walk()
    offset = FIRST_RECORD
    while offset + SMALLEST_RECORD <= end:
        magic, size, record_id, filetime = _HEADER.unpack_from(chunk, offset)
        if magic == _MAGIC and _is_believed(chunk, offset, size, end):
            state: State = "whole" if _size_is_repeated(chunk, offset, size) else "torn"
            found.places.append(RecordPlace(offset, size, record_id, filetime, state))
            offset += size
            continue
        following = _next_whole(chunk, offset + _ALIGNMENT, end)
        if magic == _MAGIC:
            found.places.append(RecordPlace(offset, following - offset, record_id, filetime, "broken"))
        else:
            found.gaps.append((offset, following))
        offset = following
    return found


def _is_believed(chunk: bytes, offset: int, size: int, end: int) -> bool:
    """Whether the size of the record at `offset` is plausible: its copy at the end, or what follows, agrees."""
    if not SMALLEST_RECORD <= size <= end - offset:
        return False
    following = offset + size
    return (
        following == end
        or _size_is_repeated(chunk, offset, size)
        or chunk[following : following + 4] in (RECORD_MAGIC, b"\0\0\0\0")
    )


def _size_is_repeated(chunk: bytes, offset: int, size: int) -> bool:
    return _SIZE.unpack_from(chunk, offset + size - 4) == (size,)


def _next_whole(chunk: bytes, start: int, end: int) -> int:
    """The offset of the first record at or after `start` whose two sizes agree; `end` if there is none."""
    offset = chunk.find(RECORD_MAGIC, start, end)
    while offset >= 0:
        if offset % _ALIGNMENT == 0 and offset + SMALLEST_RECORD <= end:
            (size,) = _SIZE.unpack_from(chunk, offset + 4)
            if SMALLEST_RECORD <= size <= end - offset and _size_is_repeated(chunk, offset, size):
                return offset
        offset = chunk.find(RECORD_MAGIC, offset + 1, end)
    return end
