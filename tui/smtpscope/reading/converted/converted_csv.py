"""Converted exchanges as CSV: a header with the names of the schema, then one exchange per line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import ClassVar, Final

from smtpscope.errors import LogError, Problem
from smtpscope.harmless import shown
from smtpscope.reading.converted.converted_lines import exchange_batches, line_at, lines
from smtpscope.reading.converted.exchange_schema import (
    OWN_NAMES,
    SCHEMA,
    SWITCH_NAMES,
    TEXT_NAMES,
    NoExchangeError,
    OwnFields,
    fields_of,
)
from smtpscope.reading.record import Batch, FileInformation, Format
from smtpscope.reading.text.encodings import TextBlock, detect
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.text.text_log import TextLog, head_of

_ESCAPE: Final = re.compile(r"\\(?:([\\nrt])|x([0-9a-f]{2})|u([0-9a-f]{4})|U(000[0-9a-f]{5}|0010[0-9a-f]{4}))")
_NAMED: Final = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
# The wide forms too: East Asian spreadsheets read them as formulas.
_STARTS: Final = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠", "｜", "％")
_PLAIN: Final = re.compile(r"[A-Za-z0-9<>\[({\"#.][ !-\[\]-~]*")
_MARK: Final = "'"


def written_cell(text: str, *, may_be_none: bool) -> str:
    """`text` as a cell, still without its CSV quotes."""
    if _PLAIN.fullmatch(text):
        return text
    if not text:
        return _MARK if may_be_none else ""
    escaped = "".join(map(_escaped, text))
    return _MARK + escaped if escaped.lstrip().startswith(_STARTS) or escaped.startswith(_MARK) else escaped


def _escaped(character: str) -> str:
    if character == "\\":
        return "\\\\"
    # Combining marks stay: in a spreadsheet they can't paint over other lines.
    return character if character.isprintable() else _shown(character)


def _shown(character: str) -> str:
    # On screen all kinds of spaces look the same, but here they have to be restored.
    shown_character = shown(character)
    return character if shown_character == " " else shown_character


def read_cell(cell: str) -> str:
    """The text of a non-empty cell. Anything that only looks like an escape stays as it is."""
    if cell.startswith(_MARK):
        cell = cell[1:]
    return _ESCAPE.sub(_unescaped, cell) if "\\" in cell else cell


def _unescaped(match: re.Match[str]) -> str:
    named, *digits = match.groups()
    if named is not None:
        return _NAMED[named]
    return chr(int(next(filter(None, digits)), 16))


# A spreadsheet uses the separator of its country.
_DELIMITERS: Final = (",", ";", "\t")
_FIELDS: Final = {
    delimiter: re.compile(rf'(?:"([^"]*(?:""[^"]*)*)"|([^"{delimiter}]*))(?={delimiter}|\Z)')
    for delimiter in _DELIMITERS
}
_NEEDED: Final = frozenset({"schema", "direction", "remote_host", "full_command", "reply"})

_DECIDING: Final = {
    "time_ms": "the exchanges have no time",
}


class ConvertedCsvReader(TextLog):
    """Reads the CSV of `smtpscope convert`; columns may be in any order, with others among them."""

    format: ClassVar[Format] = Format(
        name="converted-csv",
        title="Exchanges converted to CSV",
        recognised_by="a header with schema, direction, remote_host, full_command and reply",
        lacks=("records other than SMTP exchanges", "the raw record of the log that was converted"),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return _header(head) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError if there is no header of the schema."""
        delimiter, names = self._table()
        yield from self._without_columns(names)
        fields_of = RowFields(delimiter, names).of
        yield from exchange_batches(self._source, self._text, fields_of, growing=self._options.growing)

    def _without_columns(self, names: list[str]) -> Iterator[Batch]:
        """A batch with a problem for each column that decides and was deleted or renamed, if there are any."""
        problems = [
            Problem(self._source.name, "header", f"There is no column {name}: {missing}", "noted")
            for name, missing in _DECIDING.items()
            if name not in names
        ]
        if problems:
            yield Batch([], 0, problems, 0, self._source.size)

    def _table(self) -> tuple[str, list[str]]:
        found = _header(head_of(self._source))
        if found is None:
            raise LogError(
                where=self._source.name,
                what=f"not a converted file: the first line lacks the names {', '.join(sorted(_NEEDED))}",
                remedy="Convert the log again, or omit --read-as",
            )
        return found

    def raw(self, offset: int) -> str:
        """The row as written, with its quotes."""
        return line_at(self._text, offset)

    def information(self) -> FileInformation:
        _, names = self._table()
        return self._described(("Schema", SCHEMA), ("Columns", ", ".join(names)))


class RowFields:
    """Reads the rows of one table, with the columns `names`."""

    def __init__(self, delimiter: str, names: list[str]) -> None:
        self._delimiter = delimiter
        self._names = names
        self._texts = [(offset, name) for offset, name in enumerate(names) if name in TEXT_NAMES]
        self._switches = [(offset, name) for offset, name in enumerate(names) if name in SWITCH_NAMES]
        self._numbers = [
            (offset, name) for offset, name in enumerate(names) if name in {*OWN_NAMES} - TEXT_NAMES - SWITCH_NAMES
        ]

    def of(self, line: str) -> OwnFields | None:
        """The fields of one row, None for the header. Raises NoExchangeError."""
        row = _row(line, self._delimiter)
        if len(row) != len(self._names):
            raise NoExchangeError(f"The row has {len(row)} fields, the header {len(self._names)}")
        # Merged files repeat their header.
        if row == self._names:
            return None
        if "\\" in line or "'" in line:
            values = {name: read_cell(cell) for offset, name in self._texts if (cell := row[offset])}
        else:
            values = {name: cell for offset, name in self._texts if (cell := row[offset])}
        values |= {name: cell for offset, name in self._switches if (cell := row[offset])}
        for offset, name in self._numbers:
            if cell := row[offset]:
                # A spreadsheet that shows 1.79E+12 also saves it that way, and the other digits are lost.
                if not cell.lstrip("-").isdecimal():
                    raise NoExchangeError(f"Not an exchange: {name} is not a whole number")
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
    offset, length = 0, len(line)
    field = _FIELDS[delimiter]
    while offset <= length:
        found = field.match(line, offset)
        if found is None:
            raise NoExchangeError("The quotes in the row don't match")
        quoted, plain = found.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        offset = found.end() + 1
    return fields


def _header(head: bytes) -> tuple[str, list[str]] | None:
    """The separator and the names of the columns, None if the file is not a table of converted exchanges."""
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
