"""Signs that a text may have an SMTP event: names of sources, and words of messages."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from heapq import merge
from itertools import chain, repeat
from operator import itemgetter
from typing import NamedTuple

from smtpscope.reading.event_exports.messages.related_messages import TELLING_WORDS
from smtpscope.reading.event_exports.messages.word_search import WordSearch
from smtpscope.reading.explaining import NO_SOURCES, EventSources, lower_case
from smtpscope.reading.providers import OUR_PROVIDERS

# The last is a label used by tools that name no source.
_OURS = (*sorted(OUR_PROVIDERS), "log for virtual server", *map(str.lower, TELLING_WORDS), '"data[5]')


def may_be_ours(text: str) -> bool:
    """Whether `text` has one of our sources or messages, without parsing it as JSON."""
    lowered = lower_case(text)
    return any(words in lowered for words in _OURS)


class TextSigns:
    """Where in a text of many events the signs are: it is searched once, not for each event."""

    def __init__(self, text: str, sources: EventSources) -> None:
        self._sources = sources
        self.lowered, self.places, self.named = _signs_in(text, sources)

    def ours(self, begin: int, end: int) -> bool:
        """Whether one of our signs begins between the indices."""
        index = bisect_left(self.places, begin)
        return index < len(self.places) and self.places[index] < end

    def others(self, begin: int, end: int) -> bool:
        """Whether what is between the indices may be an event of one of `sources`."""
        first = bisect_left(self.named, (begin, ""))
        if first == len(self.named) or self.named[first][0] >= end:
            return False
        names = {name for _, name in self.named[first : bisect_left(self.named, (end, ""), first)]}
        return any(map(self._sources.may_be_numbered, names, repeat(self.lowered[begin:end], len(names))))


def _signs_in(text: str, sources: EventSources) -> tuple[str, list[int], list[tuple[int, str]]]:
    """`text` in lower case, where our signs are in it, and where it names which of `sources`, both in order."""
    lowered = lower_case(text)
    found = _search(sources.names).places(lowered.encode("latin-1", "replace"))
    ours = sorted(chain.from_iterable(found.get(words, ()) for words in _OURS))
    if any(map(_is_searched, sources.names)) and all(map(_is_searched, sources.names)):
        return lowered, ours, sources.named_at(lowered, found)
    return lowered, ours, list(sources.named_in(lowered))


@lru_cache(maxsize=4)
def _search(names: tuple[str, ...]) -> WordSearch:
    return WordSearch((*_OURS, *filter(_is_searched, names)))


def _is_searched(name: str) -> bool:
    return len(name) > 1 and name.isascii()


class SignedLine(NamedTuple):
    """A line from index `begin` to `end`, without its line end; `ours` means that it has one of our signs."""

    begin: int
    end: int
    ours: bool


def lines(text: str, sources: EventSources = NO_SOURCES) -> Iterator[SignedLine]:
    """Each line that may have an SMTP event, or be one of `sources`, in order."""
    lowered, ours, others = _signs_in(text, sources)
    done = -1
    # Of equal keys, those of the first come first.
    for line in merge(_our_lines(lowered, ours), _other_lines(lowered, others, sources), key=itemgetter(0)):
        if line.begin > done:
            yield line
            done = line.begin


def _our_lines(lowered: str, places: list[int]) -> Iterator[SignedLine]:
    end = -1
    for offset in places:
        if offset > end:
            begin, end = _line_at(lowered, offset)
            yield SignedLine(begin, end, True)


def _other_lines(lowered: str, named: list[tuple[int, str]], sources: EventSources) -> Iterator[SignedLine]:
    begin = end = 0
    unwanted: set[str] = set()
    for offset, name in named:
        if offset >= end:
            begin, end = _line_at(lowered, offset)
            unwanted.clear()
        elif name in unwanted:
            continue
        if sources.may_be_numbered(name, lowered[begin:end]):
            yield SignedLine(begin, end, False)
            # Once is enough.
            unwanted.update(sources.names)
        else:
            unwanted.add(name)


def _line_at(text: str, offset: int) -> tuple[int, int]:
    end = text.find("\n", offset)
    return text.rfind("\n", 0, offset) + 1, len(text) if end < 0 else end
