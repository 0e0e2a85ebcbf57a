"""Finds where a log without years in its times enters another year, by probing some of its lines.

A log of more than a year has the same dates twice, and no single line says which of the two it is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Final, NamedTuple

from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.text_log import TextSource

_SAMPLES: Final = 64
_CHARACTERS: Final = 8_192
_HALF: Final = 6 * 31
"""In days of 31-day months: times farther apart than this are in two years."""


class _Stamp(NamedTuple):
    """The line at the byte `offset` was written at `written`."""

    offset: int
    written: WrittenTime

    @property
    def day(self) -> int:
        """In days of 31-day months."""
        return self.written.first * 31 + self.written.second


class YearEras:
    """The years of `text`, a file of `size` bytes; `time_of` gives the time of a line, None if it has none.

    Nothing is read until needed, and then some hundred lines. Raises LogError if the file can't be read.
    """

    def __init__(self, text: TextSource, size: int, time_of: Callable[[str], WrittenTime | None]) -> None:
        self._text = text
        self._size = size
        self._time_of = time_of
        self._begins: list[int] | None = None
        self._behind: list[int] = []
        self._last: WrittenTime | None = None

    @property
    def last(self) -> WrittenTime | None:
        """The time of the last line that was read."""
        return self._last

    def years_before_the_end(self, offset: int) -> int:
        """How many years before the last line the line at `offset` was written."""
        if self._begins is None:
            self._begins = []
            self._find()
        return self._behind[bisect_right(self._begins, offset)] if self._behind else 0

    def _find(self) -> None:
        found: list[tuple[int, int]] = []
        last: _Stamp | None = None
        for number in range(_SAMPLES):
            # The last line counts too, and begins in the last characters.
            place = min(self._size * number // (_SAMPLES - 1), max(0, self._size - _CHARACTERS // 8))
            stamp = self._stamp(place)
            if stamp is None or (last is not None and stamp.offset <= last.offset):
                continue
            if last is not None and abs(step := last.day - stamp.day) > _HALF:
                found.append((self._boundary(last, stamp), 1 if step > 0 else -1))
            last = stamp
        self._last = None if last is None else last.written
        years = sum(step for _, step in found)
        assert self._begins is not None, "it was made before"
        self._behind = [years]
        for begin, step in found:
            self._begins.append(begin)
            years -= step
            self._behind.append(years)

    def _boundary(self, before: _Stamp, behind: _Stamp) -> int:
        """The first line of the new year, between two lines of which the second is in it."""
        while behind.offset - before.offset > _CHARACTERS // 2:
            middle = self._stamp((before.offset + behind.offset) // 2)
            if middle is None or not before.offset < middle.offset < behind.offset:
                break
            if abs(before.day - middle.day) <= _HALF:
                before = middle
            else:
                behind = middle
        while (following := self._stamp(before.offset + 1)) is not None and following.offset < behind.offset:
            if abs(before.day - following.day) > _HALF:
                return following.offset
            before = following
        return behind.offset

    def _stamp(self, place: int) -> _Stamp | None:
        """The first line from `place` on whose time has no year."""
        block = self._text.at(place, _CHARACTERS)
        begin = block.text.find("\n") + 1 if place else 0
        while begin < len(block.text) and (begin or not place):
            end = block.text.find("\n", begin) % (len(block.text) + 1)
            written = self._time_of(block.cut(begin, end))
            if written is not None and written.year is None:
                return _Stamp(block.offset(begin), written)
            begin = end + 1
        return None
