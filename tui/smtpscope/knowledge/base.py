"""The knowledge base: finds the entry that explains an exchange, and fills in its guidance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.advice import Advice, FilledCheck, Match, OtherCause
from smtpscope.knowledge.categories import CATEGORIES
from smtpscope.knowledge.entry import Entry, Question
from smtpscope.knowledge.explaining_table import ExplainingKind, ExplainingTable
from smtpscope.knowledge.files.knowledge_files import (
    bundled_folder,
    check_folder,
    is_matched_with,
    read_entries,
    read_explaining_events,
    read_our_notes,
    read_questions,
    read_stand_ins,
)
from smtpscope.knowledge.files.pickle_cache import kept
from smtpscope.knowledge.matching.kept_matches import KeptMatches
from smtpscope.knowledge.matching.matcher import UNPARSED_MATCH, Matcher
from smtpscope.knowledge.our_notes import OurNotes
from smtpscope.knowledge.placeholders import filled, filled_command, values_of
from smtpscope.knowledge.platform import EXCHANGE, platform_of
from smtpscope.knowledge.platform_filter import AdviceContext, StandIn
from smtpscope.parsing.smtp_exchange import Command, Direction, Reply, SmtpExchange

_SEARCH_CUTOFF = 75.0
_NO_QUESTION = "Ask the administrator of the host that refused which of the two it is; give the whole reply."


class KnowledgeBase:
    """Created by `load`. Queries don't change it, so it can serve several threads."""

    def __init__(
        self, folders: Sequence[Path], matcher: Matcher, our_notes: OurNotes, explaining: ExplainingTable
    ) -> None:
        self.folders = tuple(folders)
        self.our_notes = our_notes
        self.explaining = explaining
        self.matcher = matcher
        self._names_hosts = matcher.names_hosts
        self._matches = KeptMatches(matcher)

    @classmethod
    def load(cls, *folders: Path) -> KnowledgeBase:
        """Loads the bundled knowledge, plus additions and overrides in `folders`, the last one first.

        An entry or code with the same id or code replaces a bundled one; rules in `folders` are tried before all
        others. Raises KnowledgeError for a broken file, and for contradictions in `folders`. The bundled guidance texts
        are read on first use.
        """
        base = cls.unchecked(*folders)
        if not folders:
            return base
        from smtpscope.knowledge.files.check import contradictions

        for folder in folders:
            for problem in contradictions(folder, base.matcher, base.entries):
                raise problem
        return base

    @classmethod
    def unchecked(cls, *folders: Path) -> KnowledgeBase:
        """The same for folders that may contain contradictions. Raises KnowledgeError for a broken file."""
        bundled = bundled_folder()
        for folder in folders:
            check_folder(folder)
        matched = [folder for folder in folders if is_matched_with(folder)]
        matcher, kinds = kept("matcher", bundled, lambda: _matched_with(bundled))
        if matched:
            from smtpscope.knowledge.files.build import extend_matcher

            kinds = [*kinds, *(kind for folder in matched for kind in read_explaining_events(folder))]
            matcher = extend_matcher(matcher, bundled, matched)
        return cls((bundled, *folders), matcher, _our_notes(folders), ExplainingTable(kinds))

    def renew_our_notes(self, *folders: Path) -> None:
        """Reads our notes again, in `folders` too. Raises KnowledgeError, and then keeps the previous ones."""
        self.our_notes = _our_notes(dict.fromkeys((*self.folders, *folders)))

    def problems(self) -> list[KnowledgeError]:
        """All contradictions in the bundled files and the folders, as unraised errors."""
        from smtpscope.knowledge.files.check import contradictions, missing_entries

        found = list(missing_entries(self.entries))
        for folder in self.folders:
            found += contradictions(folder, self.matcher, self.entries)
        return found

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """All entries by id, in the order of the files. Raises KnowledgeError if a file is broken."""
        entries = bundled_entries()
        for folder in self.folders[1:]:
            entries |= _entries(folder)
        return entries

    @cached_property
    def stand_ins(self) -> Sequence[StandIn]:
        """The checks for other servers that replace Exchange-only ones; those of the last folder first.

        Raises KnowledgeError if a file is broken.
        """
        return [stand_in for folder in reversed(self.folders) for stand_in in read_stand_ins(folder)]

    @cached_property
    def questions(self) -> Mapping[frozenset[str], Question]:
        """Two categories -> the question that tells them apart. Raises KnowledgeError if a file is broken."""
        return {
            frozenset((question.yes, question.no)): question
            for folder in self.folders
            for question in read_questions(folder)
        }

    @property
    def categories(self) -> Mapping[str, str]:
        """Category id -> short title, in their fixed order."""
        return CATEGORIES

    def entry(self, entry_id: str) -> Entry:
        """Raises KnowledgeError if there is no such entry."""
        try:
            return self.entries[entry_id]
        except KeyError:
            raise KnowledgeError(
                where=f"entry {entry_id!r}", what="no such entry", remedy="Look at the list of entries"
            ) from None

    def match(self, exchange: SmtpExchange) -> Match:
        """The entry that explains the exchange. Pure; each distinct question is computed once."""
        if exchange.problem is not None:
            return UNPARSED_MATCH
        hosts = self.host_patterns(exchange.remote_host.key) if self.names_hosts else ()
        return self.match_parts(exchange.reply, exchange.command, exchange.direction, hosts)

    @property
    def names_hosts(self) -> bool:
        """Whether any rule depends on the remote host; otherwise `host_patterns` is empty for every host."""
        return self._names_hosts

    def host_patterns(self, host_key: str) -> tuple[str, ...]:
        """The rules' patterns that match the remote host with this key: hosts with the same patterns get the same
        answers.
        """
        return self.matcher.host_patterns(host_key)

    def match_parts(self, reply: Reply, command: Command, direction: Direction, hosts: tuple[str, ...] = ()) -> Match:
        """The same for what matters to it; `hosts` are the `host_patterns` of the remote host."""
        return self._matches.match(reply, command, direction, hosts)

    def advice(self, exchange: SmtpExchange) -> Advice:
        """The guidance for this exchange, for its direction, with its values filled in.

        Checks and sentences for another mail server than the one that wrote the log are omitted.
        """
        match = self.match(exchange)
        entry = self.entries.get(match.entry_id) or self.entry(match.category)
        side = entry.inbound if exchange.direction is Direction.INBOUND else entry.outbound
        given = AdviceContext(exchange.direction, platform_of(exchange))
        values = values_of(exchange)

        # An IIS log has only the code of inbound refusals, so the code is all there is to know.
        certain = match.confidence != "guess" or bool(exchange.reply.text.strip())

        def text(written: str) -> str:
            return filled(given.text(written), values)

        def texts(written: Sequence[str]) -> tuple[str, ...]:
            return tuple(filled(fitting, values) for fitting in given.texts(written))

        checks = tuple(
            FilledCheck(filled(check.what, values), check.tool, filled_command(check.command, values))
            for check in given.checks(entry.checks, () if given.platform in (None, *EXCHANGE) else self.stand_ins)
        )
        return Advice(
            match=match,
            title=text(entry.title) if certain else f"Perhaps: {text(entry.title)}",
            meaning=text(entry.meaning) if certain else _by_the_code_alone(match, text(entry.meaning)),
            reading=text(side.reading),
            temporary=_temporary(exchange.reply.code),
            duration=entry.duration,
            duration_note=text(entry.duration_note),
            who_acts=side.who_acts,
            who_note=text(side.who_note),
            causes=texts(entry.causes),
            checks=checks,
            actions=texts(side.actions),
            ignore_when=text(entry.ignore_when),
            avoid=texts(entry.avoid),
            over_when=text(entry.over_when),
            sources=entry.sources,
            other=self._other_cause(match, exchange.direction, text),
            our_note=self.our_notes.text(exchange, match.category) if self.our_notes else "",
        )

    def _other_cause(self, match: Match, direction: Direction, text: Callable[[str], str]) -> OtherCause | None:
        """The runner-up cause; None if the match is sure, or if the runner-up just means that no reason was given."""
        if match.confidence == "sure" or match.runner_up is None or match.runner_up == match.category:
            return None
        other = self.entries.get(match.runner_up)
        if other is None or (match.runner_up == "policy" and match.confidence != "guess"):
            return None
        question = self.questions.get(frozenset((match.category, match.runner_up)))
        side = other.inbound if direction is Direction.INBOUND else other.outbound
        asked = _NO_QUESTION if question is None else _asked(question, self.categories)
        return OtherCause(match.runner_up, text(other.title), side.who_acts, text(asked))

    def search(self, words: str) -> list[Entry]:
        """Entries for a search, best first: an id, a code, words in title or text, allowing typos."""
        wanted = words.strip().casefold()
        if not wanted:
            return list(self.entries.values())
        ranked = [
            (score, entry) for entry in self.entries.values() if (score := _score(wanted, entry)) >= _SEARCH_CUTOFF
        ]
        return [entry for _, entry in sorted(ranked, key=lambda pair: (-pair[0], pair[1].id))]


