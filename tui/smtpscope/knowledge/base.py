"""The knowledge base: asked with an exchange, it answers with the entry that fits and the guidance filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from rapidfuzz import fuzz

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.advice import Advice, FilledCheck, Match
from smtpscope.knowledge.categories import CATEGORIES
from smtpscope.knowledge.check import contradictions, missing_entries
from smtpscope.knowledge.codes import Code, CodeTable
from smtpscope.knowledge.entry import Entry
from smtpscope.knowledge.load import (
    bundled_folder,
    check_folder,
    read_codes,
    read_entries,
    read_examples,
    read_providers,
    read_rules,
    read_words,
)
from smtpscope.knowledge.matcher import UNPARSED_MATCH, Matcher
from smtpscope.knowledge.phrase import PhraseError, WordClasses, word_classes
from smtpscope.knowledge.provider_codes import ProviderCode, ProviderCodes, codes_of
from smtpscope.knowledge.rules import Rule, RuleBook
from smtpscope.knowledge.similar import Example, SimilarReplies, examples_of
from smtpscope.knowledge.values import filled, filled_command, values_of
from smtpscope.parsing.exchange import Command, Direction, Exchange, Reply

_REMEDY = "Correct the file, or leave its folder out"
_CACHE_LIMIT = 200_000
_SEARCH_CUTOFF = 75.0


class KnowledgeBase:
    """Made by `load`. Not changed by questions, so that one may serve several threads."""

    def __init__(self, folders: Sequence[Path], matcher: Matcher) -> None:
        self.folders = tuple(folders)
        self.matcher = matcher
        self._matches: dict[tuple[str, str, bool, Direction], Match] = {}

    @classmethod
    def load(cls, *folders: Path) -> KnowledgeBase:
        """The bundled knowledge, and what `folders` add to it or override, the last one first.

        An entry or code of the same id or code replaces a bundled one; rules of `folders` are asked before all else.
        Raises KnowledgeError for a file that is broken, and for anything in `folders` that contradicts itself. The
        bundled guidance texts are read at their first use.
        """
        bundled = bundled_folder()
        for folder in folders:
            check_folder(folder)
        every = (bundled, *folders)
        classes = _word_classes(every)
        rules = [rule for _, rule in read_rules(bundled)]
        codes: list[Code] = []
        providers: list[ProviderCode] = []
        for folder in every:
            codes += [code for _, code in read_codes(folder)]
        for folder in reversed(every):
            providers += _provider_codes(folder)
        matcher = Matcher(
            own=_rule_book([rule for folder in reversed(folders) for _, rule in read_rules(folder)], classes),
            provider_codes=ProviderCodes(providers),
            phrases=_rule_book([rule for rule in rules if not rule.weak], classes),
            weak_phrases=_rule_book([rule for rule in rules if rule.weak], classes),
            codes=_code_table(codes),
            similar=SimilarReplies([example for folder in every for example in _examples(folder)]),
        )
        base = cls(every, matcher)
        for folder in folders:
            for problem in contradictions(folder, matcher, base.entries):
                raise problem
        return base

    def problems(self) -> list[KnowledgeError]:
        """Everything that contradicts itself in the bundled files and the folders: errors that are not raised."""
        found = list(missing_entries(self.entries))
        for folder in self.folders:
            found += contradictions(folder, self.matcher, self.entries)
        return found

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """All entries by id, in the order of the files. Raises KnowledgeError when a file is broken."""
        return {entry.id: entry for folder in self.folders for _, entry in read_entries(folder)}

    @property
    def categories(self) -> Mapping[str, str]:
        """Category id -> short title, in their fixed order."""
        return CATEGORIES

    def entry(self, entry_id: str) -> Entry:
        """Raises KnowledgeError when there is no such entry."""
        try:
            return self.entries[entry_id]
        except KeyError:
            raise KnowledgeError(
                where=f"entry {entry_id!r}", what="no such entry", remedy="Look at the list of entries"
            ) from None

    def match(self, exchange: Exchange) -> Match:
        """Which entry explains the exchange. Pure; each distinct question is worked out once."""
        if exchange.problem is not None:
            return UNPARSED_MATCH
        return self.match_parts(exchange.reply, exchange.command, exchange.direction)

    def match_parts(self, reply: Reply, command: Command, direction: Direction) -> Match:
        """The same for the three things that matter to it."""
        key = (reply.verbatim, command.verb, command.mailbox == "", direction)
        known = self._matches.get(key)
        if known is None:
            if len(self._matches) >= _CACHE_LIMIT:
                self._matches.clear()
            known = self._matches[key] = self.matcher.match(reply, command, direction)
        return known

    def advice(self, exchange: Exchange) -> Advice:
        """The guidance for this exchange, from its direction's side, with its own values in it."""
        match = self.match(exchange)
        entry = self.entries.get(match.entry_id) or self.entry(match.category)
        inbound = exchange.direction is Direction.INBOUND
        side = entry.inbound if inbound else entry.outbound
        values = values_of(exchange)

        def texts(written: Sequence[str]) -> tuple[str, ...]:
            return tuple(filled(text, values) for text in written)

        checks = tuple(
            FilledCheck(filled(check.what, values), check.tool, filled_command(check.command, values))
            for check in entry.checks
            if check.applies_to in ("both", "inbound" if inbound else "outbound")
        )
        return Advice(
            match=match,
            title=filled(entry.title, values),
            meaning=filled(entry.meaning, values),
            reading=filled(side.reading, values),
            temporary=_temporary(exchange.reply.code),
            duration=entry.duration,
            duration_note=filled(entry.duration_note, values),
            who_acts=side.who_acts,
            who_note=filled(side.who_note, values),
            causes=texts(entry.causes),
            checks=checks,
            actions=texts(side.actions),
            ignore_when=filled(entry.ignore_when, values),
            avoid=texts(entry.avoid),
            over_when=filled(entry.over_when, values),
            sources=entry.sources,
        )

    def search(self, words: str) -> list[Entry]:
        """Entries for what somebody types, best first: an id, a code, words of the title or of the text, with slips."""
        wanted = words.strip().casefold()
        if not wanted:
            return list(self.entries.values())
        ranked = [
            (score, entry) for entry in self.entries.values() if (score := _score(wanted, entry)) >= _SEARCH_CUTOFF
        ]
        return [entry for _, entry in sorted(ranked, key=lambda pair: (-pair[0], pair[1].id))]


