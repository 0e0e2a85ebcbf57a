"""The rows of a connectivity log that may matter, found in a table by words and codes; all others are only counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from smtpscope.reading.microsoft_exchange.tables.refusal_codes import END, Letters, codes_in, ends_of
from smtpscope.reading.microsoft_exchange.tables.transport_table import RowTable
from smtpscope.reading.text.tables.block_table import Bytes, Mask, Places

_BEHIND: Final = Letters(f" -{END}")
_SEPARATES: Final = Letters(" -")
_SECOND: Final = Letters("012345")
_ENHANCED: Final = Letters("#45")
_QUOTES: Final = Letters("\"'")
_AT_BEGINNING: Final = 9
"""Before a reply that nothing announces, there is at most a quote and eight spaces."""
_BLANK, _COLON = b" :"
_ANNOUNCING: Final = np.array(
    [int.from_bytes(word[-2:].encode(), "big") for word in ("status", "response", "with", "replied")]
)
"""The last two letters of the words that announce a reply."""


def rows_to_read(rows: RowTable, described: int, words: Iterable[str]) -> list[int]:
    """The rows with one of the `words` in the field `described`, or with three digits there that may be the code of a
    refusal; and perhaps others.
    """
    raw, begin, end = rows.raw, rows.start(0), int(rows.table.ends[rows.lines[-1]])
    codes = codes_in(raw, begin, end)
    codes = codes[_SECOND.of(raw[codes + 1]) & _BEHIND.of(raw[codes + 3])]
    early = codes - rows.begin(described)[rows.at(codes)] <= _AT_BEGINNING
    enhanced = _SEPARATES.of(raw[codes + 3]) & _ENHANCED.of(raw[codes + 4])
    codes = codes[early | enhanced | _are_announced(raw, codes)]
    ends = [place for place in ends_of(raw) if begin <= place <= end]
    said = [place for word in words for place in _places_of(word, rows.text, begin, end)]
    places = np.concatenate((codes, np.array(said, np.int64)))
    found = rows.at(places)
    found = found[places >= rows.begin(described)[found]]
    chosen: list[int] = np.unique(np.concatenate((found, rows.at(np.array(ends, np.int64))))).tolist()
    return chosen


def _are_announced(raw: Bytes, codes: Places) -> Mask:
    """Whether a word is before each of the codes that may announce it, as in `replied: "550 ...`."""
    before = codes - 1
    for _ in range(2):
        # A quote is doubled in a field with quotes.
        before = before - _QUOTES.of(raw[before])
    for _ in range(2):
        before = before - (raw[before] == _BLANK)
    before = before - (raw[before] == _COLON)
    letters = raw[before - 1].astype(np.int64) * 256 + raw[before]
    found: Mask = np.isin(letters, _ANNOUNCING)
    return found


def _places_of(word: str, text: str, begin: int, end: int) -> Iterator[int]:
    place = text.find(word, begin, end)
    while place >= 0:
        yield place
        place = text.find(word, place + 1, end)
