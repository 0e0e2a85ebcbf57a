"""Converted exchanges as CSV: a header with the names of the schema, then an exchange a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import ClassVar, Final

from smtpscope.errors import LogError
from smtpscope.reading.appearance import is_text
from smtpscope.reading.converted import (
    OWN_NAMES,
    SCHEMA,
    SWITCH_NAMES,
    TEXT_NAMES,
    NoExchangeError,
    OwnFields,
    fields_of,
)
from smtpscope.reading.converted_cells import read_cell
from smtpscope.reading.converted_lines import exchange_batches, line_at, lines
from smtpscope.reading.encodings import TextBlock, detect
from smtpscope.reading.record import Batch, FileInformation, Format
from smtpscope.reading.text_log import TextLog
from smtpscope.reading.text_source import head_of

# A spreadsheet saves with the separator of its country.
_DELIMITERS: Final = (",", ";", "\t")
_FIELDS: Final = {
    delimiter: re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"|([^"{delimiter}]*))(?={delimiter}|\Z)')
    for delimiter in _DELIMITERS
}
_NEEDED: Final = frozenset({"schema", "direction", "remote_host", "full_command", "reply"})


class ConvertedCsvReader(TextLog):
    """Reads what `smtpscope convert` wrote as CSV; columns may be in another order, and others among them."""

    format: ClassVar[Format] = Format(
        name="converted-csv",
        title="Exchanges converted to CSV",
        recognised_by="a header with schema, direction, remote_host, full_command and reply",
        lacks=("other records than exchanges", "the raw record of the log that was converted"),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return _header(head) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError when there is no header of the schema."""
        return exchange_batches(self._source, self._text, RowFields(*self._table()).of, growing=self._options.growing)

    def _table(self) -> tuple[str, list[str]]:
        found = _header(head_of(self._source))
        if found is None:
            raise LogError(
                where=self._source.name,
                what=f"no converted exchanges: the first line lacks the names {', '.join(sorted(_NEEDED))}",
                remedy="Convert the log again, or leave out --format",
            )
        return found

    def raw(self, place: int) -> str:
        """The row as it stands in the file, with its quotes."""
        return line_at(self._text, place)

    def information(self) -> FileInformation:
        _, names = self._table()
        return self._described(("Schema", SCHEMA), ("Columns", ", ".join(names)))


class RowFields:
    """Reads the rows of one table, whose columns are called `names`."""

    def __init__(self, delimiter: str, names: list[str]) -> None:
        self._delimiter = delimiter
        self._names = names
        self._texts = [(place, name) for place, name in enumerate(names) if name in TEXT_NAMES]
        self._switches = [(place, name) for place, name in enumerate(names) if name in SWITCH_NAMES]
        self._numbers = [
            (place, name) for place, name in enumerate(names) if name in {*OWN_NAMES} - TEXT_NAMES - SWITCH_NAMES
        ]

    def of(self, line: str) -> OwnFields | None:
        """The fields of one row, None for the header. Raises NoExchangeError."""
        row = _row(line, self._delimiter)
        if len(row) != len(self._names):
            raise NoExchangeError(f"The row has {len(row)} fields, the header {len(self._names)}")
        # Files that were put together have their header again and again.
        if row == self._names:
            return None
        if "\\" in line or "'" in line:
            values = {name: read_cell(cell) for place, name in self._texts if (cell := row[place])}
        else:
            values = {name: cell for place, name in self._texts if (cell := row[place])}
        values |= {name: cell for place, name in self._switches if (cell := row[place])}
        for place, name in self._numbers:
            if cell := row[place]:
                # A spreadsheet that shows 1.79E+12 saves that too, and the other digits are lost.
                if not cell.lstrip("-").isdecimal():
                    raise NoExchangeError(f"This is no exchange: {name} is no whole number")
                values[name] = cell
        return fields_of(values, written=True)


def _row(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader((line,), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return _slowly(line, delimiter)


def _slowly(line: str, delimiter: str) -> list[str]:
    """The same for a field that is longer than the csv module allows. Raises NoExchangeError for broken quotes."""
    fields: list[str] = []
    place, length = 0, len(line)
    field = _FIELDS[delimiter]
    while place <= length:
        found = field.match(line, place)
        if found is None:
            raise NoExchangeError("The quotes of the row are broken")
        quoted, plain = found.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        place = found.end() + 1
    return fields


def _header(head: bytes) -> tuple[str, list[str]] | None:
    """The separator and the names of the columns, None where the file is no table of converted exchanges."""
    if not is_text(head):
        return None
    encoding = detect(head)
    block = TextBlock(head[encoding.mark :], start=0, encoding=encoding, final=True)
    start, end = next(lines(block), (0, 0))
    line = block.cut(start, end)
    for delimiter in _DELIMITERS:
        try:
            names = [name.strip() for name in _row(line, delimiter)]
        except NoExchangeError:
            continue
        if len({*names} & _NEEDED) == len(_NEEDED):
            return delimiter, names
    return None
