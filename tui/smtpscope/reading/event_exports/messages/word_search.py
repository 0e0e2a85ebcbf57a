"""Where any of some words are in a text, found in one pass: a plain search for each word would be a pass for each.

A pair of letters of each word, rare in logs, is looked up for all places at once by numpy; the few places that have one
are compared with the words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

# In a thousand letters of English, roughly. What is not named here is neither rare nor frequent.
_FREQUENCY: Final[dict[str, float]] = {
    " ": 150, "e": 120, "t": 90, "a": 80, "o": 75, "i": 70, "n": 67, "s": 63, "h": 60, "r": 60, "d": 43, "l": 40,
    '"': 40, "c": 28, "u": 28, "m": 24, "w": 24, "f": 22, "g": 20, "y": 20, "p": 19, "b": 15, "v": 10, "k": 8,
    "j": 1.5, "x": 1.5, "q": 1, "z": 1,
}  # fmt: skip
_NEITHER: Final = 30.0

Places = NDArray[np.int64]


class _Word(NamedTuple):
    """A word whose rare pair of letters begins at its index `before`."""

    word: bytes
    before: int


class WordSearch:
    """Finds `words`, of two letters or more and without capitals, in texts without capitals."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_pair: dict[int, list[_Word]] = {}
        for word in dict.fromkeys(words):
            before = min(range(len(word) - 1), key=lambda index: _weight(word[index]) * _weight(word[index + 1]))
            data = word.encode("ascii")
            self._by_pair.setdefault(data[before] | data[before + 1] << 8, []).append(_Word(data, before))
        self._is_rare = np.zeros(1 << 16, np.bool_)
        self._is_rare[list(self._by_pair)] = True

    def places(self, text: bytes) -> dict[str, list[int]]:
        """Where each of the words that are in `text` begins, in order; overlapping ones too."""
        found: dict[str, list[int]] = {}
        letters = np.frombuffer(text, np.uint8)
        for odd in (0, 1):
            pairs = np.frombuffer(text, "<u2", max(0, len(text) - odd) // 2, min(odd, len(text)))
            rare = np.flatnonzero(self._is_rare.take(pairs))
            if not len(rare):
                continue
            which, where = pairs[rare], 2 * rare + odd
            for pair, words in self._by_pair.items():
                of_pair = where[which == pair]
                if not len(of_pair):
                    continue
                for word, before in words:
                    begins = _matching(text, letters, of_pair - before, word)
                    if begins:
                        found.setdefault(word.decode("ascii"), []).extend(begins)
        for begins in found.values():
            begins.sort()
        return found


def _matching(text: bytes, letters: NDArray[np.uint8], begins: Places, word: bytes) -> list[int]:
    """Those of `begins` at which `word` is in `text`, whose `letters` they are."""
    last = len(word) - 1
    if len(begins) and (begins[0] < 0 or begins[-1] + last >= len(letters)):
        begins = begins[(begins >= 0) & (begins + last < len(letters))]
    begins = begins[letters[begins] == word[0]]
    begins = begins[letters[begins + last] == word[-1]]
    return [begin for begin in begins.tolist() if text.startswith(word, begin)]


def _weight(letter: str) -> float:
    return _FREQUENCY.get(letter, _NEITHER)
