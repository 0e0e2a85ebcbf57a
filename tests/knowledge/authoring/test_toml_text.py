"""Entries and rules as TOML text: it reads back equal, whatever they hold."""

from __future__ import annotations

import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.knowledge.authoring.own_notes import entry_text, rule_text, toml_string
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.files.knowledge_files import NoteFile, bundled_folder, read_rules
from smtpscope.knowledge.matching.rules import Rule


def test_every_bundled_entry_reads_back_equal(knowledge: KnowledgeBase) -> None:
    text = "\n".join(entry_text(entry) for entry in knowledge.entries.values())
    assert msgspec.convert(tomllib.loads(text), NoteFile).entry == list(knowledge.entries.values())


def test_every_bundled_rule_reads_back_equal_but_for_line_ends_around_blocks() -> None:
    rules = [rule for _, rule in read_rules(bundled_folder())]
    text = "\n".join(rule_text(rule) for rule in rules)
    read = msgspec.convert(tomllib.loads(text), NoteFile).rule
    assert [_trimmed(rule) for rule in read] == [_trimmed(rule) for rule in rules]


def _trimmed(rule: Rule) -> Rule:
    blocks = {name: getattr(rule, name).strip() for name in ("phrases", "unless", "examples", "counter_examples")}
    return msgspec.structs.replace(rule, **blocks)


def test_what_is_as_by_default_is_left_out() -> None:
    assert rule_text(Rule(id="a", category="spam", examples="550 no")).splitlines() == [
        "[[rule]]",
        'id = "a"',
        'category = "spam"',
        'examples = """',
        "550 no",
        '"""',
    ]


@given(st.text())
def test_any_text_reads_back_equal(text: str) -> None:
    assert tomllib.loads(f"x = {toml_string(text)}")["x"] == text


@pytest.mark.parametrize("hidden", ["\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\ufeff", "\0"])
def test_what_nobody_sees_in_an_editor_is_written_as_an_escape(hidden: str) -> None:
    assert toml_string(f"a{hidden}b").isascii()


def test_half_a_character_becomes_the_sign_for_that() -> None:
    assert tomllib.loads(f"x = {toml_string(chr(0xD800))}")["x"] == "\ufffd"
