"""Finds a row of a message tracking log again, and all rows about its message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from smtpscope.reading.microsoft_exchange.tracking_rows import (
    LONGEST_ROW,
    Bounds,
    TrackingColumns,
    TrackingHeader,
    TrackingRow,
    columns_by_count,
    fields_of,
    header_of,
    row_bounds,
)
from smtpscope.reading.microsoft_exchange.transport_log import iso_milliseconds
from smtpscope.reading.smtp_session import SessionLine, SmtpSession
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.text_log import TextSource

_WINDOWS: Final = (1 << 16, LONGEST_ROW + (1 << 16))
"""Bytes to read before and after an offset: nearly all rows are short."""
_HEAD: Final = 1 << 14
_MOST_LINES: Final = 1_000
_FIELDS_LINE: Final = re.compile(r"#Fields:[^\r\n]*", re.IGNORECASE)
_WORDS: Final = ("event-id", "source", "connector-id", "server-hostname", "recipient-address")
_FACTS: Final = (
    ("message id", "message-id"),
    ("sender", "sender-address"),
    ("subject", "message-subject"),
    ("recipients", "recipient-address"),
    ("internal message id", "internal-message-id"),
)


def raw_row(text: TextSource, size: int, offset: int) -> str | None:
    """The row with the byte `offset` in a log of `size` bytes, as logged; None if there is none.

    Raises LogError if the log can't be read.
    """
    head = text.at(text.encoding.mark, _HEAD)
    found = _row_around(text, size, offset, header_of(head.text).columns)
    if found is None:
        return None
    block, bounds = found
    return block.cut(bounds.start, bounds.end).rstrip("\r\n") or None


def message_at(text: TextSource, size: int, offset: int) -> SmtpSession | None:
    """All rows about the message of the row at byte `offset`, at most 1,000; None if there is no row.

    Raises LogError if the log can't be read.
    """
    columns = _columns_at(text, offset)
    found = _row_around(text, size, offset, columns)
    if found is None:
        return None
    asked = _row(text, *found, columns)
    if asked is None:
        return None
    lines: list[SessionLine] = []
    left_out = 0
    for row in _rows_about(text, asked):
        if len(lines) < _MOST_LINES:
            lines.append(
                SessionLine(row.offset(0), iso_milliseconds(row.value("date-time")), "information", _words(row))
            )
        else:
            left_out += 1
    facts = tuple((label, asked.value(name)) for label, name in _FACTS if asked.value(name))
    return SmtpSession(tuple(lines), facts, left_out=left_out)


def _row_around(
    text: TextSource, size: int, offset: int, columns: TrackingColumns | None
) -> tuple[TextBlock, Bounds] | None:
    mark, unit = text.encoding.mark, text.encoding.unit
    if not mark <= offset < size:
        return None
    for window in _WINDOWS:
        begin = max(mark, offset - window - (offset - mark) % unit)
        block = text.at(begin, (offset - begin + window) // unit)
        for bounds in row_bounds(block.text, lambda: columns):
            if block.offset(bounds.end) <= offset:
                continue
            # The first and the last row in the window may be incomplete.
            whole = (bounds.start > 0 or begin == mark) and (bounds.end < len(block.text) or block.end >= size)
            if whole or window == _WINDOWS[-1]:
                return block, bounds
            break
    return None


def _row(text: TextSource, block: TextBlock, bounds: Bounds, columns: TrackingColumns | None) -> TrackingRow | None:
    line = block.text[bounds.start : bounds.end].rstrip("\r\n")
    columns = columns or columns_by_count(len(fields_of(line)))
    if columns is None or not line or line[0] == "#":
        return None
    return TrackingRow(line, columns, text.encoding, lambda index: block.offset(bounds.start + index))


def _columns_at(text: TextSource, offset: int) -> TrackingColumns | None:
    """The columns that the last header before byte `offset` names."""
    header = TrackingHeader()
    for block, _ in text.blocks():
        for match in _FIELDS_LINE.finditer(block.text):
            if block.offset(match.start()) > offset:
                break
            if block.text[match.start() - 1 : match.start()] in ("", "\n"):
                header.take(match.group())
        if block.end > offset:
            break
    return header.columns


def _rows_about(text: TextSource, asked: TrackingRow) -> Iterator[TrackingRow]:
    """The rows about the same message as `asked`.

    They have the same message id, or the same internal message id if one of the two has no message id: internal ids
    start over with a new queue database. 0 means none.
    """
    message, internal = asked.searched("message-id").strip(), asked.searched("internal-message-id").strip()
    internal = "" if internal == "0" else internal
    if not message and not internal:
        yield asked
        return
    header = TrackingHeader()
    for block, stream in text.blocks():
        # Most blocks do not contain it, and are not split into rows.
        if not ((message and message in block.text) or (internal and internal in block.text) or "#F" in block.text):
            continue
        rest = 0
        leave = 0 if block.final else LONGEST_ROW // text.encoding.unit
        for bounds in row_bounds(block.text, lambda: header.columns, leave):
            rest = bounds.end
            line = block.text[bounds.start : bounds.end]
            if line[0] == "#":
                header.take(line)
            elif (message and message in line) or (internal and internal in line):
                row = _row(text, block, bounds, header.columns)
                if row is not None and _are_same(row, message, internal):
                    yield row
        stream.keep_from(rest)


def _are_same(row: TrackingRow, message: str, internal: str) -> bool:
    own = row.searched("message-id").strip()
    if message and own:
        return own == message
    return bool(internal) and row.searched("internal-message-id").strip() == internal


def _words(row: TrackingRow) -> str:
    """The content of the row, as logged: event, component, connector, host, recipients, then the status."""
    words = [value for name in _WORDS if (value := row.value(name))]
    said = row.value("recipient-status") or row.value("source-context")
    return " ".join(words) + (f": {said}" if said else "")
