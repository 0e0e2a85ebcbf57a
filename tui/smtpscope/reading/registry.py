"""Chooses the reader for a file, by its content, never by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Final, cast

from smtpscope.errors import LogError, UsageError
from smtpscope.reading.head_words import folded, may_be, may_be_wrapped
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


_LINES: Final = READERS[_RECORDS:-1]
"""Those of which the lines may be in records; the last of all reads records itself."""


_ROWS: Final = tuple(entry for entry in _LINES if entry[0].startswith(("iis.", "microsoft_exchange.")))
"""Those of which the lines are rows of a table."""


def readers() -> Iterator[type[LogReader]]:
    """The classes of READERS, in order."""
    return map(_imported, READERS)


def _likely(readers: Iterable[tuple[str, str]], head: bytes) -> Iterator[type[LogReader]]:
    """Those of `readers` that a file beginning with `head` may be of, by a word; the others are not even imported."""
    words = folded(head)
    return (_imported(reader) for reader in readers if may_be(reader[0], words))


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
        rows = (named,) if named in _ROWS else ()
        return (_inside(head, (named,)) or _inside_quoted(head, rows) or _imported(named))(source, options)
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
    reader = _by_log_type(head) or _sniffing(head)
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
    """Readers that search a text for SMTP events, and then for replies, after `reader` found nothing; none for other
    files. Raises LogError if the file can't be read.
    """
    from smtpscope.reading.event_exports.messages.message_lines import MessageLineReader
    from smtpscope.reading.text.text_kind import is_text

    head = head_of(source)
    if not is_text(head):
        return
    # One damaged line may be the sign of another format.
    for other in _likely(READERS, head):
        if other.format.name not in (reader.format.name, MessageLineReader.format.name) and other.sniff(head):
            yield other(source, options)
    if not isinstance(reader, MessageLineReader):
        from smtpscope.reading.event_exports.messages.last_look import LastLookReader

        yield LastLookReader(source, options)
    from smtpscope.reading.unknown.stray_replies import StrayReplyReader

    yield StrayReplyReader(source, options)


_MAY_HOLD_LINES: Final = frozenset({"csv", "json"})
"""Formats of event logs that collectors also wrap lines of other logs in."""


_WRAPPED: Final = tuple(
    entry for entry in _LINES if not entry[0].startswith(("event_exports.", "mail_servers.transcripts."))
)
"""Those of which a collector of events may have wrapped the lines: the message of an event may quote the others."""


_LOG_TYPES: Final[dict[bytes, tuple[str, str]]] = {
    b"smtp send protocol log": ("microsoft_exchange.protocol_log", "ProtocolLogReader"),
    b"smtp receive protocol log": ("microsoft_exchange.protocol_log", "ProtocolLogReader"),
    b"transport connectivity log": ("microsoft_exchange.connectivity_log", "ConnectivityLogReader"),
    b"message tracking log": ("microsoft_exchange.message_tracking", "MessageTrackingReader"),
}
_LOG_TYPE: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?#Software: Microsoft Exchange[^\n]{0,100}\n(?:#[^\n]{0,100}\n){0,3}?"
    rb"#Log-type: ([A-Za-z ]{1,40})\r?\n"
)
_NO_ROW: Final = re.compile(rb"\n(?![#2]|\Z)|\0")
"""What is in no whole log of Exchange: a line that is neither a comment nor begins with a year."""


def _by_log_type(head: bytes) -> type[LogReader] | None:
    """The reader that the header of a whole log of Exchange names, if it recognises it; None for any other file.

    Servers keep hundreds of such logs, and asking all readers takes longer than reading a small one.
    """
    found = _LOG_TYPE.match(head)
    entry = None if found is None else _LOG_TYPES.get(found[1].strip().lower())
    if entry is None or _NO_ROW.search(head) is not None:
        return None
    reader = _imported(entry)
    return reader if reader.sniff(head) else None


def _sniffing(head: bytes) -> type[LogReader] | None:
    for reader in _likely(READERS[:_RECORDS], head):
        if reader.sniff(head):
            if reader.format.name not in _MAY_HOLD_LINES:
                return reader
            return _inside(head, _WRAPPED) or reader
    plain = (reader for reader in _likely(READERS[_RECORDS:], head) if reader.sniff(head))
    # Rows have no place for what is before them; the lines of mail servers begin anywhere.
    return _inside(head, _LINES) or _inside_quoted(head, _ROWS) or next(plain, None) or _inside_quoted(head, _LINES)


def _inside_quoted(head: bytes, readers: tuple[tuple[str, str], ...]) -> type[LogReader] | None:
    """The first of `readers` that recognises lines without the indentation, or the > of a quotation, before them."""
    if folded(head).lstrip(b"\r\n")[:1] not in (b" ", b"\t", b">"):
        return None
    from smtpscope.reading.wrappers.wrapped_log import QUOTED, inside_of, wrapped

    for wrapper, inside in inside_of(head, QUOTED):
        reader = next((each for each in _likely(readers, inside) if each.sniff(inside)), None)
        if reader is not None:
            return wrapped(wrapper, reader)
    return None


def _inside(head: bytes, readers: tuple[tuple[str, str], ...]) -> type[LogReader] | None:
    """The first of `readers` that recognises the lines wrapped in the records of a file, or None."""
    if not may_be_wrapped(folded(head)):
        return None
    from smtpscope.reading.wrappers.wrapped_log import inside_of, wrapped

    found = [(wrapper, inside, folded(inside)) for wrapper, inside in inside_of(head)]
    for entry in readers if found else ():
        for wrapper, inside, words in found:
            if may_be(entry[0], words):
                reader = _imported(entry)
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


def _named(format_name: str) -> tuple[str, str]:
    for entry, reader in zip(READERS, readers(), strict=True):
        if reader.format.name == format_name:
            return entry
    names = ", ".join(reader.format.name for reader in readers())
    raise UsageError(where="--read-as", what=f'unknown format "{format_name}"', remedy=f"Choose one of: {names}")
