"""What all logs of Exchange's transport service share: lines that begin with "#", then rows of comma-separated values.

The header names the kind of log and its fields. It is written at each start of the service and of a file, so it can be
repeated in the middle, with other fields. A value is quoted only if necessary (RFC 4180), and the last field of some
versions has commas without quotes. Times are UTC.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from smtpscope.errors import LogError
from smtpscope.reading.log_span import LogSpan, span_of
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.text.dates import DateOrder, find_time, moment
from smtpscope.reading.text.encodings import TextBlock, detect

LONGEST: Final = 1 << 17
"""Characters of one row; also what the csv module allows one field."""
NO_HEADER: Final = "No header (#Fields) names the columns of this log: they are inferred from its rows"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# Merged files have a byte order mark in the middle; eight-bit text is searched as Latin-1.
_MARKS = ("\ufeff", "\u00ef\u00bb\u00bf")
_HEADER_STARTS = ("#", *(f"{mark}#" for mark in _MARKS))
_HEADER_LETTERS = frozenset(start[0] for start in _HEADER_STARTS)
_LABEL = re.compile(r"#([A-Za-z-]{1,32}):[ \t]{0,8}(.*)", re.DOTALL)
_BEGINS_ROW = re.compile(r"\"?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_ANOTHER_ROW: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z,")
_AFTER_TIME: Final = len("2026-11-09T05:00:00.0800000")
_MOST_TIMES: Final = 500
_LABELS_KEPT = 16
_LABELS: Final = (("log-type", "Kind"), ("software", "Written by"), ("version", "Version"), ("date", "Begun"))
_LONGEST_TIME = 64
_LONGEST_PLACE: Final = 320


FOUND_IN: Final = r"(?:[^\n,]{1,260}?:(?:\d{1,9}:)?)?"
"""The prefix of grep, findstr and Select-String: file name and line number."""
_FOUND_IN: Final = re.compile(FOUND_IN + r"(?=\d{4}-\d\d-\d\d[T ])")


def iso_milliseconds(text: str) -> int | None:
    """A time such as `2026-11-09T05:12:41.478Z` in milliseconds since 1970-01-01, None if it is not one.

    A time without a zone is UTC, as are all times in these logs. It may begin with the file name that grep put before
    the row.
    """
    if not text[:1].isdigit():
        text = _FOUND_IN.sub("", text[:_LONGEST_PLACE], count=1)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH) // _MILLISECOND


def utc_milliseconds(text: str) -> int | None:
    """The same for any form of time: other tools may have rewritten it."""
    milliseconds = iso_milliseconds(text)
    if milliseconds is not None:
        return milliseconds
    written = find_time(text)
    return written and moment(written, order=DateOrder.MONTH_FIRST, zone=UTC, newest=_EPOCH)


def host_of(endpoint: str) -> str:
    """The IP address of an endpoint such as `192.0.2.7:25` or `[2001:db8::7]:25`, without brackets."""
    if endpoint.startswith("["):
        return endpoint[1:].partition("]")[0]
    host, colon, _ = endpoint.rpartition(":")
    return host if colon and ":" not in host else endpoint


def header_of(head: bytes) -> dict[str, str]:
    """The labels (in lower case) with their values of the header that a file begins with; empty if it has none."""
    encoding = detect(head)
    text = TextBlock(head[encoding.mark :][:8192], start=0, encoding=encoding, final=True).text
    labels: dict[str, str] = {}
    for line in text.split("\n"):
        if not line.strip():
            continue
        if not is_header(line):
            break
        _note_label(line, labels)
    return labels


def header_facts(header: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The facts in a header (see `header_of`), as label and value in display order."""
    return ((label, header[name]) for name, label in _LABELS if header.get(name))


def _note_label(line: str, labels: dict[str, str]) -> None:
    for mark in _MARKS:
        line = line.removeprefix(mark)
    label = _LABEL.match(line)
    if label is not None and (len(labels) < _LABELS_KEPT or label[1].lower() in labels):
        labels[label[1].lower()] = label[2].strip()


def another_log(name: str, kind: str) -> LogError:
    """The error for a file that is to be read as a `kind` but is not one."""
    return LogError(
        where=name,
        what=f"no {kind} of Exchange: neither its header (#Log-type, #Fields) nor rows of its shape",
        remedy="Open the log as the server wrote it, or omit --read-as",
    )


def is_header(row: str) -> bool:
    """Whether `row` is a line of the header."""
    return row.startswith(_HEADER_STARTS)


def columns_in(row: str) -> dict[str, int]:
    """Field -> its index, in a row that is the `#Fields:` line; empty if it is not."""
    labels: dict[str, str] = {}
    _note_label(row, labels)
    return columns_of(fields_of(labels.get("fields", "")))


