"""The first characters of what a sign matches, as sets: what an array of bytes can be compared with."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

LONGEST: Final = 12
"""Characters of a beginning; few signs are longer, and these are enough to tell nearly all of them from other text."""

_EVERY: Final = bytes(range(256)).decode("latin-1")
_ATOM: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\[^\w]|\\[dsw]|[^\\.^$*+?{}\[\]()|]", re.DOTALL)
_TIMES: Final = re.compile(r"\{(\d+),(\d+)\}")
_UNLESS: Final = re.compile(r"\(\?!([\w|]+)\)", re.ASCII)
_QUANTIFIERS: Final = "+*?{"

Characters = frozenset[int]
"""Those of Latin-1."""


class SignBeginning(NamedTuple):
    """The sets of characters that a match of the sign `pattern` begins with, one for each place.

    A match of which `unless` is a beginning is none.
    """

    places: tuple[Characters, ...]
    unless: tuple[tuple[Characters, ...], ...] = ()


def beginning_of(pattern: str) -> SignBeginning:
    """The beginning of whatever the regular expression `pattern` matches, as far as it is beyond doubt: plain
    characters and classes. `pattern` has no alternatives outside groups.
    """
    places: list[Characters] = []
    index = 0
    while (atom := _ATOM.match(pattern, index)) is not None and len(places) < LONGEST:
        index = atom.end()
        characters = _characters(atom.group())
        times = _TIMES.match(pattern, index)
        if times is not None:
            places += [characters] * int(times[1])
            # Either one more of them, or what follows.
            following = _ATOM.match(pattern, times.end())
            if following is not None and pattern[following.end() : following.end() + 1] not in tuple(_QUANTIFIERS):
                places.append(characters | _characters(following.group()))
            break
        if pattern[index : index + 1] in tuple(_QUANTIFIERS):
            break
        places.append(characters)
    unless = _UNLESS.fullmatch(pattern, index)
    longer = unless[1].split("|") if unless is not None else []
    endings = tuple((*places, *map(_characters, word)) for word in longer)
    return SignBeginning(tuple(places[:LONGEST]), tuple(each for each in endings if len(each) <= LONGEST))


@cache
def _characters(atom: str) -> Characters:
    if len(atom) == 1:
        return frozenset((ord(atom),))
    return frozenset(map(ord, re.findall(atom, _EVERY, re.DOTALL)))
