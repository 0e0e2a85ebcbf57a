"""The rows of a message tracking log that can be no refusals, found in a table; all others are read one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np

from smtpscope.reading.microsoft_exchange.tables.refusal_codes import (
    DIGITS,
    END,
    Letters,
    codes_in,
    ends_of,
)
from smtpscope.reading.microsoft_exchange.tables.transport_table import leave_out_doubtful_quotes
from smtpscope.reading.microsoft_exchange.tracking_rows import Bounds, TrackingColumns, row_bounds
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.tables.block_table import BlockTable, table_of

_MOST_COLUMNS: Final = 200
# The letters of `MAY_REFUSE`, and the blanks of Unicode among eight-bit characters.
_BEFORE: Final = Letters(",;=\"'")
_BEHIND: Final = Letters(f"-;}}{END}\t\v\f\x1c\x1d\x1e\x1f \x85\xa0")
_SEPARATES: Final = Letters(" -")
_CLASSES: Final = Letters("245")
_BLANK, _POINT, _HYPHEN, _TIME_SIGN, _NUMBER_SIGN = b" .-T#"
Columns = Callable[[], TrackingColumns | None]


class CountedRows(NamedTuple):
    """So many rows, each in a line of its own, from `start` to `end` of the text, that are not refusals.

    `last` is where the last of them begins.
    """

    start: int
    end: int
    lines: int
    last: int


def parts_of(block: TextBlock, columns: Columns, leave: int) -> Iterator[CountedRows | Bounds]:
    """The rows and header lines of `block` in order: those to read one by one as `row_bounds` returns them, others only
    counted. The reader has to read a row before it asks for the next one, since it may be a header.
    """
    text = block.text
    begin = 0
    if columns() is None:
        # The header of the file.
        while text.startswith("#", begin):
            begin = text.find("\n", begin) + 1 or len(text)
        yield from row_bounds(text[:begin], columns, leave if begin == len(text) else 0)
    named, table = columns(), None
    if named is not None and begin < len(text):
        table = _plain_rows(block, begin, named)
    if named is None or table is None:
        yield from _moved(row_bounds(text[begin:] if begin else text, columns, leave), begin)
        return
    starts, ends = (table.starts + begin).tolist(), (table.ends + (begin + 1)).tolist()
    counted = 0
    for line, stop in _to_read(table):
        if counted < line:
            yield CountedRows(starts[counted], ends[line - 1], line - counted, starts[line - 1])
        counted, start, end = stop, starts[line], ends[stop - 1]
        if table.regular[line]:
            yield Bounds(start, end, 1)
            continue
        yield from _moved(row_bounds(text[start:end], columns, leave if stop == len(ends) else 0), start)
        now = columns()
        if now is None or (now.count, now.index) != (named.count, named.index):
            yield from _moved(row_bounds(text[end:], columns, leave), end)
            return
    if counted < len(ends):
        yield CountedRows(starts[counted], ends[-1], len(ends) - counted, starts[-1])


def _moved(found: Iterator[Bounds], begin: int) -> Iterator[Bounds]:
    for bounds in found:
        yield Bounds(bounds.start + begin, bounds.end + begin, bounds.lines)


def _plain_rows(block: TextBlock, begin: int, columns: TrackingColumns) -> BlockTable | None:
    """The lines of `block` from index `begin` on, None if they are not rows of those `columns`."""
    data = block.eight_bit
    if data is None or not columns.stamped or not 1 < columns.count < _MOST_COLUMNS:
        return None
    table = table_of(data[begin:], separator=",", count=columns.count, quoted=True)
    if table is None:
        return None
    raw, starts, regular = table.raw, table.starts, table.regular
    reach = len(raw) - 1
    # As `row_bounds` knows the beginning of a row: a line before it can't continue in this one.
    between = raw[np.minimum(starts + 10, reach)]
    regular &= (raw[np.minimum(starts + 4, reach)] == _HYPHEN) & (raw[np.minimum(starts + 7, reach)] == _HYPHEN)
    regular &= ((between == _TIME_SIGN) | (between == _BLANK)) & (raw[starts] != _NUMBER_SIGN)
    leave_out_doubtful_quotes(table, 1)
    return table


def _to_read(table: BlockTable) -> list[tuple[int, int]]:
    """The lines that have to be read, each with the line after it: those that may be refusals, and those that are no
    plain rows, which are taken together where they follow each other.
    """
    raw = table.raw
    codes = codes_in(raw, 0, len(raw))
    behind = raw[codes + 3]
    enhanced = _SEPARATES.of(behind) & _CLASSES.of(raw[codes + 4]) & (raw[codes + 5] == _POINT)
    before = raw[codes - 1]
    begins = _BEFORE.of(before) | ((before == _BLANK) & _BEFORE.of(raw[codes - 2]))
    codes = codes[(enhanced & DIGITS.of(raw[codes + 6])) | (begins & _BEHIND.of(behind))]
    alone = ~table.regular
    alone[table.lines_at(codes)] = True
    alone[table.lines_at(np.array(ends_of(raw)))] = True
    found: list[tuple[int, int]] = []
    for line in np.flatnonzero(alone).tolist():
        if found and found[-1][1] == line and not table.regular[line] and not table.regular[line - 1]:
            found[-1] = (found[-1][0], line + 1)
        else:
            found.append((line, line + 1))
    return found
