"""Comma- or tab-separated text as rows of fields with their offsets; a broken row does not spoil the next one."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from msgspec import Struct

from smtpscope.reading.text.encodings import TextBlock, TextEncoding, decoded

LONGEST: Final = 1 << 17
"""Characters of one row, four times what Windows allows a message; also what the csv module allows one field."""
DELIMITERS: Final = (",", "\t", ";", "|")
# A row that is never closed is read again line by line; a hostile file must not make that quadratic.
_SECOND_READINGS = 200


class Row(Struct, frozen=True):
    """`fields` of the row that begins at byte `offset`, in line `line` (from 1), up to byte `end`.

    `broken` means that quotes were never closed: then the fields are those of the first line alone. `misquoted` means
    that a quote closes where none can, so the lines may be those of two rows. `text` is the row as written (as
    searched, see `encodings`), "" if it has the right number of fields.
    """

    offset: int
    end: int
    line: int
    fields: list[str]
    broken: bool = False
    text: str = ""
    misquoted: bool = False


class RowShape(Protocol):
    """The shape of a whole row of a table."""

    @property
    def count(self) -> int:
        """How many fields a row has."""
        ...

    def begins_row(self, line: str, delimiter: str) -> bool:
        """Whether `line` alone looks like the beginning of a row."""
        ...


class PassedRows(Protocol):
    """Knows which rows need not be read."""

    def until(self, text: str, begin: int) -> int:
        """The end of the rows to skip from `begin` on, where a row begins; `begin` itself if there are none."""
        ...


class _UnclosedError(Exception):
    """A row is longer than possible."""


class _Lines:
    """The lines of all blocks, and those taken by the current row."""

    def __init__(self, blocks: Iterable[TextBlock]) -> None:
        self._blocks = iter(blocks)
        self._block: TextBlock | None = None
        self._index = 0
        self._place = 0
        self._again: deque[tuple[int, str, int]] = deque()
        self.taken: list[tuple[int, str, int]] = []
        self.ended = False
        self._length = 0
        self._number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._again:
            offset, line, end = self._again.popleft()
        else:
            block = self._current_block()
            if block is None:
                self.ended = True
                raise StopIteration
            offset, line, end = self._next_of(block)
        self.taken.append((offset, line, end))
        self._length += len(line)
        if self._length > LONGEST and len(self.taken) > 1:
            raise _UnclosedError
        # Some versions of the csv module take zeros for the end of the text.
        return line.replace("\0", " ") if "\0" in line else line

    @property
    def number(self) -> int:
        """The number of the line with which the current row begins."""
        return self._number + 1

    def begin_row(self) -> None:
        self._number += len(self.taken)
        self.taken = []
        self._length = 0

    def pass_over(self, passed: PassedRows) -> Row | None:
        """Skips rows between two others; a blank row says how far, if nothing is left of the block."""
        if self._again:
            return None
        block = self._current_block()
        if block is None:
            return None
        stop = passed.until(block.text, self._index)
        if stop == self._index:
            return None
        self._number += block.text.count("\n", self._index, stop)
        self._index, self._place = stop, block.offset(stop)
        return Row(self._place, self._place, self.number, []) if stop == len(block.text) else None

    def _current_block(self) -> TextBlock | None:
        """The block that is not used up yet, None at the end of the text."""
        while self._block is None or self._index >= len(self._block.text):
            self._block = next(self._blocks, None)
            if self._block is None:
                return None
            self._index, self._place = 0, self._block.start
        return self._block

    def _next_of(self, block: TextBlock) -> tuple[int, str, int]:
        """The next line of `block`, with the byte offsets of its start and end."""
        text, start, offset = block.text, self._index, self._place
        self._index = stop = text.find("\n", start) + 1 or len(text)
        self._place = end = block.offset(stop)
        return offset, text[start:stop], end

    def give_back_all_but_first(self) -> None:
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
        self.ended = False


def rows(
    blocks: Iterable[TextBlock], delimiter: str, columns: RowShape, passed: PassedRows | None = None
) -> Iterator[Row]:
    """All rows of the text in `blocks`. Quotes may contain line ends, and doubled quotes (RFC 4180).

    A row that is longer than possible, or that has the wrong number of fields and swallowed the beginning of another
    one, has quotes that were never closed: its first line is the row, and reading continues with the second line. The
    fields are as searched (see `encodings`): `true_text` decodes them. Blank lines have no fields, nor has the row that
    marks a block `passed` over to its end.
    """
    lines = _Lines(blocks)
    reader = csv.reader(lines, delimiter=delimiter)
    readings_left = _SECOND_READINGS
    while True:
        lines.begin_row()
        if passed is not None and (blank := lines.pass_over(passed)) is not None:
            yield blank
            continue
        misquoted = False
        try:
            fields = next(reader)
            several = len(lines.taken) > 1
            misquoted = several and not _is_well_quoted(lines, delimiter)
            unclosed = several and (
                (lines.ended and _quotes_are_open(lines))
                # In a good row, such a line was written into the message.
                or ((misquoted or len(fields) != columns.count) and _swallowed_another(lines, delimiter, columns))
            )
        except StopIteration:
            return
        except (csv.Error, _UnclosedError):
            unclosed = True
        if unclosed:
            fields = _first_line(lines, delimiter)
            if readings_left:
                readings_left -= 1
                lines.give_back_all_but_first()
            reader = csv.reader(lines, delimiter=delimiter)
        offset, _, _ = lines.taken[0]
        text = "".join(line for _, line, _ in lines.taken) if len(fields) != columns.count else ""
        yield Row(offset, lines.taken[-1][2], lines.number, fields, unclosed, text, misquoted and not unclosed)


def first_rows(text: str, delimiter: str, count: int) -> list[list[str]]:
    """The fields of the first `count` rows of `text` that are not blank."""
    found: list[list[str]] = []
    try:
        for fields in csv.reader((f"{line}\n" for line in text.replace("\0", " ").split("\n")), delimiter=delimiter):
            if fields:
                found.append(fields)
            if len(found) == count:
                break
    except csv.Error:
        pass
    return found


def true_text(field: str, encoding: TextEncoding) -> str:
    """A field, decoded."""
    if not field.isascii() and encoding.unit == 1:
        try:
            return decoded(field.encode("latin-1"))
        except UnicodeEncodeError:
            # It is in a part of the file that continues in UTF-16, and is decoded already.
            return field
    return field


def _quotes_are_open(lines: _Lines) -> bool:
    return sum(line.count('"') for _, line, _ in lines.taken) % 2 == 1


def _swallowed_another(lines: _Lines, delimiter: str, columns: RowShape) -> bool:
    return any(columns.begins_row(line, delimiter) for _, line, _ in lines.taken[1:])


def _is_well_quoted(lines: _Lines, delimiter: str) -> bool:
    """Whether every closing quote is followed by a delimiter, which the opening one of the next row is not."""
    try:
        for _ in csv.reader((line.replace("\0", " ") for _, line, _ in lines.taken), delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _first_line(lines: _Lines, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([lines.taken[0][1].replace("\0", " ")], delimiter=delimiter), [])
    except csv.Error:
        return []
