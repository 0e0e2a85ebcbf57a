"""Objects in Format-List output: labels in a column, values after a colon, long ones wrapped at any width.

A line that begins further right than the colons continues the value above it. PowerShell wraps between words, and
splits a word only if it is longer than a line; pasted text may have lost its indentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from smtpscope.reading.microsoft_exchange.shell.shell_object import NAMES, ShellObject, folded
from smtpscope.reading.text.encodings import TextBlock

_LABEL: Final = re.compile(
    r"([ \t]{0,16})([A-Za-z][A-Za-z0-9_]{0,48}(?: [A-Za-z]{1,16}){0,3})([ \t]{0,60}):(?:[ \t]|\Z)"
)
# Pasted from Queue Viewer, without a label.
_BARE_ERROR: Final = re.compile(
    r"[ \t>\"']{0,8}(?=\[\{L(?:RT|ED)=|[45][0-9]{2} [45]\.[0-9]{1,3}\.[0-9]{1,3} "
    r"(?:Primary target IP address|DNS query failed|Proxy session setup failed|Error encountered while communicating))"
)
_LAST_ERROR: Final = "lasterror"
_MOST_LINES: Final = 4_000
"""Lines of one value: anything longer is not a wrapped value."""
_MOST_LABELS: Final = 400
_LONGEST: Final = 1 << 17
"""Characters of one value, as in a row of a table."""


class TextLine(NamedTuple):
    """A line without its end, decoded, from byte `offset` to byte `end`; its line number is `number`."""

    offset: int
    end: int
    number: int
    text: str


def lines_of(blocks: Iterable[TextBlock]) -> Iterator[TextLine]:
    """All lines of the text in `blocks`."""
    number = 0
    for block in blocks:
        searched = block.text
        start, size = 0, len(searched)
        is_plain = searched.isascii() and block.length_before(1) == 1
        while start < size:
            stop = searched.find("\n", start) + 1 or size
            number += 1
            if is_plain:
                text = searched[start:stop].rstrip("\r\n\0")
                yield TextLine(block.start + start, block.start + stop, number, text)
            else:
                text = block.cut(start, stop).rstrip("\r\n\0")
                yield TextLine(block.offset(start), block.offset(stop), number, text)
            start = stop


def _parted(lines: Iterable[TextLine]) -> Iterator[TextLine]:
    """The same, but two for a line whose end was lost: the label of the next one is within its value, as wide as its
    own.
    """
    for line in lines:
        label = _LABEL.match(line.text) if line.text.count(": ") > 1 else None
        begin = _label_within(line.text, label) if label is not None else 0
        if not begin:
            yield line
            continue
        first = line.text[:begin]
        wide = line.end - line.offset >= 2 * len(line.text)
        middle = line.offset + (2 * len(first) if wide else len(first.encode("utf-8", "replace")))
        yield TextLine(line.offset, middle, line.number, first)
        yield TextLine(middle, line.end, line.number, line.text[begin:])


def _label_within(text: str, label: re.Match[str]) -> int:
    """Where another label of a known name begins in the value behind `label`, padded to its width; 0 if nowhere."""
    width = label.end(3) - label.start(2)
    colon = text.find(": ", label.end())
    while colon >= 0:
        begin = colon - width
        name = text[max(0, begin) : colon].rstrip()
        if begin >= label.end() and folded(name) in NAMES and width > len(name):
            return begin
        colon = text.find(": ", colon + 1)
    return 0


def objects_in(lines: Iterable[TextLine]) -> Iterator[ShellObject]:
    """The objects of a list in order; other lines are skipped."""
    current = _OpenObject()
    blank = False
    for line in _parted(lines):
        if not line.text.strip():
            blank = True
            continue
        label = _LABEL.match(line.text)
        name = folded(label[2]) if label is not None else ""
        if label is not None and current.takes_label(label, name):
            if current.ends_before(name, blank=blank):
                yield current.taken()
                current = _OpenObject()
            current.add(line, name, line.text[label.end() :], label.end(3))
        elif (blank or not current.names) and (bare := _BARE_ERROR.match(line.text)) is not None:
            if current.names:
                yield current.taken()
                current = _OpenObject()
            current.add(line, _LAST_ERROR, line.text[bare.end() :], -1)
        elif current.names and (not blank or current.is_loose):
            current.go_on(line)
        else:
            # What is left of a damaged object does not make one of its neighbours.
            continue
        blank = False
    if current.names:
        yield current.taken()


class _OpenObject:
    """An object whose lines are being read."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {}
        self.is_loose = False
        self._first: TextLine | None = None
        self._end = 0
        self._column = -1
        self._last_name = ""
        self._last_number = 0
        self._tight = False
        self._width = 0
        self._lengths: dict[str, list[int]] = {}

    def takes_label(self, label: re.Match[str], name: str) -> bool:
        """Whether the line is a label: a known one, or one whose colon is below the others."""
        colon = label.end(3)
        if not self.names:
            return name in NAMES
        if colon == self._column:
            return True
        # In a wrapped value, a word with a colon is further right.
        return name in NAMES and (self._column < 0 or label.end(1) < self._column)

    def ends_before(self, name: str, *, blank: bool) -> bool:
        """Whether the object is whole before a label of that `name`; `blank` means that a blank line came before it."""
        return name in self.names or (blank and self._tight) or len(self.names) >= _MOST_LABELS

    def add(self, line: TextLine, name: str, value: str, column: int) -> None:
        """Adds a label with the beginning of its `value`; `column` is the position of its colon, -1 without one."""
        if self._first is None:
            self._first = line
        elif line.number == self._last_number + 1:
            self._tight = True
        else:
            self.is_loose = not self._tight
        self._column = column
        self.names[name] = [value.strip()]
        self._lengths[name] = [len(line.text)]
        self._note(line, name)

    def go_on(self, line: TextLine) -> None:
        """Adds a line that continues the last value."""
        value = self.names[self._last_name]
        if len(value) < _MOST_LINES:
            value.append(line.text.strip())
            self._lengths[self._last_name].append(len(line.text))
        self._note(line, self._last_name)

    def _note(self, line: TextLine, name: str) -> None:
        self._end, self._last_name, self._last_number = line.end, name, line.number
        self._width = max(self._width, len(line.text))

    def taken(self) -> ShellObject:
        """The whole object."""
        assert self._first is not None, "there is no object yet"
        room = max(1, self._width - self._column - 2)
        values = {
            name: parts[0][:_LONGEST]
            if len(parts) == 1
            else joined(parts, [length >= self._width for length in self._lengths[name]], room)
            for name, parts in self.names.items()
        }
        return ShellObject(self._first.offset, self._end, self._first.number, values)


def joined(parts: list[str], full: list[bool], room: int) -> str:
    """A wrapped value in one line; `full` says which of its lines reach the end, `room` how many characters fit."""
    if len(parts) == 1:
        return parts[0][:_LONGEST]
    pieces = [parts[0]]
    for number, part in enumerate(parts[1:]):
        before = parts[number]
        word = len(before.rsplit(" ", 1)[-1]) + len(part.split(" ", 1)[0])
        if not (full[number] and word > room):
            pieces.append(" ")
        pieces.append(part)
    return "".join(pieces)[:_LONGEST].strip()
