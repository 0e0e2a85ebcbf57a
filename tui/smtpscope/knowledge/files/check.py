"""Finds contradictions in the knowledge files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.categories import ALL_CATEGORIES
from smtpscope.knowledge.entry import Check, Entry
from smtpscope.knowledge.files.check_explaining import in_explaining_events
from smtpscope.knowledge.files.check_live import in_live_checks
from smtpscope.knowledge.files.file_errors import close_to, nearest
from smtpscope.knowledge.files.knowledge_files import (
    ORDER_FILE,
    QUESTIONS_FILE,
    alternatives_file,
    read_codes,
    read_entries,
    read_examples,
    read_order,
    read_our_notes,
    read_providers,
    read_questions,
    read_rules,
    read_stand_ins,
)
from smtpscope.knowledge.matching.host_patterns import folded
from smtpscope.knowledge.matching.matcher import Matcher
from smtpscope.knowledge.matching.provider_codes import codes_of
from smtpscope.knowledge.matching.rules import Rule
from smtpscope.knowledge.matching.similar import examples_of
from smtpscope.knowledge.placeholders import PLACEHOLDERS, unknown_placeholders
from smtpscope.knowledge.platform import PLATFORM_WORDS
from smtpscope.knowledge.platform_filter import AdviceContext
from smtpscope.parsing.command import parse_command
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Command, Direction, Reply

_COMMAND = re.compile(r"([A-Z.][A-Z0-9-]*(?: FROM:<>)?)> ")


class RuleExample(Struct, frozen=True):
    """One line: the reply and the command it answers (verb "" where the line names none)."""

    reply: Reply
    command: Command


def rule_examples(block: str) -> Iterator[RuleExample]:
    """The lines of `examples` or `counter_examples`: `550 ...`, `RCPT> 550 ...`, `MAIL FROM:<>> 550 ...`."""
    for line in block.splitlines():
        written = line.strip()
        if not written:
            continue
        named = _COMMAND.match(written)
        full = named[1] if named is not None else ""
        reply = written[named.end() :] if named is not None else written
        yield RuleExample(parse_reply(reply), parse_command(full.partition(" ")[0], full))


_EXAMPLES_REMEDY = "Change the rule's phrases, its place in the order, or the example"


def contradictions(folder: Path, matcher: Matcher, entries: Mapping[str, Entry]) -> Iterator[KnowledgeError]:
    """The errors in the files of `folder`, unraised.

    `matcher` and `entries` are those of the whole knowledge base that the folder is a part of.
    """
    yield from _in_entries(folder)
    yield from _in_rules(folder, matcher, entries)
    yield from _in_codes(folder, entries)
    yield from _in_order(folder)
    yield from _in_questions(folder)
    yield from _in_stand_ins(folder)
    yield from _in_our_notes(folder)
    yield from in_explaining_events(folder)
    yield from in_live_checks(folder, entries)


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
        yield from _known_placeholders(where, _texts(entry))
        yield from _is_shown(where, entry)


def _is_shown(where: str, entry: Entry) -> Iterator[KnowledgeError]:
    """Text that would never be shown: a check for a server that lacks its tool, a sentence for one direction only."""
    for check in entry.checks:
        yield from _tool_is_there(f"{where}, field checks", check)
    for direction in (Direction.OUTBOUND, Direction.INBOUND):
        given = AdviceContext(direction, None)
        for field, text in (
            ("title", entry.title),
            ("meaning", entry.meaning),
            ("duration_note", entry.duration_note),
            ("ignore_when", entry.ignore_when),
            ("over_when", entry.over_when),
        ):
            if text and not given.text(text):
                yield KnowledgeError(
                    where=f"{where}, field {field}",
                    what=f"says nothing for {given.side} mail",
                    remedy=f"Add a sentence, prefixed with {given.side.capitalize()}: or with no prefix",
                )


def _tool_is_there(where: str, check: Check) -> Iterator[KnowledgeError]:
    without = [
        platform for platform in check.platforms if not msgspec.structs.replace(check, platforms=()).fits(platform)
    ]
    if without:
        yield KnowledgeError(
            where=where,
            what=f"its check {check.what!r} is for {without[0]}, which has no {check.tool}",
            remedy="Name another tool, such as shell, or leave platforms out",
        )


def _in_stand_ins(folder: Path) -> Iterator[KnowledgeError]:
    seen: set[str] = set()
    for stand_in in read_stand_ins(folder):
        where = f"{alternatives_file(folder)}, alternative {stand_in.id!r}"
        yield from _once(where, stand_in.id, seen)
        yield from _known_placeholders(
            where, (text for check in stand_in.checks for text in (check.what, check.command))
        )
        for check in stand_in.checks:
            yield from _tool_is_there(where, check)
            if not check.platforms:
                yield KnowledgeError(
                    where=where,
                    what=f"its check {check.what!r} names no server",
                    remedy="Give it platforms: " + ", ".join(PLATFORM_WORDS),
                )


def _known_placeholders(where: str, texts: Iterable[str]) -> Iterator[KnowledgeError]:
    unknown = [name for text in texts for name in unknown_placeholders(text)]
    if unknown:
        yield KnowledgeError(
            where=where,
            what=f"unknown placeholder {{{unknown[0]}}}",
            remedy=nearest(unknown[0], PLACEHOLDERS),
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
    questions = list(_questions(rule, rule.examples, matcher))
    if not questions:
        yield KnowledgeError(
            where=f"{where}, field examples", what="has no example", remedy="Give it a reply that it must win"
        )
    lost = [(question, match) for question in questions if (match := question.answer(matcher)).rule != rule.id]
    winners = {match.matched_by for _, match in lost}
    if len(lost) == len(questions) > 1 and len(winners) == 1:
        yield KnowledgeError(
            where=where,
            what=f"is never reached: {winners.pop()} wins all its examples",
            remedy="Put it before that rule, change its phrases, or remove one of the two",
        )
    else:
        for question, match in lost:
            yield KnowledgeError(
                where=f"{where}, field examples",
                what=f"its example {question.example.reply.verbatim!r} is won by {match.matched_by} ({match.category})",
                remedy=_EXAMPLES_REMEDY,
            )
    for question in _questions(rule, rule.counter_examples, matcher):
        if question.answer(matcher).rule == rule.id:
            yield KnowledgeError(
                where=f"{where}, field counter_examples",
                what=f"wins its counter-example {question.example.reply.verbatim!r}",
                remedy=_EXAMPLES_REMEDY,
            )


class _Question(Struct, frozen=True):
    """An example reply in a context where its rule could match."""

    example: RuleExample
    direction: Direction
    hosts: tuple[str, ...]

    def answer(self, matcher: Matcher) -> Match:
        return matcher.match(self.example.reply, self.example.command, self.direction, self.hosts)


def _questions(rule: Rule, block: str, matcher: Matcher) -> Iterator[_Question]:
    """Each line of `block`; for a rule with hosts, once for each host."""
    direction = Direction.INBOUND if rule.direction == "inbound" else Direction.OUTBOUND
    hosts = [matcher.host_patterns(folded(host).removeprefix(".")) for host in rule.remote_hosts] or [()]
    for example in rule_examples(block):
        for patterns in hosts:
            yield _Question(example, direction, patterns)


def _in_questions(folder: Path) -> Iterator[KnowledgeError]:
    seen: set[str] = set()
    for question in read_questions(folder):
        where = f"{folder / QUESTIONS_FILE}, question {question.yes!r} or {question.no!r}"
        for category in (question.yes, question.no):
            yield from _known_category(where, category)
        yield from _once(where, " ".join(sorted((question.yes, question.no))), seen)
        yield from _known_placeholders(where, (question.ask,))
        if not question.ask.endswith("?"):
            yield KnowledgeError(
                where=f"{where}, field ask", what="is not a question", remedy="End it with a question mark"
            )


def _in_our_notes(folder: Path) -> Iterator[KnowledgeError]:
    for path, note in read_our_notes(folder):
        where = f"{path}, note"
        if note.category:
            yield from _known_category(where, note.category)
        if not note.text.strip():
            yield KnowledgeError(where=f"{where}, field text", what="is empty", remedy="Write it, or remove the file")
        for host in note.remote_hosts:
            if host and not folded(host):
                yield KnowledgeError(
                    where=f"{where}, field remote_hosts",
                    what=f"{host!r} names no host",
                    remedy='Name a host, a domain with a dot in front, or "" for replies of hosts that no log names',
                )


def _in_order(folder: Path) -> Iterator[KnowledgeError]:
    """Rules in the order file that don't exist, and existing rules missing from it."""
    groups = read_order(folder)
    rules = [rule.id for _, rule in read_rules(folder)] if groups else []
    seen: set[str] = set()
    for group in groups:
        for name in group.rules:
            where = f"{folder / ORDER_FILE}, group {group.name!r}, rule {name!r}"
            yield from _once(where, name, seen)
            if name not in rules:
                near = close_to(name, rules)
                yield KnowledgeError(
                    where=where,
                    what="there is no such rule",
                    remedy=f"Did you mean {near}?" if near else "Add the rule, or remove it from the order",
                )
    for name in rules:
        if name not in seen:
            yield KnowledgeError(
                where=f"{folder / ORDER_FILE}, rule {name!r}",
                what="the rule has no place in the order",
                remedy="Add its id to the group where it belongs",
            )


