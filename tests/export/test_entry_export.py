"""An entry as text: all of it, 72 columns wide, and harmless."""

from __future__ import annotations

import msgspec

from smtpscope.export.entry_export import entry_as_text
from smtpscope.knowledge.base import KnowledgeBase


def test_all_that_an_entry_says_is_there() -> None:
    entry = KnowledgeBase.load().entry("greylisted")
    words = " ".join(entry_as_text(entry, "Greylisted", rules=["code x.7.1"], place="limits.toml").split())
    sides = [part for side in (entry.outbound, entry.inbound) for part in (side.reading, side.who_note, *side.actions)]
    checks = [part for check in entry.checks for part in (check.what, check.command)]
    for text in (entry.title, entry.meaning, entry.over_when, *entry.causes, *entry.avoid, *sides, *checks):
        assert " ".join(text.split()) in words
    assert "code x.7.1" in words
    assert "limits.toml" in words


def test_what_is_empty_has_no_heading() -> None:
    entry = msgspec.structs.replace(KnowledgeBase.load().entry("greylisted"), causes=(), checks=(), avoid=())
    text = entry_as_text(entry, "Greylisted", rules=[], place="x")
    assert not [title for title in ("Usual causes", "What to check", "What not to do", "Matched by") if title in text]


def test_no_control_character_comes_out() -> None:
    entry = msgspec.structs.replace(KnowledgeBase.load().entry("greylisted"), title="a\x1b[31mb", meaning="c\u202ed")
    text = entry_as_text(entry, "Greylisted", rules=["\x07"], place="\x1b")
    assert not set(text) & set("\x1b\x07\u202e")
