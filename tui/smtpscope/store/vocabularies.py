"""The distinct values of a store, and the values derived from each, computed once when it gets its number."""

from __future__ import annotations

from typing import NamedTuple, get_args

from msgspec import Struct

from smtpscope.knowledge.advice import Confidence, Match
from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import Certainty, Command, Direction, RemoteHost, Reply
from smtpscope.reading.record import Level
from smtpscope.store.column_set import NO_CODE, NO_MAILBOX
from smtpscope.store.shared_texts import SharedTextTables
from smtpscope.store.vocabulary import GrowingNumbers, SharedVocabulary, Vocabulary

DIRECTIONS = (Direction.OUTBOUND, Direction.INBOUND, Direction.UNKNOWN)
"""The order behind the numbers in the column `direction`."""

WHO_ACTS: tuple[WhoActs, ...] = ("us", "them", "sender", "recipient", "nobody")
"""The order behind the numbers of who has to act."""

CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
"""The order behind the numbers of how sure a cause is."""

LEVELS: tuple[str, ...] = get_args(Level)
"""The words for the level of a record."""


class SharedFields(NamedTuple):
    """The fields of an exchange that many in one log share; see there for their meaning."""

    file: str
    time_assumed: bool
    event_id: int | None
    level: Level | None
    provider: str | None
    channel: str | None
    computer: str | None
    direction: Direction
    virtual_server: int | None
    certainty: Certainty | None
    text_level: Level | None
    problem: str | None
    salvaged: bool
    connector: str | None
    guess: str | None


CommandKind = tuple[str, bool, tuple[str, ...]]
"""The parts of a command and a remote host that can matter to the knowledge base: verb, null sender, host patterns."""

_LARGEST_CODE = 999


class Diagnosis(Struct, frozen=True):
    """The match for a reply, and who has to act in that direction."""

    match: Match
    who_acts: WhoActs


def folded_mailbox(mailbox: str) -> str:
    """`mailbox` with its domain in lower case (RFC 5321 section 2.4: the local part may depend on case)."""
    local_part, at, domain = mailbox.rpartition("@")
    return f"{local_part}{at}{domain.lower().rstrip('.')}" if at else mailbox


class Vocabularies:
    """The vocabularies of a store. Written by one thread; see `vocabulary.py`."""

    def __init__(self) -> None:
        self.contexts: Vocabulary[SharedFields] = Vocabulary()
        self.shared_texts = SharedTextTables(self.contexts)
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
        self.judgements: list[Diagnosis] = []
        self.kinds: Vocabulary[CommandKind] = Vocabulary()
        # Reply, kind of command and direction in one number (see `_judge`) -> the judgement that answers them.
        self.judgement_numbers: dict[int, int] = {}
        self.context_direction = GrowingNumbers()
        self.context_server = GrowingNumbers()
        self.context_file = GrowingNumbers()
        self.context_event_id = GrowingNumbers()
        self.context_origin = GrowingNumbers()
        self.context_provider = GrowingNumbers()
        self.context_assumed = GrowingNumbers()
        self._origins: Vocabulary[tuple[str, str]] = Vocabulary()
        self._providers: Vocabulary[str] = Vocabulary()
        self.host_to_key = GrowingNumbers()
        self.reply_code = GrowingNumbers()
        self.command_verb = GrowingNumbers()
        self.command_kind = GrowingNumbers()
        self.command_mailbox = GrowingNumbers()
        self.command_recipient = GrowingNumbers()
        self.command_sender = GrowingNumbers()
        self.judgement_category = GrowingNumbers()
        self.judgement_who = GrowingNumbers()

    def level(self, context: int) -> str:
        """The level word of the records of a context, "" where they have none."""
        return self.contexts[context].level or ""

    def event_id(self, context: int) -> str:
        """The event id of a context in digits, "" where its records have none."""
        event_id = self.contexts[context].event_id
        return "" if event_id is None else str(event_id)

    def time_assumed(self, context: int) -> bool:
        """Whether the zone of the times of a context was assumed."""
        return self.contexts[context].time_assumed

    def clocks(self) -> tuple[list[str], list[str]]:
        """The logs with times whose zone was assumed, and those with other times only; each in the order of reading."""
        assumed = dict.fromkeys(context.file for context in self.contexts if context.time_assumed)
        return list(assumed), [file for file in self.files if file not in assumed]

    def add_context(self, context: SharedFields) -> None:
        """Notes what follows from a new context; called when it gets its number."""
        self.context_direction.append(DIRECTIONS.index(context.direction))
        self.context_server.append(self.servers.intern(context.computer or ""))
        self.context_file.append(self.files.intern(context.file))
        origin = ((context.provider or "").casefold(), (context.computer or "").casefold())
        self.context_origin.append(self._origins.intern(origin))
        self.context_provider.append(self._providers.intern(origin[0]))
        self.context_assumed.append(bool(context.time_assumed))
        event_id = context.event_id
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
        folded = NO_MAILBOX
        if command.mailbox is None:
            self.command_mailbox.append(NO_MAILBOX)
        else:
            folded = self.mailbox_keys.intern(folded_mailbox(command.mailbox))
            self.command_mailbox.append(self.mailboxes.intern(command.mailbox))
        self.command_recipient.append(NO_MAILBOX if command.recipient is None else folded)
        self.command_sender.append(NO_MAILBOX if command.sender is None else folded)
