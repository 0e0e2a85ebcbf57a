"""Several chunks at once -> where their records stand and whose they are, without decoding one.

A record of a template has the same six bytes at the same place, and all places are multiples of eight: one comparison
of 64-bit words finds them all. A template is defined inline where it is used first; what it is, is known by its GUID.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from smtpscope.reading.evtx_layout import (
    CHUNK_SIZE,
    FIRST_RECORD,
    SMALLEST_RECORD,
    ChunkHeader,
    data_checksum_agrees,
    parse_chunk_header,
)
from smtpscope.reading.evtx_plan import Kind, Plans
from smtpscope.reading.providers import OUR_PROVIDERS

_WORDS_IN_CHUNK: Final = CHUNK_SIZE // 8
_INSTANCE: Final = 0x010C_0001_010F
_INSTANCE_BITS: Final = 0xFFFF_FFFF_FFFF
_INSTANCE_WORD: Final = 3
_RECORD_MAGIC: Final = 0x2A2A
_LOW_HALF: Final = 0xFFFF_FFFF
_DEFINITION_AT: Final = 38
"""Where in a record its template is defined, when it is the first to use it."""

_CODES: Final[dict[Kind, int]] = {"unknown": 0, "foreign": 1, "open": 2, "ours": 3}
_UNKNOWN, _FOREIGN, _OPEN, _OURS = range(4)

_NAMES: Final = tuple(name.encode("utf-16-le") for name in sorted(OUR_PROVIDERS))

_Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a chunk holds: `count` records, of which those at the offsets `wanted` must be decoded."""

    count: int
    end: int
    wanted: list[int]


@dataclass(frozen=True, slots=True)
class _Found:
    """The template instances of a block, one entry each: chunk, offset in it, template kind, size of the record."""

    chunk: _Numbers
    offset: _Numbers
    kind: npt.NDArray[np.int8]
    size: _Numbers


class Scanner:
    """Surveys blocks of chunks of one file."""

    def __init__(self, plans: Plans, *, has_checksums: bool) -> None:
        self._plans = plans
        self._has_checksums = has_checksums
        self._kinds = np.zeros(0, dtype=np.int8)

    def survey(self, block: memoryview) -> list[Survey | None]:
        """One survey for each whole chunk of `block`; None for a chunk that must be read in the thorough way.

        That is any chunk whose header makes no sense or whose checksums are wrong, and any that names one of our
        providers and is not understood: its records do not follow each other, are not as many as its header counts,
        or one has no template that is known. Where the file has no checksums, any that is not understood.
        """
        count = len(block) // CHUNK_SIZE
        chunks = [block[at * CHUNK_SIZE : (at + 1) * CHUNK_SIZE] for at in range(count)]
        headers = [self._sound_header(chunk) for chunk in chunks]
        ends = np.array([0 if header is None else header.end for header in headers], dtype=np.int64)
        found = self._instances(block, chunks, ends)
        borders = np.searchsorted(found.chunk, np.arange(count + 1))
        surveys: list[Survey | None] = []
        for chunk, header, start, stop in zip(chunks, headers, borders[:-1], borders[1:], strict=True):
            here = slice(int(start), int(stop))
            surveys.append(None if header is None else self._judge(chunk, header, found, here))
        return surveys

    def _sound_header(self, chunk: memoryview) -> ChunkHeader | None:
        header = parse_chunk_header(chunk)
        if header is None or header.record_count is None:
            return None
        if FIRST_RECORD + header.record_count * SMALLEST_RECORD > header.end:
            return None
        if self._has_checksums and not (header.header_checksum_agrees and data_checksum_agrees(chunk, header)):
            return None
        return header

    def _instances(self, block: memoryview, chunks: list[memoryview], ends: _Numbers) -> _Found:
        words = np.frombuffer(block, dtype="<u8", count=len(chunks) * _WORDS_IN_CHUNK)
        at = np.flatnonzero((words & _INSTANCE_BITS) == _INSTANCE)
        at = at[(at >= _INSTANCE_WORD) & (at < len(words) - 1)]
        heads = words[at - _INSTANCE_WORD]
        at = at[(heads & _LOW_HALF) == _RECORD_MAGIC]
        first = at - _INSTANCE_WORD
        chunk, offset = first // _WORDS_IN_CHUNK, first % _WORDS_IN_CHUNK * 8
        inside = (offset >= FIRST_RECORD) & (offset < ends[chunk])
        at, first, chunk, offset = at[inside], first[inside], chunk[inside], offset[inside]
        definition = ((words[at + 1] >> 16) & _LOW_HALF).astype(np.int64)
        size = (words[first] >> 32).astype(np.int64)
        return _Found(chunk, offset, self._kinds_of(chunks, chunk, offset, definition), size)

    def _kinds_of(
        self, chunks: list[memoryview], chunk: _Numbers, offset: _Numbers, definition: _Numbers
    ) -> npt.NDArray[np.int8]:
        """The kind of the template of each instance; unknown where its definition was not met in this chunk."""
        if len(self._kinds) < len(chunks) * CHUNK_SIZE:
            self._kinds = np.zeros(len(chunks) * CHUNK_SIZE, dtype=np.int8)
        key = chunk * CHUNK_SIZE + np.minimum(definition, CHUNK_SIZE - 1)
        own = np.flatnonzero(definition == offset + _DEFINITION_AT)
        defined = key[own]
        kinds = [
            _CODES[self._plans.event(chunks[number], place).kind]
            for number, place in zip(chunk[own].tolist(), definition[own].tolist(), strict=True)
        ]
        self._kinds[defined] = kinds
        found = self._kinds[key]
        self._kinds[defined] = _UNKNOWN
        return found

    def _judge(self, chunk: memoryview, header: ChunkHeader, found: _Found, here: slice) -> Survey | None:
        kinds = found.kind[here]
        count = header.record_count
        if count is None:
            return None
        understood = (
            len(kinds) == count
            and bool(np.all(kinds != _UNKNOWN))
            and _follow_each_other(found.offset[here], found.size[here], header.end)
        )
        if not (understood or self._has_checksums):
            return None
        doubtful = not np.any(kinds == _OURS) and (not understood or np.any(kinds == _OPEN))
        if doubtful and not _names_us(chunk):
            return Survey(count, header.end, [])
        return Survey(count, header.end, found.offset[here][kinds >= _OPEN].tolist()) if understood else None


def _follow_each_other(offset: _Numbers, size: _Numbers, end: int) -> bool:
    """Whether the records fill the chunk without a break."""
    ends = offset + size
    return bool(offset[0] == FIRST_RECORD and ends[-1] == end and np.all(ends[:-1] == offset[1:]))


def _names_us(chunk: memoryview) -> bool:
    """Whether one of our providers is named anywhere in the chunk, in capitals or not.

    The part behind the last record is searched too: it may hold old records, which costs time, but loses nothing.
    """
    text = bytes(chunk[FIRST_RECORD:]).lower()
    return any(name in text for name in _NAMES)
