"""Exchanges -> rows of small integers: each distinct value is interned once, each distinct reply matched once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.entry import Entry, WhoActs
from smtpscope.parsing.smtp_exchange import Command, Direction, Reply, SmtpExchange
from smtpscope.store.column_set import NO_NUMBER, Columns
from smtpscope.store.doubles.duplicates import EventFingerprint, SeenEvents
from smtpscope.store.vocabularies import DIRECTIONS, WHO_ACTS, Diagnosis, SharedFields, Vocabularies
from smtpscope.store.vocabulary import Codes, GrowingNumbers, Numbers

_LARGEST = int(np.iinfo(np.int64).max)
_shared_of: Callable[[SmtpExchange], tuple[Any, ...]] = attrgetter(*SharedFields._fields)


class RecordNumbers(NamedTuple):
    """The individual numbers of each row, as in `Columns`; NO_NUMBER if there is none."""

    time_ms: NDArray[np.int64]
    offset: NDArray[np.int64]
    record_id: NDArray[np.int64]
    connection: NDArray[np.int64]


class ReplyMatcher(Protocol):
    """The interface of the knowledge base that the store needs."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Entries by id; a general entry has its category's id."""
        ...

    @property
    def names_hosts(self) -> bool:
        """Whether any rule depends on the remote host."""
        ...

    def host_patterns(self, host_key: str) -> tuple[str, ...]:
        """The host patterns that match this key, () for most: the only part of a host that matters."""
        ...

    def match_parts(self, reply: Reply, command: Command, direction: Direction, hosts: tuple[str, ...] = ()) -> Match:
        """Which entry explains the reply; only verb and null sender of the command matter.

        `hosts` are the `host_patterns` of the remote host.
        """
        ...


def _numbers(values: Sequence[int | None]) -> NDArray[np.int64]:
    """`values` as 64-bit integers, None as NO_NUMBER; larger numbers are clamped."""
    filled = [NO_NUMBER if value is None else value for value in values]
    try:
        return np.array(filled, np.int64)
    except OverflowError:
        # Only a damaged or forged record has such a number; it must not end the run.
        return np.array([max(NO_NUMBER, min(value, _LARGEST)) for value in filled], np.int64)


