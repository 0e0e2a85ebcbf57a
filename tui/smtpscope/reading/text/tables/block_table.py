"""The lines of a block of eight-bit text as a table: numpy finds where each field of each regular line is.

A line is regular if it has exactly the fields it should have. Quotes may enclose a field (RFC 4180), but only where
that is beyond doubt: each is at the beginning or the end of a field, or is doubled, and all are closed in their
line. Whatever is not beyond doubt is left to the reader that takes one line after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]

QUOTE: Final = 0x22
_LINE_FEED: Final = 0x0A
_RETURN: Final = 0x0D
_SPACE: Final = 0x20
PIECE: Final = 1 << 17
"""Bytes of a block that are looked at together: the numbers of so many stay in the processor's cache."""
_MOST_ODD: Final = 16
"""One odd line in so many is still worth a table."""
_BESIDE_QUOTES: Final = bytes([QUOTE, _LINE_FEED, _RETURN])


class BlockTable:
    """All lines of a block, by index: where each begins, and where its line feed is.

    `raw` are its bytes. `regular` says which lines have exactly `count` fields; the places of fields are defined for
    those. `quotes` are the places of all quotes in file order, `quoted_lines` the line of each; `inner` are those of
    the separators within quotes.
    """

    __slots__ = ("_cuts", "_first", "count", "ends", "inner", "quoted_lines", "quotes", "raw", "regular", "starts")

    def __init__(self, raw: Bytes, cuts: Places, last_cuts: Places, count: int) -> None:
        """`cuts` are the places of all separators and line feeds, `last_cuts` which of them are the line feeds."""
        self.raw = raw
        self.count = count
        self._cuts = cuts
        self.ends: Places = cuts[last_cuts]
        self.starts = _shifted(self.ends)
        self._first = _shifted(last_cuts)
        self.regular: Mask = last_cuts - self._first == count - 1
        self.quotes = self.quoted_lines = self.inner = np.empty(0, np.int64)

    def note_quotes(self, quotes: Places, inner: Places, separator: int) -> None:
        """Notes the places of quotes and of separators within them; lines that leave doubts are not regular."""
        self.quotes, self.inner = quotes, inner
        self.quoted_lines = np.searchsorted(self.ends, quotes)
        raw = self.raw
        opening, closing = quotes[::2], quotes[1::2]
        before, behind = raw[opening - 1], raw[closing + 1]
        doubtful = ~(_is_one_of(before, separator) | (opening == 0)), ~_is_one_of(behind, separator)
        self.regular[self.quoted_lines[::2][doubtful[0]]] = False
        self.regular[self.quoted_lines[1::2][doubtful[1]]] = False

    def lines_at(self, places: Places) -> Places:
        """The line with each of `places`."""
        return np.searchsorted(self.ends, places)

    def begin(self, column: int, lines: Places) -> Places:
        """Where the field in `column` begins in each of the regular `lines`."""
        return self.starts[lines] if column == 0 else self._cuts[self._first[lines] + (column - 1)] + 1

    def end(self, column: int, lines: Places) -> Places:
        """Where it ends: at its separator, or at the line end, which may be CR LF."""
        places = self._cuts[self._first[lines] + column]
        return places if column < self.count - 1 else places - (self.raw[places - 1] == _RETURN)

    def text_ends(self, lines: Places) -> Places:
        """Where each of `lines` ends, without CR LF."""
        return self.end(self.count - 1, lines)


def table_of(data: bytes, *, separator: str, count: int, quoted: bool) -> BlockTable | None:
    """The lines of `data` as a table of `count` columns; None if it is not worth it, or if a reader that takes one line
    after the other may see other lines.

    That is so if there is no line feed at the end, if there are zeros or a CR that is not part of a line end, if quotes
    are not closed in their line (only where fields may be `quoted`), and if too many lines are not regular.
    """
    if not data.endswith(b"\n") or b"\0" in data:
        return None
    mark = ord(separator)
    raw = np.frombuffer(data, np.uint8)
    cuts = places_where(0, len(raw), lambda begin, end: _cuts_in(raw[begin:end], mark, quoted=quoted))
    kinds = raw[cuts]
    quotes = inner = None
    if quoted and (is_quote := kinds == QUOTE).any():
        open_before = np.cumsum(is_quote, dtype=np.uint8) & 1
        is_open = open_before.view(np.bool_)
        if (is_open & (kinds == _LINE_FEED)).any():
            return None
        quotes, inner = cuts[is_quote], cuts[is_open & ~is_quote]
        kept = ~(is_open | is_quote)
        cuts, kinds = cuts[kept], kinds[kept]
    table = BlockTable(raw, cuts, np.flatnonzero(kinds == _LINE_FEED), count)
    if np.count_nonzero(raw == _RETURN) != np.count_nonzero(raw[table.ends - 1] == _RETURN):
        return None
    if quotes is not None and inner is not None:
        table.note_quotes(quotes, inner, mark)
    odd = len(table.ends) - np.count_nonzero(table.regular)
    return None if odd * _MOST_ODD > len(table.ends) + _MOST_ODD * _MOST_ODD else table


def places_where(begin: int, end: int, is_true: Callable[[int, int], Mask]) -> Places:
    """The places from `begin` to `end` for which `is_true`, which gets the ends of a piece, and tells for all in it.

    It is asked piece by piece because small ones stay in the processor's cache: that takes half the time.
    """
    pieces = [np.flatnonzero(is_true(first, min(first + PIECE, end))) + first for first in range(begin, end, PIECE)]
    return np.concatenate(pieces) if pieces else np.empty(0, np.int64)


def low_bytes(data: bytes) -> Places:
    """The places of the bytes below the space: line ends and control characters."""
    raw = np.frombuffer(data, np.uint8)
    return places_where(0, len(raw), lambda begin, end: raw[begin:end] < _SPACE)


def _cuts_in(raw: Bytes, separator: int, *, quoted: bool) -> Mask:
    found: Mask = raw == separator
    found |= raw == _LINE_FEED
    if quoted:
        found |= raw == QUOTE
    return found


def _shifted(ends: Places) -> Places:
    """The places after all but the last of `ends`, and zero before them."""
    starts = np.empty_like(ends)
    starts[0] = 0
    starts[1:] = ends[:-1] + 1
    return starts


def _is_one_of(beside: Bytes, separator: int) -> Mask:
    found: Mask = beside == separator
    for byte in _BESIDE_QUOTES:
        found |= beside == byte
    return found
