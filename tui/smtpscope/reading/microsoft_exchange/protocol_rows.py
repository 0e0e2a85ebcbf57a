"""Turns the rows of a protocol log into exchanges: each refusal with the command it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec.structs import replace

from smtpscope.reading.microsoft_exchange.reply_pairing import (
    BEGUN,
    COMMAND,
    ENDED,
    REPLY,
    SESSIONS,
    OpenSessions,
    PairedReply,
    PairedSession,
    is_reply,
    said_in,
)
from smtpscope.reading.microsoft_exchange.tables.protocol_table import ProtocolTable, TableColumns
from smtpscope.reading.microsoft_exchange.tables.transport_table import RowTable
from smtpscope.reading.microsoft_exchange.transport_log import host_of, utc_milliseconds
from smtpscope.reading.microsoft_exchange.transport_session import SPOKEN, SessionFields, SessionLog, SessionRow
from smtpscope.reading.problem_log import FailedDeliveries
from smtpscope.reading.record import Side, SmtpExchangeRecord
from smtpscope.reading.text.encodings import TextEncoding
from smtpscope.reading.text.table_rows import true_text
from smtpscope.reading.text.text_log import TextSource

LOOKED_AT: Final = 1 << 14
"""Characters of rows that are enough to decide."""
_COMMAND = re.compile(r"(?:EHLO|HELO|MAIL FROM|RCPT TO|DATA|BDAT|RSET|QUIT|STARTTLS|AUTH)\b", re.IGNORECASE)
_SURE: Final = 2
_AGAINST_ONE: Final = 4


def side_by_rows(text: str, event: int, data: int) -> Side | None:
    """The side that wrote the rows at the beginning of `text`, None if they leave it open.

    `event` and `data` are the positions of those fields in a row. A stranger can send any text, but each of his lines
    is answered: so a clear majority decides.
    """
    ours = {"outbound": 0, "inbound": 0}
    text = text[:LOOKED_AT]
    # A header may follow, of another log.
    text = "" if text.startswith("#") else text.partition("\n#")[0]
    for sign, said in _fields_in(text, event, data):
        said = said.lstrip('"')
        if is_reply(said):
            ours["inbound" if sign == ">" else "outbound"] += 1
        elif _COMMAND.match(said):
            ours["outbound" if sign == ">" else "inbound"] += 1
    sides: tuple[Side, Side] = ("outbound", "inbound")
    less, more = sorted(sides, key=lambda side: ours[side])
    return more if ours[more] >= max(_SURE, _AGAINST_ONE * ours[less]) else None


def _fields_in(text: str, event: int, data: int) -> Iterator[tuple[str, str]]:
    """The fields `event` and `data` of each row of `text` in which something was said."""
    if data == event + 1 > 1:
        yield from _said_behind(event).findall(text)
        return
    for row in text.split("\n"):
        fields = row.split(",", max(event, data) + 1)
        if len(fields) > max(event, data) and fields[event] in ("<", ">"):
            yield fields[event], fields[data]


@lru_cache(maxsize=4)
def _said_behind(fields: int) -> re.Pattern[str]:
    return re.compile(rf"^(?:[^,\n]*,){{{fields}}}([<>]),([^,\n]*)", re.MULTILINE)


_REACH: Final = 1 << 16
"""How many characters around a reply are searched for its command and further rows."""


def exchange_rows(text: TextSource, log: SessionLog, offset: int) -> str:
    """The rows of the refusal that begins at byte `offset` of `log`; without its command if that is too far away.

    Raises LogError if the log can't be read.
    """
    name = log.session_at(offset)
    reach = _REACH * text.encoding.unit
    begin = max(offset - reach, text.encoding.mark)
    if begin > text.encoding.mark:
        before = text.at(begin, _REACH)
        begin = before.offset(before.text.find("\n") + 1)
    # Rows that are cut short are skipped, as the reader does.
    found = log.rows(name, begin=begin, end=offset + reach) if name else ()
    rows = [row for row in found if {"event", "data"} <= row.fields.keys()]
    refusal = next((row for row in rows if row.offset == offset), None)
    if refusal is None:
        return log.row_at(offset)
    return "\n".join(row.text for row in _belonging(rows, refusal))


def _belonging(rows: Sequence[SessionRow], refusal: SessionRow) -> list[SessionRow]:
    """`refusal` with the rows that belong to it, among the `rows` of its session."""
    before = [row for row in rows if row.offset < refusal.offset]
    session = PairedSession(whole=any(row.fields["event"] == "+" for row in before))
    commands: list[SessionRow] = []
    sign = refusal.fields["event"]
    for row in before:
        event, line = row.fields["event"], row.fields["data"]
        if event == sign:
            if is_reply(line) and not session.continues(line):
                session.reply(line)
        elif event in ("<", ">"):
            session.command(line)
            commands.append(row)
    reply = refusal.fields["data"]
    answered = session.reply(reply) if is_reply(reply) else None
    if answered is None:
        return [refusal]
    found = [*_command_row(commands, answered), refusal]
    for row in rows[len(before) + 1 :]:
        if not session.unfinished(answered.lines):
            break
        if row.fields["event"] == sign and session.continues(row.fields["data"]):
            found.append(row)
    return found


def _command_row(commands: Sequence[SessionRow], answered: PairedReply) -> list[SessionRow]:
    if not answered.command:
        return []
    for row in reversed(commands):
        line = row.fields["data"]
        if line == answered.command or (answered.command == "." and line[:4].upper() == "DATA"):
            return [row]
    return []


FIELDS: Final = (
    "date-time", "connector-id", "session-id", "sequence-number", "local-endpoint", "remote-endpoint", "event", "data",
    "context",
)  # fmt: skip
DECIDING: Final = {
    "remote-endpoint": "the remote hosts are missing",
    "connector-id": "the connectors are missing, and with them the names of the servers",
}
WANTED: Final = ("date-time", "session-id", "event", "data")
SESSION: Final = SessionFields(
    usual=FIELDS,
    session="session-id",
    sign="event",
    texts=("data", "context"),
    facts=(
        ("session", "session-id"),
        ("connector", "connector-id"),
        ("local endpoint", "local-endpoint"),
        ("remote endpoint", "remote-endpoint"),
    ),
    signs=SPOKEN,
)
# Exchange's own words are in the context, in older versions in the data.
_UNANSWERED: Final = re.compile(
    r"Failed to connect\b|attempting to connect\b.{0,500}? failed\b"
    r"|TLS negotiation failed\b(?: with error (?P<tls>\w{1,60}))?(?P<no_name>)",
    re.IGNORECASE,
)
_UNANSWERED_WORD: Final = "failed"
_EVENTS: Final = frozenset("+-<>")
# Replies of several rows wait for their last row, and later refusals wait for them.
_WAITING: Final = 2_000
_HELD_UP: Final = 100


class ProtocolColumns(NamedTuple):
    """The position of each field in a row; below zero if the log has no such field."""

    time: int
    connector: int
    session: int
    sequence: int
    local: int
    remote: int
    event: int
    data: int


def columns_of(fields: Mapping[str, int]) -> ProtocolColumns:
    """The positions of the relevant fields, from `LogRows.columns`."""
    return ProtocolColumns(*(fields.get(name, -1) for name in FIELDS[:-1]))


class _Refusal(NamedTuple):
    """A refusal whose reply may continue in further rows of `session`."""

    record: SmtpExchangeRecord
    session: PairedSession
    lines: list[str]


class ProtocolRows:
    """Follows the sessions of one log. Pass each row to `take`, in log order."""

    def __init__(self, file: str, encoding: TextEncoding, unanswered: FailedDeliveries) -> None:
        self._file = file
        self._unanswered = unanswered
        self._encoding = encoding
        self._columns = columns_of({name: index for index, name in enumerate(FIELDS)})
        self._side: Side = "unknown"
        self._provider: str | None = None
        self._sessions = OpenSessions()
        self._waiting: list[_Refusal] = []

    def read_as(self, columns: ProtocolColumns, side: Side, provider: str | None) -> None:
        """From the next row on, the fields are in `columns`, and the log is that of `side`, written by `provider`."""
        self._columns, self._side, self._provider = columns, side, provider

    def take(self, fields: Sequence[str]) -> PairedReply | None:
        """The refusal that begins in a row, None if it has something else."""
        columns = self._columns
        event = fields[columns.event]
        if event in _EVENTS:
            numbered = 0 <= columns.sequence < len(fields)
            first = numbered and fields[columns.sequence] == "0"
            line = fields[columns.data]
            return self._take(said_in(event, line, self._replies), fields[columns.session], line, first=first)
        self._take_other(fields)
        return None

    def take_table(self, rows: RowTable) -> Iterator[tuple[int, PairedReply]]:
        """The same for all rows of a table: each refusal, with the number of the row in which it begins."""
        columns = self._columns
        named = TableColumns(columns.session, columns.sequence, columns.event, columns.data)
        table = ProtocolTable(rows, named, self._replies)
        for row in table.other_rows(_UNANSWERED_WORD):
            self._take_other(rows.fields(row))
        take, of = self._take, self._sessions.of
        for row, said, name, first, line in table.followed(self._sessions.names(), SESSIONS):
            if said == COMMAND:
                # One row in three, so without another call.
                of(name, first=first).command(line)
            elif (refusal := take(said, name, line, first=first)) is not None:
                yield row, refusal

    @property
    def _replies(self) -> str:
        """The event of rows with what the server says."""
        return "<" if self._side == "outbound" else ">"

    def _take(self, said: str, name: str, line: str, *, first: bool) -> PairedReply | None:
        """Takes a row of a session; `said` is what `said_in` finds."""
        if said == BEGUN:
            self._sessions.begin(name)
        elif said == ENDED:
            self._sessions.end(name)
        else:
            session = self._sessions.of(name, first=first)
            if said == COMMAND:
                session.command(line)
            elif said == REPLY and not session.continues(line):
                return session.reply(line)
        return None

    def _take_other(self, fields: Sequence[str]) -> None:
        found = _UNANSWERED.search(",".join(fields[self._columns.data :]))
        if found is not None:
            self._unanswered.add(found["tls"] or found["no_name"])

    def note(self, refusal: PairedReply, fields: Sequence[str], offset: int) -> SmtpExchangeRecord:
        """The exchange of `refusal`, which begins in the row at byte `offset`; `ready` returns it too."""
        columns = self._columns
        connector = self._value(fields, columns.connector)
        record = SmtpExchangeRecord(
            file=self._file,
            offset=offset,
            time_ms=utc_milliseconds(fields[columns.time]),
            time_assumed=False,
            side=self._side,
            provider=self._provider,
            computer=_computer(connector, self._side) or host_of(self._value(fields, columns.local)) or None,
            connector=connector or None,
            remote_host=host_of(self._value(fields, columns.remote)),
            logged_verb=self._true(refusal.logged_verb),
            command=self._true(refusal.command),
            reply=self._true(refusal.lines[0]),
            mailbox=refusal.mailbox and self._true(refusal.mailbox),
            guess=refusal.guess,
        )
        session = self._sessions.of(fields[columns.session], first=False)
        self._waiting.append(_Refusal(record, session, refusal.lines))
        return record

    @property
    def full(self) -> bool:
        """Whether enough exchanges are waiting for a batch."""
        return len(self._waiting) >= _WAITING

    def ready(self, *, final: bool) -> list[SmtpExchangeRecord]:
        """The exchanges whose replies are complete, up to the first incomplete one: offsets have to ascend."""
        waiting = self._waiting
        if not waiting:
            return []
        count = len(waiting)
        if not final:
            unfinished = (offset for offset, one in enumerate(waiting) if one.session.unfinished(one.lines))
            # A reply that never ends must not block all others.
            count = max(next(unfinished, count), count - _HELD_UP if self.full else 0)
        self._waiting = waiting[count:]
        return [self._finished(one) for one in waiting[:count]]

    def _finished(self, refusal: _Refusal) -> SmtpExchangeRecord:
        lines = refusal.lines
        if len(lines) == 1:
            return refusal.record
        return replace(refusal.record, reply="\n".join(map(self._true, lines)))

    def _value(self, fields: Sequence[str], column: int) -> str:
        return self._true(fields[column]) if 0 <= column < len(fields) else ""

    def _true(self, text: str) -> str:
        return true_text(text, self._encoding)


def _computer(connector: str, side: Side) -> str:
    r"""Our server: a Receive connector is called `SERVER\name`, a Send connector belongs to the whole organization.

    Otherwise the IP address of our side: the log has no other name for the server, and its name in EHLO may be the same
    for many servers.
    """
    server, backslash, _ = connector.partition("\\")
    return server if side == "inbound" and backslash else ""
