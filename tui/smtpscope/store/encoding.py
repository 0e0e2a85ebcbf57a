"""Exchanges -> rows of small integers: each distinct value is interned once, each distinct reply matched once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.entry import Entry, WhoActs
from smtpscope.parsing.exchange import Command, Direction, Exchange, RemoteHost, Reply
from smtpscope.store.column_set import NO_CODE, NO_NUMBER, NOBODY, Columns
from smtpscope.store.duplicates import SeenEvents
from smtpscope.store.vocabulary import Codes, GrowingNumbers, Numbers, SharedVocabulary, Vocabulary

DIRECTIONS = (Direction.OUTBOUND, Direction.INBOUND, Direction.UNKNOWN)
"""The order behind the numbers in the column `direction`."""

WHO_ACTS: tuple[WhoActs, ...] = ("us", "them", "sender", "recipient", "nobody")

_CONTEXT_FIELDS = (
    "file",
    "time_assumed",
    "event_id",
    "level",
    "provider",
    "channel",
    "computer",
    "direction",
    "virtual_server",
    "certainty",
    "text_level",
    "problem",
    "salvaged",
    "connector",
    "guess",
)
_FILE, _EVENT_ID, _LEVEL, _PROVIDER, _COMPUTER, _DIRECTION = (
    _CONTEXT_FIELDS.index(name) for name in ("file", "event_id", "level", "provider", "computer", "direction")
)
TIME_ASSUMED = _CONTEXT_FIELDS.index("time_assumed")
_context_of: Callable[[Exchange], tuple[Any, ...]] = attrgetter(*_CONTEXT_FIELDS)

Kind = tuple[str, bool, tuple[str, ...]]
"""What of a command and of a remote host may matter to the knowledge base: verb, null sender, host patterns."""

_LARGEST = int(np.iinfo(np.int64).max)
_LARGEST_CODE = 999


class Matcher(Protocol):
    """The part of the knowledge base that the store needs."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Guidance by entry id; a general entry has its category's id."""
        ...

    @property
    def names_hosts(self) -> bool:
        """Whether the remote host matters at all."""
        ...

    def host_patterns(self, host_key: str) -> tuple[str, ...]:
        """What is known of the remote host with this key, () for most: all that may matter of a host."""
        ...

    def match_parts(self, reply: Reply, command: Command, direction: Direction, hosts: tuple[str, ...] = ()) -> Match:
        """Which entry explains the reply; of the command only the verb and a null sender may matter.

        `hosts` are the `host_patterns` of the remote host.
        """
        ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the knowledge base says of a reply, and who has to act in that direction."""

    match: Match
    who_acts: WhoActs


def folded_mailbox(mailbox: str) -> str:
    """`mailbox` with its domain in lower case (RFC 5321 section 2.4: the local part may depend on case)."""
    local_part, at, domain = mailbox.rpartition("@")
    return f"{local_part}{at}{domain.lower().rstrip('.')}" if at else mailbox


def _numbers(values: Sequence[int | None]) -> NDArray[np.int64]:
    """`values` as 64-bit integers, None as NO_NUMBER; a number beyond 64 bits is held at the limit."""
    filled = [NO_NUMBER if value is None else value for value in values]
    try:
        return np.array(filled, np.int64)
    except OverflowError:
        # Only a damaged or forged record names such a number; it must not end the run.
        return np.array([max(NO_NUMBER, min(value, _LARGEST)) for value in filled], np.int64)


class Encoder:
    """The vocabularies of a store, and the way into them. Written by one thread; see `vocabulary.py`."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self.contexts: Vocabulary[tuple[Any, ...]] = Vocabulary()
        self.hosts: SharedVocabulary[RemoteHost] = SharedVocabulary()
        self.commands: SharedVocabulary[Command] = SharedVocabulary()
        self.replies: SharedVocabulary[Reply] = SharedVocabulary()
        self.host_keys: Vocabulary[str] = Vocabulary()
        self.servers: Vocabulary[str] = Vocabulary()
        self.files: Vocabulary[str] = Vocabulary()
        self.verbs: Vocabulary[str] = Vocabulary()
        self.mailboxes: Vocabulary[str] = Vocabulary()
        self.mailbox_keys: Vocabulary[str] = Vocabulary()
        self.categories: Vocabulary[str] = Vocabulary()
        self.judgements: list[Judgement] = []
        self.kinds: Vocabulary[Kind] = Vocabulary()
        self._host_patterns: list[tuple[str, ...]] = []
        self._host_is_known = GrowingNumbers()
        # Reply, kind of command and direction in one number (see `_judge`) -> the judgement that answers them.
        self.judgement_numbers: dict[int, int] = {}
        self.context_direction = GrowingNumbers()
        self.context_server = GrowingNumbers()
        self.context_file = GrowingNumbers()
        self.context_event_id = GrowingNumbers()
        self.context_origin = GrowingNumbers()
        self._origins: Vocabulary[tuple[str, str]] = Vocabulary()
        self._seen = SeenEvents()
        self.host_to_key = GrowingNumbers()
        self.reply_code = GrowingNumbers()
        self.command_verb = GrowingNumbers()
        self.command_kind = GrowingNumbers()
        self.command_mailbox = GrowingNumbers()
        self.command_recipient = GrowingNumbers()
        self.command_sender = GrowingNumbers()
        self.judgement_category = GrowingNumbers()
        self.judgement_who = GrowingNumbers()

    def encode(self, exchanges: Sequence[Exchange]) -> Columns:
        """One row for each exchange, in their order."""
        contexts = self.intern_contexts(exchanges)
        hosts = self.hosts.intern_all([exchange.remote_host for exchange in exchanges], self.add_host)
        commands = self.commands.intern_all([exchange.command for exchange in exchanges], self.add_command)
        replies = self.replies.intern_all([exchange.reply for exchange in exchanges], self.add_reply)
        own: tuple[Sequence[int | None], ...] = (
            [exchange.time_ms for exchange in exchanges],
            [exchange.place for exchange in exchanges],
            [exchange.record_id for exchange in exchanges],
            [exchange.connection for exchange in exchanges],
        )
        return self.judged_rows([_numbers(values) for values in own], contexts, hosts, commands, replies)

    def intern_contexts(self, exchanges: Sequence[Exchange]) -> Codes:
        """The numbers of the contexts of `exchanges`."""
        return self.contexts.intern_all([_context_of(exchange) for exchange in exchanges], self.add_context)

    def judged_rows(
        self, own: Sequence[NDArray[np.int64]], contexts: Codes, hosts: Codes, commands: Codes, replies: Codes
    ) -> Columns:
        """As `rows`; the knowledge base is asked for the judgements."""
        kinds = self._kinds(commands, hosts)
        judgements = self._judge(replies, commands, kinds, self.context_direction.view()[contexts])
        return self.rows(own, contexts, hosts, commands, replies, judgements)

    def rows(
        self,
        own: Sequence[NDArray[np.int64]],
        contexts: Codes,
        hosts: Codes,
        commands: Codes,
        replies: Codes,
        judgements: Codes,
    ) -> Columns:
        """The columns of rows of known values; `own` are time, place, record id and connection."""
        time_ms, place, record_id, connection = own
        return Columns(
            time_ms=time_ms,
            place=place,
            record_id=record_id,
            connection=connection,
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
            again=self._seen.find(record_id, time_ms, self.context_origin.view()[contexts], NO_NUMBER),
        )

    def decode(self, columns: Columns, row: int) -> Exchange:
        """The exchange of `row`, equal to the one that was encoded."""
        time_ms, record_id, connection = (
            int(column[row]) for column in (columns.time_ms, columns.record_id, columns.connection)
        )
        return Exchange(
            **dict(zip(_CONTEXT_FIELDS, self.contexts[int(columns.context[row])], strict=True)),
            place=int(columns.place[row]),
            time_ms=None if time_ms == NO_NUMBER else time_ms,
            record_id=None if record_id == NO_NUMBER else record_id,
            connection=None if connection == NO_NUMBER else connection,
            remote_host=self.hosts[int(columns.host[row])],
            command=self.commands[int(columns.command[row])],
            reply=self.replies[int(columns.reply[row])],
        )

    def level(self, context: int) -> str:
        """The level word of the records of a context, "" where they have none."""
        return self.contexts[context][_LEVEL] or ""

    def event_id(self, context: int) -> str:
        """The event id of a context in digits, "" where its records have none."""
        event_id = self.contexts[context][_EVENT_ID]
        return "" if event_id is None else str(event_id)

    def time_assumed(self, context: int) -> bool:
        """Whether the zone of the times of a context was assumed."""
        return bool(self.contexts[context][TIME_ASSUMED])

    def clocks(self) -> tuple[list[str], list[str]]:
        """The logs with times whose zone was assumed, and those with other times only; each in the order of reading."""
        assumed = dict.fromkeys(context[_FILE] for context in self.contexts if context[TIME_ASSUMED])
        return list(assumed), [file for file in self.files if file not in assumed]

    def add_context(self, context: tuple[Any, ...]) -> None:
        """Notes what follows from a new context; called when it gets its number."""
        self.context_direction.append(DIRECTIONS.index(context[_DIRECTION]))
        self.context_server.append(self.servers.intern(context[_COMPUTER] or ""))
        self.context_file.append(self.files.intern(context[_FILE]))
        origin = ((context[_PROVIDER] or "").casefold(), (context[_COMPUTER] or "").casefold())
        self.context_origin.append(self._origins.intern(origin))
        event_id = context[_EVENT_ID]
        self.context_event_id.append(event_id if event_id is not None and 0 <= event_id < 2**31 else -1)

    def add_host(self, host: RemoteHost) -> None:
        """Notes what follows from a new remote host; called when it gets its number."""
        self.host_to_key.append(self.host_keys.intern(host.key))

    def add_reply(self, reply: Reply) -> None:
        """The same for a new reply."""
        code = reply.code
        self.reply_code.append(code if code is not None and NO_CODE < code <= _LARGEST_CODE else NO_CODE)

    def add_command(self, command: Command) -> None:
        """The same for a new command."""
        null_sender = command.sender == ""
        self.command_verb.append(self.verbs.intern(command.verb))
        self.command_kind.append(self.kinds.intern((command.verb, null_sender, ())))
        folded = NOBODY
        if command.mailbox is None:
            self.command_mailbox.append(NOBODY)
        else:
            folded = self.mailbox_keys.intern(folded_mailbox(command.mailbox))
            self.command_mailbox.append(self.mailboxes.intern(command.mailbox))
        self.command_recipient.append(NOBODY if command.recipient is None else folded)
        self.command_sender.append(NOBODY if command.sender is None else folded)

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
        for place, (kind, key) in enumerate(zip((both >> 32).tolist(), (both & 0xFFFFFFFF).tolist(), strict=True)):
            verb, null_sender, _ = self.kinds[kind]
            with_host[place] = self.kinds.intern((verb, null_sender, self._host_patterns[key]))
        kinds[known] = with_host[inverse.reshape(-1)]
        return kinds

    def _judge(
        self,
        replies: NDArray[np.int32],
        commands: NDArray[np.int32],
        kinds: NDArray[np.int32],
        directions: NDArray[np.int32],
    ) -> NDArray[np.int32]:
        """The judgement of each row; the knowledge base is asked once for each distinct combination."""
        about = kinds.astype(np.int64) * len(DIRECTIONS) + directions
        keys, samples, inverse = np.unique(
            (replies.astype(np.int64) << 32) | about, return_index=True, return_inverse=True
        )
        numbers = np.empty(len(keys), np.int32)
        for position, (key, sample) in enumerate(zip(keys.tolist(), samples.tolist(), strict=True)):
            number = self.judgement_numbers.get(key)
            if number is None:
                reply, command = self.replies[int(replies[sample])], self.commands[int(commands[sample])]
                patterns = self.kinds[int(kinds[sample])][2]
                judgement = self._judged(reply, command, DIRECTIONS[directions[sample]], patterns)
                number = self.add_judgement(key, judgement)
            numbers[position] = number
        judgements: NDArray[np.int32] = numbers[inverse.reshape(-1)]
        return judgements

    def add_judgement(self, question: int, judgement: Judgement) -> int:
        """The number of the answer to `question`; `judgement` is the answer when it was not asked before."""
        number = self.judgement_numbers.get(question)
        if number is None:
            self.judgement_category.append(self.categories.intern(judgement.match.category))
            self.judgement_who.append(WHO_ACTS.index(judgement.who_acts))
            number = len(self.judgements)
            self.judgements.append(judgement)
            self.judgement_numbers[question] = number
        return number

    def add_judgements(self, questions: NDArray[np.int64], table: Sequence[Judgement], places: Numbers) -> Codes:
        """The same for many `questions`, all different; the answer to each stands in `table` at its place."""
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
        self.judgements += [table[place] for place in places.tolist()]
        known.update(zip(questions[new].tolist(), numbers[new].tolist(), strict=True))
        return numbers

    def _judged(self, reply: Reply, command: Command, direction: Direction, hosts: tuple[str, ...]) -> Judgement:
        match = self._matcher.match_parts(reply, command, direction, hosts)
        entries = self._matcher.entries
        entry = entries.get(match.entry_id) or entries.get(match.category)
        who_acts: WhoActs = "nobody"
        if entry is not None:
            who_acts = (entry.inbound if direction is Direction.INBOUND else entry.outbound).who_acts
        return Judgement(match, who_acts)
