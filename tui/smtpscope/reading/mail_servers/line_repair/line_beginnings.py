"""The lines of a log that all begin with a time of one form: which of them begin with it, and which hold another one.

In eight-bit text, numpy looks at all lines of a block at once.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final, NamedTuple

import numpy as np

from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.tables.block_table import Bytes, Mask, Places, places_where

_LINE_FEED: Final = 0x0A
_DIGIT_OR_BLANK: Final = b"0123456789 "
_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CLASSES: Final = {"0": _DIGIT_OR_BLANK, " ": _DIGIT_OR_BLANK, "a": _LETTERS}
_USUAL_LENGTH: Final = 15
# Lines that begin with a weekday have a longer form.
_LIKE_WEEKDAY: Final = re.compile("aaa,?[ 0]aaa[ 0]")
_WORD: Final = 8
"""Bytes that are compared together."""
# A line may be blank, or continue the one before.
_CONTINUES: Final = b"\n\r \t\0>"
_BEGINS: Final = np.ones(256, np.bool_)
_BEGINS[list(_CONTINUES)] = False


class BlockLines(NamedTuple):
    """The lines of one block, by number from 0: where each ends (its line feed), and whether it surely is one line.

    Whatever is behind the last line feed is a line as well.
    """

    ends: list[int]
    plain: bytes
    raw: Bytes
    starts: Places
    fitting: Mask

    def line_feeds(self, begin: int, end: int) -> int:
        """The number of line feeds from `begin` to before `end`."""
        return bisect_left(self.ends, end) - bisect_left(self.ends, begin)

    def line_with(self, place: int, begin: int, end: int) -> tuple[int, int] | None:
        """The start and the end of the line with `place`; None if it is not plain, or not all between `begin` and
        `end`.
        """
        number = bisect_left(self.ends, place)
        if not self.plain[number]:
            return None
        start, behind = self.ends[number - 1] + 1 if number else 0, self.ends[number] + 1
        return (start, behind) if begin <= start and behind <= end else None


class LineBeginnings:
    """The beginnings of one form (see `joined_lines.form_of`), found in the blocks of one log."""

    def __init__(self, shape: str, form: re.Pattern[str]) -> None:
        """`form` is that of `shape`, which has a colon or a hyphen at least."""
        self.form = form
        self._has_usual_length = len(shape) == _USUAL_LENGTH and _LIKE_WEEKDAY.match(shape) is None
        # What is not in Latin-1 is in no text of bytes, and neither is the form then.
        classes = [_CLASSES.get(each, each.encode("latin-1", "ignore")) for each in shape]
        marks = [(ord(each), at) for at, each in enumerate(shape) if each not in _CLASSES and each.isascii()]
        # Two of them are rare enough in other text.
        self._marks = marks[0], marks[-1]
        kinds = list(dict.fromkeys(classes))
        self._kinds = np.zeros(256, np.uint16)
        for number, characters in enumerate(kinds):
            self._kinds[list(characters)] |= 1 << number
        self._wanted = np.array([1 << kinds.index(each) for each in classes], np.uint16)
        self._block: TextBlock | None = None
        self._lines: BlockLines | None = None

    def lines_of(self, block: TextBlock) -> BlockLines | None:
        """The lines of `block`; None for text of wider characters."""
        if self._block is not block:
            self._block = block
            data = block.eight_bit
            self._lines = None if data is None else self._found_in(data, block.low)
        return self._lines

    def _found_in(self, data: bytes, low: Places) -> BlockLines:
        raw = np.frombuffer(data, np.uint8)
        ends = low[raw[low] == _LINE_FEED]
        starts = np.concatenate((np.zeros(1, np.int64), ends + 1))
        fitting = self._fit(raw, starts)
        # A crash, or copytruncate, leaves zeros, and a last line may go on in the next block.
        plain = fitting.copy() if self._has_usual_length and b"\0" not in data else np.zeros(len(starts), np.bool_)
        plain[-1] = False
        if plain.any():
            plain[self._with_another(raw, starts[fitting], ends)] = False
        return BlockLines(ends.tolist(), plain.tobytes(), raw, starts, fitting)

    def _fit(self, raw: Bytes, starts: Places) -> Mask:
        """Which of `starts` have the form behind them."""
        length = len(self._wanted)
        last = len(raw) - length + 1
        fitting = np.zeros(len(starts), np.bool_)
        inside = starts[: np.searchsorted(starts, last)] if last > 0 else starts[:0]
        if not len(inside):
            return fitting
        # Many lines begin with the same time as the one before.
        changes = np.zeros(len(inside), np.bool_)
        changes[0] = True
        for at in {*range(0, length - _WORD, _WORD), length - _WORD}:
            words = np.ndarray((last,), "<u8", buffer=raw.data, offset=at, strides=(1,))[inside]
            changes[1:] |= words[1:] != words[:-1]
        fitting[: len(inside)] = self._are_of_form(raw, inside[changes])[np.cumsum(changes) - 1]
        return fitting

    def _are_of_form(self, raw: Bytes, places: Places) -> Mask:
        windows = np.lib.stride_tricks.sliding_window_view(raw, len(self._wanted))[places]
        found: Mask = (self._kinds[windows] & self._wanted != 0).all(axis=1)
        return found

    def _with_another(self, raw: Bytes, known: Places, ends: Places) -> Places:
        """The numbers of the lines in which the form is in another place than the `known` ones, which have it."""
        last = len(raw) - len(self._wanted) + 1
        (mark, at), (other, behind) = self._marks

        def marked(begin: int, end: int) -> Mask:
            found: Mask = raw[begin + at : end + at] == mark
            found &= raw[begin + behind : end + behind] == other
            return found

        places = places_where(0, last, marked)
        if len(places) == len(known):
            return known[:0]
        places = np.setdiff1d(places, known, assume_unique=True)
        return np.searchsorted(ends, places[self._are_of_form(raw, places)])

    def odd(self, block: TextBlock, first: int, last: int) -> list[int]:
        """The line ends from `first` to before `last` behind which this form is not, but what may begin a line."""
        lines = self.lines_of(block)
        if lines is None:
            odd = re.compile(rf"\n(?!{self.form.pattern})[^{_CONTINUES.decode()}]")
            return [each.start() for each in odd.finditer(block.text, first, last)]
        unfit = lines.starts[~lines.fitting]
        unfit = unfit[(unfit > first) & (unfit < last)]
        ends: list[int] = (unfit[_BEGINS[lines.raw[unfit]]] - 1).tolist()
        return ends
