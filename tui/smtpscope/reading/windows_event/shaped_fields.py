"""The facts in an event of a known shape: the same names, with values of the same types, as in one before.

The events of one log have few shapes. Which name means what is worked out once for each of them; an event of a known
shape only looks up the values that are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from smtpscope.reading.windows_event.event_fields import EventFields, Fact, FoundValue, as_word, fields_of

_MOST_SHAPES: Final = 512
_MOST_NAMES: Final = 400
_DEEPEST: Final = 8

Path = tuple[str, ...]


class FactPlace(NamedTuple):
    """See `FoundValue`; `path` leads to the value."""

    rank: int
    name: str
    utc: bool
    path: Path


class Shape(msgspec.Struct, frozen=True, eq=False):
    """Where each fact is in the events of one shape, the most reliable place first."""

    facts: dict[Fact, tuple[FactPlace, ...]]
    numbered: tuple[tuple[int, Path], ...]


class ShapedFields(EventFields):
    """The facts in one event of a known shape."""

    def __init__(self, event: Mapping[str, Any], shape: Shape) -> None:
        super().__init__()
        self.event = event
        self.shape = shape

    def values(self, fact: Fact) -> list[FoundValue]:
        found = []
        for rank, name, utc, path in self.shape.facts.get(fact, ()):
            value = value_at(self.event, path)
            if value != "":
                found.append(FoundValue(rank, name, _lone(value), utc))
        return found

    def word(self, fact: Fact) -> str | None:
        for place in self.shape.facts.get(fact, ()):
            text = as_word(value_at(self.event, place.path))
            if text:
                return text
        return None

    @property
    def numbered(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for number, path in self.shape.numbered:
            value = value_at(self.event, path)
            if value != "":
                found.setdefault(number, _lone(value))
        return found

    @property
    def empty(self) -> list[tuple[str, str]]:
        return fields_of(self.event).empty


# None for a shape that was seen once: one that never comes again is not worth working out. A shape whose names say
# more than where the facts are counts as itself, as False.
_shapes: dict[object, Shape | bool | None] = {}


def shaped_fields(event: dict[str, Any]) -> EventFields:
    """The facts in `event`, decoded JSON of which no text holds an object, as `fields_of` finds them."""
    key = _key_of(event, 0)
    if key is None:
        return fields_of(event)
    shape = _shapes.get(key)
    if shape is None:
        if key not in _shapes:
            if len(_shapes) >= _MOST_SHAPES:
                _shapes.clear()
            _shapes[key] = None
            return fields_of(event)
        shape = _shapes[key] = _shape_of(event)
    return ShapedFields(event, shape) if isinstance(shape, Shape) else fields_of(event)


def _key_of(mapping: dict[str, Any], depth: int) -> tuple[object, ...] | None:
    """The names and types of all values, None if there are too many or an object is in a list of one."""
    values = mapping.values()
    types = tuple(map(type, values))
    if len(types) > _MOST_NAMES or depth > _DEEPEST:
        return None
    within: list[object] = []
    if dict in types or list in types:
        for value in values:
            if value.__class__ is dict:
                key = _key_of(value, depth + 1)
                if key is None:
                    return None
                within.append(key)
            elif value.__class__ is list:
                lone = type(value[0]) if len(value) == 1 else None
                if lone is dict or lone is list:
                    return None
                within.append(lone)
    return tuple(mapping), types, tuple(within)


class _Text(str):
    """Stands for any value but an object or a list, at one place of an event."""

    __slots__ = ("path",)
    path: Path


class _List(list[Any]):
    """Stands for a list of none or several."""

    path: Path


class _Object(dict[str, Any]):
    path: Path


def _shape_of(event: dict[str, Any]) -> Shape | bool:
    fields = fields_of(_marked(event, ()))
    if fields.in_utc or fields.month_first:
        return False
    facts = {
        fact: tuple(FactPlace(each.rank, each.name, each.utc, each.value.path) for each in fields.values(fact))
        for fact in fields.found
    }
    return Shape(facts, tuple((number, value.path) for number, value in fields.numbers))


def _marked(mapping: dict[str, Any], path: Path) -> _Object:
    """An event of the same shape, whose values know their places; none of them is empty."""
    marked = _Object()
    marked.path = path
    for name, value in mapping.items():
        below = (*path, name)
        marked[name] = _marked(value, below) if isinstance(value, dict) else _mark(value, below)
    return marked


def _mark(value: Any, path: Path) -> Any:
    if value is None:
        return None
    if isinstance(value, list) and len(value) != 1:
        several = _List()
        several.path = path
        return several
    mark = _Text("?")
    mark.path = path
    return [mark] if isinstance(value, list) else mark


def value_at(event: Mapping[str, Any], path: Path) -> Any:
    """What is at `path` in `event`, which has it."""
    value: Any = event
    for name in path:
        value = value[name]
    return value


def _lone(value: Any) -> Any:
    return value[0] if value.__class__ is list and len(value) == 1 else value
