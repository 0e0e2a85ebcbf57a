"""The whole objects in a text that is not one object: several in a line, or those that a broken one has left.

Some collectors write objects one behind the other without a line break; a file that was cut, or lost a part, has a
broken object around good ones.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

from smtpscope.reading.event_exports.json.json_objects import NoObjectError, decoded_object, end_of
from smtpscope.reading.text.encodings import TextBlock

_MOST_SEARCHED: Final = 1 << 22
"""Characters that are searched in vain in one file: each broken object is entered, which could take quadratic time."""


class ObjectPart(NamedTuple):
    """A whole object and its content; `nested` means that it may be a part of a broken one."""

    start: int
    end: int
    event: dict[str, Any]
    nested: bool


class ObjectParts:
    """Finds the whole objects in broken ones of one file."""

    def __init__(self) -> None:
        self._left = _MOST_SEARCHED

    def within(self, block: TextBlock, begin: int, end: int) -> tuple[list[ObjectPart], bool]:
        """The outermost whole objects in `block` between the indices, and whether anything around them is broken."""
        text = block.text
        found: list[ObjectPart] = []
        broken = False
        position = begin
        while (start := text.find("{", position, end)) >= 0 and self._left > 0:
            after = end_of(text, start, end)
            event = None if after is None else _decoded(block.cut(start, after))
            if after is None or event is None:
                broken = True
                self._left -= (end if after is None else after) - start
                position = start + 1
            else:
                found.append(ObjectPart(start, after, event, broken))
                position = after
        return found, broken or start >= 0


_SESSION = re.compile(r"log for virtual server ID (\d{1,10}), connection #(\d{1,10})")


def holds_several(text: str, known: int) -> bool:
    """Whether an object has the messages of more than `known` events: others are quoted, or run into this one."""
    return len(set(_SESSION.findall(text))) > known


_LIST_OF_OBJECTS = re.compile(r"\[\s{0,64}\{\s{0,64}\"(?:_|@?time|fields|result|System|Event)", re.IGNORECASE)


def lists_events(text: str) -> bool:
    """Whether an object may list others that look like whole events: one that lost its end has the next ones in it."""
    return _LIST_OF_OBJECTS.search(text) is not None


def listed_objects(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects in all lists in `event`, at any depth: those that follow an object whose end was lost."""
    found: list[dict[str, Any]] = []
    stack: list[object] = [event]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            stack.extend(reversed(current.values()))
        elif isinstance(current, list):
            found += (each for each in current if isinstance(each, dict))
            stack.extend(reversed(current))
    return found


def names_twice(text: str) -> bool:
    """Whether an object has the same name twice: the end of one and the beginning of the next were lost."""
    twice = False

    def noted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        found = dict(pairs)
        twice = twice or len(found) < len(pairs)
        return found

    try:
        json.loads(text, strict=False, object_pairs_hook=noted)
    except (ValueError, RecursionError):
        return False
    return twice


def _decoded(text: str) -> dict[str, Any] | None:
    try:
        return decoded_object(text)
    except NoObjectError:
        return None
