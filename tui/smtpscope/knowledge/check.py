"""Knowledge that contradicts itself: everything that a reader of the files could get wrong, found and named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.categories import ALL_CATEGORIES
from smtpscope.knowledge.entry import Entry
from smtpscope.knowledge.load import (
    read_codes,
    read_entries,
    read_examples,
    read_providers,
    read_rules,
)
from smtpscope.knowledge.matcher import Matcher
from smtpscope.knowledge.provider_codes import codes_of
from smtpscope.knowledge.rule_examples import rule_examples
from smtpscope.knowledge.rules import Rule
from smtpscope.knowledge.similar import examples_of
from smtpscope.knowledge.values import unknown_placeholders
from smtpscope.parsing.exchange import Direction

_EXAMPLES_REMEDY = "Change the rule's phrases, its place among the rules, or the example"


def contradictions(folder: Path, matcher: Matcher, entries: Mapping[str, Entry]) -> Iterator[KnowledgeError]:
    """What is wrong in the files of `folder`, as errors that are not raised.

    `matcher` and `entries` are those of the whole knowledge base that the folder is a part of.
    """
    yield from _in_entries(folder)
    yield from _in_rules(folder, matcher, entries)
    yield from _in_codes(folder, entries)


def missing_entries(entries: Mapping[str, Entry]) -> Iterator[KnowledgeError]:
    """The categories without a general entry."""
    for category in ALL_CATEGORIES:
        if category not in entries:
            yield KnowledgeError(
                where=f"category {category!r}", what="has no general entry", remedy="Write an entry with that id"
            )


def _in_entries(folder: Path) -> Iterator[KnowledgeError]:
    seen: set[str] = set()
    for path, entry in read_entries(folder):
        where = f"{path}, entry {entry.id!r}"
        yield from _known_category(where, entry.category)
        yield from _once(where, entry.id, seen)
        unknown = [name for text in _texts(entry) for name in unknown_placeholders(text)]
        if unknown:
            yield KnowledgeError(
                where=where,
                what=f"unknown placeholder {{{unknown[0]}}}",
                remedy="Use one that values.py lists",
            )


def _texts(entry: Entry) -> Iterator[str]:
    yield from (entry.title, entry.meaning, entry.duration_note, entry.ignore_when, entry.over_when)
    yield from (*entry.causes, *entry.avoid)
    for side in (entry.outbound, entry.inbound):
        yield from (side.reading, side.who_note, *side.actions)
    for check in entry.checks:
        yield from (check.what, check.command)


def _in_rules(folder: Path, matcher: Matcher, entries: Mapping[str, Entry]) -> Iterator[KnowledgeError]:
    seen: set[str] = set()
    for path, rule in read_rules(folder):
        where = f"{path}, rule {rule.id!r}"
        yield from _known_category(where, rule.category)
        yield from _once(where, rule.id, seen)
        for entry_id in (rule.leads_to(Direction.OUTBOUND), rule.leads_to(Direction.INBOUND)):
            yield from _known_entry(where, entry_id, entries)
        yield from _examples_of_rule(where, rule, matcher)


def _examples_of_rule(where: str, rule: Rule, matcher: Matcher) -> Iterator[KnowledgeError]:
    direction = Direction.INBOUND if rule.direction == "inbound" else Direction.OUTBOUND
    examples = list(rule_examples(rule.examples))
    if not examples:
        yield KnowledgeError(where=where, what="has no example", remedy="Give it a reply that it must win")
    for example in examples:
        match = matcher.match(example.reply, example.command, direction)
        if match.rule != rule.id:
            yield KnowledgeError(
                where=where,
                what=f"its example {example.reply.verbatim!r} is won by {match.matched_by} ({match.category})",
                remedy=_EXAMPLES_REMEDY,
            )
    for example in rule_examples(rule.counter_examples):
        if matcher.match(example.reply, example.command, direction).rule == rule.id:
            yield KnowledgeError(
                where=where, what=f"wins its counter-example {example.reply.verbatim!r}", remedy=_EXAMPLES_REMEDY
            )


def _in_codes(folder: Path, entries: Mapping[str, Entry]) -> Iterator[KnowledgeError]:
    for path, code in read_codes(folder):
        where = f"{path}, code {code.code!r}"
        yield from _known_category(where, code.category)
        yield from _known_entry(where, code.leads_to, entries)
    for path, provider in read_providers(folder):
        seen: set[str] = set()
        for provider_code in codes_of(provider):
            where = f"{path}, provider {provider.name!r}, code {provider_code.code!r}"
            yield from _known_category(where, provider_code.category)
            yield from _known_entry(where, provider_code.leads_to, entries)
            yield from _once(where, provider_code.code, seen)
    for path, group in read_examples(folder):
        for example in examples_of(group):
            for category in (example.category, *example.also_right):
                yield from _known_category(f"{path}, group {group.origin!r}, {example.reply!r}", category)


def _known_category(where: str, category: str) -> Iterable[KnowledgeError]:
    if category not in ALL_CATEGORIES:
        yield KnowledgeError(where=where, what=f"unknown category {category!r}", remedy="Use one of the 29")


def _known_entry(where: str, entry_id: str, entries: Mapping[str, Entry]) -> Iterable[KnowledgeError]:
    if entry_id not in entries:
        yield KnowledgeError(where=where, what=f"no entry {entry_id!r}", remedy="Write it, or lead to another one")


def _once(where: str, name: str, seen: set[str]) -> Iterable[KnowledgeError]:
    if name in seen:
        yield KnowledgeError(where=where, what="is there twice", remedy="Give one of them another name")
    seen.add(name)
