"""Signs that a text may have an SMTP event: names of sources, and words of messages."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from heapq import merge
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple

from smtpscope.reading.event_exports.messages.related_messages import TELLING_WORDS
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
        self._lowered = lower_case(text)
        self._ours = sorted(_offsets(self._lowered))
        self._others = list(sources.named_in(self._lowered))

    def ours(self, begin: int, end: int) -> bool:
        """Whether one of our signs begins between the indices."""
        index = bisect_left(self._ours, begin)
        return index < len(self._ours) and self._ours[index] < end

    def others(self, begin: int, end: int) -> bool:
        """Whether what is between the indices may be an event of one of `sources`."""
        first, last = (bisect_left(self._others, index, key=itemgetter(0)) for index in (begin, end))
        names = {name for _, name in self._others[first:last]}
        return bool(names) and any(
            map(self._sources.may_be_numbered, names, repeat(self._lowered[begin:end], len(names)))
        )


def _offsets(lowered: str) -> Iterator[int]:
    for words in _OURS:
        offset = lowered.find(words)
        while offset >= 0:
            yield offset
            offset = lowered.find(words, offset + 1)


class SignedLine(NamedTuple):
    """A line from index `begin` to `end`, without its line end; `ours` means that it has one of our signs."""

    begin: int
    end: int
    ours: bool


def lines(text: str, sources: EventSources = NO_SOURCES) -> Iterator[SignedLine]:
    """Each line that may have an SMTP event, or be one of `sources`, in order."""
    lowered = lower_case(text)
    done = -1
    # Of equal keys, those of the first come first.
    for line in merge(_our_lines(lowered), _other_lines(lowered, sources), key=itemgetter(0)):
        if line.begin > done:
            yield line
            done = line.begin


def _our_lines(lowered: str) -> Iterator[SignedLine]:
    # Plain finds: a pattern that ignores case takes twenty times as long.
    places = {words: offset for words in _OURS if (offset := lowered.find(words)) >= 0}
    while places:
        line = SignedLine(*_line_at(lowered, min(places.values())), True)
        yield line
        for words in [words for words, where in places.items() if where < line.end]:
            places[words] = lowered.find(words, line.end)
            if places[words] < 0:
                del places[words]


def _other_lines(lowered: str, sources: EventSources) -> Iterator[SignedLine]:
    begin = end = 0
    unwanted: set[str] = set()
    for offset, name in sources.named_in(lowered):
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
