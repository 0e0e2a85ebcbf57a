"""Turns event records into exchanges: which records are SMTP events, and what each of them says.

The parser of messages is imported for the first text without insertion strings: most logs need none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from smtpscope.parsing.command import parse_command
from smtpscope.parsing.events.insertion_strings import joined_values, parse_substitute, six_values, surely_ours
from smtpscope.parsing.events.message_wording import (
    EVENT_IDS,
    EventMessage,
    SixValues,
    Wording,
    event_number,
    wording_of,
)
from smtpscope.parsing.events.record_facts import facts_of
from smtpscope.parsing.events.unparsed_records import given_up, unparsed
from smtpscope.parsing.remote_host import parse_remote_host
from smtpscope.parsing.reply_shape import ReplyParser
from smtpscope.parsing.smtp_exchange import Command, Direction, SmtpExchange
from smtpscope.parsing.smtp_exchange_table import Parsed, SmtpExchangeTable, are_plain_numbers
from smtpscope.reading.providers import is_ours
from smtpscope.reading.record import EventRecord, SmtpExchangeRecord
from smtpscope.reading.record_table import STRINGS, MixedRecords, RecordShape, RecordTable

JOINED = "the values were one text in the file: split at the first four and the last, so the reply may be split wrong"


class ParsedBatch(NamedTuple):
    """The exchanges in some records, one by one or as a table, and the number of unrelated records."""

    exchanges: list[SmtpExchange]
    table: SmtpExchangeTable | None
    unrelated_records: int


class SmtpExchangeParser:
    """Turns records into exchanges; each distinct host, command and reply text is parsed once and then shared."""

    def __init__(self) -> None:
        self._hosts = Parsed(parse_remote_host)
        self._commands = Parsed(_command)
        self._about = Parsed(_command_about)
        self._replies = Parsed(ReplyParser().parse)
        self._providers: dict[str | None, bool] = {}
        self._contexts: list[SmtpExchange] = []
        self._context_numbers: dict[tuple[str, RecordShape, str], int] = {}

    def parse_all(
        self, records: Sequence[EventRecord], already_parsed: Sequence[SmtpExchangeRecord] = ()
    ) -> ParsedBatch:
        """Like `parse` for each of `records`, but faster for a table, and `already_parsed` unchanged.

        Never raises.
        """
        table = None
        if isinstance(records, MixedRecords):
            regular = self._are_regular(records.table)
            table = self._table(records.table, np.flatnonzero(regular))
            left = np.flatnonzero(~regular)
            records = [*map(records.table.record, left.tolist()), *records.singles]
        parsed = [self.parse(record) for record in records]
        exchanges = [exchange for exchange in parsed if exchange is not None]
        others = len(parsed) - len(exchanges)
        exchanges += map(self.take, already_parsed)
        return ParsedBatch(exchanges, table, others)

    def _are_regular(self, records: RecordTable) -> NDArray[np.bool_]:
        """Which rows are certainly exchanges: of the right events, with just a number in the first two strings."""
        shapes = np.array([_is_regular(shape) for shape in records.shapes], np.bool_)
        regular: NDArray[np.bool_] = shapes[records.shape]
        for offset in (0, 1):
            texts = records.strings[offset::STRINGS]
            # The first is the same in most records, so its set is small.
            if not are_plain_numbers(texts if offset else set(texts)):
                regular &= np.fromiter((are_plain_numbers([text]) for text in texts), np.bool_, len(texts))
        return regular

    def _table(self, records: RecordTable, rows: NDArray[np.int64]) -> SmtpExchangeTable:
        strings = records.strings
        if len(rows) < len(records):
            strings = [text for row in rows.tolist() for text in strings[STRINGS * row : STRINGS * row + STRINGS]]
        servers, connections, hosts, given, replies, full = (strings[offset::STRINGS] for offset in range(STRINGS))
        count = len(rows)
        return SmtpExchangeTable(
            offset=records.offset[rows],
            time_ms=records.time_ms[rows],
            record_id=records.record_id[rows],
            connection=np.fromiter(map(int, connections), np.int64, count),
            context=self._contexts_of(records, records.shape[rows], servers),
            host=self._hosts.numbers(count, hosts, hosts.__getitem__),
            command=self._commands.numbers(
                count, zip(given, full, strict=True), lambda offset: (given[offset], full[offset])
            ),
            reply=self._replies.numbers(count, replies, replies.__getitem__),
            contexts=self._contexts,
            hosts=self._hosts.values,
            commands=self._commands.values,
            replies=self._replies.values,
        )

    def _contexts_of(self, records: RecordTable, shape: NDArray[np.int64], servers: Sequence[str]) -> NDArray[np.int64]:
        distinct = list(dict.fromkeys(servers))
        number_of = {text: number for number, text in enumerate(distinct)}
        server = np.fromiter(map(number_of.__getitem__, servers), np.int64, len(servers))
        both, inverse = np.unique(shape * max(1, len(distinct)) + server, return_inverse=True)
        contexts = [
            self._context(records.file, records.shapes[number // len(distinct)], distinct[number % len(distinct)])
            for number in both.tolist()
        ]
        chosen: NDArray[np.int64] = np.array(contexts, np.int64)[inverse.reshape(-1)]
        return chosen

    def _context(self, file: str, shape: RecordShape, server: str) -> int:
        key = (file, shape, server)
        number = self._context_numbers.get(key)
        if number is None:
            record = EventRecord(file, 0, None, False, None, *shape, strings=None, message=None)
            values = SixValues(server, "", "", "", "", "")
            event_id = None if shape.event_id is None else event_number(shape.event_id)
            number = self._context_numbers[key] = len(self._contexts)
            self._contexts.append(self._exchange(record, event_id, values, None))
        return number

    def parse(self, record: EventRecord) -> SmtpExchange | None:
        """The exchange in `record`, or None for an unrelated record.

        Related are events 7002, 7004 and 7010 of the right providers, and texts with their message but no provider. If
        one of them can't be understood, `problem` is set. Never raises.
        """
        provider = record.provider
        if provider is not None and not provider.strip():
            provider = None
        ours = self._providers.get(provider)
        if ours is None:
            ours = self._providers[provider] = provider is not None and is_ours(provider.strip())
        if provider is not None and not ours:
            return None
        number = None if record.event_id is None else event_number(record.event_id)
        strings = record.strings
        if strings is not None and number in EVENT_IDS and (ours or surely_ours(strings) or len(strings) == 1):
            values = six_values(strings)
            if values is not None:
                wording = _wording_in(record.message) if record.message else None
                return self._exchange(record, number, values, wording)
            joined = joined_values(strings[0]) if len(strings) == 1 else None
            # The message, if there is one, shows exactly where a value ends.
            if joined is not None and not (record.message and _wording_in(record.message)):
                return self._exchange(record, number, joined, None, guess=JOINED)
        if ours and number not in EVENT_IDS:
            from smtpscope.parsing.events.related_events import related_by_values

            related = related_by_values(record)
            if related is not None:
                return self.take(related)
        return self._from_text(record, number, ours)

    def take(self, record: SmtpExchangeRecord) -> SmtpExchange:
        """The exchange of `record`, which is already split. Never raises."""
        mailbox = record.mailbox
        return SmtpExchange(
            *facts_of(record, record.event_id),
            Direction(record.side),
            record.virtual_server,
            record.connection,
            self._hosts.of(record.remote_host),
            self._commands.of((record.logged_verb, record.command))
            if mailbox is None
            else self._about.of((record.logged_verb, record.command, mailbox)),
            self._replies.of(record.reply),
            record.certainty,
            record.text_level,
            record.problem,
            record.salvaged,
            record.connector,
            record.guess,
        )

    def _from_text(self, record: EventRecord, number: int | None, ours: bool) -> SmtpExchange | None:
        """Without usable strings: the message, or its substitute, from any text there is."""
        texts = [text for text in (record.message, *(record.strings or ())) if text]
        from smtpscope.parsing.events.event_message import parse

        for text in texts:
            sentence: EventMessage | None = parse(text)
            if sentence is not None:
                return self._exchange(record, number, sentence.values, sentence.wording)
        from smtpscope.parsing.events.related_events import related_by_sentence, related_by_substitute

        related = related_by_sentence(record, texts)
        if related is not None:
            return self.take(related)
        for text in texts:
            substitute = parse_substitute(text)
            if substitute is None or not (ours or is_ours(substitute.source)):
                continue
            written = event_number(substitute.event_id)
            if written not in EVENT_IDS:
                related = related_by_substitute(record, substitute)
                return None if related is None else self.take(related)
            values = six_values(substitute.strings)
            if values is not None:
                return self._exchange(record, written, values, None)
            return unparsed(record, written, "the text lacks the message, and its values are not the six expected")
        return given_up(record, number, ours, texts)

    def _exchange(
        self,
        record: EventRecord,
        number: int | None,
        values: SixValues,
        wording: Wording | None,
        guess: str | None = None,
    ) -> SmtpExchange:
        by_id = wording_of(number)
        words = wording or by_id
        server, connection, host_text, given, reply_text, full = values
        host = self._hosts.of(host_text)
        command = self._commands.of((given, full))
        reply = self._replies.of(reply_text)
        return SmtpExchange(
            *facts_of(record, number),
            words.direction,
            _number(server),
            _number(connection),
            host,
            command,
            reply,
            words.certainty or by_id.certainty,
            wording.level if wording else None,
            salvaged=record.salvaged,
            guess=guess or record.guess,
        )


def _wording_in(message: str) -> Wording | None:
    from smtpscope.parsing.events.event_message import parse_wording

    return parse_wording(message)


def _is_regular(shape: RecordShape) -> bool:
    """Whether six strings that begin with two numbers are an exchange in a record of this shape."""
    provider = shape.provider
    ours = provider is not None and is_ours(provider.strip())
    return ours and shape.event_id is not None and event_number(shape.event_id) in EVENT_IDS


def _command(text: tuple[str, str]) -> Command:
    given, full = text
    return parse_command(given, full)


def _command_about(text: tuple[str, str, str]) -> Command:
    """A command whose recipient the log names separately."""
    given, full, mailbox = text
    command = parse_command(given, full)
    if command.verb == "RCPT" and command.mailbox is not None:
        return command
    return replace(command, mailbox=mailbox, beside=True)


def _number(text: str) -> int | None:
    text = text.strip()
    # Ten digits are enough for every 32-bit number; int() raises on thousands of them.
    return int(text) if text.isdecimal() and len(text) <= 10 else None
