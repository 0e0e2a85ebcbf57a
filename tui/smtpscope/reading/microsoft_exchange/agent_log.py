"""The agent log of Exchange 2007 and later: what its anti-spam agents did, and what they replied to the client."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from smtpscope.reading.batching import Batching
from smtpscope.reading.microsoft_exchange.agent_refusal import PROVIDER, refusals
from smtpscope.reading.microsoft_exchange.transport_log import (
    FOUND_IN,
    LONGEST,
    NO_HEADER,
    LogRows,
    another_log,
    fields_in,
    fields_of,
    header_facts,
    header_of,
    row_at,
    utc_milliseconds,
)
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format, SmtpExchangeRecord
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.table_rows import true_text
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import FollowableTextLog, head_of

FIELDS: Final = (
    "timestamp", "sessionid", "localendpoint", "remoteendpoint", "enteredorgfromip", "messageid", "p1fromaddress",
    "p2fromaddresses", "recipient", "numrecipients", "agent", "event", "action", "smtpresponse", "reason", "reasondata",
    "diagnostics", "networkmsgid", "tenantid", "directionality",
)  # fmt: skip
_FEWEST: Final = 16
"""Fields of Exchange 2007; each later version appends some."""
WANTED: Final = ("timestamp", "event", "smtpresponse")
DECIDING: Final = {
    "recipient": "whose mail was refused is missing",
    "remoteendpoint": "clients are named by the IP address that the mail came from at first, or not at all",
}
_KIND: Final = "agent log"
_ROW: Final = re.compile(
    rf"(?:\A|\n){FOUND_IN}"
    r"\d{4}-\d\d-\d\dT[\d:.]{5,16}Z,[0-9A-F]{16},[^,\n]{0,60},[^,\n]{0,60},[^,\n]{0,60},"
    r"[^\n]{0,2000}?,On[A-Z][A-Za-z]{3,40},[A-Z][A-Za-z]{3,40},"
)


class AgentLogReader(FollowableTextLog):
    """Reads one log; an entry with a reply 4yz or 5yz is an exchange for each of its recipients."""

    format: ClassVar[Format] = Format(
        name="agent",
        service=True,
        title="Exchange agent log (anti-spam agents, AGENTLOG*.LOG)",
        recognised_by='the header line "#Log-type: Agent Log", its fields, or rows of that shape',
        lacks=("the full commands", "the name of our server (it has the IP address)", "anything no agent refused"),
    )

    def _restart(self) -> None:
        super()._restart()
        self._problems = ProblemLog(self._source.name)
        self._rows: LogRows | None = None

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        header = header_of(head)
        kind = header.get("log-type")
        if kind is not None:
            return _KIND in kind.lower()
        if "fields" in header:
            return {*WANTED, "agent"} <= set(fields_of(header["fields"]))
        return _ROW.search(head_text(head)) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError if the file is not such a log."""
        head = head_of(self._source)
        if head and not self.sniff(head):
            raise another_log(self._source.name, "agent log")
        return super().batches()

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        batching = Batching(self._source.size)
        rows = self._rows = self._rows or self._new_rows()
        for block, stream in self._text.blocks(self._done):
            final = block.final and to_the_end
            first: list[str] | None = None
            fields: list[str] | None = None
            for start, fields in rows.of(block, final=final):
                first = first or fields
                found = self._records(fields, rows.columns, block.offset(start))
                batching.exchanges += found
                batching.unrelated_records += not found
                if found and found[0].time_ms is None:
                    self._problems.add(f"line {rows.number}", "the time of the row can't be read", "noted")
                if batching.full:
                    batching.problems += self._problems.take()
                    yield batching.take(block.offset(start))
            batching.extend_log_span(rows.span(first, fields))
            stream.keep_from(rows.rest)
            self._done = block.offset(rows.rest)
            batching.problems += self._problems.take(final=final)
            if block.final or batching.due:
                yield batching.take(self._done)

    def _new_rows(self) -> LogRows:
        """The rows of this log; without a header, they have as many of the known fields as the first row."""
        head = head_of(self._source)
        if header_of(head):
            return LogRows(WANTED, FIELDS, self._problems, DECIDING)
        self._problems.add("line 1", NO_HEADER, "noted")
        count = max(_FEWEST, len(fields_in(row_at(head_text(head), 0))))
        return LogRows(WANTED, FIELDS[:count], self._problems)

    def _records(self, fields: list[str], columns: Mapping[str, int], offset: int) -> list[SmtpExchangeRecord]:
        encoding = self._text.encoding
        # Most rows are not refusals.
        if fields[columns["smtpresponse"]][:1] not in ("4", "5"):
            return []

        def value(name: str) -> str:
            index = columns.get(name, -1)
            return true_text(fields[index], encoding) if 0 <= index < len(fields) else ""

        time_ms = utc_milliseconds(fields[columns["timestamp"]])
        return [
            SmtpExchangeRecord(
                file=self._source.name,
                # They share one row, and each needs its own byte in it.
                offset=offset + number * encoding.unit,
                time_ms=time_ms,
                time_assumed=False,
                side="inbound",
                provider=PROVIDER,
                computer=None,
                connector=None,
                remote_host=refusal.client,
                logged_verb=refusal.verb,
                command="",
                reply=refusal.reply,
                mailbox=refusal.mailbox,
            )
            for number, refusal in enumerate(refusals(value))
        ]

    def raw(self, offset: int) -> str:
        """The row with the byte `offset`, as logged."""
        mark, unit = self._text.encoding.mark, self._text.encoding.unit
        begin = max(mark, offset - LONGEST * unit)
        begin -= (begin - mark) % unit
        before = self._text.at(begin, (offset - begin) // unit)
        start = begin + before.length_before(before.text.rfind("\n") + 1)
        return true_text(row_at(self._text.at(start, LONGEST).text, 0), self._text.encoding)

    def information(self) -> FileInformation:
        header = header_of(head_of(self._source))
        return self._described(*header_facts(header), warnings=() if header else (f"{NO_HEADER}.",))
