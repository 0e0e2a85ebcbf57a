"""Phrase rules: which phrases lead to which category, in order of priority."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from smtpscope.knowledge.advice import Confidence
from smtpscope.knowledge.matching.host_patterns import HostPatterns, folded
from smtpscope.knowledge.matching.phrase import (
    Phrase,
    PhraseError,
    WordClasses,
    holds_script_without_blanks,
    parse_phrases,
)
from smtpscope.knowledge.matching.reply_tokens import ReplyTokens, Span
from smtpscope.knowledge.matching.stage import Stage
from smtpscope.parsing.smtp_exchange import Direction, Reply


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as written in its file.

    `phrases` and `unless` are blocks of phrases (see `phrase.py`), one a line: any of `phrases` leads to `entry` unless
    one of `unless` occurs. `entry` defaults to the general entry of the category, and may belong to another category;
    `inbound_entry` replaces it for replies of our own server. `codes` restricts the rule to prefixes of a reply code
    ("4", "550") or to enhanced codes ("5.7.1", "x.7.1"); `stages`, `direction` and `null_sender` restrict it further.
    `remote_hosts` restricts it to hosts (`mx1.example.com`, `192.0.2.1`) and domains (`.example.com`); such a rule may
    omit phrases and then matches every refusal of these hosts. `examples` are made-up replies that the rule must win,
    `counter_examples` replies that it must not match; a line may begin with the command (`RCPT> 550 ...`, `MAIL
    FROM:<>> 451 ...`). `fallback` rules are tried after precise enhanced codes; `distinctive` rules match names and
    stay sure in a long text. `source` is the origin of the wording (a document, or a log of which server), `added` the
    date the rule was written.
    """

    id: str
    category: str
    examples: str
    phrases: str = ""
    entry: str | None = None
    inbound_entry: str | None = None
    confidence: Confidence = "likely"
    fallback: bool = False
    distinctive: bool = False
    unless: str = ""
    codes: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    direction: Literal["outbound", "inbound", "both"] = "both"
    null_sender: bool | None = None
    counter_examples: str = ""
    remote_hosts: tuple[str, ...] = ()
    source: str = ""
    added: date | None = None

    def leads_to(self, direction: Direction) -> str:
        """The id of the entry; replies of our own server may have another one."""
        if direction is Direction.INBOUND and self.inbound_entry is not None:
            return self.inbound_entry
        return self.entry or self.category


class MatchContext(Struct, frozen=True):
    """What a rule may depend on besides words. `hosts` are the host patterns that match the remote host."""

    reply: Reply
    stage: Stage
    direction: Direction
    null_sender: bool
    hosts: tuple[str, ...] = ()


class RuleHit(Struct, frozen=True):
    """A rule that matched, and the matching spans in the verbatim reply."""

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


def _conditions_hold(rule: Rule, given: MatchContext) -> bool:
    if rule.stages and given.stage not in rule.stages:
        return False
    if rule.direction != "both" and rule.direction != given.direction:
        return False
    if rule.null_sender is not None and rule.null_sender != given.null_sender:
        return False
    return not rule.codes or any(_code_fits(code, given.reply) for code in rule.codes)


class RuleError(PhraseError):
    """An invalid rule; the message begins with its id."""

    def __init__(self, rule_id: str, field: str, what: str) -> None:
        super().__init__(f"rule {rule_id!r}, {field}: {what}")
        self.rule_id = rule_id
        self.field = field
        self.what = what


class _Candidate(NamedTuple):
    """A phrase and its position: `order` counts the phrases of a book, `place` its rules.

    `phrase` is None for a rule that depends on the remote host alone.
    """

    order: int
    place: int
    phrase: Phrase | None


_SortedOut = tuple[dict[int, _Candidate], list[tuple[_Candidate, frozenset[str]]]]


