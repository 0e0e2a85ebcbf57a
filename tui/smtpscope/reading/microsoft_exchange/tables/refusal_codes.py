"""The rows of a table in which a reply 4yz or 5yz may be quoted, by the bytes around its code."""

from __future__ import annotations

from typing import Final

import numpy as np

from smtpscope.reading.text.tables.block_table import Bytes, Mask, Places, places_where

_FOUR_OR_FIVE: Final = 0x34
_ODD: Final = 0x01
_ZERO, _NINE = b"09"
_BEFORE: Final = 12
"""Bytes before a code that are looked at."""
_REACH: Final = 8
"""The code and the bytes after it that are looked at."""


class Letters:
    """A set of letters; `of` says which bytes are among them."""

    __slots__ = ("_table",)

    def __init__(self, letters: str) -> None:
        self._table = np.zeros(256, np.bool_)
        self._table[list(letters.encode("latin-1"))] = True

    def of(self, raw: Bytes) -> Mask:
        """Whether each byte of `raw` is one of the letters."""
        found: Mask = self._table[raw]
        return found


DIGITS: Final = Letters("0123456789")
END: Final = '\r\n,"'
"""What may follow the last letter of a field."""


def codes_in(raw: Bytes, begin: int, end: int) -> Places:
    """Where between `begin` and `end` of a block three digits and no more stand that may be the code of a refusal.

    Those in the first and the last few bytes of the block are left out: see `ends_of`.
    """
    begin, end = max(begin, _BEFORE), min(end, len(raw) - _REACH)
    return places_where(begin, end, lambda first, behind: _are_codes(raw[first : behind + 3]))


def _are_codes(raw: Bytes) -> Mask:
    """Whether a code is at each place in `raw` but for the last three."""
    digit = raw - np.uint8(_ZERO) <= _NINE - _ZERO
    found: Mask = (raw[:-3] & ~np.uint8(_ODD)) == _FOUR_OR_FIVE
    found &= digit[1:-2]
    found &= digit[2:-1]
    found &= ~digit[3:]
    return found


def ends_of(raw: Bytes) -> list[int]:
    """Places in all lines of a block in which `codes_in` may leave out a code."""
    last = len(raw) - 1
    return [*range(min(_BEFORE, last)), *range(max(0, last - _REACH), last + 1)]
