"""The objects within an object: the events of a page, and what is left of a broken object and those it swallowed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from smtpscope.reading.event_exports.json.json_objects import (
    ARRAY_WITHIN,
    EVENT_KEY,
    LONGEST_WRAPPER,
    JsonObject,
    NoObjectError,
    decoded_object,
    end_of,
    next_object,
    swallowed,
)

_ARRAY: Final = re.compile(r"\[\s{0,64}(?=\{)")
# Its events have no names of their own, and are read by their words.
_OF_TELEMETRY: Final = '{"resourceLogs"'
# Each is looked through to its end, so a hostile file must not have many.
_BROKEN_LOOKED_THROUGH: Final = 20


def objects_within(text: str, begin: int, end: int) -> list[JsonObject]:
    """The objects of the first array of objects in the object from `begin` to `end`; none if there is no array."""
    array = _ARRAY.search(text, begin, end)
    return [] if array is None else list(_pieces(text, array.end(), end, sound=False))


def pieces_of(text: str, begin: int, end: int) -> list[JsonObject]:
    """The objects from `begin` to `end`, which is an object that can't be decoded or holds another; empty if there is
    nothing to tell apart.

    They are in order, with nothing between them that could be an event. `whole` is False for those that are broken
    themselves, and for the rest behind the last one that was looked through.
    """
    if text.startswith(_OF_TELEMETRY, begin):
        return []
    array = ARRAY_WITHIN.match(text, begin, min(end, begin + LONGEST_WRAPPER))
    if array is not None and EVENT_KEY.search(text, begin, array.end()) is None:
        # An object around a page of events, which may be broken anywhere.
        return list(_pieces(text, array.end(), end, sound=True))
    found = list(_pieces(text, begin, end, sound=True))
    return found if len(found) > 1 else []


def _pieces(text: str, begin: int, end: int, *, sound: bool) -> Iterator[JsonObject]:
    """The objects one behind the other; `sound` if each must be one that can be decoded."""
    left = _BROKEN_LOOKED_THROUGH
    start: int | None = begin
    while start is not None and start < end:
        after = end_of(text, start)
        if after is not None and (
            after > end or swallowed(text, start, after) or (sound and not _is_sound(text[start:after]))
        ):
            after = None
        following = next_object(text, start, start + 1 if after is None else after, end)
        left -= after is None
        stop = after if after is not None else end if following is None or not left else following
        # In what is broken, an array of objects within an event has nothing of an event.
        if start == begin or not sound or EVENT_KEY.search(text, start, stop) is not None:
            yield JsonObject(start, stop, after is not None)
        start = following if left else None


def _is_sound(text: str) -> bool:
    try:
        decoded_object(text)
    except NoObjectError:
        return False
    return True
