"""Decodes records of known templates without building their XML, in some microseconds each.

Values are read where the plan of the template says; text keeps every character of the log. Whatever does not match the
plan raises DoubtError, and the chunk is read record by record.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from itertools import accumulate
from typing import Final

from smtpscope.reading.evtx.templates import binary_values as values
from smtpscope.reading.evtx.templates.template_layout import DataPlan, EventPlan, Plans, encoded_literal
from smtpscope.reading.evtx.templates.template_tree import Slot
from smtpscope.reading.explaining import EventSources, ExplainingEvent
from smtpscope.reading.providers import is_ours
from smtpscope.reading.record import EventRecord
from smtpscope.reading.windows_event.event_values import level_of, without_a_lone_blank
from smtpscope.reading.windows_event.filetime import milliseconds

_RECORD = struct.Struct("<4xI8xQ")
_INSTANCE = struct.Struct("<2xII")
_U32 = struct.Struct("<I")
_INSTANCE_AT: Final = 28
_INSTANCE_SIZE: Final = 10
_DEFINITION_HEADER: Final = 24
_NESTED_START: Final = b"\x0f\x01\x01\x00\x0c\x01"
_UNSIGNED: Final = frozenset({0x04, 0x06, 0x08, 0x0A})
_FILETIME: Final = 0x11
_EVENT_ID_BITS: Final = 0xFFFF
_MOST_VALUES: Final = 1_000


class DoubtError(Exception):
    """A record does not match its template."""


@lru_cache(maxsize=4_096)
def _layout(descriptors: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The types of the values, and where each begins and the last one ends, counted from the first.

    Cached, since most records of a log have the same few: this saves a quarter of the time for a record.
    """
    sizes_and_types = struct.unpack("<" + "HBx" * (len(descriptors) // 4), descriptors)
    return sizes_and_types[1::2], tuple(accumulate(sizes_and_types[::2], initial=0))


class _Values:
    """The values of one template instance: their types, the start of the first in the chunk, and offsets from there."""

    __slots__ = ("_chunk", "offsets", "start", "types")

    def __init__(self, chunk: bytes, offset: int, end: int) -> None:
        """`offset` is that of the count of values, `end` the end of the record."""
        (count,) = _U32.unpack_from(chunk, offset)
        self.start = offset + 4 + 4 * count
        if count > _MOST_VALUES or self.start > end:
            raise DoubtError
        self._chunk = chunk
        self.types, self.offsets = _layout(chunk[offset + 4 : self.start])
        if self.start + self.offsets[-1] > end:
            raise DoubtError

    def bytes(self, index: int) -> bytes:
        return self._chunk[self.start + self.offsets[index] : self.start + self.offsets[index + 1]]

    def number(self, index: int | None) -> int | None:
        if index is None:
            return None
        value_type = self.types[index]
        if value_type in _UNSIGNED:
            return int.from_bytes(self.bytes(index), "little")
        if value_type == values.NULL:
            return None
        raise DoubtError

    def text(self, part: str | int | None) -> str | None:
        if part is None or isinstance(part, str):
            return part
        value_type = self.types[part]
        if value_type == values.STRING:
            return values.decoded(self.bytes(part)).rstrip("\0")
        if value_type == values.NULL:
            return None
        raise DoubtError


class TemplateDecoder:
    """Reads records of known templates; one for a whole file, since it caches their plans."""

    def __init__(self, plans: Plans, file: str) -> None:
        self._plans = plans
        self._file = file
        self._chunk_offset = -1
        self._event_plans: dict[int, EventPlan] = {}
        self._data_plans: dict[int, DataPlan | None] = {}
        self._holding: dict[int, bool] = {}

    def event(self, chunk: bytes, offset: int, end: int, chunk_offset: int) -> EventRecord | None:
        """The record at `offset` of `chunk`, None if its provider is unrelated.

        `end` is the end of the chunk's records, `chunk_offset` the start of the chunk in the file. Raises DoubtError.
        """
        try:
            return self._event(chunk, offset, end, chunk_offset)
        except (IndexError, struct.error) as cause:
            raise DoubtError from cause

    def _event(self, chunk: bytes, offset: int, end: int, chunk_offset: int) -> EventRecord | None:
        size, filetime = _RECORD.unpack_from(chunk, offset)
        end = min(end, offset + size)
        template_id, definition, at = _instance(chunk, offset + _INSTANCE_AT)
        plan = self._event_plan(chunk, definition, template_id, chunk_offset)
        if plan.kind in ("foreign", "explaining"):
            return None
        if plan.kind == "unknown":
            raise DoubtError
        found = _Values(chunk, at, end)
        provider = found.text(plan.provider)
        if not is_ours(provider):
            return None
        time = milliseconds(_time(found, plan))
        event_id = found.number(plan.event_id)
        strings, binary = self._data(chunk, found, plan.data)
        return EventRecord(
            file=self._file,
            offset=chunk_offset + offset,
            time_ms=milliseconds(filetime) if time is None else time,
            time_assumed=False,
            record_id=found.number(plan.record_id),
            event_id=None if event_id is None else event_id & _EVENT_ID_BITS,
            level=level_of(found.number(plan.level)),
            provider=provider,
            channel=found.text(plan.channel),
            computer=found.text(plan.computer),
            strings=strings,
            message=None,
            binary=binary,
        )

    def explaining(
        self, chunk: bytes, offset: int, end: int, chunk_offset: int, sources: EventSources
    ) -> ExplainingEvent | None:
        """What the record at `offset` explains by, None where it is not wanted or not built as its template says."""
        try:
            size, filetime = _RECORD.unpack_from(chunk, offset)
            end = min(end, offset + size)
            template_id, definition, at = _instance(chunk, offset + _INSTANCE_AT)
            plan = self._event_plan(chunk, definition, template_id, chunk_offset)
            found = _Values(chunk, at, end)
            provider, number = found.text(plan.provider), found.number(plan.event_id)
            time = milliseconds(_time(found, plan) or filetime)
            computer = found.text(plan.computer)
            if isinstance(plan.computer, str) and not self._holds(chunk, definition, plan.computer):
                return None
        except (IndexError, struct.error, DoubtError):
            return None
        number = None if number is None else number & _EVENT_ID_BITS
        if time is None or provider is None or number is None or not sources.wants(provider, number):
            return None
        if is_ours(provider):
            # That one is among our own records.
            return None
        # All its texts are UTF-16 as they are in the record, at odd or even places.
        if not sources.tells(provider, number, lambda: _all_text(chunk[offset:end])):
            return None
        return ExplainingEvent(self._file, time, False, computer or "", provider.strip(), number)

    def _event_plan(self, chunk: bytes, definition: int, template_id: int, chunk_offset: int) -> EventPlan:
        """The plan by its offset, cached until the next chunk: reading the definition costs more."""
        if chunk_offset != self._chunk_offset:
            self._chunk_offset = chunk_offset
            self._event_plans.clear()
            self._data_plans.clear()
            self._holding.clear()
        plan = self._event_plans.get(definition)
        if plan is None:
            plan = self._event_plans[definition] = self._plans.event(chunk, definition)
        return plan

    def _holds(self, chunk: bytes, definition: int, literal: str) -> bool:
        """Whether the definition of a template has `literal` in it; remembered until the next chunk."""
        holds = self._holding.get(definition)
        if holds is None:
            end = definition + _DEFINITION_HEADER + int(_U32.unpack_from(chunk, definition + 20)[0])
            holds = self._holding[definition] = chunk.find(encoded_literal(literal), definition, end) >= 0
        return holds

    def _data_plan(self, chunk: bytes, definition: int, template_id: int) -> DataPlan | None:
        if definition not in self._data_plans:
            self._data_plans[definition] = self._plans.data(chunk, definition)
        return self._data_plans[definition]

    def _data(self, chunk: bytes, found: _Values, data: int | None) -> tuple[tuple[str, ...], bytes | None]:
        """The insertion strings and the data after them."""
        if data is None or found.types[data] != values.BINARY_XML:
            raise DoubtError
        start, end = found.start + found.offsets[data], found.start + found.offsets[data + 1]
        if chunk[start : start + len(_NESTED_START)] != _NESTED_START:
            raise DoubtError
        template_id, definition, at = _instance(chunk, start + 4)
        plan = self._data_plan(chunk, definition, template_id)
        if plan is None:
            raise DoubtError
        nested = _Values(chunk, at, end)
        return _strings(nested, plan), None if plan.binary is None else _binary(nested, plan.binary)


def _all_text(record: bytes) -> str:
    both = f"{record.decode('utf-16-le', 'replace')}\n{record[1:].decode('utf-16-le', 'replace')}"
    return both.replace("\0", " ")


def _strings(nested: _Values, plan: DataPlan) -> tuple[str, ...]:
    if len(plan.slots) == 1 and nested.types[plan.slots[0].index] == values.STRING_ARRAY:
        return without_a_lone_blank(values.string_array(nested.bytes(plan.slots[0].index)))
    return without_a_lone_blank(tuple(_named(nested, slot) for slot in plan.slots))


def _instance(chunk: bytes, offset: int) -> tuple[int, int, int]:
    """The template instance token at `offset`: the first 32 bits of its template's GUID, the offset of the definition,
    and that of the count of its values."""
    template_id, definition = _INSTANCE.unpack_from(chunk, offset)
    at = offset + _INSTANCE_SIZE
    if definition == at:
        at += _DEFINITION_HEADER + _U32.unpack_from(chunk, definition + 20)[0]
    return template_id, definition, at


def _time(found: _Values, plan: EventPlan) -> int:
    """The FILETIME of the event, 0 if it has none."""
    if plan.time is None or found.types[plan.time] == values.NULL:
        return 0
    if found.types[plan.time] != _FILETIME:
        raise DoubtError
    return int.from_bytes(found.bytes(plan.time), "little")


def _binary(nested: _Values, slot: Slot) -> bytes | None:
    value_type = nested.types[slot.index]
    if value_type == values.NULL:
        return None
    if value_type != values.BINARY:
        raise DoubtError
    return nested.bytes(slot.index) or None


def _named(nested: _Values, slot: Slot) -> str:
    value_type = nested.types[slot.index]
    if value_type == values.STRING:
        return values.decoded(nested.bytes(slot.index)).rstrip("\0")
    if value_type in _UNSIGNED or (value_type == values.NULL and not slot.optional):
        return values.value_text(value_type, nested.bytes(slot.index))
    raise DoubtError