def _in_codes(folder: Path, entries: Mapping[str, Entry]) -> Iterator[KnowledgeError]:
    for path, code in read_codes(folder):
        where = f"{path}, code {code.code!r}"
        yield from _known_category(where, code.category)
        yield from _known_entry(where, code.leads_to, entries)
        for category in code.also:
            yield from _known_category(where, category)
        for vendor in code.vendors:
            yield from _known_category(where, vendor.category)
            yield from _known_entry(where, vendor.entry or vendor.category, entries)
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
        yield KnowledgeError(
            where=f"{where}, field category",
            what=f"unknown category {category!r}",
            remedy=nearest(category, ALL_CATEGORIES),
        )


def _known_entry(where: str, entry_id: str, entries: Mapping[str, Entry]) -> Iterable[KnowledgeError]:
    if entry_id not in entries:
        near = close_to(entry_id, entries)
        remedy = f"Did you mean {near}?" if near else "Add it, or lead to another one: smtpscope kb list"
        yield KnowledgeError(where=where, what=f"no entry {entry_id!r}", remedy=remedy)


def _once(where: str, name: str, seen: set[str]) -> Iterable[KnowledgeError]:
    if name in seen:
        yield KnowledgeError(where=where, what="appears twice", remedy="Rename one of them")
    seen.add(name)
