"""The connectivity logs of Exchange 2007 and later: the connections of the delivery queues, and why they failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from smtpscope.reading.batching import Batching
from smtpscope.reading.microsoft_exchange.tables.connectivity_table import rows_to_read
from smtpscope.reading.microsoft_exchange.tables.transport_table import Part, RowTable, parts_of
from smtpscope.reading.microsoft_exchange.transport_log import (
    FOUND_IN,
    NO_HEADER,
    LogRows,
    another_log,
    fields_of,
    header_facts,
    header_of,
    host_of,
    utc_milliseconds,
)
from smtpscope.reading.microsoft_exchange.transport_replies import MAYBE_OURS, is_of_store, is_ours
from smtpscope.reading.microsoft_exchange.transport_session import UNSPOKEN, SessionFields, SessionLog
from smtpscope.reading.problem_log import FailedDeliveries, ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, SmtpExchangeRecord, Source
from smtpscope.reading.smtp_session import SmtpSession
from smtpscope.reading.text.encodings import BLOCK_SIZE, TextBlock, head_text
from smtpscope.reading.text.table_rows import true_text
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import FollowableTextLog, head_of

FIELDS: Final = ("date-time", "session", "source", "destination", "direction", "description")
_SESSION: Final = SessionFields(
    usual=FIELDS,
    session="session",
    sign="direction",
    texts=("description",),
    facts=(("session", "session"), ("source", "source"), ("destination", "destination")),
    signs=UNSPOKEN,
)
_KIND: Final = "connectivity log"
_PROVIDER: Final = "Transport Connectivity Log"
"""What the header calls the log; a log without its header is called the same."""
# A source is a component, for SMTP with its connector; the session is a number of sixteen hexadecimal digits.
_ROW = re.compile(
    rf"(?:\A|\n){FOUND_IN}"
    r"\"?\d{4}-\d\d-\d\dT[\d:.]{5,16}Z\"?,\"?[0-9A-F]{16}\"?,"
    r"[^,\n]{1,120},[^,\n]{0,260},\"?[+<>*-]\"?,"
)
# A reply in the middle of a description has an enhanced code, or follows a word that announces it: there are other
# three-digit numbers, such as counts of messages and bytes.
_REPLY = re.compile(
    r"(?:\A\s{0,8}|(?<=[\s(\"':;=]))[45][0-5][0-9][ -]#?[45]\.[0-9]{1,3}\.[0-9]{1,3}"
    r"|\A\s{0,8}[45][0-5][0-9](?:[ -]|\Z)"
    r"|(?:status|respon(?:se|ded with)|replied):? {0,2}[\"']?(?P<announced>[45][0-5][0-9])(?=[ -]|\Z)"
)
_CODE = re.compile(r"[45][0-5][0-9](?:[ -]|\Z)")
_CONNECTION = re.compile(r"connection (?:to|with) (\S{1,255}?:\d{1,5})(?=[\s,;]|\Z)", re.IGNORECASE)
# No reply at all: the name was not found, the port was closed, or nobody answered.
_UNSPOKEN = re.compile(
    r"Failed connection to |Failed to (?:create a connection|connect to|locate server)| reported by \S"
    r"|Aborted connection to "
)
_WORDS: Final = ("Failed connection to ", "Failed to ", " reported by ", "Aborted connection to ")
"""One of these is in whatever `_UNSPOKEN` finds."""


class ConnectivityLogReader(FollowableTextLog):
    """Reads one log; rows that quote a reply 4yz or 5yz are exchanges, all other rows are only counted."""

    format: ClassVar[Format] = Format(
        name="connectivity",
        service=True,
        title="Exchange connectivity log",
        recognised_by='the header line "#Log-type: Transport Connectivity Log", its fields, or rows of that shape',
        lacks=(
            "commands, senders and recipients",
            "the name of our server",
            "the refusing host's name, if the destination is a domain",
        ),
    )

    def __init__(
        self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE, tables: bool = True
    ) -> None:
        """Without `tables`, all rows are taken one by one, which finds the same."""
        self._tables = tables
        super().__init__(source, options, block_size=block_size)

    def _restart(self) -> None:
        super()._restart()
        self._problems = ProblemLog(self._source.name)
        self._rows = LogRows(FIELDS, FIELDS, self._problems)
        self._unanswered = FailedDeliveries(self._source.name, "connections")

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        header = header_of(head)
        kind = header.get("log-type")
        if kind is not None:
            return _KIND in kind.lower()
        if "fields" in header:
            return set(FIELDS) <= set(fields_of(header["fields"]))
        return _ROW.search(head_text(head)) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError if the file is not such a log."""
        head = head_of(self._source)
        if head and not self.sniff(head):
            raise another_log(self._source.name, "connectivity log")
        return super().batches()

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        batching = Batching(self._source.size)
        rows = self._rows
        headers, described = -1, 0
        if not self._done and not header_of(head_of(self._source)):
            self._problems.add("line 1", NO_HEADER, "noted")
        for block, stream in self._text.blocks(self._done):
            final = block.final and to_the_end
            first: list[str] | None = None
            fields: list[str] | None = None
            for part in self._parts(block, final=final):
                if rows.headers != headers:
                    headers, described = rows.headers, rows.columns["description"]
                if isinstance(part, RowTable):
                    first, fields = first or part.fields(0), part.fields(-1)
                    chosen = rows_to_read(part, described, _WORDS)
                    batching.unrelated_records += len(part) - len(chosen)
                    for row in chosen:
                        rows.at_line(part.line(row))
                        yield from self._take(part.fields(row), described, block.offset(part.start(row)), batching)
                    continue
                start, fields = part
                first = first or fields
                yield from self._take(fields, described, block.offset(start), batching)
            batching.extend_log_span(rows.span(first, fields))
            stream.keep_from(rows.rest)
            self._done = block.offset(rows.rest)
            batching.problems += self._problems.take(final=final) + (self._unanswered.take() if block.final else [])
            if block.final or batching.due:
                yield batching.take(self._done)

    def _parts(self, block: TextBlock, *, final: bool) -> Iterator[Part]:
        if not self._tables:
            return self._rows.of(block, final=final)
        return parts_of(self._rows, block, final=final, quoted_from=1)

    def _take(self, fields: list[str], described: int, offset: int, batching: Batching) -> Iterator[Batch]:
        """Takes the current row, and yields a batch if there are enough exchanges."""
        reply = _reply_in(fields[described])
        if not reply:
            batching.unrelated_records += 1
            if _is_unspoken(fields[described]):
                self._unanswered.add()
            return
        record = self._record(fields, reply, offset)
        batching.exchanges.append(record)
        if record.time_ms is None:
            self._problems.add(f"line {self._rows.number}", "the time of the row can't be read", "noted")
        if batching.full:
            batching.problems += self._problems.take()
            yield batching.take(record.offset)

    def _record(self, fields: list[str], reply: str, offset: int) -> SmtpExchangeRecord:
        columns, encoding = self._rows.columns, self._text.encoding
        connection = _CONNECTION.search(fields[columns["description"]])
        host = host_of(connection[1]) if connection else fields[columns["destination"]]
        return SmtpExchangeRecord(
            file=self._source.name,
            offset=offset,
            time_ms=utc_milliseconds(fields[columns["date-time"]]),
            time_assumed=False,
            side="outbound",
            provider=self._rows.labels.get("log-type", _PROVIDER),
            computer=None,
            connector=true_text(fields[columns["source"]], encoding) or None,
            remote_host=true_text(host, encoding),
            logged_verb="",
            command="",
            reply=true_text(reply, encoding),
            guess=MAYBE_OURS if is_ours(reply) or is_of_store(reply) else None,
        )

    def raw(self, offset: int) -> str:
        """The row as logged."""
        return SessionLog(self._text, _SESSION).row_at(offset)

    def smtp_session(self, offset: int) -> SmtpSession | None:
        """See `HasSessions`."""
        return SessionLog(self._text, _SESSION).smtp_session(offset)

    def information(self) -> FileInformation:
        header = header_of(head_of(self._source))
        warnings = () if header else (f"{NO_HEADER}.",)
        unspoken = sum(_unspoken_in(block.text) for block, _ in self._text.blocks())
        without_reply = ("Connections that failed without a reply", f"{unspoken:,}")
        return self._described(*header_facts(header), without_reply, warnings=warnings)


def _reply_in(description: str) -> str:
    """The reply 4yz or 5yz quoted in `description`, "" if there is none."""
    found = _REPLY.search(description) if _CODE.search(description) else None
    if found is None:
        return ""
    begin = found.start("announced") if found["announced"] else found.start()
    reply = description[begin:].strip()
    opening = description[:begin].rstrip()[-1:]
    closing = {"(": ")", '"': '"', "'": "'"}.get(opening, "")
    return reply[: reply.rfind(closing)].rstrip() if closing and closing in reply else reply


def _is_unspoken(description: str) -> bool:
    """Whether a row without a reply is about a connection that failed before any reply."""
    # Most rows have none of these letters and need no search.
    may_be = "ed connection to " in description or "ed to " in description or " by " in description
    return may_be and _UNSPOKEN.search(description) is not None


def _unspoken_in(text: str) -> int:
    """How many rows of `text` are about a connection that failed before any reply."""
    count = done = 0
    for found in _UNSPOKEN.finditer(text):
        if found.start() < done:
            continue
        begin = text.rfind("\n", 0, found.start()) + 1
        done = text.find("\n", found.end()) % (len(text) + 1)
        count += _REPLY.search(text, begin, done) is None
    return count
