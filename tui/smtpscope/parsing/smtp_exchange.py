"""One SMTP command with the reply it got: what an event tells once it is understood."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from smtpscope.reading.record import Certainty as Certainty
from smtpscope.reading.record import Level


class Direction(StrEnum):
    """Who refused whom, seen from the administrator who holds the log."""

    OUTBOUND = "outbound"
    """We sent, the remote host refused (7002, 7004)."""
    INBOUND = "inbound"
    """A client sent, our own server refused (7010)."""
    UNKNOWN = "unknown"
    """The event could not be parsed."""


@dataclass(frozen=True, slots=True)
class RemoteHost:
    """`verbatim` as in the event ("" where it names none); `key` is the same for all spellings of one host.

    The key is lower case, without the trailing dot, an IDN in its ASCII form (RFC 5890), an IP literal in its
    canonical form without brackets (RFC 5952). `address` tells that it is an IP address.
    """

    verbatim: str
    key: str
    address: bool


@dataclass(frozen=True, slots=True)
class Command:
    """RFC 5321 section 4.1. `full` is the whole command line, verbatim with its trailing blanks; `given` the verb as
    the event names it.

    `verb` is upper case. `arguments` is what follows it, trimmed. `mailbox` is the address of MAIL FROM or RCPT TO
    without angle brackets, quoted forms kept, "" for the null reverse-path `<>`, None where there is none.
    `parameters` are the ESMTP parameters in order: keyword in upper case, value or None. `beside` tells that `mailbox`
    is the recipient and does not stand in the command: the log names it beside it.
    """

    logged_verb: str
    full: str
    verb: str
    arguments: str
    mailbox: str | None
    parameters: tuple[tuple[str, str | None], ...] = ()
    beside: bool = False

    @property
    def sender(self) -> str | None:
        """The mailbox of MAIL, "" for the null reverse-path, None where none is named."""
        return self.mailbox if self.verb == "MAIL" and not self.beside else None

    @property
    def recipient(self) -> str | None:
        """The mailbox of RCPT, or the one that the log names beside the command; None where none is named."""
        return self.mailbox if self.verb == "RCPT" or self.beside else None


@dataclass(frozen=True, slots=True)
class ReplyValues:
    """What a reply names: each tuple in order of appearance, without doubles.

    `block_lists` are names of DNS block lists (`zen.spamhaus.org`), `provider_codes` a provider's own codes (`TSS04`,
    `S3150`, `AS16012611`), `mailboxes` addresses, `seconds` a waiting time, `size_limit` bytes.
    """

    urls: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    block_lists: tuple[str, ...] = ()
    provider_codes: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    seconds: int | None = None
    size_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """RFC 5321 section 4.2. `verbatim` as in the event, trailing blanks included.

    `code` is None where the reply has none; `enhanced` (RFC 3463, "5.7.1") is None where the server sent none.
    `text` is what people read: without codes, several lines put together with one blank between them.
    """

    verbatim: str
    code: int | None
    enhanced: str | None
    text: str
    values: ReplyValues = ReplyValues()


@dataclass(frozen=True, slots=True)
class SmtpExchange:
    """One event: the command, the reply, and where and when.

    `time_ms`: milliseconds since 1970-01-01 UTC, or None. `level` is the record's; `text_level` is the level word of
    the sentence, None where there is no sentence: the two may disagree. `problem` says why an event of ours could not
    be parsed; then direction is UNKNOWN, host, command and reply are empty, and the raw text is all there is.
    `salvaged` is the record's: the log itself does not count it any more. `connector` is the connector or service that
    the mail went through, where the log names one; `guess` says why command and reply may not belong together, None
    where the log ties them.
    """

    file: str
    offset: int
    time_ms: int | None
    time_assumed: bool
    record_id: int | None
    event_id: int | None
    level: Level | None
    provider: str | None
    channel: str | None
    computer: str | None
    direction: Direction
    virtual_server: int | None
    connection: int | None
    remote_host: RemoteHost
    command: Command
    reply: Reply
    certainty: Certainty | None
    text_level: Level | None = None
    problem: str | None = None
    salvaged: bool = False
    connector: str | None = None
    guess: str | None = None
