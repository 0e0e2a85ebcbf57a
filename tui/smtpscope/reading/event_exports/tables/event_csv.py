"""Tables of events, comma- or tab-separated: Event Viewer's, PowerShell's, eventquery's, Log Parser's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import ClassVar, Final

from smtpscope.errors import LogError, Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.fields.unnamed import LOOKED_AT as RECORDS_LOOKED_AT
from smtpscope.reading.event_exports.fields.unnamed import names_source, unnamed_problem
from smtpscope.reading.event_exports.tables.row_filters import ForeignRows, UnprovingRows
from smtpscope.reading.event_exports.tables.table_columns import LOOKED_AT, EventTableColumns, columns_of
from smtpscope.reading.event_exports.tables.table_records import Misshapen, RowRecords, written_time
from smtpscope.reading.record import Batch, FileInformation, Format
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.table_rows import DELIMITERS, LONGEST, Row, first_rows, rows
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import TextLog, TextSource, head_of, zone_warnings

_LOOKED_AT_CLOCK_EVERY: Final = 256
_DELIMITER_NAMES: Final = {",": "comma", "\t": "tab", ";": "semicolon", "|": "vertical bar"}


class EventCsvReader(TextLog):
    """Reads one table of events; its columns follow from its header or from the shape of its rows."""

    format: ClassVar[Format] = Format(
        name="csv",
        title="Table of events (CSV or tab-separated text)",
        recognised_by="a header with Message and Event ID or Source, the columns of Event Viewer, or Splunk's _raw",
        lacks=(
            "the time zone",
            "insertion strings (Log Parser has them)",
            "the computer and the record number in what newer Event Viewers save",
        ),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return _recognised(head) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError if the file is not a table of events at all."""
        delimiter, columns = self._table()
        name = self._source.name
        sources = self._options.explaining
        batching = Batching(self._source.size, sources=sources)
        times = FileTimes(name, self._options, self._proving_times)
        records = RowRecords(name, columns, self._text, times, sources)
        records.header(self._header(delimiter, columns))
        misshapen = Misshapen(name, columns)
        foreign = ForeignRows(delimiter, columns, self._text.encoding, sources)
        first = list(columns.names[:1]) or None
        for number, row in enumerate(_data_rows(self._text, delimiter, columns, foreign)):
            if foreign.count:
                batching.unrelated_records += foreign.take()
                misshapen.passed_over()
            if row.fields or row.broken:
                if first is not None and row.fields[:1] == first and (following := _another_header(row)) is not None:
                    records.begin(following)
                    records.header(row.fields)
                    misshapen.begin(following)
                    foreign.stop()
                    continue
                fields = misshapen.joined(row, delimiter)
                record = None if fields is None else records.record(row, fields)
                found = records.loose(row) if fields is None else [] if record is None else [record]
                repeated = len(found) == 1 and records.is_repeated(found[0])
                batching.records += [] if repeated else found
                batching.unrelated_records += fields is not None and not found
                misshapen.add(row, found, right=fields is not None)
            if batching.full or ((number % _LOOKED_AT_CLOCK_EVERY == 0 or not row.fields) and batching.due):
                batching.problems += times.take_problems() + misshapen.take_problems() + records.places.take_problems()
                yield batching.take(row.end)
        batching.unrelated_records += foreign.take()
        batching.problems += times.take_problems() + misshapen.take_problems(final=True)
        batching.problems += records.places.take_problems()
        yield batching.take(self._source.size)

    def _table(self) -> tuple[str, EventTableColumns]:
        found = _recognised(head_of(self._source))
        if found is None:
            raise LogError(
                where=self._source.name,
                what="not a table of events: no header with Message and Event ID, no columns of Event Viewer",
                remedy="Export the log again in Event Viewer (Save All Events As), or omit --read-as",
            )
        return found

    def _header(self, delimiter: str, columns: EventTableColumns) -> list[str]:
        """The names of the columns as written; none if the table has no header."""
        first = first_rows(head_text(head_of(self._source)), delimiter, columns.header_rows)
        return first[-1] if first and columns.header_rows else []

    def _written_times(self) -> Iterator[WrittenTime]:
        delimiter, columns = self._table()
        return self._times_in(_data_rows(self._text, delimiter, columns, None), columns)

    def _proving_times(self) -> Iterator[WrittenTime]:
        """The times that may prove the order of day and month, and some others."""
        delimiter, columns = self._table()
        return self._times_in(_data_rows(self._text, delimiter, columns, UnprovingRows(delimiter, columns)), columns)

    def _times_in(self, found: Iterator[Row], columns: EventTableColumns) -> Iterator[WrittenTime]:
        for row in found:
            if len(row.fields) >= columns.count:
                written = written_time(row.fields, columns)
                if written is not None:
                    yield written

    def first_unnamed(self) -> Problem | None:
        """See `TellsUnnamed`."""
        delimiter, columns = self._table()
        for row in islice(_data_rows(self._text, delimiter, columns, None), RECORDS_LOOKED_AT):
            if len(row.fields) < columns.count or columns.whole:
                continue
            if columns.names:
                named = names_source(dict(zip(columns.names, row.fields, strict=False)))
            else:
                named = columns.provider is not None and bool(row.fields[columns.provider].strip())
            if not named:
                return unnamed_problem(self._source.name, row.line, self._header(delimiter, columns))
        return None

    def raw(self, offset: int) -> str:
        """The row as written, with its quotes."""
        delimiter, columns = self._table()
        row = next(rows([self._text.at(offset, LONGEST)], delimiter, columns), None)
        if row is None:
            return f"There is no row at byte {offset:#x}."
        block = self._text.at(offset, (row.end - offset) // self._text.encoding.unit)
        return block.cut(0, len(block.text)).strip("\r\n")

    def information(self) -> FileInformation:
        delimiter, columns = self._table()
        written = next(self._written_times(), None)
        return self._described(
            ("Separator", _DELIMITER_NAMES[delimiter]),
            ("Columns", ", ".join(columns.known()).replace("_", " ")),
            warnings=zone_warnings(written),
        )


def _another_header(row: Row) -> EventTableColumns | None:
    """The columns in `row` if it is the header of another table of events; else None."""
    return columns_of([row.fields]) if any(row.fields[1:]) else None


def _recognised(head: bytes) -> tuple[str, EventTableColumns] | None:
    """The separator and the columns of a table that begins with `head`, None if it is not a table of events."""
    if not is_text(head) or is_markup(head):
        return None
    text = head_text(head)
    for delimiter in DELIMITERS:
        columns = columns_of(first_rows(text, delimiter, LOOKED_AT))
        if columns is not None:
            return delimiter, columns
    return None


def _data_rows(
    text: TextSource, delimiter: str, columns: EventTableColumns, passed: ForeignRows | UnprovingRows | None
) -> Iterator[Row]:
    """The rows after the header, except those `passed` over; a row without fields marks where these end."""
    left = columns.header_rows
    header: list[str] | None = None
    if passed is not None and not left:
        passed.begin([])
    for row in rows((block for block, _ in text.blocks()), delimiter, columns, passed):
        if not any(row.fields) and not row.broken:
            if passed is not None and not row.fields:
                yield row
        elif left:
            left -= 1
            header = row.fields
            if passed is not None and not left:
                passed.begin(header)
        # Merged exports repeat their header; one with other columns counts.
        elif row.fields != header or columns.names:
            yield row
