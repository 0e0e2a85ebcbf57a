"""Finds the SMTP events in several chunks at once, and counts the others, without decoding any.

All records of a template have the same six bytes at the same offset, and records start at multiples of eight: one
comparison of 32-bit words finds them all. A template is defined inline at its first use, and identified by its GUID.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.reading.evtx.chunks.chunk_buffer import Buffer, Flags, Numbers
from smtpscope.reading.evtx.chunks.wanted_rows import DEFINITION_AT, INSTANCE_AT, Rows, WantedRows, resembles
from smtpscope.reading.evtx.evtx_layout import CHUNK_MAGIC, CHUNK_SIZE, FIRST_RECORD, SMALLEST_RECORD
from smtpscope.reading.evtx.templates.template_layout import Plans
from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.providers import OUR_PROVIDERS

_WORDS_IN_CHUNK: Final = CHUNK_SIZE // 4
_INSTANCE: Final = 0x0001_010F
"""The words of a record from byte 24 on: a fragment header, and in the next word the token of a template instance."""
_TOKEN: Final = 0x010C
_INSTANCE_WORD: Final = 6
_RECORD_MAGIC: Final = 0x2A2A
_LOW_HALF: Final = 0xFFFF
_GUID_AT: Final = 4
"""The offset of the GUID in a template definition."""
_CHUNK_BITS: Final = 16
_SLICE: Final = 1 << 18
"""Words compared at once: the result stays in the processor's cache."""
_MOST_RECORDS: Final = (CHUNK_SIZE - FIRST_RECORD) // SMALLEST_RECORD

_HEADER = np.dtype(
    {
        "names": ["magic", "first", "last", "free", "checksum", "header_checksum"],
        "formats": ["V8", "<u8", "<u8", "<u4", "<u4", "<u4"],
        "offsets": [0, 8, 16, 48, 52, 124],
        "itemsize": CHUNK_SIZE,
    }
)
_NAMES: Final = tuple(name.encode("utf-16-le") for name in sorted(OUR_PROVIDERS))
_MOST_VALUES: Final = 1_000
_STRING: Final = 0x01
_NULL: Final = 0x00


_NO_ROWS: Final = Rows(*np.zeros((5, 0), np.int64))


class Survey(Struct, frozen=True):
    """The content of a block, one entry per chunk: `count` records according to its header, and whether it is
    `thorough`.

    Such a chunk must be read record by record; `rows` are the SMTP events in all others, and `explaining` the records
    of other sources that may be wanted, by source and number.
    """

    count: Numbers
    thorough: Flags
    rows: Rows
    explaining: Rows


