"""What is wrong in a table of events that explain refusals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.categories import CATEGORIES
from smtpscope.knowledge.explaining_table import ExplainingKind
from smtpscope.knowledge.files.file_errors import nearest
from smtpscope.knowledge.files.knowledge_files import EVENTS_FILE, read_explaining_events

_LONGEST_MINUTES: Final = 1_440
_LARGEST_ID: Final = 0xFFFF


def in_explaining_events(folder: Path) -> Iterator[KnowledgeError]:
    """As errors that are not raised."""
    seen: set[str] = set()
    for kind in read_explaining_events(folder):
        where = f"{folder / EVENTS_FILE}, event {kind.id!r}"
        if kind.id in seen:
            yield KnowledgeError(where=where, what="is there twice", remedy="Give one of them another name")
        seen.add(kind.id)
        for field, what, remedy in _odd(kind):
            yield KnowledgeError(where=f"{where}, field {field}", what=what, remedy=remedy)


def _odd(kind: ExplainingKind) -> Iterator[tuple[str, str, str]]:
    """Field, what is wrong in it, and what to do."""
    for category in kind.explains:
        if category not in CATEGORIES:
            yield "explains", f"unknown category {category!r}", nearest(category, CATEGORIES)
    for field, values in (
        ("providers", kind.providers),
        ("event_ids", kind.event_ids),
        ("explains", kind.explains),
        ("advice", kind.advice),
    ):
        if not values:
            yield field, "is empty", "Write at least one"
        if len(set(values)) != len(values):
            yield field, "has something twice", "Leave one out"
    for field, texts in (
        ("name", (kind.name,)),
        ("means", (kind.means,)),
        ("advice", kind.advice),
        ("providers", kind.providers),
        ("words", kind.words),
        ("source", (kind.source.title,)),
    ):
        if not all(text.strip() for text in texts):
            yield field, "has an empty text", "Write it, or leave it out"
    for field, numbers in (("event_ids", kind.event_ids), ("ended_by", kind.ended_by)):
        if not all(0 <= number <= _LARGEST_ID for number in numbers):
            yield field, "has a number that no event has", f"Write numbers from 0 to {_LARGEST_ID}"
    if set(kind.event_ids) & set(kind.ended_by):
        yield "ended_by", "has a number that is in event_ids too", "An event either begins something or ends it"
    if not 1 <= kind.within_minutes <= _LONGEST_MINUTES:
        yield "within_minutes", f"is {kind.within_minutes}", f"Write 1 to {_LONGEST_MINUTES}, which is a day"
    if not kind.source.url.startswith(("https://", "http://")):
        yield "source", "names no page", "Give it the url where the event is documented"
