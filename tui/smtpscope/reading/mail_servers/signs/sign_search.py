"""Finds the places in a block where a sign of a refusal may be: numpy looks at all spaces at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from smtpscope.reading.mail_servers.mail_refusals import SAID_AGAIN
from smtpscope.reading.mail_servers.servers import SERVERS
from smtpscope.reading.mail_servers.signs.sign_beginning import LONGEST, Characters, SignBeginning, beginning_of
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.tables.block_table import PIECE, Bytes, Mask, Places

_SPACE: Final = 0x20
_BUCKETS: Final = 64
_STEP: Final = 4
_BEYOND: Final = LONGEST + 1
"""Bytes at the end of a block that are left to the regular expression."""
_ANY: Final = frozenset(range(256))
Masks = NDArray[np.uint64]


class SignSearch:
    """Finds matches of ` (?:A|B|...)` where A, B ... are `signs`: regular expressions without alternatives outside
    groups.

    The two characters behind a space are looked up first. Then each sign has a bit, which some may share: a place is
    left over if all characters behind its space have a bit in common.
    """

    def __init__(self, signs: Iterable[str]) -> None:
        beginnings = list(map(beginning_of, signs))
        self._table = np.zeros((LONGEST, 256), np.uint64)
        self._pairs = _pairs(beginnings)
        self._unless: list[tuple[np.uint64, np.uint64]] = []
        alone = 0
        for beginning in (each for each in beginnings if each.unless):
            bit = self._add(alone, beginning.places)
            for longer in beginning.unless:
                alone += 1
                self._unless.append((self._add(alone, longer), bit))
            alone += 1
        for number, beginning in enumerate(each for each in beginnings if not each.unless):
            self._add(alone + number % (_BUCKETS - alone), beginning.places)

    def _add(self, bucket: int, places: tuple[Characters, ...]) -> np.uint64:
        bit = np.uint64(1 << bucket)
        for place in range(LONGEST):
            self._table[place, sorted(places[place]) if place < len(places) else slice(None)] |= bit
        return bit

    def places(self, data: bytes) -> Places:
        """The places of the spaces in `data` after which there may be a sign, in order."""
        last = len(data) - _BEYOND
        tail = np.array([at for at in range(max(0, last), len(data)) if data[at] == _SPACE], np.int64)
        if last <= 0:
            return tail
        raw = np.frombuffer(data, np.uint8)
        pairs = np.ndarray((last,), "<u2", buffer=data, offset=1, strides=(1,))
        found = []
        for begin in range(0, last, PIECE):
            spaces = np.flatnonzero(raw[begin : min(begin + PIECE, last)] == _SPACE) + begin
            found.append(spaces[self._pairs[pairs[spaces]]])
        return np.concatenate((self._sifted(raw, np.concatenate(found)), tail))

    def _sifted(self, raw: Bytes, spaces: Places) -> Places:
        masks: Masks = np.full(len(spaces), ~np.uint64(0))
        for place in range(LONGEST):
            if place and not place % _STEP:
                kept = masks != 0
                spaces, masks = spaces[kept], masks[kept]
            masks &= self._table[place][raw[spaces + (place + 1)]]
        for longer, others in self._unless:
            masks[(masks & longer) != 0] &= ~(longer | others)
        found: Places = spaces[masks != 0]
        return found


def _pairs(beginnings: Iterable[SignBeginning]) -> Mask:
    """Which two bytes, as a number, may begin a sign."""
    table = np.zeros((256, 256), np.bool_)
    for beginning in beginnings:
        first, second = (*beginning.places[:2], _ANY, _ANY)[:2]
        table[np.ix_(sorted(second), sorted(first))] = True
    return table.ravel()


@cache
def sign_search() -> SignSearch:
    """That for the signs of all servers whose lines may be in one log."""
    return SignSearch(sign for server in SERVERS for sign in server.signs)


class SignPlaces:
    """The places of `signs`, or of a "repeated" line, in one block, in order; `search` finds most of them sooner."""

    def __init__(self, block: TextBlock, signs: re.Pattern[str], search: SignSearch | None) -> None:
        self._text = text = block.text
        # Searching for one word takes a fiftieth of the time of searching for all signs.
        repeats = " repeated " in text
        self._signs = _or_repetition(signs) if repeats else signs
        self._places: Iterator[int] | None = None
        data = block.eight_bit
        if data is None or search is None:
            return
        places = search.places(data).tolist()
        if repeats:
            places = sorted({*places, *(found.start() for found in SAID_AGAIN.finditer(text))})
        self._places = iter(places)

    def next(self, begin: int, end: int) -> int | None:
        """The first place from `begin` on, all of whose sign is before `end`; `begin` never goes back."""
        if self._places is None:
            found = self._signs.search(self._text, begin, end)
            return None if found is None else found.start()
        for place in self._places:
            if place >= begin and self._signs.match(self._text, place, end) is not None:
                return place
        return None


@cache
def _or_repetition(signs: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(rf"{signs.pattern}|{SAID_AGAIN.pattern}")
