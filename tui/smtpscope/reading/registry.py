"""Chooses the reader for a file, by its content, never by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Final, cast

from smtpscope.errors import LogError, UsageError
from smtpscope.reading.mail_servers.servers import COMMON_SERVERS, FURTHER_SERVERS
from smtpscope.reading.record import Format, LogReader, ReadOptions, Source
from smtpscope.reading.text.text_log import HEAD_SIZE, TextSource, head_of

# Module below `reading`, and class, in the order in which they are tried: the most specific first, any text that holds
# the message of an event near the end. Each is imported only when it is tried: importing all of them would take longer
# than reading most logs.
READERS: Final[tuple[tuple[str, str], ...]] = (
    ("evtx.evtx_log", "EvtxReader"),
    ("evt.evt_log", "EvtReader"),
    ("converted.converted_parquet", "ConvertedParquetReader"),
    ("event_exports.xml.event_xml_file", "EventXmlReader"),
    ("event_exports.powershell.clixml", "ClixmlReader"),
    ("converted.converted_json", "ConvertedJsonReader"),
    ("microsoft_exchange.shell.shell_json", "ShellJsonReader"),
    ("event_exports.json.event_json", "EventJsonReader"),
    ("converted.converted_csv", "ConvertedCsvReader"),
    ("microsoft_exchange.shell.shell_csv", "ShellCsvReader"),
    ("event_exports.tables.event_csv", "EventCsvReader"),
    ("microsoft_exchange.message_tracking", "MessageTrackingReader"),
    ("microsoft_exchange.tracking_2003", "Tracking2003Reader"),
    ("iis.w3c_log", "W3cSmtpReader"),
    ("iis.fixed_form_log", "IisFormatReader"),
    ("iis.fixed_form_log", "NcsaFormatReader"),
    ("microsoft_exchange.protocol_log", "ProtocolLogReader"),
    ("microsoft_exchange.connectivity_log", "ConnectivityLogReader"),
    ("microsoft_exchange.agent_log", "AgentLogReader"),
    ("bounces.bounce_log", "BounceReader"),
    ("microsoft_exchange.shell.shell_text", "ShellTextReader"),
    *(server.reader for server in COMMON_SERVERS),
    ("event_exports.splunk.splunk_text", "SplunkTextReader"),
    ("event_exports.blocks.dumpel", "DumpelReader"),
    ("event_exports.blocks.event_blocks", "EventBlockReader"),
    ("event_exports.fields.event_lists", "EventListReader"),
    ("event_exports.fields.pair_lines", "EventPairReader"),
    ("event_exports.messages.message_lines", "MessageLineReader"),
    *(server.reader for server in FURTHER_SERVERS),
)
_RECORDS: Final = READERS.index(("microsoft_exchange.message_tracking", "MessageTrackingReader"))
"""The readers before this one read records, the others lines, which may be wrapped in the records of another format."""


def readers() -> Iterator[type[LogReader]]:
    """The classes of READERS, in order."""
    yield from _readers_of_records()
    yield from _readers_of_lines()


def _readers_of_records() -> Iterator[type[LogReader]]:
    yield from map(_imported, READERS[:_RECORDS])


def _readers_of_lines() -> Iterator[type[LogReader]]:
    """The readers of lines, which may be wrapped in the records of another format."""
    yield from map(_imported, READERS[_RECORDS:])


def _readers_of_inner_lines() -> Iterator[type[LogReader]]:
    """Those of which the lines may be in records; the last of all reads records itself."""
    yield from map(_imported, READERS[_RECORDS:-1])


def _imported(reader: tuple[str, str]) -> type[LogReader]:
    module, name = reader
    return cast("type[LogReader]", getattr(import_module(f"smtpscope.reading.{module}"), name))


def formats() -> tuple[Format, ...]:
    """All formats, in the order of `readers`."""
    return tuple(reader.format for reader in readers())


def open_log(
    source: Source, options: ReadOptions, format_name: str | None = None, *, search: int | None = None
) -> LogReader:
    """The reader for `source`: the one called `format_name`, else the one that recognises the content.

    `search` limits how many bytes of a text are searched for the first message of an SMTP event. Raises LogError if the
    file is empty or no reader recognises it (the error says what the file looks like), UsageError if there is no format
    of that name.
    """
    head = head_of(source)
    if not head:
        from smtpscope.reading.unknown.unrecognised import describe_unrecognised

        title, remedy = describe_unrecognised(head)
        raise LogError(where=source.name, what=f"this is {title}", remedy=remedy)
    if format_name is not None:
        named = _named(format_name)
        # Lines of this format may be wrapped in the records of another one.
        return (_inside(head, (named,)) or named)(source, options)
    reader = reader_of(source, head=head, search=search) or _for_stray_replies(head)
    if reader is None:
        from smtpscope.reading.unknown.unrecognised import describe_unrecognised

        title, remedy = describe_unrecognised(head)
        raise LogError(where=source.name, what=f"not a supported log: it looks like {title}", remedy=remedy)
    return reader(source, options)


def reader_of(source: Source, *, head: bytes | None = None, search: int | None = None) -> type[LogReader] | None:
    """The reader that recognises `source`, or None.

    A text is recognised even if its first SMTP event comes after the first 64 KiB; `search` limits how many bytes are
    searched for it. Raises LogError if the file can't be read.
    """
    head = head_of(source) if head is None else head
    reader = _sniffing(head)
    if reader is not None:
        return _with_last_look(reader, head)
    from smtpscope.reading.text.encodings import first_part
    from smtpscope.reading.text.text_kind import is_markup, is_text

    if not is_text(head):
        return None
    from smtpscope.reading.event_exports.messages.last_look import LastLookReader

    if LastLookReader.sniff(head):
        return LastLookReader
    whole = len(head) < HEAD_SIZE and first_part(head) == head
    found = None if whole else _found_further_on(source, search)
    if found is not None:
        return LastLookReader if is_markup(head) else _with_last_look(found, head)
    return None


def _for_stray_replies(head: bytes) -> type[LogReader] | None:
    """The last reader, only for a file that was named: in a folder, notes and settings may contain replies too."""
    from smtpscope.reading.unknown.stray_replies import StrayReplyReader

    return StrayReplyReader if StrayReplyReader.sniff(head) else None


def _with_last_look(reader: type[LogReader], head: bytes) -> type[LogReader]:
    """`reader`; instead of the reader of text lines, the one that reports what it skipped, if `head` has fields."""
    if reader.format.name != "text":
        return reader
    from smtpscope.reading.event_exports.messages.last_look import LastLookReader

    return LastLookReader if LastLookReader.has_form(head) else reader


def last_look(reader: LogReader, source: Source, options: ReadOptions) -> Iterator[LogReader]:
    """A reader that searches a text for SMTP events, and then for replies, after `reader` found nothing; None for other
    files.

    Not for the log of a mail server: its own reader knows its replies better. Raises LogError if the file can't be
    read.
    """
    from smtpscope.reading.event_exports.messages.message_lines import MessageLineReader
    from smtpscope.reading.text.text_kind import is_text

    if not is_text(head_of(source)):
        return
    if not isinstance(reader, MessageLineReader):
        from smtpscope.reading.event_exports.messages.last_look import LastLookReader

        yield LastLookReader(source, options)
    if not reader.format.service:
        from smtpscope.reading.unknown.stray_replies import StrayReplyReader

        yield StrayReplyReader(source, options)


_MAY_HOLD_LINES: Final = frozenset({"csv", "json"})
"""Formats of event logs that collectors also wrap lines of other logs in."""


_QUOTED: Final = frozenset({"transcript", "mail-errors"})
"""Formats of lines that the message of an event may quote."""


def _sniffing(head: bytes) -> type[LogReader] | None:
    for reader in _readers_of_records():
        if reader.sniff(head):
            may_hold = reader.format.name in _MAY_HOLD_LINES
            inner = _readers_of_inner_lines()
            services = (each for each in inner if each.format.service and each.format.name not in _QUOTED)
            return (_inside(head, services) if may_hold else None) or reader
    return _inside(head, _readers_of_inner_lines()) or next(
        (reader for reader in _readers_of_lines() if reader.sniff(head)), None
    )


def _inside(head: bytes, readers: Iterable[type[LogReader]]) -> type[LogReader] | None:
    """The first of `readers` that recognises the lines wrapped in the records of a file, or None."""
    from smtpscope.reading.wrappers.wrapped_log import inside_of, wrapped

    found = list(inside_of(head))
    for reader in readers if found else ():
        for wrapper, inside in found:
            if reader.sniff(inside):
                return wrapped(wrapper, reader)
    return None


def _found_further_on(source: Source, search: int | None) -> type[LogReader] | None:
    from smtpscope.reading.event_exports.blocks.block_text import scan_headers
    from smtpscope.reading.event_exports.blocks.event_blocks import EventBlockReader
    from smtpscope.reading.event_exports.messages.event_messages import holds_message, scan
    from smtpscope.reading.event_exports.messages.message_lines import MessageLineReader
    from smtpscope.reading.mail_servers.mail_log_search import mail_log_in

    for block, stream in TextSource(source).blocks():
        if search is not None and block.start >= search:
            return None
        if holds_message(block.text):
            return EventBlockReader if scan_headers(block.text, final=True).headers else MessageLineReader
        mail_log = mail_log_in(block.text)
        if mail_log is not None:
            return mail_log
        stream.keep_from(scan(block.text, final=block.final).rest)
    return None


def _named(name: str) -> type[LogReader]:
    for reader in readers():
        if reader.format.name == name:
            return reader
    names = ", ".join(reader.format.name for reader in readers())
    raise UsageError(where="--read-as", what=f'unknown format "{name}"', remedy=f"Choose one of: {names}")