class Scanner:
    """Surveys blocks of chunks of one file."""

    def __init__(self, plans: Plans, *, has_checksums: bool, sources: EventSources = NO_SOURCES) -> None:
        self._plans = plans
        self._wanted = WantedRows(plans, sources) if sources else None
        self._has_checksums = has_checksums
        self._plan_at = np.zeros(0, dtype=np.int16)

    def survey(self, buffer: Buffer, chunks: int) -> Survey:
        """The survey of the first `chunks` chunks in `buffer`.

        A chunk is thorough if its header makes no sense or contradicts its checksum, if it has an SMTP event and the
        checksum of its records is wrong, or if it is not understood (its records do not follow each other, are not as
        many as in its header, or one has an unknown template), unless it names none of our providers and its checksums
        are right. If a chunk is understood and has no SMTP events, the checksum of the records is not computed: all
        records are accounted for, and it would take longer than everything else.
        """
        headers = np.frombuffer(buffer.data, _HEADER, chunks)
        sound = self._sound(buffer, headers)
        free = headers["free"].astype(np.int64)
        ends = np.where((free >= FIRST_RECORD) & (free <= CHUNK_SIZE), free, CHUNK_SIZE)
        count = (headers["last"] - headers["first"]).astype(np.int64) + 1

        def is_whole(number: int) -> bool:
            return not self._has_checksums or _checksum_agrees(buffer, number, ends, headers)

        rows = self._instances(buffer, chunks, ends, is_whole)
        understood = sound & _whole(rows, count, ends)
        understood[rows.chunk[rows.plan == 0]] = False
        ours, others, doubtful = self._ours(buffer, rows)
        understood[rows.chunk[doubtful]] = False

        wanted = rows.chosen(ours & understood[rows.chunk])
        thorough = ~understood
        for number in np.flatnonzero(sound & thorough).tolist():
            may_be_passed_over = self._has_checksums and not _names_us(buffer, number) and is_whole(number)
            thorough[number] = not may_be_passed_over
        for number in np.flatnonzero(np.bincount(wanted.chunk, minlength=chunks)).tolist():
            thorough[number] = not is_whole(number)
        explaining = _NO_ROWS
        if self._wanted is not None:
            explaining = self._wanted.chosen(buffer, rows, others & ~thorough[rows.chunk])
            # What a chunk says that is not what it was is not believed; it holds none of our records anyway.
            good = np.zeros(chunks, np.bool_)
            for number in np.flatnonzero(np.bincount(explaining.chunk, minlength=chunks)).tolist():
                good[number] = is_whole(number)
            explaining = explaining.chosen(good[explaining.chunk])
        return Survey(count, thorough, wanted.chosen(~thorough[wanted.chunk]), explaining)

    def _sound(self, buffer: Buffer, headers: NDArray[Any]) -> Flags:
        """Which chunks have a plausible header with a valid checksum."""
        first, last, free = headers["first"], headers["last"], headers["free"].astype(np.int64)
        records = np.minimum(last - first, np.uint64(_MOST_RECORDS)).astype(np.int64) + 1
        ends = np.where((free >= FIRST_RECORD) & (free <= CHUNK_SIZE), free, CHUNK_SIZE)
        sound: Flags = (headers["magic"] == np.void(CHUNK_MAGIC)) & (last >= first) & (records <= _MOST_RECORDS)
        sound &= FIRST_RECORD + records * SMALLEST_RECORD <= ends
        if self._has_checksums:
            view, checksums = buffer.view, headers["header_checksum"].tolist()
            for number in np.flatnonzero(sound).tolist():
                at = number * CHUNK_SIZE
                checksum = zlib.crc32(view[at + 128 : at + FIRST_RECORD], zlib.crc32(view[at : at + 120]))
                sound[number] = checksum == checksums[number]
        return sound

    def _instances(self, buffer: Buffer, chunks: int, ends: Numbers, is_whole: Callable[[int], bool]) -> Rows:
        """All records that use a template, with its plan; 0 if unknown."""
        words = buffer.words[: chunks * _WORDS_IN_CHUNK]
        at = np.concatenate(
            [
                np.flatnonzero(words[start : start + _SLICE] == _INSTANCE) + start
                for start in range(0, len(words), _SLICE)
            ]
        )
        at = at[(at & 1 == 0) & (at >= _INSTANCE_WORD) & (at < len(words) - 3)]
        at = at[(words[at - _INSTANCE_WORD] == _RECORD_MAGIC) & (words[at + 1] & _LOW_HALF == _TOKEN)]
        start = (at - _INSTANCE_WORD) << 2
        chunk = start >> _CHUNK_BITS
        offset = start & (CHUNK_SIZE - 1)
        inside = (offset >= FIRST_RECORD) & (offset < ends[chunk])
        if not np.all(inside):
            at, start, chunk, offset = at[inside], start[inside], chunk[inside], offset[inside]
        second, third = words[at + 1], words[at + 2]
        definition = (third >> 16 | words[at + 3] << 16).astype(np.int64)
        end = start + words[at - (_INSTANCE_WORD - 1)]
        plan = self._plans_of(buffer, start, chunk, definition, is_whole)
        # An instance repeats the first 32 bits of the GUID, so a changed bit can't lead to another template unnoticed.
        guid_at = np.minimum((chunk << _CHUNK_BITS) + definition + _GUID_AT, len(buffer.u4) - 1)
        plan[buffer.u4[guid_at] != (second >> 16 | third << 16)] = 0
        return Rows(start, end, chunk, definition, plan)

    def _plans_of(
        self, buffer: Buffer, start: Numbers, chunk: Numbers, definition: Numbers, is_whole: Callable[[int], bool]
    ) -> Numbers:
        """The plan of each instance; 0 if its definition was not seen in this chunk, or is unknown."""
        if len(self._plan_at) < len(buffer.data):
            self._plan_at = np.zeros(len(buffer.data), dtype=np.int16)
        key = chunk * CHUNK_SIZE + np.minimum(definition, CHUNK_SIZE - 1)
        own = key[definition == start % CHUNK_SIZE + DEFINITION_AT]
        self._plan_at[own] = [self._plans.number(buffer.data, place, is_whole) for place in own.tolist()]
        found = self._plan_at[key].astype(np.int64)
        self._plan_at[own] = 0
        return found

    def _ours(self, buffer: Buffer, rows: Rows) -> tuple[Flags, Flags, Flags]:
        """Which records are SMTP events, which are of another source that is wanted, and which are undecided although
        their template is known.
        """
        kinds = self._plans.kinds()[rows.plan]
        ours, others = kinds == self._plans.OURS, kinds == self._plans.EXPLAINING
        doubtful = np.zeros(len(rows), np.bool_)
        unclear = np.flatnonzero(kinds == self._plans.OPEN)
        for plan in np.flatnonzero(np.bincount(rows.plan[unclear])).tolist():
            which = unclear[rows.plan[unclear] == plan]
            slot = self._plans.numbered[plan].provider
            named, others[which], doubt = _names_in(buffer, rows.chosen(which), slot, self._wanted)
            ours[which], doubtful[which] = named, doubt
        return ours, others, doubtful


