"""An event as logged, not yet interpreted, and what every reader hands out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import BinaryIO, ClassVar, Literal, Protocol, runtime_checkable

from msgspec import Struct, field

from smtpscope.errors import Problem
from smtpscope.reading.explaining import NO_SOURCES, EventSources, ExplainingEvent
from smtpscope.reading.log_span import AskedSpan, LogSpan

Level = Literal["critical", "error", "warning", "information", "verbose"]
Certainty = Literal["may", "will probably"]
Side = Literal["outbound", "inbound", "unknown"]
DateOrderName = Literal["dmy", "mdy", "ymd"]


class EventRecord(Struct, frozen=True):
    """One event record.

    `file` is the path as the user gave it (or "-"), `offset` the byte offset at which the record starts in that file.
    `time_ms` counts milliseconds since 1970-01-01 UTC, None if the text has no time; `time_assumed` is True if the text
    names no zone and the user's zone was used. `strings` are the insertion strings in order, empty ones included (None
    if the format has only the message); `message` is the rendered text, with its own line breaks (None if the format
    has only strings). `salvaged` is set for a record that the log no longer counts: it was found in free space of the
    file. `binary` is the data that may follow the strings of an event. `guess` says in one sentence what is uncertain
    about the record, None if nothing is.
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


class SmtpExchangeRecord(Struct, frozen=True):
    """A command and the reply to it, as a log of the SMTP service itself has them (not from an event).

    `file`, `offset`, `time_ms` and `time_assumed` are as in `EventRecord`. `side` is "outbound" if we sent the command,
    "inbound" if a client sent it to us. `provider` is what wrote it, in the log's own words ("SMTP Send Protocol Log",
    "postfix/smtp"), `computer` our server, `connector` the connector or service it went through. `remote_host` is "" if
    the log names none. `logged_verb` is the command verb in upper or lower case, `command` the full command line,
    `reply` the whole reply with its own line breaks; each is "" if the log has none. `mailbox` is the recipient that
    the log names besides the command; not needed for a RCPT in `command`. `guess` says in one sentence why command and
    reply may not belong together, None if the log itself connects them.

    The last fields are those of events; only records converted from events have them.
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


class Batch(Struct, frozen=True):
    """What a reader read since its last batch.

    `records` may be SMTP events (by provider, or by the text of the message), as a list or as `MixedRecords` (see
    `record_table.py`), which makes objects only on demand; `unrelated_records` counts those that are certainly not.
    `bytes_read` of `bytes_total` is the progress of the whole file, never going back. `exchanges` come from a log of
    the SMTP service itself, which has no `records`. `span` is the time span of all records, unrelated ones included, as
    far as it is known without reading those; else None. `explaining` are events that report no refusal and may explain
    some; each is counted with the others, or is one of `records` too. `begins_anew` means that a log that is followed
    was truncated or replaced: from this batch on, it is read from its beginning.
    """

    records: Sequence[EventRecord]
    unrelated_records: int
    problems: list[Problem]
    bytes_read: int
    bytes_total: int
    exchanges: Sequence[SmtpExchangeRecord] = ()
    span: LogSpan | None = None
    explaining: Sequence[ExplainingEvent] = ()
    begins_anew: bool = False


class ReadOptions(Struct, frozen=True):
    """How to read. `zone` applies to times that name none.

    `newest` (aware) is the latest possible time of an event, for times without a year; None is now. `salvage` also
    reads records from free space in the file (.evtx only). `growing` means that the file is still being written: an
    unfinished record at its end is left for later, and is not a problem. `date_order` is the order of regional dates
    (which of day, month and year comes first), None derives it from the log's own dates. `explaining` are the events of
    other sources to hand out as well. `asked` is the span of time that is asked for, None for all.
    """

    zone: tzinfo = UTC
    newest: datetime | None = None
    salvage: bool = False
    growing: bool = False
    date_order: DateOrderName | None = None
    explaining: EventSources = NO_SOURCES
    asked: AskedSpan | None = None


class FileInformation(Struct, frozen=True):
    """What a file says about itself: labels and values in display order, and warnings in whole sentences.

    `lacks` is what no log of this format contains, `recognised_by` how the format is recognised; both are filled in by
    whoever opened the file.
    """

    path: str
    format_name: str
    size: int
    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    recognised_by: str = ""


class Source(Protocol):
    """Bytes to read: a file, or a copy of standard input, which can be read twice."""

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


class Format(Struct, frozen=True):
    """A format that we read: `name` for the command line, `title` for people, `lacks` what it does not contain.

    `service` is set for the log of a mail server itself, which holds replies and no Windows events.
    """

    name: str
    title: str
    recognised_by: str
    lacks: tuple[str, ...] = field(default=())
    service: bool = False


class Followable(Protocol):
    """A reader that can continue with a file that has grown."""

    def read_new(self) -> Iterator[Batch]:
        """What was appended since the last `batches` or `read_new` was read to its end; nothing twice.

        A file that was truncated or replaced is read from the start. Raises LogError if it can no longer be read.
        """
        ...


@runtime_checkable
class EstimatesMemory(Protocol):
    """A reader that knows before it reads how much its exchanges will take."""

    def memory_needed(self) -> int:
        """About how many bytes of memory all exchanges take. Raises LogError if the log can't be read."""
        ...


@runtime_checkable
class TellsUnnamed(Protocol):
    """A reader of an export whose records may have no source."""

    def first_unnamed(self) -> Problem | None:
        """The first record near the beginning without a source, None if all have one. Raises LogError."""
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
        """The records in file order, with a batch at least every quarter second or 2,000 records.

        A bad record becomes a `Problem`, never an exception. To cancel, stop iterating and close the generator. Raises
        LogError if nothing at all can be read.
        """
        ...

    def raw(self, offset: int) -> str:
        """The record at `offset` as people paste it into a ticket: the text block itself, or the event's XML."""
        ...

    def information(self) -> FileInformation: ...