def _matched_with(bundled: Path) -> tuple[Matcher, list[ExplainingKind]]:
    """All that is needed of the bundled files before a reply is explained."""
    from smtpscope.knowledge.files.build import build_matcher

    return build_matcher(bundled, ()), list(read_explaining_events(bundled))


def bundled_entries() -> dict[str, Entry]:
    """The bundled entries by id, in the order of the files. Raises KnowledgeError if a file is broken."""
    bundled = bundled_folder()
    return kept("entries", bundled, lambda: _entries(bundled))


def _our_notes(folders: Iterable[Path]) -> OurNotes:
    return OurNotes(note for folder in folders for _, note in read_our_notes(folder))


def _entries(folder: Path) -> dict[str, Entry]:
    return {entry.id: entry for _, entry in read_entries(folder)}


def _score(wanted: str, entry: Entry) -> float:
    """0 to 100, more where id or category are typed: how well each word typed is met by a word of id or title.

    Words in the text alone count nearly as much, slips in id and title are forgiven.
    """
    from rapidfuzz import fuzz

    name = entry.id.replace("-", " ")
    if wanted in (entry.id, name, entry.category):
        return 200.0
    heading = f"{name} {entry.title.casefold()}".split()
    text = " ".join((entry.meaning, *entry.causes, entry.outbound.reading, entry.inbound.reading)).casefold()
    typed = wanted.split()

    def met(word: str, held: str) -> float:
        # What is being typed is the beginning of a word.
        return 99.0 if len(word) > 2 and held.startswith(word) else fuzz.ratio(word, held)

    found = sum(max(95.0 * (word in text), *(met(word, held) for held in heading)) for word in typed) / len(typed)
    # Of several, the one that is named after it.
    return found + 0.5 * entry.id.startswith(wanted)


def _asked(question: Question, titles: Mapping[str, str]) -> str:
    first, second = (titles.get(category, category) for category in (question.yes, question.no))
    return f"{question.ask} If so: {first}. If not: {second}."


def _by_the_code_alone(match: Match, meaning: str) -> str:
    """`meaning`, prefixed with a note on how little is known."""
    alone = f" ({match.code_alone})" if match.code_alone else ""
    return f"The log has the code only, without any text{alone}. Most often that means: {meaning}"


def _temporary(code: int | None) -> bool | None:
    """RFC 5321 section 4.2.1: the first digit decides."""
    return {4: True, 5: False}.get(code // 100) if code is not None else None
