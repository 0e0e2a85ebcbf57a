"""Exchange message tracking logs (MSGTRK*.LOG of 2007 and later): the refusals of each message, with its recipients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from smtpscope.reading.batching import Batching
from smtpscope.reading.log_span import LogSpan, span_of
from smtpscope.reading.microsoft_exchange.tables.tracking_table import CountedRows, parts_of
from smtpscope.reading.microsoft_exchange.tracking_exchanges import MAY_REFUSE, exchanges_of
from smtpscope.reading.microsoft_exchange.tracking_rows import (
    LONGEST_ROW,
    Bounds,
    TrackingColumns,
    TrackingHeader,
    TrackingRow,
    are_rows,
    columns_by_count,
    fields_of,
    header_of,
    row_bounds,
)
from smtpscope.reading.microsoft_exchange.tracking_session import message_at, raw_row
from smtpscope.reading.microsoft_exchange.transport_log import iso_milliseconds, rows_in
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, Source
from smtpscope.reading.smtp_session import SmtpSession
from smtpscope.reading.text.encodings import BLOCK_SIZE, TextBlock, head_text
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.text.text_log import FollowableTextLog, head_of

_LONGEST_TIME: Final = 64


class MessageTrackingReader(FollowableTextLog):
    """Reads one log; only rows with a code from 400 to 599 are parsed, all others are counted."""

    format: ClassVar[Format] = Format(
        name="tracking",
        service=True,
        title="Exchange message tracking log (2007 and later, MSGTRK*.LOG)",
        recognised_by='the line "#Log-type: Message Tracking Log", or rows of that shape',
        lacks=("the commands", "the rest of the SMTP session"),
    )

    def __init__(
        self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE, tables: bool = True
    ) -> None:
        """Without `tables`, all rows are taken one by one, which finds the same."""
        self._tables = tables
        super().__init__(source, options, block_size=block_size)

    def _restart(self) -> None:
        super()._restart()
        self._header = TrackingHeader()
        self._problems = ProblemLog(self._source.name)
        self._line = 0
        self._first_row = self._last_row = ""
        self._columns_assumed = False
        self._missing: tuple[str, ...] = ()

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head):
            return False
        header = _header_in(head)
        return header.is_tracking or (not header.values and are_rows(head_text(head)))

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        batching = Batching(self._source.size)
        for block, stream in self._text.blocks(self._done):
            rest = 0
            leave = 0 if block.final and to_the_end else LONGEST_ROW // self._text.encoding.unit
            for bounds in self._parts(block, leave):
                self._line += bounds.lines
                rest = bounds.end
                if isinstance(bounds, CountedRows):
                    batching.unrelated_records += bounds.lines
                    first, last = (
                        block.text[bounds.start : bounds.start + _LONGEST_TIME],
                        block.text[bounds.last : rest],
                    )
                    self._first_row, self._last_row = self._first_row or first, last
                    continue
                self._row(block, bounds, batching)
                if batching.full:
                    batching.problems += self._problems.take()
                    yield batching.take(block.offset(rest))
            batching.extend_log_span(self._span())
            stream.keep_from(rest)
            self._done = block.offset(rest)
            batching.problems += self._problems.take(final=block.final)
            if block.final or batching.due:
                yield batching.take(self._done)

    def _parts(self, block: TextBlock, leave: int) -> Iterator[CountedRows | Bounds]:
        if self._tables:
            return parts_of(block, lambda: self._header.columns, leave)
        return row_bounds(block.text, lambda: self._header.columns, leave)

    def _row(self, block: TextBlock, bounds: Bounds, batching: Batching) -> None:
        """Counts or parses one row of `block`; reads a header line."""
        text = block.text[bounds.start : bounds.end].rstrip("\r\n")
        if not text.strip("\0 \t"):
            return
        if text[0] == "#":
            self._header.take(text)
            cut_off = block.final and bounds.end == len(block.text) and not block.text.endswith("\n")
            # What a header that is cut off would have named, nobody knows.
            missing = () if self._header.columns is None or cut_off else self._header.columns.missing
            if missing and missing != self._missing:
                reason = f"the header has no column {' or '.join(missing)}: what it tells of refusals is missing"
                self._problems.add(self._place(bounds), reason, "noted")
            self._missing = missing
            if cut_off:
                self._problems.add(self._place(bounds), "the file ends within its header", "noted")
            return
        if text[4:5] == "-":
            self._first_row, self._last_row = self._first_row or text, text
        columns = self._header.columns or self._assumed_columns(bounds, text)
        for begin, end in [(0, len(text))] if columns is None else rows_in(text, columns.count - 1):
            inner = bounds._replace(start=bounds.start + begin) if begin else bounds
            self._one_row(block, inner, text[begin:end], columns, batching)

    def _one_row(
        self, block: TextBlock, bounds: Bounds, text: str, columns: TrackingColumns | None, batching: Batching
    ) -> None:
        commas = text.count(",")
        if columns is None or commas < columns.count - 1 or (commas >= columns.count and '"' not in text):
            columns = self._odd_row(bounds, text, columns)
        # If a row does not begin with the time, the first column may be the status.
        if columns is None or (columns.stamped and MAY_REFUSE.search(text) is None):
            batching.unrelated_records += 1
            return
        row = TrackingRow(text, columns, self._text.encoding, lambda index: block.offset(bounds.start + index))
        if len(row.fields) < columns.count:
            self._tell_fields(bounds, len(row.fields), columns)
            batching.unrelated_records += 1
            return
        found = exchanges_of(self._source.name, row)
        batching.exchanges += found
        batching.unrelated_records += not found

    def _assumed_columns(self, bounds: Bounds, text: str) -> TrackingColumns | None:
        """The columns of a row without a header above it, by the number of its fields; noted once."""
        columns = columns_by_count(len(fields_of(text)))
        if columns is not None and not self._columns_assumed:
            self._columns_assumed = True
            reason = f"no line names the columns (#Fields): inferred from their number, {columns.count}"
            self._problems.add(self._place(bounds), reason, "noted")
        return columns

    def _span(self) -> LogSpan | None:
        """The time span of the rows since the last call, by their first column."""
        rows, self._first_row = (self._first_row, self._last_row), ""
        columns = self._header.columns
        if columns is not None and not columns.stamped:
            return None
        return span_of(iso_milliseconds(row[:_LONGEST_TIME].partition(",")[0].strip('"')) for row in rows)

    def _odd_row(self, bounds: Bounds, text: str, columns: TrackingColumns | None) -> TrackingColumns | None:
        """Notes a row with too many or too few fields; returns its columns, None if it can't be read."""
        count = len(fields_of(text))
        if columns is None:
            self._problems.add(self._place(bounds), f"{_fields(count)}, and no header line names them")
            return None
        self._tell_fields(bounds, count, columns)
        return columns if count > columns.count else None

    def _tell_fields(self, bounds: Bounds, count: int, columns: TrackingColumns) -> None:
        reason = f"{_fields(count)}, header has {columns.count}"
        if count > columns.count:
            # The surplus is after the recipients: a comma in a subject that was written without quotes.
            self._problems.add(self._place(bounds), f"{reason}; read as far as they match", "noted")
        else:
            self._problems.add(self._place(bounds), reason)

    def _place(self, bounds: Bounds) -> str:
        return f"line {self._line - bounds.lines + 1}"

    def raw(self, offset: int) -> str:
        """The whole row with the byte `offset`, as logged."""
        return raw_row(self._text, self._source.size, offset) or f"There is no row at byte {offset:#x}."

    def smtp_session(self, offset: int) -> SmtpSession | None:
        """All rows about the message of the row at `offset`; see `HasSessions`."""
        return message_at(self._text, self._source.size, offset)

    def information(self) -> FileInformation:
        header = _header_in(head_of(self._source))
        written = (
            ("Version", header.values.get("version")),
            ("Begun", header.values.get("date")),
            ("Columns", str(header.columns.count) if header.columns is not None else None),
        )
        warnings = (
            ()
            if header.columns is not None
            else ("The line that names the columns (#Fields) is missing: they are inferred from their number.",)
        )
        return self._described(*((label, value) for label, value in written if value), warnings=warnings)


def _header_in(head: bytes) -> TrackingHeader:
    return header_of(head_text(head))


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"
