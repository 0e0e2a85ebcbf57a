"""Finds the text of an event in an unexpected field, and notes it once per file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from smtpscope.errors import Problem
from smtpscope.reading.event_exports.messages.event_messages import holds_message
from smtpscope.reading.problem_log import Outcome
from smtpscope.reading.text.text_log import TextSource
from smtpscope.reading.windows_event.event_fields import EventFields, FoundValue, meaning_of

GUESS: Final = "its text is in a field not known to hold event text"
_SHORTEST: Final = 40
_DEEPEST: Final = 12
_MOST_REPORTED: Final = 20


class TextPlaces:
    """Collects the notes for one file; `kind` is what its format calls a field."""

    def __init__(self, file: str, text: TextSource, kind: str = "field") -> None:
        self._file = file
        self._text = text
        self._kind = kind
        self._reported: set[tuple[str, str]] = set()
        self._problems: list[Problem] = []

    def note(self, taken: str, empty: str, offset: int, outcome: Outcome = "recovered") -> None:
        """Notes that the text of the event at byte `offset` is in `taken`, since `empty` is empty ("" if no field is
        known).

        The outcome is "noted" if `taken` is a known field for texts of events.
        """
        if (taken, empty) in self._reported or len(self._reported) >= _MOST_REPORTED:
            return
        self._reported.add((taken, empty))
        lacks = f"The {self._kind} {empty} is empty" if empty else f"No {self._kind} is known as the text of the event"
        reason = f"{lacks}; taken from {taken}, here and in all events like this one"
        self._problems.append(Problem(self._file, f"line {self._text.line_of(offset)}", reason, outcome))

    def take_problems(self) -> list[Problem]:
        """The problems since the last call."""
        problems, self._problems = self._problems, []
        return problems


def text_beside(event: Mapping[str, Any], *, sure: bool) -> tuple[str, str] | None:
    """The first message of an SMTP event in any field of `event`, with the path of the field; None if there is none.

    Unless this is certainly (`sure`) one event, a list of objects in it may be separate events.
    """
    texts = _texts(event, "", 0, _SHORTEST, into_lists=sure)
    return next(((path, text) for path, text in texts if holds_message(text)), None)


def short_texts(event: Mapping[str, Any]) -> Iterator[str]:
    """The texts in `event` that are too short for a message, in order."""
    return (text for _, text in _texts(event, "", 0, 0) if len(text) < _SHORTEST)


def empty_texts(fields: EventFields, before: FoundValue | None = None) -> list[str]:
    """The empty fields for the text of an event that come `before` the one that has it."""
    return [
        path
        for path in (f"{above}.{name}" if above else name for above, name in fields.empty)
        for fact, rank in meaning_of(path)
        if fact == "message" and (before is None or rank < before.rank)
    ]


def path_of(event: Mapping[str, Any], value: Any) -> str:
    """The path of the field with this very `value`, or ""."""
    return next((path for path, text in _texts(event, "", 0, 0) if text is value), "")


def _texts(value: Any, path: str, depth: int, shortest: int, *, into_lists: bool = True) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if len(value) >= shortest:
            yield path, value
    elif depth < _DEEPEST and isinstance(value, Mapping):
        for name, inner in value.items():
            below = f"{path}.{name}" if path else str(name)
            yield from _texts(inner, below, depth + 1, shortest, into_lists=into_lists)
    elif depth < _DEEPEST and isinstance(value, list):
        for inner in value:
            if into_lists or not isinstance(inner, Mapping | list):
                yield from _texts(inner, path, depth + 1, shortest, into_lists=into_lists)
