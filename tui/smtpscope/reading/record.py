"""An event as its log holds it, not yet interpreted, and what every reader hands out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import BinaryIO, ClassVar, Literal, Protocol

from smtpscope.errors import Problem
from smtpscope.reading.explaining import NO_SOURCES, EventSources, ExplainingEvent
from smtpscope.reading.log_span import LogSpan

Level = Literal["critical", "error", "warning", "information", "verbose"]
Certainty = Literal["may", "will probably"]
Side = Literal["outbound", "inbound", "unknown"]
DateOrderName = Literal["dmy", "mdy", "ymd"]


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One event record.

    `file` is the path as the user gave it (or "-"), `offset` the byte offset at which the record starts in that file.
    `time_ms` counts milliseconds since 1970-01-01 UTC, None where the text has no time; `time_assumed` is True when
    the text named no zone and the session's zone was taken. `strings` are the insertion strings in their order, empty
    ones included (None where the format has only the message); `message` is the rendered sentence or text, with its
    own line breaks (None where the format has only strings). `salvaged` tells that the log itself does not count the
    record any more: it was found in a part of the file that is free to be written over. `binary` is the data that an
    event may have behind its strings. `guess` says in one sentence what of the record is not sure, None where all is.
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
    strings: tuple[str, ...] | None
    message: str | None
    salvaged: bool = False
    binary: bytes | None = None
    guess: str | None = None


@dataclass(frozen=True, slots=True)
class SmtpExchangeRecord:
    """A command and the reply to it that a log holds apart already: a log of the SMTP service itself, not of events.

    `file`, `offset`, `time_ms` and `time_assumed` are as in `EventRecord`. `side` is "outbound" where we sent the
    command, "inbound" where a client sent it to us. `provider` is what wrote it, in the log's own words ("SMTP Send
    Protocol Log", "postfix/smtp"), `computer` our server, `connector` the connector or service it went through.
    `remote_host` is "" where the log names none. `given` is the command verb in any case, `command` the full command
    line, `reply` the whole reply with its own line breaks; each is "" where the log has none. `mailbox` is the
    recipient that the log names beside the command: of a RCPT in `command` it is not needed. `guess` says in one
    sentence why command and reply may not belong together, None where the log itself ties them.

    The last fields are those of events; only what was converted from events has them.
    """

    file: str
    offset: int
    time_ms: int | None
    time_assumed: bool
    side: Side
    provider: str | None
    computer: str | None
    connector: str | None
    remote_host: str
    logged_verb: str
    command: str
    reply: str
    mailbox: str | None = None
    guess: str | None = None
    event_id: int | None = None
    record_id: int | None = None
    level: Level | None = None
    channel: str | None = None
    virtual_server: int | None = None
    connection: int | None = None
    certainty: Certainty | None = None
    text_level: Level | None = None
    problem: str | None = None
    salvaged: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What a reader read since its last batch.

    `records` may be ours (right provider, or text that holds one of our sentences), as a list or as `MixedRecords`
    (see `record_table.py`), which makes no object before it is asked for one; `others` counts the records that surely
    are not. `bytes_read` of `bytes_total` is the progress of the whole file, never going back. `exchanges` are what a
    log of the SMTP service itself tells; such a log has no `records`. `span` is from when to when the records go, ours
    or not, as far as that can be told without reading what is not ours; None where it can't. `explaining` are
    events that tell no refusal and may explain some; each is counted with the others (or is one of `records` too).
    """

    records: Sequence[EventRecord]
    unrelated_records: int
    problems: list[Problem]
    bytes_read: int
    bytes_total: int
    exchanges: Sequence[SmtpExchangeRecord] = ()
    span: LogSpan | None = None
    explaining: Sequence[ExplainingEvent] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read. `zone` is taken for times that name none.

    `newest` (aware) is a moment that no event is later than, for times that have no year; None is the present. With
    `salvage` records are looked for in parts of a file that are free to be written over, too (.evtx only). `growing`
    tells that the file is still being written: what is unfinished at its end is left for later, and is no problem.
    `date_order` says what stands first in regional dates (day, month or year), None leaves it to the log's own dates.
    `explaining` are the events of other sources that are handed out as well.
    """

    zone: tzinfo = UTC
    newest: datetime | None = None
    salvage: bool = False
    growing: bool = False
    date_order: DateOrderName | None = None
    explaining: EventSources = NO_SOURCES


@dataclass(frozen=True, slots=True)
class FileInformation:
    """What a file says of itself, as label and value in the order to show, and warnings in whole sentences.

    `lacks` is what no log of its format tells, `recognised_by` how the format is told; whoever opened the file adds
    both.
    """

    path: str
    format_name: str
    size: int
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    recognised_by: str = ""


class Source(Protocol):
    """Bytes to read: a file, or standard input kept aside so that it can be read twice."""

    @property
    def name(self) -> str:
        """The path as the user gave it, "-" for standard input."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    def open(self) -> BinaryIO:
        """A seekable stream from the first byte; the caller closes it."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format that we read: `name` for the command line, `title` for people, `lacks` what it cannot tell.

    `service` tells that it is a log of the mail server itself, which holds replies and no events of Windows.
    """

    name: str
    title: str
    recognised_by: str
    lacks: tuple[str, ...] = field(default=())
    service: bool = False


class Followable(Protocol):
    """A reader that can go on with a file that has grown since it was read."""

    def read_new(self) -> Iterator[Batch]:
        """What was added to the file since the last `batches` or `more` was read to its end; nothing twice.

        A file that was begun anew is read as a whole. Raises LogError when the file can't be read any more.
        """
        ...


class LogReader(Protocol):
    """One file of one format. Made with a source and options; nothing is read before `batches`."""

    format: ClassVar[Format]

    def __init__(self, source: Source, options: ReadOptions) -> None: ...

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        """Whether a file that begins with `head` (its first 64 KiB, or all of it) is of this format."""
        ...

    def batches(self) -> Iterator[Batch]:
        """The records in file order, a batch at least each quarter second or 2,000 records.

        A bad record becomes a `Problem`, never an exception. To cancel, stop iterating and close the generator.
        Raises LogError when nothing at all can be read.
        """
        ...

    def raw(self, offset: int) -> str:
        """The record at `offset` as people paste it into a ticket: the text block itself, or the event's XML."""
        ...

    def information(self) -> FileInformation: ...
