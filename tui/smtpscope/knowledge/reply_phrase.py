"""A phrase that recognises a reply again, made of its own words."""

from __future__ import annotations

from collections.abc import Iterator

from smtpscope.knowledge.phrase import PhraseError, parse_phrase
from smtpscope.knowledge.words import SIGNS, words_of

MOST_WORDS = 10


def phrase_of(reply: str) -> str:
    """The words of `reply` that stand in a row and hold no number of one message; "" when there are none.

    The phrase is sure to occur in the reply.
    """
    words = words_of(reply)
    for candidate in _candidates(words.line.split()):
        try:
            if parse_phrase(candidate, {}).occurs(words, reply):
                return candidate
        except PhraseError:
            continue
    return ""


def _candidates(words: list[str]) -> Iterator[str]:
    """The longest row first, then the single words, the longest first."""
    rows: list[list[str]] = [[]]
    for word in words:
        if word.isalpha():
            rows[-1].append(word)
        else:
            rows.append([])
    longest = max(rows, key=_weight)[:MOST_WORDS]
    while longest and longest[-1] in SIGNS:
        longest.pop()
    if _weight(longest):
        yield " ".join(longest)
    yield from sorted((word for word in set(words) if word.isalpha() and word not in SIGNS), key=lambda w: (-len(w), w))


def _weight(row: list[str]) -> int:
    return sum(word not in SIGNS for word in row)