class Encoder(Vocabularies):
    """Encodes values into the vocabularies of a store. For the one thread that writes them."""

    def __init__(self, matcher: ReplyMatcher) -> None:
        super().__init__()
        self._matcher = matcher
        self._host_patterns: list[tuple[str, ...]] = []
        self._host_is_known = GrowingNumbers()
        self.seen = SeenEvents()

    def encode(self, exchanges: Sequence[SmtpExchange]) -> Columns:
        """One row for each exchange, in their order."""
        contexts = self.intern_contexts(exchanges)
        hosts = self.hosts.intern_all([exchange.remote_host for exchange in exchanges], self.add_host)
        commands = self.commands.intern_all([exchange.command for exchange in exchanges], self.add_command)
        replies = self.replies.intern_all([exchange.reply for exchange in exchanges], self.add_reply)
        numbers: tuple[Sequence[int | None], ...] = (
            [exchange.time_ms for exchange in exchanges],
            [exchange.offset for exchange in exchanges],
            [exchange.record_id for exchange in exchanges],
            [exchange.connection for exchange in exchanges],
        )
        return self.judged_rows(RecordNumbers(*map(_numbers, numbers)), contexts, hosts, commands, replies)

    def intern_contexts(self, exchanges: Sequence[SmtpExchange]) -> Codes:
        """The numbers of the contexts of `exchanges`."""
        return self.contexts.intern_all(list(map(SharedFields._make, map(_shared_of, exchanges))), self.add_context)

    def judged_rows(
        self, record_numbers: RecordNumbers, contexts: Codes, hosts: Codes, commands: Codes, replies: Codes
    ) -> Columns:
        """As `rows`; the knowledge base is asked for the judgements."""
        kinds = self._kinds(commands, hosts)
        judgements = self._judge(replies, commands, kinds, self.context_direction.view()[contexts])
        return self.rows(record_numbers, contexts, hosts, commands, replies, judgements)

    def rows(
        self,
        record_numbers: RecordNumbers,
        contexts: Codes,
        hosts: Codes,
        commands: Codes,
        replies: Codes,
        judgements: Codes,
    ) -> Columns:
        """The columns of rows of known values."""
        return Columns(
            **record_numbers._asdict(),
            context=contexts,
            host=hosts,
            command=commands,
            reply=replies,
            host_key=self.host_to_key.view()[hosts],
            judgement=judgements,
            category=self.judgement_category.view()[judgements],
            server=self.context_server.view()[contexts],
            recipient=self.command_recipient.view()[commands],
            sender=self.command_sender.view()[commands],
            code=self.reply_code.view()[replies].astype(np.int16),
            direction=self.context_direction.view()[contexts].astype(np.int8),
            is_duplicate=self._is_duplicate(
                record_numbers, contexts, (hosts, commands, replies, record_numbers.connection)
            ),
        )

    def _is_duplicate(
        self, record_numbers: RecordNumbers, contexts: Codes, content_columns: tuple[NDArray[np.signedinteger], ...]
    ) -> NDArray[np.bool_]:
        """Which rows are duplicates."""
        if not len(contexts):
            return np.zeros(0, np.bool_)
        return self.seen.find(
            EventFingerprint(
                record_id=record_numbers.record_id,
                time_ms=record_numbers.time_ms,
                origin=self.context_origin.view()[contexts],
                said=content_columns,
                file=int(self.context_file.view()[contexts[0]]),
                none=NO_NUMBER,
            )
        )

    def _kinds(self, commands: NDArray[np.int32], hosts: NDArray[np.int32]) -> NDArray[np.int32]:
        """The kind of each row. Without a rule that names hosts it is that of the command alone."""
        kinds = self.command_kind.view()[commands]
        if not self._matcher.names_hosts:
            return kinds
        for key in self.host_keys.values[len(self._host_patterns) :]:
            self._host_patterns.append(self._matcher.host_patterns(key))
            self._host_is_known.append(bool(self._host_patterns[-1]))
        keys = self.host_to_key.view()[hosts]
        known = np.flatnonzero(self._host_is_known.view()[keys])
        both, inverse = np.unique((kinds[known].astype(np.int64) << 32) | keys[known], return_inverse=True)
        with_host = np.empty(len(both), np.int32)
        for offset, (kind, key) in enumerate(zip((both >> 32).tolist(), (both & 0xFFFFFFFF).tolist(), strict=True)):
            verb, null_sender, _ = self.kinds[kind]
            with_host[offset] = self.kinds.intern((verb, null_sender, self._host_patterns[key]))
        kinds[known] = with_host[inverse.reshape(-1)]
        return kinds

    def _judge(
        self,
        replies: NDArray[np.int32],
        commands: NDArray[np.int32],
        kinds: NDArray[np.int32],
        directions: NDArray[np.int32],
    ) -> NDArray[np.int32]:
        """The judgement of each row; the knowledge base is queried once per distinct combination."""
        about = kinds.astype(np.int64) * len(DIRECTIONS) + directions
        keys, samples, inverse = np.unique(
            (replies.astype(np.int64) << 32) | about, return_index=True, return_inverse=True
        )
        numbers = np.empty(len(keys), np.int32)
        order = np.argsort(samples, kind="stable")  # of the rows, so that causes are numbered as they come
        for position, key, sample in zip(order.tolist(), keys[order].tolist(), samples[order].tolist(), strict=True):
            number = self.judgement_numbers.get(key)
            if number is None:
                reply, command = self.replies[replies[sample]], self.commands[commands[sample]]
                patterns = self.kinds[int(kinds[sample])][2]
                number = self.add_judgement(key, self._judged(reply, command, DIRECTIONS[directions[sample]], patterns))
            numbers[position] = number
        judgements: NDArray[np.int32] = numbers[inverse.reshape(-1)]
        return judgements

    def add_judgement(self, question: int, judgement: Diagnosis) -> int:
        """The number of the answer to `question`; `judgement` is the answer when it was not asked before."""
        number = self.judgement_numbers.get(question)
        if number is None:
            self.judgement_category.append(self.categories.intern(judgement.match.category))
            self.judgement_who.append(WHO_ACTS.index(judgement.who_acts))
            number = len(self.judgements)
            self.judgements.append(judgement)
            self.judgement_numbers[question] = number
        return number

    def add_judgements(self, questions: NDArray[np.int64], table: Sequence[Diagnosis], places: Numbers) -> Codes:
        """The same for many `questions`, all different; the answer to each is in `table` at its place."""
        known = self.judgement_numbers
        numbers = np.fromiter(map(known.get, questions.tolist(), repeat(-1)), np.int32, len(questions))
        new = np.flatnonzero(numbers < 0)
        numbers[new] = np.arange(len(self.judgements), len(self.judgements) + len(new))
        places = places[new]
        categories = [self.categories.intern(judgement.match.category) for judgement in table]
        self.judgement_category.extend(np.array(categories, np.int32)[places])
        self.judgement_who.extend(
            np.array([WHO_ACTS.index(judgement.who_acts) for judgement in table], np.int32)[places]
        )
        self.judgements += [table[offset] for offset in places.tolist()]
        known.update(zip(questions[new].tolist(), numbers[new].tolist(), strict=True))
        return numbers

    def _judged(self, reply: Reply, command: Command, direction: Direction, hosts: tuple[str, ...]) -> Diagnosis:
        match = self._matcher.match_parts(reply, command, direction, hosts)
        entries = self._matcher.entries
        entry = entries.get(match.entry_id) or entries.get(match.category)
        who_acts: WhoActs = "nobody"
        if entry is not None:
            who_acts = (entry.inbound if direction is Direction.INBOUND else entry.outbound).who_acts
        return Diagnosis(match, who_acts)


def decoded(words: Vocabularies, columns: Columns, row: int) -> SmtpExchange:
    """The exchange of `row`, equal to the one that was encoded."""
    time_ms, record_id, connection = (
        int(column[row]) for column in (columns.time_ms, columns.record_id, columns.connection)
    )
    return SmtpExchange(
        **words.contexts[int(columns.context[row])]._asdict(),
        offset=int(columns.offset[row]),
        time_ms=None if time_ms == NO_NUMBER else time_ms,
        record_id=None if record_id == NO_NUMBER else record_id,
        connection=None if connection == NO_NUMBER else connection,
        remote_host=words.hosts[int(columns.host[row])],
        command=words.commands[int(columns.command[row])],
        reply=words.replies[int(columns.reply[row])],
    )
