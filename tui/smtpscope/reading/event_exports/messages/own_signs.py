"""Signs that a text may have an SMTP event: names of sources, and words of messages."""

from __future__ import annotations

from collections.abc import Iterator

from smtpscope.reading.event_exports.messages.related_messages import TELLING_WORDS
from smtpscope.reading.explaining import NO_SOURCES, EventSources, lower_case
from smtpscope.reading.providers import OUR_PROVIDERS

# The last is a label used by tools that name no source.
_OURS = (*sorted(OUR_PROVIDERS), "log for virtual server", *map(str.lower, TELLING_WORDS), '"data[5]')
_OTHERS = ""


def may_be_ours(text: str) -> bool:
    """Whether `text` has one of our sources or messages, without parsing it as JSON."""
    lowered = lower_case(text)
    return any(words in lowered for words in _OURS)


def lines(text: str, sources: EventSources = NO_SOURCES) -> Iterator[tuple[int, int]]:
    """Start and end of each line that may have an SMTP event or names one of `sources`, without its line end."""
    lowered = lower_case(text)
    # Plain finds: a pattern that ignores case takes twenty times as long.
    places = {words: offset for words in _OURS if (offset := lowered.find(words)) >= 0}
    if (offset := sources.find_in(lowered, 0)) >= 0:
        places[_OTHERS] = offset
    while places:
        offset = min(places.values())
        begin = text.rfind("\n", 0, offset) + 1
        end = text.find("\n", offset)
        end = len(text) if end < 0 else end
        yield begin, end
        for words in [words for words, where in places.items() if where < end]:
            places[words] = sources.find_in(lowered, end) if words is _OTHERS else lowered.find(words, end)
            if places[words] < 0:
                del places[words]
