"""The provider of a template, and where its records have the parts of an event.

A template's GUID is made from its content, so the result applies to every chunk; each definition is still searched for
its literal provider, in case another program writes logs with other GUIDs.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, ClassVar, Final, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from smtpscope.reading.evtx.evtx_layout import CHUNK_SIZE
from smtpscope.reading.evtx.templates.template_tokens import parsed_template
from smtpscope.reading.evtx.templates.template_tree import Part, Slot, TemplateElement, UnreadableError
from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.providers import is_ours

TemplateKind = Literal["ours", "foreign", "explaining", "open", "unknown"]

_GUID: Final = slice(4, 20)
_DEFINITION = struct.Struct("<4x16sI")
_DEFINITION_HEADER: Final = 24
_MOST_TEMPLATES: Final = 4_000
"""A log has some hundreds. If each chunk has its own templates, analysing them costs more than it saves."""


class EventPlan(Struct, frozen=True):
    """The parts of an event in the records of a template: a literal text, or the index of a value; None if absent.

    `kind` is "ours", "foreign" or "explaining" (another source of which events are wanted) if the provider is a
    literal, "open" if it is a value, "unknown" if the template has another shape than those of Windows: then nothing
    else here counts. `data` is the index of the nested EventData. `literals` are the encoded texts that each definition
    of this template must contain; of an explaining one only the provider, as most of its records are never read.
    """

    kind: TemplateKind
    provider: str | int | None = None
    event_id: int | None = None
    level: int | None = None
    time: int | None = None
    record_id: int | None = None
    channel: str | int | None = None
    computer: str | int | None = None
    data: int | None = None
    literals: tuple[bytes, ...] = ()


class DataPlan(Struct, frozen=True):
    """The slots of the insertion strings, in order, and that of the data after them."""

    slots: tuple[Slot, ...]
    binary: Slot | None = None


_TAKEN_NAMES: Final = frozenset({"Data", "Binary", "#attributes"})
"""Names of values that look like elements in the JSON of the fast decoder."""

UNKNOWN: Final = EventPlan("unknown")
_KINDS: Final[tuple[TemplateKind, ...]] = ("unknown", "foreign", "open", "ours", "explaining")


class _Literal:
    """A text that every definition of a template must contain, usually at the same offset."""

    __slots__ = ("_last", "_text")

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._last = 0

    def stands_in(self, block: bytes | bytearray, start: int, end: int) -> bool:
        if block.startswith(self._text, start + self._last) and start + self._last + len(self._text) <= end:
            return True
        found = block.find(self._text, start, end)
        if found < 0:
            return False
        self._last = found - start
        return True


class Plans:
    """The plans of all templates seen so far, by GUID; `numbered` has those of Event templates, UNKNOWN first."""

    OPEN: ClassVar[int] = _KINDS.index("open")
    OURS: ClassVar[int] = _KINDS.index("ours")
    EXPLAINING: ClassVar[int] = _KINDS.index("explaining")

    def __init__(self, sources: EventSources = NO_SOURCES) -> None:
        self._sources = sources
        self.numbered: list[EventPlan] = [UNKNOWN]
        self._kinds = bytearray(b"\0")
        self._events: dict[bytes, int] = {}
        self._literals: list[list[_Literal]] = [[]]
        self._data: dict[bytes, DataPlan | None] = {}
        self._by_id: dict[int, EventPlan] = {}
        self._data_by_id: dict[int, DataPlan] = {}

    def event(self, chunk: bytes | memoryview, offset: int) -> EventPlan:
        """The plan of the Event template defined at `offset` of `chunk`. Never raises."""
        return self.numbered[self.number(bytes(chunk), offset, lambda _: True)]

    def kinds(self) -> NDArray[np.int8]:
        """The kind of each of `numbered`: 0 for unknown, OPEN, OURS, and another number for foreign ones."""
        return np.frombuffer(bytes(self._kinds), np.int8)

    def number(self, block: bytes | bytearray, place: int, is_whole: Callable[[int], bool]) -> int:
        """The number of the plan of the template defined at `offset` of `block`, which begins with a chunk.

        A new template is analysed only if `is_whole` is true for the chunk (by its number in the block), since the
        result applies to all others. Never raises.
        """
        offset = place % CHUNK_SIZE
        if offset + _DEFINITION_HEADER > CHUNK_SIZE or place + _DEFINITION_HEADER > len(block):
            return 0
        guid, size = _DEFINITION.unpack_from(block, place)
        number = self._events.get(guid)
        if number is None:
            if len(self._events) >= _MOST_TEMPLATES or not is_whole(place // CHUNK_SIZE):
                return 0
            start = place - offset
            number = self._events[guid] = self._add(
                _event_plan(bytes(block[start : start + CHUNK_SIZE]), offset, self._sources)
            )
            self._by_id[_template_id(guid)] = self.numbered[number]
        end = place + _DEFINITION_HEADER + size
        for literal in self._literals[number]:
            if not literal.stands_in(block, place, end):
                return 0
        return number

    def _add(self, plan: EventPlan) -> int:
        if plan.kind == "unknown":
            return 0
        self.numbered.append(plan)
        self._kinds.append(_KINDS.index(plan.kind))
        self._literals.append([_Literal(text) for text in plan.literals])
        return len(self.numbered) - 1

    def data(self, chunk: Any, offset: int) -> DataPlan | None:
        """The plan of the EventData template at `offset`; None if it has another shape. Never raises."""
        guid = bytes(chunk[offset + _GUID.start : offset + _GUID.stop])
        if guid not in self._data:
            if len(self._data) >= _MOST_TEMPLATES:
                return None
            plan = self._data[guid] = _data_plan(bytes(chunk), offset)
            if plan is not None:
                self._data_by_id[_template_id(guid)] = plan
        return self._data[guid]

    def event_known_as(self, template_id: int) -> EventPlan:
        """The plan of an Event template seen before, by the first 32 bits of its GUID."""
        return self._by_id.get(template_id, UNKNOWN)

    def data_known_as(self, template_id: int) -> DataPlan | None:
        """The same for an EventData template."""
        return self._data_by_id.get(template_id)


def _template_id(guid: bytes) -> int:
    return int.from_bytes(guid[:4], "little")


def _event_plan(chunk: bytes, offset: int, sources: EventSources) -> EventPlan:
    try:
        event = parsed_template(chunk, offset)
    except UnreadableError:
        return UNKNOWN
    system = event.child("System")
    provider_element = None if system is None else system.child("Provider")
    if event.name != "Event" or system is None or provider_element is None:
        return UNKNOWN
    provider = _single(provider_element.attribute("Name"))
    if isinstance(provider, str) and not is_ours(provider):
        foreign = EventPlan("foreign", provider, literals=(encoded_literal(provider),))
        if not sources.named(provider):
            return foreign
        try:
            return replace(_full_plan(system, provider, None), kind="explaining", literals=foreign.literals)
        except UnreadableError:
            return foreign
    data = [child for child in event.children if child is not system]
    if provider is None or len(data) != 1 or not isinstance(data[0], Slot):
        return UNKNOWN
    try:
        return _full_plan(system, provider, data[0].index)
    except UnreadableError:
        return UNKNOWN


def _full_plan(system: TemplateElement, provider: str | int, data: int | None) -> EventPlan:
    channel, computer = _text(system, "Channel"), _text(system, "Computer")
    created = system.child("TimeCreated")
    time = None if created is None else _single(created.attribute("SystemTime"))
    if isinstance(time, str):
        raise UnreadableError("a template with a time in it")
    return EventPlan(
        kind="ours" if isinstance(provider, str) else "open",
        provider=provider,
        event_id=_index(system, "EventID"),
        level=_index(system, "Level"),
        time=time,
        record_id=_index(system, "EventRecordID"),
        channel=channel,
        computer=computer,
        data=data,
        literals=tuple(encoded_literal(text) for text in (provider, channel, computer) if isinstance(text, str)),
    )


def _data_plan(chunk: bytes, offset: int) -> DataPlan | None:
    try:
        root = parsed_template(chunk, offset)
    except UnreadableError:
        return None
    slots, binary = [], None
    for child in root.children:
        if not isinstance(child, TemplateElement):
            return None
        value = child.children[0] if len(child.children) == 1 else None
        if child.name == "Binary":
            if binary is not None or not isinstance(value, Slot):
                return None
            binary = value
            continue
        if child.name != "Data" or not isinstance(value, Slot) or _single(child.attribute("Name")) in _TAKEN_NAMES:
            return None
        slots.append(Slot(value.index, value.optional or child.depends_on is not None))
    return DataPlan(tuple(slots), binary) if root.name == "EventData" else None


def _single(parts: tuple[TemplateElement | Part, ...]) -> str | int | None:
    """The only part as text or index of a value; None if there is not exactly one."""
    if len(parts) != 1 or isinstance(parts[0], TemplateElement):
        return None
    return parts[0].index if isinstance(parts[0], Slot) else parts[0]


def _text(system: TemplateElement, name: str) -> str | int | None:
    element = system.child(name)
    if element is None:
        return None
    found = _single(element.children)
    if found is None:
        raise UnreadableError(f"a template with an unusual {name}")
    return found


def _index(system: TemplateElement, name: str) -> int | None:
    found = _text(system, name)
    if isinstance(found, str):
        raise UnreadableError(f"a template with a literal {name}")
    return found


def encoded_literal(text: str) -> bytes:
    """The text as a value token of binary XML: type, count of characters, UTF-16LE."""
    characters = text.encode("utf-16-le", errors="replace")
    return struct.pack("<BH", 0x01, len(characters) // 2) + characters
