"""Objects in Format-Table output: names, a line of dashes, then cells that may be wrapped (-Wrap)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from smtpscope.reading.microsoft_exchange.shell.shell_list import TextLine, joined
from smtpscope.reading.microsoft_exchange.shell.shell_object import ShellObject, folded

DASHES: Final = re.compile(r"[ \t]{0,16}-{2,80}(?:[ \t]{1,200}-{1,80}){0,60}[ \t]{0,200}")
MARK: Final = "---"
"""Occurs in each text with a table."""
_MOST_HEADER_LINES: Final = 4
_MOST_LINES: Final = 4_000


def objects_in(lines: Iterable[TextLine]) -> Iterator[ShellObject]:
    """The objects of all tables in order; text between tables is skipped."""
    above: list[str] = []
    columns: list[int] = []
    names: list[str] = []
    row: list[TextLine] = []
    for line in lines:
        text = line.text
        if DASHES.fullmatch(text) and above:
            columns = [match.start() for match in re.finditer(r"-+", text)]
            names = [folded("".join(cells)) for cells in zip(*(_cells(each, columns) for each in above), strict=True)]
            above = []
        elif not text.strip():
            if row:
                yield _object(row, columns, names)
            above, row = [], []
            columns = []
        elif not columns:
            above = [*above[-_MOST_HEADER_LINES + 1 :], text]
        elif text[: columns[1] if len(columns) > 1 else 1].strip() or not row:
            if row:
                yield _object(row, columns, names)
            row = [line]
        elif len(row) < _MOST_LINES:
            row.append(line)
    if row and columns:
        yield _object(row, columns, names)


def _cells(text: str, columns: list[int]) -> list[str]:
    """The cells of a line; a number that is aligned to the right begins before its column."""
    begins: list[int] = []
    for number, column in enumerate(columns):
        begin = column
        floor = begins[-1] if number else -1
        while begin - 1 > floor and begin <= len(text) and text[begin - 1 : begin].strip():
            begin -= 1
        begins.append(begin if number else 0)
    ends = [*begins[1:], max(len(text), begins[-1])]
    return [text[begin:end].strip() for begin, end in zip(begins, ends, strict=True)]


def _object(row: list[TextLine], columns: list[int], names: list[str]) -> ShellObject:
    lines = [_cells(line.text, columns) for line in row]
    width = max(len(line.text) for line in row)
    room = [after - before - 1 for before, after in zip(columns, [*columns[1:], width + 1], strict=True)]
    values: dict[str, str] = {}
    for number, name in enumerate(names):
        parts = [cells[number] for cells in lines if cells[number]]
        if name and parts:
            values.setdefault(name, joined(parts, [len(part) >= room[number] for part in parts], max(1, room[number])))
    return ShellObject(row[0].offset, row[-1].end, row[0].number, values)
