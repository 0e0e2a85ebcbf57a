"""CSV of the Exchange Management Shell (Export-Csv) and of Exchange's admin centers: message traces, queues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from msgspec import Struct

from smtpscope.reading.microsoft_exchange.shell.shell_log import LACKS, ShellReader
from smtpscope.reading.microsoft_exchange.shell.shell_object import NAMES, ShellObject, folded, kind_of
from smtpscope.reading.record import Format
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.table_rows import DELIMITERS, Row, first_rows, rows, true_text
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import head_of

_LOOKED_AT: Final = 4
_LONGEST_NAME: Final = 40
_BEFORE_HEADER: Final = ("#TYPE", "sep=")


class _Table(Struct, frozen=True):
    """A `RowShape`; `names` are the folded names of the columns."""

    delimiter: str
    names: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.names)

    def begins_row(self, line: str, delimiter: str) -> bool:
        """Whether `line` alone has all columns: no column reliably tells a row from a line of a reply."""
        return any(len(fields) == self.count for fields in first_rows(line.rstrip("\r\n"), delimiter, 1))


class ShellCsvReader(ShellReader):
    """Reads one table in any subset and order of its columns."""

    format: ClassVar[Format] = Format(
        name="exchange-csv",
        service=True,
        title="CSV of the Exchange Management Shell (Export-Csv), message trace of Exchange Online",
        recognised_by="a header with RecipientStatus, LastError or SmtpResponse, or the columns of a message trace",
        lacks=("replies, if Export-Csv wrote System.String[] or the trace is a summary", *LACKS),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return _table_of(head) is not None

    def _objects(self) -> Iterator[ShellObject]:
        table = _table_of(head_of(self._source))
        if table is None:
            return
        encoding, header = self._text.encoding, None
        for row in rows((block for block, _ in self._text.blocks()), table.delimiter, table):
            if header is None:
                header = row.fields if tuple(map(folded, row.fields)) == table.names else None
                continue
            # Merged exports repeat their header.
            if row.fields == header or not any(row.fields):
                continue
            values = dict(zip(table.names, (true_text(field, encoding) for field in row.fields), strict=False))
            yield ShellObject(row.offset, row.end, row.line, values, _damage(row, table.count))


def _damage(row: Row, count: int) -> str:
    """What is wrong with the form of `row`, "" if nothing is."""
    if row.broken:
        return "quotes opened here are never closed"
    if row.misquoted:
        return "a quote stands where none can: two rows may have become one"
    fields = len(row.fields)
    return "" if fields == count else f"{fields} field{'s' if fields > 1 else ''}, the header has {count}"


def _table_of(head: bytes) -> _Table | None:
    """The table at the beginning of a file, None if it is of another kind."""
    if not is_text(head) or is_markup(head):
        return None
    text = head_text(head).lstrip("\ufeff\r\n")
    for delimiter in DELIMITERS:
        for fields in first_rows(text[: 1 << 15], delimiter, _LOOKED_AT):
            if fields[0].startswith(_BEFORE_HEADER):
                continue
            names = tuple(folded(field) for field in fields)
            alone = len(names) == 1 and text.lstrip().startswith('"')
            if fields[0].startswith("#") or (len(names) == 1 and not alone):
                break
            # A command line pasted with its output lists properties too.
            are_names = all(len(name) <= _LONGEST_NAME for name in names) and folded(fields[0]) != ""
            if are_names and 2 * sum(name in NAMES for name in names) >= len(names) and kind_of(names) is not None:
                return _Table(delimiter, names)
            break
    return None
