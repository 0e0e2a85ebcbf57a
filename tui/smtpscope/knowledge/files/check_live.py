"""What is wrong in the tables of live checks and of block lists."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.files.file_errors import close_to, nearest
from smtpscope.knowledge.files.knowledge_files import BLOCK_LISTS_FILE
from smtpscope.knowledge.files.live_files import placed_live_rules, read_block_lists
from smtpscope.knowledge.live.block_lists import BlockListFacts
from smtpscope.knowledge.live.check_kinds import KINDS, RESULT_PLACEHOLDERS
from smtpscope.knowledge.live.live_rules import LiveRule
from smtpscope.knowledge.placeholders import PLACEHOLDERS, unknown_placeholders


def in_live_checks(folder: Path, entries: Collection[str]) -> Iterator[KnowledgeError]:
    """As errors that are not raised; `entries` are the ids of all entries."""
    seen: set[tuple[str, ...]] = set()
    for path, rule in placed_live_rules(folder):
        where = f"{path}, live check {rule.check!r} of {rule.entry!r}"
        if rule.entry not in entries:
            near = close_to(rule.entry, entries)
            remedy = f"Did you mean {near}?" if near else "Name an entry or a category: smtpscope kb list"
            yield KnowledgeError(where=f"{where}, field entry", what=f"no entry {rule.entry!r}", remedy=remedy)
        yield from _in_row(where, (rule.entry, rule.check, rule.applies_to), seen, _odd_conclusions(rule))
    for facts in read_block_lists(folder):
        where = f"{folder / BLOCK_LISTS_FILE}, list {facts.zone!r}"
        yield from _in_row(where, (facts.zone,), seen, _odd_list(facts))


def _in_row(
    where: str, key: tuple[str, ...], seen: set[tuple[str, ...]], odd: Iterator[tuple[str, str, str]]
) -> Iterator[KnowledgeError]:
    """That `key` was `seen` before, and what is `odd` in the fields of the row."""
    if key in seen:
        yield KnowledgeError(where=where, what="appears twice", remedy="Leave one out")
    seen.add(key)
    for field, what, remedy in odd:
        yield KnowledgeError(where=f"{where}, field {field}", what=what, remedy=remedy)


def _odd_conclusions(rule: LiveRule) -> Iterator[tuple[str, str, str]]:
    """Field, what is wrong in it, and what to do."""
    findings = KINDS[rule.check].findings
    known = {**PLACEHOLDERS, **RESULT_PLACEHOLDERS}
    reported: set[str] = set()
    for conclusion in rule.conclusion:
        field = f"conclusion {conclusion.finding!r}"
        if conclusion.finding not in findings:
            yield field, f"{rule.check} never finds {conclusion.finding!r}", nearest(conclusion.finding, findings)
        if conclusion.finding in reported:
            yield field, "appears twice", "Leave one out"
        reported.add(conclusion.finding)
        if not conclusion.says.strip():
            yield field, "has an empty text", "Write it, or leave the conclusion out"
        for name in unknown_placeholders(conclusion.says):
            if name not in known:
                yield field, f"unknown placeholder {{{name}}}", nearest(name, known)


def _odd_list(facts: BlockListFacts) -> Iterator[tuple[str, str, str]]:
    """Field, what is wrong in it, and what to do."""
    if facts.zone != facts.zone.strip(".").casefold() or "." not in facts.zone:
        yield "zone", "is not a name in lower case with a dot inside", "Write it as in zen.example.com"
    if not facts.name.strip():
        yield "name", "has an empty text", "Write how the list is called"
    if facts.asking == "closed" and facts.usual:
        yield "usual", "is true for a list that is closed", "Leave it out"
    if any(word != word.casefold() or not word.strip() for word in facts.called):
        yield "called", "has a word that is empty or not in lower case", "Write it in lower case"
    if facts.removal and not facts.removal.startswith("https://"):
        yield "removal", "is not the address of a page", "Write it with https://"
    for answer in facts.answers:
        try:
            listing = IPv4Address(answer.answer).is_loopback
        except AddressValueError:
            listing = False
        if not listing:
            yield (
                "answers",
                f"{answer.answer!r} is not an answer of a block list",
                "Answers are in 127.0.0.0/8 (RFC 5782)",
            )
