"""Which reader reads a file: chosen by its content, never by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from smtpscope.errors import LogError, UsageError
from smtpscope.reading.record import Format, LogReader, ReadOptions, Source
from smtpscope.reading.text.text_log import HEAD_SIZE, TextSource, head_of


def readers() -> Iterator[type[LogReader]]:
    """In the order in which they are asked: the surest signs first, any text that holds our sentence last.

    Each is imported when it is its turn: those of text take longer to import than most logs take to read.
    """
    yield from _readers_of_records()
    yield from _readers_of_lines()


def _readers_of_records() -> Iterator[type[LogReader]]:
    from smtpscope.reading.evtx.evtx_log import EvtxReader

    yield EvtxReader
    from smtpscope.reading.evt.evt_log import EvtReader

    yield EvtReader
    from smtpscope.reading.converted.converted_parquet import ConvertedParquetReader

    yield ConvertedParquetReader
    from smtpscope.reading.event_exports.xml.event_xml_file import EventXmlReader

    yield EventXmlReader
    from smtpscope.reading.event_exports.powershell.clixml import ClixmlReader

    yield ClixmlReader
    from smtpscope.reading.converted.converted_json import ConvertedJsonReader

    yield ConvertedJsonReader
    from smtpscope.reading.event_exports.json.event_json import EventJsonReader

    yield EventJsonReader
    from smtpscope.reading.converted.converted_csv import ConvertedCsvReader

    yield ConvertedCsvReader
    from smtpscope.reading.microsoft_exchange.shell.shell_csv import ShellCsvReader

    yield ShellCsvReader
    from smtpscope.reading.event_exports.tables.event_csv import EventCsvReader

    yield EventCsvReader


def _readers_of_lines() -> Iterator[type[LogReader]]:
    """Those of texts that may stand in the records of another form as well."""
    from smtpscope.reading.microsoft_exchange.message_tracking import MessageTrackingReader

    yield MessageTrackingReader
    from smtpscope.reading.microsoft_exchange.tracking_2003 import Tracking2003Reader

    yield Tracking2003Reader
    from smtpscope.reading.iis.w3c_log import W3cSmtpReader

    yield W3cSmtpReader
    from smtpscope.reading.iis.fixed_form_log import IisFormatReader, NcsaFormatReader

    yield IisFormatReader
    yield NcsaFormatReader
    from smtpscope.reading.microsoft_exchange.protocol_log import ProtocolLogReader

    yield ProtocolLogReader
    from smtpscope.reading.microsoft_exchange.connectivity_log import ConnectivityLogReader

    yield ConnectivityLogReader
    from smtpscope.reading.microsoft_exchange.agent_log import AgentLogReader

    yield AgentLogReader
    from smtpscope.reading.bounces.bounce_log import BounceReader

    yield BounceReader
    from smtpscope.reading.microsoft_exchange.shell.shell_text import ShellTextReader

    yield ShellTextReader
    from smtpscope.reading.mail_servers.postfix_log import PostfixLogReader

    yield PostfixLogReader
    from smtpscope.reading.mail_servers.exim_log import EximLogReader

    yield EximLogReader
    from smtpscope.reading.mail_servers.sendmail_log import SendmailLogReader

    yield SendmailLogReader
    from smtpscope.reading.event_exports.splunk.splunk_text import SplunkTextReader

    yield SplunkTextReader
    from smtpscope.reading.event_exports.blocks.dumpel import DumpelReader

    yield DumpelReader
    from smtpscope.reading.event_exports.blocks.event_blocks import EventBlockReader

    yield EventBlockReader
    from smtpscope.reading.event_exports.fields.event_lists import EventListReader

    yield EventListReader
    from smtpscope.reading.event_exports.fields.pair_lines import EventPairReader

    yield EventPairReader
    from smtpscope.reading.event_exports.messages.message_lines import SentenceLineReader

    yield SentenceLineReader
    from smtpscope.reading.mail_servers.further_servers import FURTHER_SERVERS

    yield from FURTHER_SERVERS


def formats() -> tuple[Format, ...]:
    """All formats, in the order of `readers`."""
    return tuple(reader.format for reader in readers())


def open_log(
    source: Source, options: ReadOptions, format_name: str | None = None, *, search: int | None = None
) -> LogReader:
    """The reader for `source`: the one called `format_name`, else the one that recognises the content.

    `search` limits how far a text is looked through for its first sentence of ours.
    Raises LogError when the file is empty or no reader recognises it (it says what the file looks like), UsageError
    when there is no format of that name.
    """
    head = head_of(source)
    if not head:
        from smtpscope.reading.unknown.unrecognised import describe_unrecognised

        title, remedy = describe_unrecognised(head)
        raise LogError(where=source.name, what=f"this is {title}", remedy=remedy)
    if format_name is not None:
        named = _named(format_name)
        # The lines of a format are read inside the records of another form, too.
        return (_inside(head, (named,)) or named)(source, options)
    reader = reader_of(source, head=head, search=search)
    if reader is None:
        from smtpscope.reading.unknown.unrecognised import describe_unrecognised

        title, remedy = describe_unrecognised(head)
        raise LogError(where=source.name, what=f"not a log that can be read here: it looks like {title}", remedy=remedy)
    return reader(source, options)


def reader_of(source: Source, *, head: bytes | None = None, search: int | None = None) -> type[LogReader] | None:
    """The reader that recognises `source`, None if none does.

    A text whose first sentence of ours stands behind the first 64 KiB is found too; `search` limits how many bytes
    are looked through for it. Raises LogError when the file can't be read.
    """
    head = head_of(source) if head is None else head
    reader = _sniffing(head)
    if reader is not None:
        return reader
    from smtpscope.reading.text.encodings import first_part
    from smtpscope.reading.text.text_kind import is_markup, is_text

    whole = len(head) < HEAD_SIZE and first_part(head) == head
    if whole or not is_text(head) or is_markup(head):
        return None
    return _found_further_on(source, search)


_MAY_HOLD_LINES: Final = frozenset({"csv", "json"})
"""Formats of event logs with the shapes of which collectors write lines of other logs, too."""


def _sniffing(head: bytes) -> type[LogReader] | None:
    for reader in _readers_of_records():
        if reader.sniff(head):
            may_hold = reader.format.name in _MAY_HOLD_LINES
            services = (each for each in _readers_of_lines() if each.format.service)
            return (_inside(head, services) if may_hold else None) or reader
    return _inside(head, _readers_of_lines()) or next(
        (reader for reader in _readers_of_lines() if reader.sniff(head)), None
    )


def _inside(head: bytes, readers: Iterable[type[LogReader]]) -> type[LogReader] | None:
    """The first of `readers` that knows the lines in the records of a file, None where none does."""
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
    from smtpscope.reading.event_exports.messages.event_messages import holds_sentence, scan
    from smtpscope.reading.event_exports.messages.message_lines import SentenceLineReader
    from smtpscope.reading.mail_servers.further_servers import mail_log_in

    for block, stream in TextSource(source).blocks():
        if search is not None and block.start >= search:
            return None
        if holds_sentence(block.text):
            return EventBlockReader if scan_headers(block.text, final=True).headers else SentenceLineReader
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
    raise UsageError(where="--format", what=f'there is no format "{name}"', remedy=f"Choose one of: {names}")
