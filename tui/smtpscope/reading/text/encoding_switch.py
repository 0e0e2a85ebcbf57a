"""Where a text switches to another encoding because two programs wrote to one file, or where a byte is missing.

Windows PowerShell appends UTF-16 to a log of bytes (`>>`), cmd.exe appends bytes to one in UTF-16. After a byte that is
missing or too many in UTF-16, each character would be made of the halves of two.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from msgspec import Struct

_WIDE: Final = re.compile(rb"(?:[\t\r\n -~]\0){16}")
_WIDE_BIG_ENDIAN: Final = re.compile(rb"(?:\0[\t\r\n -~]){16}")
# No text in a script whose characters have two printable bytes each has forty of them in a row.
_NARROW: Final = re.compile(rb"[\t\r\n -~]{40}")
_NARROW_HALF: Final = re.compile(rb"[\t\r\n -~]{20}")
OVERLAP: Final = 64
"""Bytes before the last searched position that have to be searched again."""


class Switch(Struct, frozen=True):
    """The other encoding begins at `index`, with a byte order mark of `mark` bytes.

    With `shifted` it is the same encoding, but not at a place where a character can begin.
    """

    index: int
    mark: int
    shifted: bool = False


def wide_from(data: bytes, begin: int) -> Switch | None:
    """Where `data`, eight-bit until then, continue in UTF-16LE; searched from `begin` on."""
    first = data.find(b"\0", begin)
    if first < 0:
        return None
    found = _WIDE.search(data, max(begin, first - 1))
    return None if found is None else _with_mark(data, found.start(), codecs.BOM_UTF16_LE)


def narrow_from(data: bytes, begin: int, *, high: int) -> Switch | None:
    """Where `data`, UTF-16 until then, go on as bytes or are shifted by one; looked for from `begin` on.

    `high` is 1 if the second byte of a character is the high one (little-endian), else 0.
    """
    begin &= ~1
    halves = data[begin + high :: 2]
    # Usually they are all zero, which is checked much faster than a search takes.
    if not halves.strip(b"\0"):
        return None
    half = _NARROW_HALF.search(halves)
    while half is not None:
        offset = begin + 2 * half.start() + high
        for first in (offset,) if high else (offset - 1, offset + 1):
            if first >= begin and (_WIDE if high else _WIDE_BIG_ENDIAN).match(data, first):
                return Switch(first, 0, shifted=True)
        found = _NARROW.search(data, max(begin, offset - 1), offset + 2 * OVERLAP)
        if found is not None:
            return _with_mark(data, found.start(), codecs.BOM_UTF8)
        half = _NARROW_HALF.search(halves, half.end())
    return None


def starts_wide(data: bytes) -> bool:
    """Whether `data` begin with UTF-16LE."""
    return _WIDE.match(data) is not None


def starts_shifted(data: bytes, *, high: int) -> bool:
    """Whether `data` are UTF-16 from their second byte on; `high` as above."""
    wide = _WIDE if high else _WIDE_BIG_ENDIAN
    return wide.match(data) is None and wide.match(data, 1) is not None


def starts_narrow(data: bytes) -> bool:
    """Whether `data` begin with eight-bit text."""
    return _NARROW.match(data) is not None


def _with_mark(data: bytes, index: int, mark: bytes) -> Switch:
    if data[:index].endswith(mark):
        return Switch(index - len(mark), len(mark))
    return Switch(index, 0)