class RuleBook:
    """Rules in order, indexed by the words that can trigger them, so that few are evaluated."""

    def __init__(self, rules: Iterable[Rule], classes: WordClasses) -> None:
        """Raises RuleError for an invalid phrase, or a rule without any condition."""
        written = tuple(rules)
        # Texts that are no longer needed are dropped, because the compiled book is loaded at every start.
        self.rules = tuple(
            msgspec.structs.replace(rule, phrases="", unless="", examples="", counter_examples="", source="")
            for rule in written
        )
        self._hosts = {place: _hosts_of(rule) for place, rule in enumerate(self.rules) if rule.remote_hosts}
        self.host_patterns = HostPatterns(host for hosts in self._hosts.values() for host in hosts)
        self._unless: list[tuple[Phrase, ...]] = []
        self._unless_words: dict[int, frozenset[str]] = {}
        self._by_word: dict[str, list[_Candidate]] = {}
        self._sorted_out: dict[str, _SortedOut] = {}
        self._by_host: dict[str, list[_Candidate]] = {}
        self._without_anchor: list[_Candidate] = []
        self._conditional = {place for place, rule in enumerate(self.rules) if _has_conditions(rule)}
        order = 0
        for place, rule in enumerate(written):
            phrases = _phrases_of(rule, "phrases", classes)
            self._unless.append(_phrases_of(rule, "unless", classes))
            if not phrases:
                order += 1
                self._index_hosts(rule, order, place)
            for phrase in phrases:
                order += 1
                self._index(_Candidate(order, place, phrase), phrase)

    def _index(self, candidate: _Candidate, phrase: Phrase) -> None:
        if not phrase.anchors:
            self._without_anchor.append(candidate)
        for anchor in phrase.anchors:
            self._by_word.setdefault(anchor, []).append(candidate)

    def _index_hosts(self, rule: Rule, order: int, place: int) -> None:
        if place not in self._hosts:
            raise RuleError(rule.id, "phrases", "there are none, and no remote_hosts either, so it can never apply")
        for host in self._hosts[place]:
            self._by_host.setdefault(host, []).append(_Candidate(order, place, None))

    def _candidates(self, words: ReplyTokens, given: MatchContext) -> list[_Candidate]:
        by_word, distinct = self._by_word, words.distinct
        found: dict[int, _Candidate] = {}
        for word in distinct:
            if word in by_word:
                at_once, with_another = self._sorted_out.get(word) or self._sort_out(word)
                found |= at_once
                for candidate, another in with_another:
                    if not another.isdisjoint(distinct):
                        found[candidate[0]] = candidate
        if self._without_anchor and holds_script_without_blanks(given.reply.verbatim):
            for candidate in self._without_anchor:
                found[candidate.order] = candidate
        # A rule for hosts without phrases matches their refusals, not their successful replies.
        if self._by_host and given.hosts and (given.reply.code is None or given.reply.code >= 400):
            for host in given.hosts:
                for candidate in self._by_host.get(host, ()):
                    found[candidate.order] = candidate
        return [found[order] for order in sorted(found)]

    def _sort_out(self, word: str) -> _SortedOut:
        """The candidates of `word`: those that it is enough for, and those that need another word. Kept, but not made
        at start, where most words never occur.
        """
        at_once: dict[int, _Candidate] = {}
        with_another: list[tuple[_Candidate, frozenset[str]]] = []
        for candidate in self._by_word[word]:
            another = candidate.phrase.second_anchors if candidate.phrase is not None else None
            if another:
                with_another.append((candidate, another))
            else:
                at_once[candidate.order] = candidate
        self._sorted_out[word] = at_once, with_another
        return at_once, with_another

    def _may_hold(self, place: int, given: MatchContext) -> bool:
        """Whether the conditions of the rule at `place` other than its phrases are met."""
        hosts = self._hosts.get(place)
        if hosts is not None and hosts.isdisjoint(given.hosts):
            return False
        return place not in self._conditional or _conditions_hold(self.rules[place], given)

    def _is_excluded(self, place: int, words: ReplyTokens, text: str) -> bool:
        """Whether an `unless` of the rule at `place` occurs."""
        if not self._unless[place]:
            return False
        triggers = self._unless_words.get(place)
        if triggers is None:
            # Any word of the text that could begin one; empty if one has to be tried on every text.
            anchors = [unless.anchors for unless in self._unless[place]]
            triggers = frozenset[str]().union(*anchors) if all(anchors) else frozenset[str]()
            self._unless_words[place] = triggers
        if triggers and triggers.isdisjoint(words.distinct):
            return False
        return any(unless.occurs(words, text) for unless in self._unless[place])

    def words(self) -> frozenset[str]:
        """All words that its rules may depend on, those of names with a leading `~`."""
        phrases = {id(candidate.phrase): candidate.phrase for some in self._by_word.values() for candidate in some}
        every = [*phrases.values(), *(phrase for some in self._unless for phrase in some)]
        return frozenset(word for phrase in every if phrase for part in phrase.parts for word in part.words())

    def hits(self, words: ReplyTokens, given: MatchContext) -> Iterator[RuleHit]:
        """The first matching rule of each category, in order."""
        if not self.rules:
            return
        text = given.reply.verbatim
        done = -1
        passed: set[str] = set()
        for _, place, phrase in self._candidates(words, given):
            if place == done:
                continue
            rule = self.rules[place]
            if rule.category in passed or not self._may_hold(place, given):
                done = place
                continue
            spans = [] if phrase is None else phrase.find(words, text)
            if spans is None:
                continue
            done = place
            if not self._is_excluded(place, words, text):
                passed.add(rule.category)
                yield RuleHit(rule, merged(spans))


def _hosts_of(rule: Rule) -> frozenset[str]:
    hosts = frozenset(map(folded, rule.remote_hosts))
    if "" in hosts:
        raise RuleError(rule.id, "remote_hosts", "one of them names no host")
    return hosts


def _phrases_of(rule: Rule, field: Literal["phrases", "unless"], classes: WordClasses) -> tuple[Phrase, ...]:
    try:
        return parse_phrases(rule.phrases if field == "phrases" else rule.unless, classes)
    except PhraseError as error:
        raise RuleError(rule.id, field, str(error)) from None


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, overlapping ones joined."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)