def _score(wanted: str, entry: Entry) -> float:
    """0 to 100, more where id or category are typed: how well each word typed is met by a word of id or title.

    Words that stand in the text alone count nearly as much, slips in id and title are forgiven.
    """
    name = entry.id.replace("-", " ")
    if wanted in (entry.id, name, entry.category):
        return 200.0
    heading = f"{name} {entry.title.casefold()}".split()
    text = " ".join((entry.meaning, *entry.causes, entry.outbound.reading, entry.inbound.reading)).casefold()
    typed = wanted.split()
    return sum(max(95.0 * (word in text), *(fuzz.ratio(word, held) for held in heading)) for word in typed) / len(typed)


def _temporary(code: int | None) -> bool | None:
    """RFC 5321 section 4.2.1: the first digit tells."""
    return {4: True, 5: False}.get(code // 100) if code is not None else None


def _word_classes(folders: Sequence[Path]) -> WordClasses:
    try:
        return word_classes(read_words(folders))
    except PhraseError as error:
        raise KnowledgeError(where="words.toml", what=str(error), remedy=_REMEDY) from error


def _rule_book(rules: Sequence[Rule], classes: WordClasses) -> RuleBook:
    try:
        return RuleBook(rules, classes)
    except PhraseError as error:
        raise KnowledgeError(where="rules", what=str(error), remedy=_REMEDY) from error


def _code_table(codes: Sequence[Code]) -> CodeTable:
    try:
        return CodeTable.of(codes)
    except ValueError as error:
        raise KnowledgeError(where="codes", what=str(error), remedy=_REMEDY) from error


def _provider_codes(folder: Path) -> Iterator[ProviderCode]:
    for path, provider in read_providers(folder):
        try:
            yield from codes_of(provider)
        except ValueError as error:
            raise KnowledgeError(
                where=f"{path}, provider {provider.name!r}", what=str(error), remedy=_REMEDY
            ) from error


def _examples(folder: Path) -> Iterator[Example]:
    for path, group in read_examples(folder):
        try:
            yield from examples_of(group)
        except ValueError as error:
            raise KnowledgeError(where=f"{path}, group {group.origin!r}", what=str(error), remedy=_REMEDY) from error