def columns_of(names: Sequence[str]) -> dict[str, int]:
    """Field -> its index; of two with the same name, the first one counts."""
    return {name: index for index, name in reversed(list(enumerate(names)))}


def fields_of(text: str) -> tuple[str, ...]:
    """The names in a `#Fields:` line, in lower case: capitals differ between versions."""
    return tuple(name.strip().lower() for name in text.split(","))


class OpenedLog:
    """The lines of a row whose quotes may still be open; each line is examined once."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._length = 0
        self._quotes = 0

    def add(self, line: str) -> None:
        self.lines.append(line)
        self._length += len(line) + 1
        self._quotes += line.count('"')

    @property
    def closed(self) -> bool:
        """Whether all quotes are closed."""
        return self._quotes % 2 == 0

    def ends_before(self, line: str) -> bool:
        """Whether the quotes were never closed: the row ends where another one begins, or is longer than possible."""
        begins = _BEGINS_ROW.match(line) is not None or is_header(line)
        return bool(self.lines) and (begins or self._length > LONGEST)

    def take(self) -> str:
        """Returns the row and clears it."""
        row = "\n".join(self.lines)
        self.lines, self._length, self._quotes = [], 0, 0
        return row


class LogRows:
    """The rows of one log in file order, and the header that applies to the current row.

    `wanted` are the fields that a row must have, `usual` all fields if there is no header. Faults go to `problems`;
    `deciding` says of further fields what is missing where there are none of them.
    `skipped` counts the rows that were not returned, `headers` the header lines, and `number` is the line of the
    current row.
    """

    def __init__(
        self,
        wanted: tuple[str, ...],
        usual: tuple[str, ...],
        problems: ProblemLog,
        deciding: Mapping[str, str] | None = None,
    ) -> None:
        self._deciding = deciding or {}
        self._reported_absent: frozenset[str] = frozenset()
        self.labels: dict[str, str] = {}
        self.number = 0
        self.skipped = 0
        self.rest = 0
        self.headers = 0
        self._lacking: int | None = None
        self._within_row = False
        self._wanted = wanted
        self._problems = problems
        self._first_line = 1
        self._columns: Mapping[str, int] = {}
        self._count = len(usual)
        self._take_fields(usual)

    @property
    def columns(self) -> Mapping[str, int]:
        """Field -> its index in a row."""
        return self._columns

    def span(self, *rows: list[str] | None) -> LogSpan | None:
        """The time span of `rows`, with the fields of the current header."""
        column = self._columns.get("date-time", 0)
        return span_of(utc_milliseconds(row[column][:_LONGEST_TIME]) for row in rows if row and column < len(row))

    def _take_fields(self, names: tuple[str, ...]) -> None:
        columns = columns_of(names)
        missing = [name for name in self._wanted if name not in columns]
        if missing:
            # Even after a damaged header, the rows are of the usual kind.
            self._lacking = len(names)
            reason = f'the header (#Fields) has no field "{missing[0]}": only rows of {self._count} fields can be read'
            self._problems.add(f"line {self.number}", reason, "noted")
            return
        self._lacking = None
        self._columns = columns
        self._count = len(names)
        self._needed = max(columns[name] for name in self._wanted) + 1
        absent = frozenset(self._deciding) - columns.keys()
        for name in sorted(absent - self._reported_absent):
            reason = f'the header (#Fields) has no field "{name}": {self._deciding[name]}'
            self._problems.add(f"line {self.number}", reason, "noted")
        self._reported_absent = absent

    @property
    def count(self) -> int:
        """The number of fields of a row; 0 while that is not all there is to know of a line."""
        return 0 if self._within_row or self._lacking is not None else self._count

    def at_line(self, line: int) -> None:
        """The current row is in that line of the block, from 0."""
        self.number = self._first_line + line

    def odd_line(self, line: int, start: int, row: str) -> Iterator[tuple[int, list[str]]]:
        """The rows in the line `row` of the block, which is not plain, but has no open quotes; as `of` returns them."""
        self.at_line(line)
        return self._row(start, row)

    def pass_over(self, lines: int, rest: int) -> None:
        """So many lines of the block were taken by someone else, up to the index `rest`."""
        self._first_line += lines
        self.rest = rest

    def of(self, block: TextBlock, *, final: bool, begin: int = 0) -> Iterator[tuple[int, list[str]]]:
        """The rows of `block` from index `begin` on: the index of each, and its fields, as searched (see `encodings`).

        Unless `final`, an unfinished row at the end is left out: `rest` is then the index where it begins.
        """
        text = block.text
        lines, following, first_line = self._lines_of(text, begin, final=final)
        opened_at, opened = 0, OpenedLog()
        for number, line in enumerate(lines, first_line):
            start = following
            following += len(line) + 1
            quotes = line.count('"')
            if opened.lines or quotes % 2:
                if opened.ends_before(line):
                    yield from self._row(opened_at, opened.take())
                if not opened.lines:
                    opened_at, self.number = start, number
                opened.add(line)
                if opened.closed:
                    yield from self._row(opened_at, opened.take())
                continue
            self.number = number
            fields = line.split(",")
            if len(fields) == self._count and line[0] not in _HEADER_LETTERS and not quotes:
                if line[-1] == "\r":
                    fields[-1] = fields[-1][:-1]
                yield start, fields
            else:
                yield from self._row(start, line)
        if opened.lines and (final or self._within_row):
            yield from self._row(opened_at, opened.take())
        elif opened.lines:
            self.rest = opened_at
        self._first_line += text.count("\n", begin, self.rest)

    def _lines_of(self, text: str, begin: int, *, final: bool) -> tuple[list[str], int, int]:
        """The lines of `text` from `begin` on, with index and number of the first; not the rest of an overlong line."""
        lines = (text[begin:] if begin else text).split("\n")
        left = lines.pop()
        following, first_line = begin, self._first_line
        if self._within_row and lines:
            following, first_line, self._within_row = begin + len(lines.pop(0)) + 1, first_line + 1, False
        elif self._within_row:
            left = ""
        if left and (final or len(left) > LONGEST):
            self._within_row = not final
            lines.append(left)
            left = ""
        self.rest = len(text) - len(left)
        return lines, following, first_line

    def _row(self, start: int, row: str) -> Iterator[tuple[int, list[str]]]:
        """The fields of a row that is not plain; nothing for a header, an empty row or a short one."""
        if not row.strip("\r\n\t \0"):
            return
        if is_header(row):
            self._take_header(row)
            return
        for begin, end in rows_in(row, self._count - 1):
            yield from self._one_row(start + begin, row[begin:end])

    def _one_row(self, start: int, row: str) -> Iterator[tuple[int, list[str]]]:
        fields = fields_in(row[:LONGEST])
        count = len(fields)
        if count == self._lacking:
            self.skipped += 1
            self._problems.add(f"line {self.number}", "its header (#Fields) lacks required fields")
            return
        if count > self._count:
            fields[self._count - 1 :] = [",".join(fields[self._count - 1 :])]
        lost = count < self._needed
        if len(row) > LONGEST:
            fault = f"the row is longer than {LONGEST:,} characters: only those were read"
        elif count < self._count:
            fault = f"{count} field{'s' if count > 1 else ''}, the header has {self._count}"
        else:
            fault = ""
        if fault:
            self._problems.add(f"line {self.number}", fault, "skipped" if lost else "noted")
        self.skipped += lost
        if not lost:
            yield start, fields

    def _take_header(self, line: str) -> None:
        self.headers += 1
        before = self.labels.get("fields")
        _note_label(line, self.labels)
        fields = self.labels.get("fields")
        if fields is not None and fields != before:
            self._take_fields(fields_of(fields))


def fields_in(row: str) -> list[str]:
    """The fields of any row. Quotes are doubled inside quotes; a malformed row is split at commas."""
    row = row.rstrip("\r\n")
    if '"' not in row:
        return row.split(",")
    try:
        # Some versions of the csv module take zeros for the end of the text.
        return next(csv.reader([row.replace("\0", " ")]), [])
    except csv.Error:
        return row.split(",")


def rows_in(row: str, commas: int) -> Iterator[tuple[int, int]]:
    """Where each row in `row` begins and ends: usually one, more if line ends were lost between rows of that many
    commas.
    """
    start = 0
    # Most rows of another length have commas within quotes, and no time but the one that they begin with.
    alone = row.find("Z,", _AFTER_TIME) < 0 and _ANOTHER_ROW.match(row) is not None
    if not alone and row.count(",") != commas:
        for found in islice(_ANOTHER_ROW.finditer(row, 1, LONGEST), _MOST_TIMES):
            left = row.count(",", found.start())
            if left < commas:
                break
            # A time may be a field as well, of a row that has too many of them.
            within = row.startswith(",", found.start() - 1)
            if not within or left == commas or len(fields_in(row[found.start() : LONGEST])) == commas + 1:
                yield start, found.start()
                start = found.start()
    yield start, len(row)


def row_at(text: str, start: int) -> str:
    """The row that begins at `start`, with the line ends inside its quotes."""
    opened = OpenedLog()
    while start < len(text):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        if opened.ends_before(line):
            break
        opened.add(line)
        start += len(line) + 1
        if opened.closed:
            break
    return opened.take().rstrip("\r")
