"""Message tracking logs: the header's columns, the rows, and the fields of a row with their offsets.

A line is a row, unless the row before it is incomplete: then a quoted field continues. A line that begins with a date
always begins a row, so quotes that are never closed spoil one row and not the rest of the log. The csv module is of no
use here: it gives no positions, and rejects a list of some thousand recipients as too long a field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final, NamedTuple

from msgspec import Struct, field

from smtpscope.reading.microsoft_exchange.transport_log import FOUND_IN, columns_of
from smtpscope.reading.text.encodings import TextEncoding
from smtpscope.reading.text.table_rows import true_text

LOG_TYPE: Final = "message tracking log"
_FIELDS: Final = "fields"
# Exchange 2007; each later version adds columns and keeps these names (Microsoft: "Message tracking").
_FIRST: Final = (
    "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,"
    "internal-message-id,message-id,recipient-address,recipient-status,total-bytes,recipient-count,"
    "related-recipient-address,reference,message-subject,sender-address,return-path,message-info"
)
_2010: Final = f"{_FIRST},directionality,tenant-id,original-client-ip,original-server-ip,custom-data"
_2013: Final = _2010.replace(",recipient-address", ",network-message-id,recipient-address", 1)
_2016: Final = f"{_2013},transport-traffic-type,log-id,schema-version"
_LONGEST: Final = 1 << 14
"""Characters of a line with column names; the longest known has 500."""


_DECIDING: Final = (
    "date-time", "server-hostname", "source-context", "source", "event-id", "recipient-address", "recipient-status"
)  # fmt: skip
"""Without one of these, refusals or what they say are missing."""


class TrackingColumns:
    """The names of the columns in order, in lower case; `index` has the position of each name."""

    __slots__ = ("count", "index", "stamped")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.count = len(names)
        self.index = columns_of(names)
        self.stamped = bool(names) and names[0] == "date-time"

    @property
    def missing(self) -> tuple[str, ...]:
        """Which of the deciding columns there are none of: not written, renamed or damaged."""
        return tuple(name for name in _DECIDING if name not in self.index)


KNOWN: Final = tuple(tuple(names.split(",")) for names in (_FIRST, _2010, _2013, _2016))
"""The columns of Exchange 2007, 2010, 2013, and 2016 and later."""
_KNOWN_COLUMNS: Final = {len(names): TrackingColumns(names) for names in KNOWN}


def columns_by_count(count: int) -> TrackingColumns | None:
    """The columns of the version of Exchange that has `count` of them: for rows without their header."""
    return _KNOWN_COLUMNS.get(count)


# Source and event are in the same position in all versions (Microsoft, "Message tracking").
_SOURCE: Final = 7
_SOURCE_NAMES: Final = (
    "ADMIN AGENT APPROVAL BOOTLOADER DELAYEDDSN DNS DSN GATEWAY JOURNAL MAILBOXRULE "
    "MEETINGMESSAGEPROCESSOR ORAR PICKUP POISONMESSAGE PUBLICFOLDER QUEUE REDUNDANCY RESOLVER ROUTING "
    "SAFETYNET SMTP STOREDRIVER "
)
_SOURCES: Final = frozenset(_SOURCE_NAMES.split())
_EVENT: Final = re.compile(r"[A-Z]{4,40}")
_STAMP: Final = re.compile(FOUND_IN + r"\"?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_ROWS_LOOKED_AT: Final = 40


def are_rows(text: str) -> bool:
    """Whether `text` begins with rows of a message tracking log, by their shape: for those without a header."""
    for line in text[: 4 * _LONGEST].split("\n", _ROWS_LOOKED_AT)[:_ROWS_LOOKED_AT]:
        if _STAMP.match(line) is None or line.count(",") < len(KNOWN[0]) - 1:
            continue
        fields = [line[field.begin : field.end] for field in fields_of(line.rstrip("\r"))[: _SOURCE + 2]]
        if fields[_SOURCE].upper() in _SOURCES and _EVENT.fullmatch(fields[_SOURCE + 1].upper()):
            return True
    return False


class TrackingHeader(Struct):
    """The `#` lines read so far. `columns` are those of the last `#Fields`, None before the first."""

    columns: TrackingColumns | None = None
    values: dict[str, str] = field(default_factory=dict)

    @property
    def is_tracking(self) -> bool:
        """Whether this is a message tracking log: by its log type, else by its columns."""
        if self.values.get("log-type", "").casefold() == LOG_TYPE:
            return True
        return self.columns is not None and {"event-id", "recipient-address", "source"} <= self.columns.index.keys()

    def take(self, line: str) -> None:
        """Reads one line that begins with `#`; anything but `#Name: value` is skipped."""
        name, colon, value = line[1:_LONGEST].partition(":")
        if not colon:
            return
        name = name.strip().casefold()
        if name == _FIELDS:
            names = tuple(each.strip().strip('"').casefold() for each in value.split(","))
            self.columns = TrackingColumns(names) if any(names) else None
        elif len(self.values) < 16:
            self.values.setdefault(name, value.strip())


def header_of(text: str) -> TrackingHeader:
    """The header at the beginning of `text`, without blank lines before and in it."""
    header = TrackingHeader()
    for line in text[:_LONGEST].split("\n", 32)[:32]:
        line = line.strip("\ufeff\r \t\0")
        if line.startswith("#"):
            header.take(line)
        elif line:
            break
    return header


LONGEST_ROW: Final = 3 << 20
"""Bytes. A row of five thousand recipients has half a million."""
_MOST_FIELDS: Final = 1_000
"""The rest after so many is one field: a line of commas must not fill the memory."""
_MOST_LINES: Final = 64
"""Lines of one row. An incomplete row is examined again at each line, which a hostile log must not make quadratic."""


class Bounds(NamedTuple):
    """A row or a header line: from `start` to `end` of the text, including the line end, over `lines` lines."""

    start: int
    end: int
    lines: int


class RowField(NamedTuple):
    """The position of a field in its row, without its outer quotes."""

    begin: int
    end: int
    quoted: bool


def fields_of(text: str) -> list[RowField]:
    """The fields of the row `text` (RFC 4180): quotes count only at the start of a field; inside, they are doubled."""
    if '"' not in text:
        lengths = map(len, text.split(",", _MOST_FIELDS)[:_MOST_FIELDS])
        ends = list(accumulate(lengths, lambda end, length: end + 1 + length))
        begins = [0, *(end + 1 for end in ends[:-1])]
        return [RowField(begin, end, False) for begin, end in zip(begins, ends, strict=True)]
    fields: list[RowField] = []
    position = 0
    while True:
        quoted = text.startswith('"', position)
        if quoted:
            begin = position + 1
            end = _closing_quote(text, begin)
            comma = text.find(",", end + 1) if end < len(text) else -1
        else:
            begin = position
            comma = text.find(",", begin)
            end = comma if comma >= 0 else len(text)
        fields.append(RowField(begin, end, quoted))
        if comma < 0 or len(fields) == _MOST_FIELDS:
            return fields
        position = comma + 1


def _closing_quote(text: str, begin: int) -> int:
    """The index of the quote that closes the field, the end of `text` if none does."""
    position = begin
    while True:
        found = text.find('"', position)
        if found < 0:
            return len(text)
        if not text.startswith('"', found + 1):
            return found
        position = found + 2


def row_bounds(text: str, columns: Callable[[], TrackingColumns | None], leave: int = 0) -> Iterator[Bounds]:
    """The rows and header lines of `text` in order; `columns` is called when needed.

    An incomplete row at the end of at most `leave` characters is left out, since more text may follow.
    """
    start = position = lines = 0
    for line in text.split("\n"):
        if lines and (_begins_row(line) or lines >= _MOST_LINES or _is_whole(text[start:position], columns())):
            yield Bounds(start, position, lines)
            start, lines = position, 0
        lines += 1
        position += len(line) + 1
    # After the last line end, there is an empty piece, which is not a line.
    if len(text) - start > leave:
        yield Bounds(start, len(text), lines - text.endswith("\n"))


def _begins_row(line: str) -> bool:
    # 2026-11-09T06:12:41.123Z
    return (line[4:5] == "-" and line[10:11] in "T " and line[7:8] == "-") or line[:1] == "#"


def _is_whole(row: str, columns: TrackingColumns | None) -> bool:
    if columns is None or row[:1] == "#" or not row.strip():
        return True
    # Most incomplete rows lack commas; the fields are examined only if there are enough commas.
    if row.count(",") < columns.count - 1:
        return '"' not in row
    fields = fields_of(row)
    last = fields[-1]
    return len(fields) >= columns.count and not (last.quoted and last.end == len(row))


class TrackingRow:
    """One row. `offset` turns an index of its `text` into the byte offset in the log."""

    __slots__ = ("_columns", "_encoding", "fields", "offset", "text")

    def __init__(
        self, text: str, columns: TrackingColumns, encoding: TextEncoding, offset: Callable[[int], int]
    ) -> None:
        self.text = text
        self.offset = offset
        self.fields = fields_of(text)
        self._columns = columns
        self._encoding = encoding

    def field(self, name: str) -> RowField:
        """The position of the field of that column, empty if the row has none."""
        number = self._columns.index.get(name)
        return self.fields[number] if number is not None and number < len(self.fields) else RowField(0, 0, False)

    def searched(self, name: str) -> str:
        """The field as written, for searching: not decoded, quotes doubled."""
        field = self.field(name)
        return self.text[field.begin : field.end]

    def value(self, name: str) -> str:
        """The field, decoded, "" if the row has none."""
        return self.read(self.searched(name), quoted=self.field(name).quoted).strip()

    def read(self, text: str, *, quoted: bool) -> str:
        """`text` from a field, decoded."""
        return true_text(text.replace('""', '"') if quoted else text, self._encoding)
