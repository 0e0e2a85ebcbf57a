"""Reads many SMTP events of a block at once into columns, with the plan of their template.

Records are taken in groups whose values have the same types and whose texts are the same. Records that do not fit, or
have other than six insertion strings, are left to be read one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

import numpy as np
from msgspec import Struct

from smtpscope.reading.evtx.chunks.chunk_buffer import Buffer, Flags, Numbers
from smtpscope.reading.evtx.chunks.instance_group import InstanceGroup, UnfitError
from smtpscope.reading.evtx.chunks.wanted_rows import INSTANCE_AT, Rows
from smtpscope.reading.evtx.evtx_layout import CHUNK_SIZE, milliseconds_of
from smtpscope.reading.evtx.templates import binary_values as values
from smtpscope.reading.evtx.templates.template_layout import EventPlan, Plans
from smtpscope.reading.providers import is_ours
from smtpscope.reading.record_table import NONE, STRINGS, RecordShape, RecordTable
from smtpscope.reading.windows_event.event_values import level_of

_MOST_VALUES: Final = 64
_MOST_GROUPS: Final = 64
"""Groups in one block. Logs with more kinds of records are rare; the rest of them is read one by one."""
_MOST_KINDS: Final = 8
"""Groups of EventData in one group, before those with just six strings are found."""
_NESTED_START: Final = b"\x0f\x01\x01\x00\x0c\x01"
_NESTED_AT: Final = 4
"""The offset of the template instance in a nested fragment."""
_NESTED_SIZE: Final = 18
"""Bytes up to the count of its values, which may be further on."""
_DEFINITION_HEADER: Final = 24
_TIME_AT: Final = 16
_EVENT_ID_BITS: Final = 0xFFFF
_LEVELS: Final = 1 << 9
_NO_LEVEL: Final = 0xFF


class TableSlice(Struct, frozen=True):
    """Records in columns as in `RecordTable`, `text` being their insertion strings in UTF-16LE, each ended by a NUL."""

    shape: Numbers
    offset: Numbers
    time_ms: Numbers
    record_id: Numbers
    text: bytes

    def __len__(self) -> int:
        return len(self.offset)


class _Columns:
    """The values of some rows; their insertion strings are from `begin` to `end` in the block."""

    def __init__(self, count: int) -> None:
        self.fits = np.zeros(count, np.bool_)
        self.shape, self.time_ms, self.record_id, self.begin, self.end = np.zeros((5, count), np.int64)


class _Arrays(Struct, frozen=True):
    """Arrays of insertion strings: their records, and where each begins and ends."""

    rows: Numbers
    begin: Numbers
    end: Numbers


class TableReader:
    """Reads blocks of the file called `file`."""

    def __init__(self, plans: Plans, file: str) -> None:
        self._plans = plans
        self._file = file
        self._numbers: dict[RecordShape, int] = {}
        self._shapes: list[RecordShape] = []

    def table(self, pieces: Sequence[TableSlice]) -> RecordTable:
        """The records of some pieces as one table."""
        strings = values.decoded(b"".join(piece.text for piece in pieces)).split("\0")
        strings.pop()
        shape, place, time_ms, record_id = (
            np.concatenate([getattr(piece, name) for piece in pieces] or [np.zeros(0, np.int64)])
            for name in ("shape", "offset", "time_ms", "record_id")
        )
        return RecordTable(self._file, self._shapes, shape, place, time_ms, record_id, strings)

    def read(self, buffer: Buffer, rows: Rows, offset: int) -> tuple[TableSlice, Flags]:
        """The records among `rows` that fit, in order, and which ones these are.

        `offset` is the start of the block in the file.
        """
        columns = _Columns(len(rows))
        for plan, group in self._groups(buffer, rows):
            with suppress(UnfitError):
                self._read_group(buffer, rows, plan, group, columns)
        while True:
            fits = np.flatnonzero(columns.fits)
            text, whole = _texts(buffer, columns.begin[fits], columns.end[fits])
            if np.all(whole):
                break
            columns.fits[fits[~whole]] = False
        place = rows.start[fits] + offset
        return TableSlice(
            columns.shape[fits], place, columns.time_ms[fits], columns.record_id[fits], text
        ), columns.fits

    def _groups(self, buffer: Buffer, rows: Rows) -> Iterator[tuple[EventPlan, InstanceGroup]]:
        """Groups of records with the same plan, types of values, and texts in the event itself."""
        _, at = buffer.instances(rows.start + INSTANCE_AT, rows.chunk * CHUNK_SIZE)
        at[at + 4 > rows.end] = 0
        count = np.where(at > 0, buffer.u4[at], 0).astype(np.int64)
        left = np.flatnonzero((count > 0) & (count <= _MOST_VALUES) & (at + 4 + 4 * count <= rows.end))
        for _ in range(_MOST_GROUPS):
            if not len(left):
                return
            leader = left[0]
            alike = left[(count[left] == count[leader]) & (rows.plan[left] == rows.plan[leader])]
            plan = self._plans.numbered[int(rows.plan[leader])]
            group = InstanceGroup(buffer, alike, at[alike], int(count[leader]), rows.end[alike])
            for part in (plan.provider, plan.channel, plan.computer):
                group.keep_same_text(part)
            if len(group):
                yield plan, group
            taken = np.zeros(len(rows), np.bool_)
            taken[group.rows] = True
            taken[leader] = True
            left = left[~taken[left]]

    def _read_group(self, buffer: Buffer, rows: Rows, plan: EventPlan, group: InstanceGroup, columns: _Columns) -> None:
        provider = group.text(plan.provider)
        if plan.data is None or group.type(plan.data) != values.BINARY_XML or not is_ours(provider):
            raise UnfitError
        event_id, level, record_id = (group.number(index) for index in (plan.event_id, plan.level, plan.record_id))
        which = group.rows
        own_time = milliseconds_of(group.filetime(plan.time))
        header_time = milliseconds_of(buffer.u8[rows.start[which] + _TIME_AT].astype(np.int64))
        columns.time_ms[which] = np.where(own_time == NONE, header_time, own_time)
        columns.record_id[which] = NONE if record_id is None else record_id
        texts = (provider, group.text(plan.channel), group.text(plan.computer))
        columns.shape[which] = self._shape_numbers(event_id, level, len(which), texts)
        begin, end = group.span(plan.data)
        inner = self._nested(buffer, begin, end, rows.chunk[which] * CHUNK_SIZE)
        columns.begin[which[inner.rows]], columns.end[which[inner.rows]] = inner.begin, inner.end
        columns.fits[which[inner.rows]] = True

    def _shape_numbers(
        self, event_id: Numbers | None, level: Numbers | None, count: int, texts: tuple[str | None, ...]
    ) -> Numbers:
        nothing = np.full(count, -1, np.int64)
        ids = nothing if event_id is None else event_id & _EVENT_ID_BITS
        levels = nothing if level is None else np.minimum(level, _NO_LEVEL)
        distinct, inverse = np.unique((ids + 1) * _LEVELS + levels + 1, return_inverse=True)
        numbers = np.empty(len(distinct), np.int64)
        for position, both in enumerate(distinct.tolist()):
            number, level_number = both // _LEVELS - 1, both % _LEVELS - 1
            shape = RecordShape(
                None if number < 0 else number, level_of(None if level_number < 0 else level_number), *texts
            )
            found = self._numbers.setdefault(shape, len(self._shapes))
            if found == len(self._shapes):
                self._shapes.append(shape)
            numbers[position] = found
        chosen: Numbers = numbers[inverse.reshape(-1)]
        return chosen

    def _nested(self, buffer: Buffer, begin: Numbers, end: Numbers, chunks: Numbers) -> _Arrays:
        """The nested fragments between `begin` and `end` with one array of strings, and where it is."""
        fits = begin + _NESTED_SIZE <= end
        begin = np.where(fits, begin, 0)
        fits &= buffer.gathered(begin, len(_NESTED_START)) == np.void(_NESTED_START)
        definition, at = buffer.instances(begin + _NESTED_AT, chunks)
        fits &= (at + 4 <= end) & (definition <= CHUNK_SIZE - _DEFINITION_HEADER)
        at = np.where(fits, at, 0)
        count = buffer.u4[at].astype(np.int64)
        fits &= (count > 0) & (count <= _MOST_VALUES) & (at + 4 + 4 * count <= end)
        slots, binaries = self._slots(buffer, chunks + definition, fits)
        fits &= (slots >= 0) & (slots < count) & (binaries < count)
        which = np.flatnonzero(fits)
        if not len(which):
            raise UnfitError
        for _ in range(_MOST_KINDS):
            leader = which[0]
            slot, binary = int(slots[leader]), int(binaries[leader])
            same = (slots[which] == slot) & (binaries[which] == binary) & (count[which] == count[leader])
            group = InstanceGroup(buffer, which[same], at[which[same]], int(count[leader]), end[which[same]])
            # A table has no column for data after the strings.
            plain = binary < 0 or group.type(binary) == values.NULL
            if len(group) and plain and group.type(slot) == values.STRING_ARRAY:
                return _Arrays(group.rows, *group.span(slot))
            which = which[(which != leader) & ~np.isin(which, group.rows)]
            if not len(which):
                break
        raise UnfitError

    def _slots(self, buffer: Buffer, definitions: Numbers, fits: Flags) -> tuple[Numbers, Numbers]:
        """Which values are the array of insertion strings and the data after it, for the template at each place.

        -1 if there is none.
        """
        slots = np.full((len(definitions), 2), -1, np.int64)
        distinct, inverse = np.unique(definitions[fits], return_inverse=True)
        found = [self._slot(buffer, place) for place in distinct.tolist()]
        slots[fits] = np.array(found, np.int64).reshape(-1, 2)[inverse.reshape(-1)]
        return slots[:, 0], slots[:, 1]

    def _slot(self, buffer: Buffer, place: int) -> tuple[int, int]:
        offset = place % CHUNK_SIZE
        plan = self._plans.data(buffer.view[place - offset : place - offset + CHUNK_SIZE], offset)
        if plan is None or len(plan.slots) != 1:
            return -1, -1
        return plan.slots[0].index, -1 if plan.binary is None else plan.binary.index


def _texts(buffer: Buffer, begin: Numbers, end: Numbers) -> tuple[bytes, Flags]:
    """The bytes between, joined, and which of them are six strings, each ended by a NUL."""
    view = buffer.view
    text = b"".join([view[first:last] for first, last in zip(begin.tolist(), end.tolist(), strict=True)])
    size = end - begin
    whole: Flags = (size % 2 == 0) & (size >= 2 * STRINGS)
    if not np.all(whole):
        return text, whole
    characters = np.frombuffer(text, "<u2")
    zeros = np.flatnonzero(characters == 0)
    ends = np.cumsum(size) // 2 - 1
    if len(zeros) == STRINGS * len(size) and np.array_equal(zeros[STRINGS - 1 :: STRINGS], ends):
        return text, whole
    counts = np.bincount(np.searchsorted(ends, zeros), minlength=len(size))
    return text, (counts == STRINGS) & (characters[ends] == 0)
