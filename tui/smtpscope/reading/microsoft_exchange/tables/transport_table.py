"""The rows of a log of Exchange's transport service as tables; only lines that are not plain are taken one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from smtpscope.reading.microsoft_exchange.transport_log import LONGEST, LogRows, fields_in
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.tables.block_table import BlockTable, Bytes, Mask, Places, table_of

_LONGEST_TIME: Final = len("2026-11-09T05:00:00.000Z")
_HEADER_BYTES: Final = (0x23, 0xEF)
"""The number sign, and the first byte of a byte order mark."""
_Z: Final = 0x5A
_HYPHEN: Final = 0x2D
_YEAR: Final = 4


class RowTable:
    """Rows in a part of a block: `lines` are their lines in `table`, without a gap, and `text` is that of the block."""

    __slots__ = ("_starts", "lines", "table", "text")

    def __init__(self, text: str, table: BlockTable, lines: Places) -> None:
        self.text = text
        self.table = table
        self.lines = lines
        self._starts = table.starts[lines]

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def raw(self) -> Bytes:
        """The bytes of the block."""
        return self.table.raw

    def at(self, places: Places) -> Places:
        """The row with each of the `places` in its text, all of which are between the first and the last row."""
        rows: Places = self.table.lines_at(places) - self.lines[0]
        return rows

    def line(self, row: int) -> int:
        """The line of `row` in the block, from 0."""
        return int(self.lines[row])

    def start(self, row: int) -> int:
        """The index in the text at which `row` begins."""
        return int(self._starts[row])

    def fields(self, row: int) -> list[str]:
        """The fields of `row`, as searched."""
        line = self.lines[row]
        return fields_in(self.text[int(self.table.starts[line]) : int(self.table.ends[line])])

    def begin(self, column: int) -> Places:
        """The index at which the field in `column` begins in each row."""
        return self.table.begin(column, self.lines)

    def end(self, column: int) -> Places:
        """The index at which it ends."""
        return self.table.end(column, self.lines)


Part = RowTable | tuple[int, list[str]]


def parts_of(rows: LogRows, block: TextBlock, *, final: bool, quoted_from: int) -> Iterator[Part]:
    """The rows of `block`, in order: as tables, and one by one as `LogRows.of` returns them where they are not plain.

    Fields are only quoted from the column `quoted_from` on.
    """
    table = _plain_rows(rows, block, quoted_from)
    if table is None:
        yield from rows.of(block, final=final)
        return
    text, count, columns = block.text, rows.count, rows.columns
    begin = 0
    for line in np.flatnonzero(~table.regular).tolist():
        if begin < line:
            yield RowTable(text, table, np.arange(begin, line))
        begin = line + 1
        start, end = int(table.starts[line]), int(table.ends[line])
        yield from rows.odd_line(line, start, text[start:end])
        if rows.count != count or rows.columns != columns:
            # A header names other columns: what follows is another table.
            rows.pass_over(begin, end + 1)
            yield from rows.of(block, final=final, begin=end + 1)
            return
    if begin < len(table.ends):
        yield RowTable(text, table, np.arange(begin, len(table.ends)))
    rows.pass_over(len(table.ends), len(text))


def _plain_rows(rows: LogRows, block: TextBlock, quoted_from: int) -> BlockTable | None:
    data = block.eight_bit
    if data is None or not rows.count:
        return None
    table = table_of(data, separator=",", count=rows.count, quoted=True)
    if table is None:
        return None
    regular, first = table.regular, table.raw[table.starts]
    for byte in _HEADER_BYTES:
        regular &= first != byte
    leave_out_doubtful_quotes(table, quoted_from)
    return table


def leave_out_doubtful_quotes(table: BlockTable, quoted_from: int) -> None:
    """Only lines with quotes in the columns from `quoted_from` on that are for sure one row remain regular."""
    quoted = np.unique(table.quoted_lines)
    quoted = quoted[table.regular[quoted]]
    if len(quoted):
        table.regular[quoted] = _are_plain(table, quoted, quoted_from)


def _are_plain(table: BlockTable, lines: Places, quoted_from: int) -> Mask:
    """Which of the regular `lines`, all of which have quotes, are one row whose fields the csv module would find."""
    first_quotes = table.quotes[np.searchsorted(table.quotes, table.starts[lines])]
    plain: Mask = table.begin(quoted_from, lines) <= first_quotes
    plain &= table.ends[lines] - table.starts[lines] <= LONGEST
    # Lost line ends between rows show in further times. A row with its time at the beginning and no other is one row.
    time_end = table.end(0, lines)
    plain &= (time_end - table.starts[lines] <= _LONGEST_TIME) & (table.raw[table.starts[lines] + _YEAR] == _HYPHEN)
    for column in range(1, table.count):
        plain &= table.raw[table.end(column, lines) - 1] != _Z
    inner = table.inner[table.raw[table.inner - 1] == _Z]
    return plain & ~np.isin(lines, table.lines_at(inner))
