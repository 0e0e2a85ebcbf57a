"""Records of a block, and which of those of other sources are wanted: told by source and number, many at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct

from smtpscope.reading.evtx.chunks.chunk_buffer import Buffer, Flags, Numbers
from smtpscope.reading.evtx.evtx_layout import CHUNK_SIZE
from smtpscope.reading.evtx.templates.template_layout import Plans
from smtpscope.reading.explaining import EventSources

DEFINITION_AT: Final = 38
"""Where in a record its template is defined, when it is the first to use it."""
INSTANCE_AT: Final = 28
_DEFINITION_HEADER: Final = 24
_DEFINITION_SIZE: Final = 20
_DESCRIPTOR: Final = 4
_WORD: Final = 8
_NUMBERS: Final = 1 << 16
_LOW_HALF: Final = np.uint32(0xFFFF)
_UNSIGNED_16: Final = 0x06
_MOST_VALUES: Final = 64
_LOOKED_AT: Final = 256
_FIRST_WORD: Final = (DEFINITION_AT + 2) // 8
_LONGEST_NAME: Final = 512


class Rows(Struct, frozen=True):
    """Our records, in their order: where each begins and ends in the block, its chunk, its template's definition
    (an offset in the chunk) and the number of its plan."""

    start: Numbers
    end: Numbers
    chunk: Numbers
    definition: Numbers
    plan: Numbers

    def __len__(self) -> int:
        return len(self.start)

    def chosen(self, which: Flags | Numbers) -> Rows:
        return Rows(self.start[which], self.end[which], self.chunk[which], self.definition[which], self.plan[which])


class WantedRows:
    """Finds the rows of `sources`. Whoever decodes what it finds looks at source and number again."""

    def __init__(self, plans: Plans, sources: EventSources) -> None:
        self._plans = plans
        self._sources = sources
        self._names = [name.encode("utf-16-le") for name in sources.names]
        self._lengths = np.zeros(_LONGEST_NAME + 1, np.bool_)
        for name in self._names:
            # With or without a NUL at its end.
            self._lengths[[size for size in (len(name), len(name) + 2) if size <= _LONGEST_NAME]] = True
        self._tables: dict[str, Flags] = {}

    def named(self, buffer: Buffer, begin: Numbers, sizes: Numbers, ends: Numbers) -> Flags:
        """Which of the texts at `begin` (of so many bytes, 0 for none) may be the name of one of the sources."""
        found = np.zeros(len(begin), np.bool_)
        rows = np.flatnonzero(self._lengths[np.minimum(sizes, _LONGEST_NAME)] & (begin + sizes <= ends))
        if not len(rows):
            return found
        for name in self._names:
            alike = rows[(sizes[rows] == len(name)) | (sizes[rows] == len(name) + 2)]
            if len(alike):
                found[alike] |= resembles(buffer, begin[alike], name)
        return found

    def chosen(self, buffer: Buffer, rows: Rows, others: Flags) -> Rows:
        """Those of the `others` among `rows` (of these sources) that may have one of the wanted numbers."""
        which = np.flatnonzero(others)
        plans = rows.plan[which]
        found = [which[:0]]
        for number in np.flatnonzero(np.bincount(plans)).tolist():
            plan = self._plans.numbered[number]
            if isinstance(plan.event_id, int):
                found += _rows_with(buffer, rows, which[plans == number], plan.event_id, self._table_of(plan.provider))
        return rows.chosen(np.sort(np.concatenate(found)))

    def _table_of(self, provider: str | int | None) -> Flags:
        """Which of all numbers are wanted."""
        name = provider if isinstance(provider, str) else ""
        table = self._tables.get(name)
        if table is None:
            table = self._tables[name] = np.zeros(_NUMBERS, np.bool_)
            for each in (name,) if name else self._sources.names:
                table[[number for number in self._sources.numbers(each) if 0 <= number < _NUMBERS]] = True
        return table


def _rows_with(buffer: Buffer, rows: Rows, which: Numbers, slot: int, table: Flags) -> list[Numbers]:
    """Those of `which`, all of one template, of which `table` knows the 16-bit number in the value `slot`; some others
    may be among them. Nearly all are built like the first one: then that number is at the same distance.
    """
    start = rows.start[which]
    first = start[:_LOOKED_AT]
    inline = rows.definition[which[:_LOOKED_AT]] == (first & (CHUNK_SIZE - 1)) + DEFINITION_AT
    leader = int(start[np.argmin(inline)])
    ahead = None if inline.all() else _ahead(buffer, leader + DEFINITION_AT, slot)
    if ahead is None or int(start[-1]) + DEFINITION_AT + ahead + _WORD > len(buffer.data):
        return [which[_wanted_one_by_one(buffer, rows, which, slot, table)]]
    # The sizes of the values up to that of the slot, in words that begin at multiples of 8: how many values there are
    # is the template's. Each word less is a tenth of the time that all this takes.
    place, first_place = start >> 3, leader >> 3
    whole, rest = divmod(_DESCRIPTOR * (slot + 1), _WORD)
    alike = np.ones(len(which), np.bool_)
    for word in range(_FIRST_WORD, _FIRST_WORD + whole):
        alike &= buffer.longs[word:].take(place, mode="clip") == buffer.longs[first_place + word]
    if rest:
        word, mask = _FIRST_WORD + whole, np.uint64((1 << 8 * rest) - 1)
        alike &= (buffer.longs[word:].take(place, mode="clip") ^ buffer.longs[first_place + word]) & mask == 0
    number = buffer.octets[DEFINITION_AT + ahead :].take(start, mode="clip").astype(np.uint16)
    number |= buffer.octets[DEFINITION_AT + ahead + 1 :].take(start, mode="clip").astype(np.uint16) << 8
    wanted = alike & table.take(number, mode="clip")
    others = np.flatnonzero(~alike)
    left = which[others]
    return [which[wanted], left[_wanted_of_definers(buffer, rows, left, leader + DEFINITION_AT, slot, table)]]


def _wanted_of_definers(buffer: Buffer, rows: Rows, which: Numbers, leader: int, slot: int, table: Flags) -> Flags:
    """The same for rows most of which define their template, so their values come further on; as flags."""
    start, end = rows.start[which], rows.end[which]
    at = start + DEFINITION_AT
    inline = rows.definition[which] == (start & (CHUNK_SIZE - 1)) + DEFINITION_AT
    sizes_at = np.minimum(at + _DEFINITION_SIZE, len(buffer.u4) - 1)
    at = np.where(inline, at + _DEFINITION_HEADER + buffer.u4[sizes_at].astype(np.int64), at)
    ahead = _ahead(buffer, leader, slot) or 0
    alike = at + ahead + _WORD <= end
    at = np.where(alike, at, leader)
    for place in range(0, _DESCRIPTOR * (slot + 2), _DESCRIPTOR):
        alike &= buffer.u4[at + place] == buffer.u4[leader + place]
    wanted: Flags = alike & table[buffer.u4[at + ahead] & _LOW_HALF]
    others = np.flatnonzero(~alike)
    wanted[others] = _wanted_one_by_one(buffer, rows, which[others], slot, table)
    return wanted


def _wanted_one_by_one(buffer: Buffer, rows: Rows, which: Numbers, slot: int, table: Flags) -> Flags:
    """The same for the few that are built in another way. What can't be decided is left to be looked at."""
    wanted = np.ones(len(which), np.bool_)
    for position, row in enumerate(which.tolist()):
        start, end = int(rows.start[row]), int(rows.end[row])
        at = start + DEFINITION_AT
        if int(rows.definition[row]) == start % CHUNK_SIZE + DEFINITION_AT:
            at += _DEFINITION_HEADER + int(buffer.u4[min(at + _DEFINITION_SIZE, len(buffer.u4) - 1)])
        ahead = _ahead(buffer, at, slot) if at < end else None
        if ahead is not None and at + ahead + _DESCRIPTOR <= end:
            wanted[position] = table[int(buffer.u4[at + ahead]) & 0xFFFF]
    return wanted


def _ahead(buffer: Buffer, at: int, slot: int) -> int | None:
    """How far behind the count of values at `at` the 16-bit number in the value `slot` is; None where there is none."""
    if at + _DESCRIPTOR * (slot + 2) > len(buffer.data):
        return None
    count, *descriptors = buffer.u4[at : at + _DESCRIPTOR * (slot + 2) : _DESCRIPTOR].tolist()
    if not slot < count <= _MOST_VALUES or descriptors[-1] >> 16 & 0xFF != _UNSIGNED_16:
        return None
    return int(_DESCRIPTOR * (count + 1) + sum(each & 0xFFFF for each in descriptors[:-1]))


def resembles(buffer: Buffer, begin: Numbers, name: bytes) -> Flags:
    """Which of the texts at `begin` may begin with `name` (UTF-16LE, small letters): a hint, never wrong about a no."""
    letters = np.frombuffer(buffer.data, np.uint8)[begin[:, None] + np.arange(0, len(name), 2)]
    wanted = np.frombuffer(name, np.uint8)[::2]
    same: Flags = np.all((letters | 0x20 == wanted | 0x20) | (letters > 0x7E) | (letters < 0x30), axis=1)
    return same