def _whole(rows: Rows, count: Numbers, ends: Numbers) -> Flags:
    """Which chunks have as many records as their header says, without gaps between them."""
    whole: Flags = np.bincount(rows.chunk, minlength=len(count)) == count
    if len(rows):
        other = rows.chunk[1:] != rows.chunk[:-1]
        whole[rows.chunk[:-1][(rows.end[:-1] != rows.start[1:]) & ~other]] = False
        first, last = np.concatenate([[True], other]), np.concatenate([other, [True]])
        whole[rows.chunk[first][rows.start[first] % CHUNK_SIZE != FIRST_RECORD]] = False
        chunk = rows.chunk[last]
        whole[chunk[rows.end[last] != chunk * CHUNK_SIZE + ends[chunk]]] = False
    return whole


def _checksum_agrees(buffer: Buffer, number: int, ends: Numbers, headers: NDArray[Any]) -> bool:
    at = number * CHUNK_SIZE
    return zlib.crc32(buffer.view[at + FIRST_RECORD : at + int(ends[number])]) == int(headers["checksum"][number])


def _names_in(
    buffer: Buffer, rows: Rows, slot: str | int | None, wanted: WantedRows | None
) -> tuple[Flags, Flags, Flags]:
    """Which records may have one of our providers in the value number `slot`, which a source that is `wanted`, and
    which have no text there.
    """
    _, at = buffer.instances(rows.start + INSTANCE_AT, rows.chunk * CHUNK_SIZE)
    named = np.zeros(len(rows), np.bool_)
    if not isinstance(slot, int):
        return named, named, ~named
    good = (slot < _MOST_VALUES) & (at + 4 * slot + 8 <= rows.end)
    slot = min(slot, _MOST_VALUES)
    at = np.where(good, at, 0)
    counts = buffer.u4[at].astype(np.int64)
    good &= (counts > slot) & (at + 4 + 4 * counts <= rows.end)
    places = np.where(good, at, 0) + 4
    descriptors = buffer.gathered(places, 4 * (slot + 1)).view("<u4").reshape(-1, slot + 1).astype(np.int64)
    types, sizes = descriptors[:, slot] >> 16 & 0xFF, descriptors & _LOW_HALF
    text = good & (types == _STRING)
    begin = places + 4 * np.where(good, counts, 0) + sizes[:, :slot].sum(axis=1)
    sizes = sizes[:, slot]
    for name in _NAMES:
        long = np.flatnonzero(text & (sizes >= len(name)) & (begin + len(name) <= rows.end))
        if len(long):
            # Only a filter: the rest is compared in full when decoded, including `K` for the Kelvin sign.
            named[long] |= resembles(buffer, begin[long], name)
    others = np.zeros(len(rows), np.bool_)
    if wanted is not None:
        others = wanted.named(buffer, begin, np.where(text, sizes, 0), rows.end)
    return named, others, ~good | ((types != _STRING) & (types != _NULL))


def _names_us(buffer: Buffer, number: int) -> bool:
    """Whether one of our providers is named anywhere in the chunk, in any case.

    The part after the last record is searched too: old records there cost time, but nothing is lost.
    """
    at = number * CHUNK_SIZE
    text = bytes(buffer.view[at + FIRST_RECORD : at + CHUNK_SIZE]).lower()
    return any(name in text for name in _NAMES)
