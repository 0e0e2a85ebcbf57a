"""One SMTP command with the reply it got: the parsed content of an event."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from smtpscope.reading.record import Certainty as Certainty
from smtpscope.reading.record import Level


class Direction(StrEnum):
    """Who refused whom, as seen by the administrator of the log."""

    OUTBOUND = "outbound"
    """We sent, the remote host refused (7002, 7004)."""
    INBOUND = "inbound"
    """A client sent, our own server refused (7010)."""
    UNKNOWN = "unknown"
    """The event could not be parsed."""


class RemoteHost(Struct, frozen=True):
    """`verbatim` is as in the event ("" if it names none); `key` is the same for all spellings of one host.

    The key is lower case, without the trailing dot, an IDN in its ASCII form (RFC 5890), an IP literal in its canonical
    form without brackets (RFC 5952). `address` is set for an IP address.
    """

    verbatim: str
    key: str
    address: bool


class Command(Struct, frozen=True):
    """RFC 5321 section 4.1. `full` is the whole command line, verbatim with its trailing spaces; `logged_verb` the verb
    as logged.

    `verb` is upper case. `arguments` is the rest, trimmed. `mailbox` is the one in MAIL FROM or RCPT TO without angle
    brackets, quoted forms kept, "" for the null reverse-path `<>`, None if there is none. `parameters` are the ESMTP
    parameters in order: keyword in upper case, value or None. `beside` means that `mailbox` is the recipient, named by
    the log besides the command and not in it.
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
        """The mailbox of MAIL, "" for the null reverse-path, None if none is named."""
        return self.mailbox if self.verb == "MAIL" and not self.beside else None

    @property
    def recipient(self) -> str | None:
        """The mailbox of RCPT, or the one that the log names besides the command; None if none is named."""
        return self.mailbox if self.verb == "RCPT" or self.beside else None


class ReplyValues(Struct, frozen=True):
    """The things that a reply names: each tuple in order of appearance, without duplicates.

    `block_lists` are names of DNS block lists (`zen.spamhaus.org`), `provider_codes` a provider's own codes (`TSS04`,
    `S3150`, `AS16012611`), `mailboxes` email addresses, `seconds` a waiting time, `size_limit` bytes.
    """

    urls: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    block_lists: tuple[str, ...] = ()
    provider_codes: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()
    seconds: int | None = None
    size_limit: int | None = None


class Reply(Struct, frozen=True):
    """RFC 5321 section 4.2. `verbatim` is as in the event, with trailing spaces.

    `code` and `enhanced` (RFC 3463, "5.7.1") are None if the server sent none. `text` is for people: without codes, its
    lines joined by spaces.
    """

    verbatim: str
    code: int | None
    enhanced: str | None
    text: str
    values: ReplyValues = ReplyValues()


class SmtpExchange(Struct, frozen=True):
    """One event: the command, the reply, and where and when.

    `time_ms`: milliseconds since 1970-01-01 UTC, or None. `level` is the record's; `text_level` is the level word in
    the message, None without a message: the two may disagree. `problem` says why an SMTP event could not be parsed;
    then direction is UNKNOWN, host, command and reply are empty, and there is only the raw text. `salvaged` is the
    record's: the log no longer counts it. `connector` is the connector or service that the mail went through, if the
    log names one; `guess` says why command and reply may not belong together, None if the log connects them.
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
