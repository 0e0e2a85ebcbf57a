"""Finds the messages of events other than 7002, 7004 and 7010 in a text.

Each is recognised by its first words and by later ones that identify it. Those are searched only up to the next first
words, which keeps the search linear. Source of the wordings: see `parsing/events/related_event_forms.py`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_GAP: Final = r"[\s>\xc2]{1,40}"
_LONGEST: Final = 2_048
"""Characters from the first words of a message to the identifying ones."""


def _phrase(*choice: str) -> re.Pattern[str]:
    return re.compile("|".join(_GAP.join(map(re.escape, words.split())) for words in choice))


class _Kind(NamedTuple):
    """`word` is in the first words and is searched quickly; the first match of `telling` after it counts."""

    word: str
    first: re.Pattern[str]
    telling: tuple[re.Pattern[str], ...]


# Each pattern of first words begins with letters, which speeds up its search.
_KINDS: Final = (
    _Kind(
        "Send",
        _phrase("Send connector"),
        (
            _phrase(
                "an error occurred while connecting to",
                "The response from the remote site is",
                "acknowledged with SMTP response",
            ),
        ),
    ),
    _Kind(
        "Receive",
        _phrase("Receive connector"),
        (_phrase("Authentication failures have exceeded", "maximum number of connections per source"),),
    ),
    _Kind(
        "Inbound",
        _phrase("Inbound authentication failed with"),
        (_phrase("tried to authenticate to Microsoft Exchange is"),),
    ),
    _Kind("Outbound", _phrase("Outbound authentication failed with"), (_phrase("The target is"),)),
    _Kind("A non-delivery", _phrase("A non-delivery report with a status"), (_phrase("was generated for recipient"),)),
    _Kind(
        "Message",
        _phrase("Message delivery to the"),
        (_phrase("The response from the remote server is"), _phrase("failed")),
    ),
    _Kind("The SMTP", _phrase("The SMTP client"), (_phrase("did not authenticate before attempting"),)),
    _Kind("EXPS", _phrase("EXPS is temporarily unable"), (_phrase("which failed with error code"),)),
)
TELLING_WORDS: Final = (
    "response from the remote site is",
    "acknowledged with SMTP response",
    "an error occurred while connecting to",
    "Authentication failures have exceeded",
    "maximum number of connections per source",
    "authentication failed with error",
    "non-delivery report with a status code",
    "Message delivery to the",
    "did not authenticate before attempting",
    "unable to provide protocol security",
)
"""One of them is in each message."""

RELATED_EVENT_IDS: Final = frozenset(
    {756, 1012, 1021, 1035, 1706, 1709, 2002, 2003, 2004, 2005, 2017, 3008, 3009, 3015, 3017, 3018, 3028, 3030}
    | {4000, 4001, 4006, 4007}
)
"""The events with such messages."""


def first_words(text: str) -> list[int]:
    """Where messages may begin, complete or not; in no order."""
    return [found.start() for kind in _KINDS if kind.word in text for found in kind.first.finditer(text)]


class RelatedPlace(NamedTuple):
    """A message from index `opening` on whose identifying words end at `identified` (0: not yet found)."""

    opening: int
    identified: int


def related_places(text: str, begin: int = 0, stop: int | None = None) -> list[RelatedPlace]:
    """The messages between the indices in order; at the end of the text, the last one may lack its identifying
    words.
    """
    stop = len(text) if stop is None else stop
    places: list[RelatedPlace] = []
    unfinished: list[int] = []
    for kind in _KINDS:
        if text.find(kind.word, begin, stop) < 0:
            continue
        openings = [match.span() for match in kind.first.finditer(text, begin, stop)]
        limits = [*(start for start, _ in openings), stop][1:]
        for (start, end), limit in zip(openings, limits, strict=True):
            identified = _identified(kind, text, end, min(limit, start + _LONGEST))
            if identified:
                places.append(RelatedPlace(start, identified))
            elif limit == stop and stop - start <= _LONGEST:
                unfinished.append(start)
    places.sort()
    done = max((offset.identified for offset in places), default=begin)
    # The message of one kind may name a connector with the first words of another.
    left = min((start for start in unfinished if start >= done), default=None)
    return places if left is None else [*places, RelatedPlace(left, 0)]


def _identified(kind: _Kind, text: str, begin: int, limit: int) -> int:
    """The end of the identifying words within the limit; 0 if there are none."""
    for phrase in kind.telling:
        found = phrase.search(text, begin, limit)
        if found is not None:
            return found.end()
    return 0


def holds_related(text: str, begin: int = 0, stop: int | None = None) -> bool:
    """Whether there is a whole message between the indices."""
    return any(offset.identified for offset in related_places(text, begin, stop))
