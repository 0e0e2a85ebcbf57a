"""Lines inside a column of a table: exports of Graylog, Kibana, Splunk and other collectors as CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.table_rows import DELIMITERS
from smtpscope.reading.wrappers.fields import TEXT_NAMES, line_of
from smtpscope.reading.wrappers.inner_header import labelled
from smtpscope.reading.wrappers.wrapper import Damage, InnerLine, Unwrapped

_LONGEST: Final = 1 << 17
_COLUMN = re.compile(
    rf"(?:^|[,;|\t])\"?(?:_source\.)?(?:{'|'.join(map(re.escape, TEXT_NAMES))})\"?(?=[,;|\t\r\n])", re.IGNORECASE
)
_MOST_COLUMNS: Final = 1_000


class _Row(NamedTuple):
    """A row from `start` to `end`; `whole` is set if its quotes are closed."""

    start: int
    end: int
    whole: bool


class MessageTables:
    """See `Wrapper`."""

    name = "message-csv"
    title = "a table (CSV)"
    recognised_by = 'a column such as "message" or "_raw" that holds lines of a log'

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        return self._columns(head) is not None

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        found = self._columns(head)
        lines: list[InnerLine] = []
        damages: list[Damage] = []
        if found is None:
            return Unwrapped(lines, damages, len(block.text))
        delimiter, columns = found
        rest = 0
        for row in _rows(block.text):
            if not row.whole or (row.end == len(block.text) and not block.text.endswith("\n")):
                if not final and len(block.text) - row.start < _LONGEST:
                    break
                if not row.whole:
                    damages.append(Damage(row.start, "the quotes of the row are never closed"))
            rest = row.end
            fields = fields_of(block.cut(row.start, row.end), delimiter)
            if fields == columns:
                continue
            record: dict[str, object] = dict(zip(columns, fields, strict=False))
            lines += [InnerLine(row.start, row.end, line) for line in self._lines_of(record)]
        return Unwrapped(lines, damages, rest)

    def _columns(self, head: str) -> tuple[str, list[str]] | None:
        """The sign between the columns, and their names; None where the file is not such a table."""
        return _columns(head)

    def _lines_of(self, record: dict[str, object]) -> list[str]:
        """The lines in a row, with what the row says of them; a blank one where it holds none."""
        line = line_of(record)
        if line is None:
            return [""]
        text, labels = line
        return [labelled(each, labels) for each in text.rstrip("\n").split("\n")]


def _columns(head: str) -> tuple[str, list[str]] | None:
    """The separator and the names of the columns; None if the file is not such a table."""
    first = head.lstrip("\ufeff\r\n").partition("\n")[0].rstrip("\r")
    first = first.removeprefix("\xef\xbb\xbf")
    if len(first) > _LONGEST or _COLUMN.search(f"{first}\n") is None:
        return None
    delimiter = max(DELIMITERS, key=first.count)
    if delimiter not in first:
        return None
    # Kibana writes an object's columns with the whole path.
    names = [name.removeprefix("_source.").strip() for name in fields_of(first, delimiter)]
    return (delimiter, names) if len(names) <= _MOST_COLUMNS else None


def fields_of(row: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([row.rstrip("\r\n").replace("\0", " ")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _rows(text: str) -> Iterator[_Row]:
    """The rows of `text`: lines whose quotes are closed; one that is never closed is its first line alone."""
    start = 0
    while start < len(text):
        end = stop = text.find("\n", start) + 1 or len(text)
        quotes = text.count('"', start, end)
        while quotes % 2 and end < len(text) and end - start < _LONGEST:
            begin, end = end, text.find("\n", end) + 1 or len(text)
            quotes += text.count('"', begin, end)
        whole = quotes % 2 == 0
        if not whole:
            end = stop if end - start >= _LONGEST or end == len(text) else end
        yield _Row(start, end, whole)
        start = end
