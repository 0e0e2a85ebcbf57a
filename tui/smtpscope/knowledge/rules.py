"""Phrase rules: which words lead to which category, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import msgspec

from smtpscope.knowledge.advice import Confidence
from smtpscope.knowledge.phrase import (
    Phrase,
    PhraseError,
    Span,
    WordClasses,
    holds_script_without_blanks,
    parse_phrases,
)
from smtpscope.knowledge.stage import Stage
from smtpscope.knowledge.words import Words
from smtpscope.parsing.exchange import Direction, Reply


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as its file holds it.

    `phrases` and `unless` are blocks of phrases (see `phrase.py`), one a line: any of `phrases` leads to `entry` as
    long as none of `unless` occurs. `entry` is by default the category's general one, and may be one of another
    category where its guidance fits; `inbound_entry` is for replies of our own server. `codes` are beginnings of a
    basic code ("4", "550") or enhanced codes ("5.7.1", "x.7.1"); `stages`, `direction` and `null_sender` narrow a rule
    further. `examples` are made-up replies that the rule must win, `counter_examples` replies that it must not; a
    line may begin with the command (`RCPT> 550 ...`, `MAIL FROM:<>> 451 ...`). `weak` rules are asked only after the
    precise enhanced codes.
    """

    id: str
    category: str
    phrases: str
    examples: str
    entry: str | None = None
    inbound_entry: str | None = None
    confidence: Confidence = "likely"
    weak: bool = False
    unless: str = ""
    codes: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    direction: Literal["outbound", "inbound", "both"] = "both"
    null_sender: bool | None = None
    counter_examples: str = ""

    def leads_to(self, direction: Direction) -> str:
        """The entry's id; one for our own refusals may differ."""
        if direction is Direction.INBOUND and self.inbound_entry is not None:
            return self.inbound_entry
        return self.entry or self.category


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a rule may ask for besides the words."""

    reply: Reply
    stage: Stage
    direction: Direction
    null_sender: bool


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule that holds, and the spans in the verbatim reply that made it so."""

    rule: Rule
    spans: tuple[Span, ...]


def _code_fits(wanted: str, reply: Reply) -> bool:
    if "." not in wanted:
        return reply.code is not None and str(reply.code).startswith(wanted)
    if reply.enhanced is None:
        return False
    return reply.enhanced[1:] == wanted[1:] if wanted[0] == "x" else reply.enhanced == wanted


def _has_conditions(rule: Rule) -> bool:
    return bool(rule.stages or rule.codes or rule.direction != "both" or rule.null_sender is not None)


def _conditions_hold(rule: Rule, given: Circumstances) -> bool:
    if rule.stages and given.stage not in rule.stages:
        return False
    if rule.direction != "both" and rule.direction != given.direction:
        return False
    if rule.null_sender is not None and rule.null_sender != given.null_sender:
        return False
    return not rule.codes or any(_code_fits(code, given.reply) for code in rule.codes)


class _Candidate(NamedTuple):
    """A phrase with its place: `order` counts all phrases of a book, `place` its rules."""

    order: int
    place: int
    phrase: Phrase


class RuleBook:
    """Rules in their order, with an index of the words that can set them off, so that few are really tried."""

    def __init__(self, rules: Iterable[Rule], classes: WordClasses) -> None:
        """Raises PhraseError when a phrase is not understood, its message beginning with the rule's id."""
        self.rules: tuple[Rule, ...] = tuple(rules)
        self._unless: list[tuple[Phrase, ...]] = []
        self._by_word: dict[str, list[_Candidate]] = {}
        self._without_anchor: list[_Candidate] = []
        self._conditional = {place for place, rule in enumerate(self.rules) if _has_conditions(rule)}
        order = 0
        for place, rule in enumerate(self.rules):
            try:
                phrases = parse_phrases(rule.phrases, classes)
                self._unless.append(parse_phrases(rule.unless, classes) if rule.unless else ())
            except PhraseError as error:
                raise PhraseError(f"rule {rule.id!r}, phrase {error}") from None
            for phrase in phrases:
                order += 1
                self._index(_Candidate(order, place, phrase))

    def _index(self, candidate: _Candidate) -> None:
        if not candidate.phrase.anchors:
            self._without_anchor.append(candidate)
        for anchor in candidate.phrase.anchors:
            self._by_word.setdefault(anchor, []).append(candidate)

    def _candidates(self, words: Words, text: str) -> list[_Candidate]:
        by_word, distinct = self._by_word, words.distinct
        found: dict[int, _Candidate] = {}
        for word in distinct:
            for candidate in by_word.get(word, ()):
                second = candidate.phrase.second_anchors
                if not second or not second.isdisjoint(distinct):
                    found[candidate.order] = candidate
        if self._without_anchor and holds_script_without_blanks(text):
            for candidate in self._without_anchor:
                found[candidate.order] = candidate
        return [found[order] for order in sorted(found)]

    def hits(self, words: Words, given: Circumstances) -> Iterator[RuleHit]:
        """The first rule of each category that holds for a reply with these words, in the order of the rules."""
        text = given.reply.verbatim
        done = -1
        passed: set[str] = set()
        for _, place, phrase in self._candidates(words, text):
            if place == done:
                continue
            rule = self.rules[place]
            if rule.category in passed or (place in self._conditional and not _conditions_hold(rule, given)):
                done = place
                continue
            spans = phrase.find(words, text)
            if spans is None:
                continue
            done = place
            if not any(unless.occurs(words, text) for unless in self._unless[place]):
                passed.add(rule.category)
                yield RuleHit(rule, merged(spans))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, overlapping ones put together."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)
