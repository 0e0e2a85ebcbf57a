"""The SMTP protocol logs of Exchange 2007 and later: what its Send and Receive connectors sent and received."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from smtpscope.reading.batching import Batching
from smtpscope.reading.microsoft_exchange.protocol_rows import (
    DECIDING,
    FIELDS,
    LOOKED_AT,
    SESSION,
    WANTED,
    ProtocolRows,
    columns_of,
    exchange_rows,
    side_by_rows,
)
from smtpscope.reading.microsoft_exchange.reply_pairing import PairedReply
from smtpscope.reading.microsoft_exchange.tables.transport_table import Part, RowTable, parts_of
from smtpscope.reading.microsoft_exchange.transport_log import (
    FOUND_IN,
    NO_HEADER,
    LogRows,
    another_log,
    fields_of,
    header_facts,
    header_of,
)
from smtpscope.reading.microsoft_exchange.transport_session import SessionLog
from smtpscope.reading.problem_log import FailedDeliveries, ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, Side, Source
from smtpscope.reading.smtp_session import SmtpSession
from smtpscope.reading.text.encodings import BLOCK_SIZE, TextBlock, head_text
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import FollowableTextLog, head_of

_KIND = re.compile(r"SMTP (Send|Receive) Protocol Log", re.IGNORECASE)
_COMMAND_ROW = re.compile(
    r",([<>]),\"?(?:(EHLO|HELO|MAIL FROM|RCPT TO|DATA|BDAT|RSET|QUIT|STARTTLS|AUTH)\b|[2-5][0-9][0-9][ -])",
    re.IGNORECASE,
)
_ROW = re.compile(
    rf"(?:\A|\n){FOUND_IN}"
    r"\d{4}-\d\d-\d\dT[\d:.]{5,16}Z,[^,\n]{0,200},[0-9A-F]{16},\d{1,9},[^,\n]{0,60},[^,\n]{0,60},[-+<>*],"
)
_SIDES: Final[dict[str, Side]] = {"send": "outbound", "receive": "inbound"}
_PROVIDERS: Final[dict[Side, str]] = {"outbound": "SMTP Send Protocol Log", "inbound": "SMTP Receive Protocol Log"}
"""What the header calls the log; a log without its header is called the same."""


class ProtocolLogReader(FollowableTextLog):
    """Reads one log; refusals are exchanges, all other rows are only counted.

    The log itself ties replies to commands: rows of one session have its number and are in order.
    """

    format: ClassVar[Format] = Format(
        name="protocol",
        service=True,
        title="Exchange SMTP protocol log (SmtpSend, SmtpReceive)",
        recognised_by='the header line "#Log-type: SMTP Send Protocol Log" or "… Receive …", or rows of that shape',
        lacks=(
            "names of remote hosts (it has their IP addresses)",
            "the name of our server in a Send log (it has the IP address)",
            "the recipient of a refusal after DATA if there were several",
        ),
    )

    def __init__(
        self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE, tables: bool = True
    ) -> None:
        """Without `tables`, all rows are taken one by one, which finds the same."""
        self._tables = tables
        self._usual_side: Side | None = None
        super().__init__(source, options, block_size=block_size)

    def _restart(self) -> None:
        super()._restart()
        self._problems = ProblemLog(self._source.name)
        self._rows = LogRows(WANTED, FIELDS, self._problems, DECIDING)
        self._unanswered = FailedDeliveries(self._source.name, "connections")
        self._sessions: ProtocolRows | None = None
        self._by_session: SessionLog | None = None

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        header = header_of(head)
        kind = header.get("log-type")
        if kind is not None:
            return _KIND.search(kind) is not None
        if "fields" in header:
            return set(WANTED) <= set(fields_of(header["fields"]))
        return _ROW.search(head_text(head)) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError if the file is not such a log."""
        head = head_of(self._source)
        if head and not self.sniff(head):
            raise another_log(self._source.name, "SMTP protocol log")
        return super().batches()

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        batching = Batching(self._source.size)
        sessions = self._sessions = self._sessions or ProtocolRows(
            self._source.name, self._text.encoding, self._unanswered
        )
        rows = self._rows
        headers = -1
        if not self._done and not header_of(head_of(self._source)):
            self._problems.add("line 1", NO_HEADER, "noted")
        for block, stream in self._text.blocks(self._done):
            final = block.final and to_the_end
            first: list[str] | None = None
            fields: list[str] | None = None
            for part in self._parts(block, final=final):
                begin = part.start(0) if isinstance(part, RowTable) else part[0]
                if isinstance(part, RowTable):
                    rows.at_line(part.line(0))
                if rows.headers != headers:
                    headers = rows.headers
                    sessions.read_as(columns_of(rows.columns), *self._kind(rows, block.text[begin : begin + LOOKED_AT]))
                if isinstance(part, RowTable):
                    first, fields = first or part.fields(0), part.fields(-1)
                    batching.unrelated_records += len(part)
                    for row, refusal in sessions.take_table(part):
                        rows.at_line(part.line(row))
                        batching.unrelated_records -= 1
                        yield from self._note(refusal, part.fields(row), block.offset(part.start(row)), batching)
                    continue
                _, fields = part
                first = first or fields
                found = sessions.take(fields)
                if found is None:
                    batching.unrelated_records += 1
                else:
                    yield from self._note(found, fields, block.offset(begin), batching)
            batching.extend_log_span(rows.span(first, fields))
            stream.keep_from(rows.rest)
            self._done = block.offset(rows.rest)
            batching.exchanges += sessions.ready(final=final)
            batching.problems += self._problems.take(final=final) + (self._unanswered.take() if block.final else [])
            if block.final or batching.due:
                yield batching.take(self._done)

    def _parts(self, block: TextBlock, *, final: bool) -> Iterator[Part]:
        if not self._tables:
            return self._rows.of(block, final=final)
        return parts_of(self._rows, block, final=final, quoted_from=self._rows.columns["data"])

    def _note(self, refusal: PairedReply, fields: list[str], offset: int, batching: Batching) -> Iterator[Batch]:
        """Notes the `refusal` in the current row, and yields a batch if there are enough."""
        sessions = self._sessions
        assert sessions is not None, "there are no rows yet"
        record = sessions.note(refusal, fields, offset)
        if record.time_ms is None:
            self._problems.add(f"line {self._rows.number}", "the time of the row can't be read", "noted")
        if sessions.full:
            batching.exchanges += sessions.ready(final=False)
            batching.problems += self._problems.take()
            yield batching.take(offset)

    def _kind(self, rows: LogRows, following: str) -> tuple[Side, str | None]:
        """The side that wrote the log, and the log's name; if rows contradict their header, the rows decide."""
        provider = rows.labels.get("log-type")
        kind = _KIND.search(provider) if provider else None
        if provider is not None and kind is not None:
            side = _SIDES[kind[1].lower()]
            by_rows = side_by_rows(following, rows.columns["event"], rows.columns["data"])
            if by_rows in (None, side):
                return side, provider
            true_kind = "Send" if by_rows == "outbound" else "Receive"
            reason = f'the header says "{provider}", but the rows are those of a {true_kind} log: read as such'
            self._problems.add(f"line {rows.number}", reason, "noted")
            side = _SIDES[true_kind.lower()]
            return side, _PROVIDERS[side]
        if self._usual_side is None:
            self._usual_side = _side_by_words(head_text(head_of(self._source)))
        return self._usual_side, provider or _PROVIDERS[self._usual_side]

    def _session_log(self) -> SessionLog:
        if self._by_session is None:
            self._by_session = SessionLog(self._text, SESSION)
        return self._by_session

    def raw(self, offset: int) -> str:
        """The row of the command and the rows of its reply, as logged."""
        return exchange_rows(self._text, self._session_log(), offset)

    def smtp_session(self, offset: int) -> SmtpSession | None:
        """See `HasSessions`."""
        return self._session_log().smtp_session(offset)

    def information(self) -> FileInformation:
        header = header_of(head_of(self._source))
        warnings = () if "log-type" in header else ("The log has no header: the commands tell client from server.",)
        return self._described(*header_facts(header), warnings=warnings)


def _side_by_words(text: str) -> Side:
    """The side that sends the commands (and gets the replies) in a log that does not say what it is."""
    row = _COMMAND_ROW.search(text)
    if row is None:
        return "inbound"
    return "outbound" if (row[1] == ">") == (row[2] is not None) else "inbound"
