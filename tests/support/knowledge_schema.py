"""JSON Schemas of the knowledge files, for editors that check TOML while it is typed.

`make docs` writes them. They are made from the types that the files are decoded into, so they can't differ from them.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from smtpscope.knowledge.files.knowledge_files import (
    AlternativesFile,
    CodeFile,
    EventsFile,
    ExampleFile,
    NoteFile,
    OrderFile,
    OurNoteFile,
    ProviderFile,
    QuestionFile,
    WordFile,
)
from smtpscope.knowledge.live.block_lists import BlockListFile
from smtpscope.knowledge.live.live_rules import LiveCheckFile

_FILES: Mapping[str, tuple[type[msgspec.Struct], str]] = {
    "knowledge.json": (NoteFile, "smtpscope: entries and rules"),
    "our-notes.json": (OurNoteFile, "smtpscope: our notes"),
    "explaining-events.json": (EventsFile, "smtpscope: events that explain refusals"),
    "order.json": (OrderFile, "smtpscope: the order in which rules are asked"),
    "questions.json": (QuestionFile, "smtpscope: what tells two causes apart"),
    "codes.json": (CodeFile, "smtpscope: what codes mean by themselves"),
    "providers.json": (ProviderFile, "smtpscope: codes of providers"),
    "examples.json": (ExampleFile, "smtpscope: labelled replies"),
    "words.json": (WordFile, "smtpscope: words that stand for each other"),
    "live-checks.json": (LiveCheckFile, "smtpscope: live checks that fit a cause"),
    "block-lists.json": (BlockListFile, "smtpscope: DNS block lists"),
    "platform-alternatives.json": (AlternativesFile, "smtpscope: checks on other servers"),
}


def schemas() -> dict[str, str]:
    """Name of each schema file -> its text."""
    return {name: _text(kind, title) for name, (kind, title) in _FILES.items()}


def _text(kind: type[msgspec.Struct], title: str) -> str:
    (main,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    whole: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **parts[main["$ref"].rpartition("/")[2]],
        "title": title,
        "$defs": {name: part for name, part in parts.items() if name != kind.__name__},
    }
    return json.dumps(_alike(whole), indent=2) + "\n"


def _alike(value: Any) -> Any:
    """`value` as the newest msgspec writes it on every Python: descriptions without indentation, null last."""
    if isinstance(value, list):
        return sorted(map(_alike, value), key=lambda each: each == {"type": "null"})
    if not isinstance(value, dict):
        return value
    described = value.get("description")
    plain = {"description": inspect.cleandoc(described)} if isinstance(described, str) else {}
    return {name: _alike(part) for name, part in {**value, **plain}.items()}
