"""What of a reply the rules and codes can depend on: replies with one outline get one answer.

Most distinct replies of a log differ in mailboxes, hosts, numbers and words that no rule knows. An outline has signs
for these, and keeps all else: known words, codes, and what stands between the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from smtpscope.knowledge.matching.reply_tokens import (
    ADDRESS,
    DEPENDENT,
    LONGEST_TEXT,
    MAILBOX,
    SIGNS,
    Span,
    TextPart,
    kept_part,
)

_LONGEST_KEPT = 64
_MOST_KEPT = 50_000
_CODE_ALONE = re.compile(
    r"[^0-9A-Za-z]{0,3}[245](?:[0-9]{2}(?:-[245]\.[0-9]{1,3}\.[0-9]{1,3})?|\.[0-9]{1,3}\.[0-9]{1,3})[^0-9A-Za-z]{0,4}\Z"
)
"""A reply code, an enhanced one or both, and nothing else."""

_NUMBER = re.compile("[0-9]+")
_PLAIN_MAILBOX = re.compile(
    r"([<(\[]?)(?!www\.|https?:|ofr|lpn)[a-z][a-z0-9_+-]{0,40}(?:\.[a-z][a-z0-9_+-]{0,40}){0,3}"
    r"@(?:[a-z][a-z0-9-]{0,60}\.){1,6}[a-z]{2,20}([>)\]:,;]{0,3})\Z"
)
_PLAIN_ADDRESS = re.compile(r"([<(\[]?)(?:[0-9]{1,3}\.){3}[0-9]{1,3}([>)\]:,;]{0,3})\Z")
_PLAIN_SIGNS = ((_PLAIN_MAILBOX, MAILBOX), (_PLAIN_ADDRESS, ADDRESS))
"""Texts that no pattern of words or codes reads as anything else; most are in one reply only."""

Outline = tuple[str, ...]


class _End(Struct, frozen=True):
    """One end of a span: the number of the part, and the number of the word that it is at, or else the offset."""

    part: int
    offset: int
    word: int | None


Places = tuple[tuple[_End, _End], ...]


class ReplyOutlines:
    """Outlines for rules that know the words `known` (those of names with a leading `~`) and texts `holds_code`."""

    def __init__(self, known: frozenset[str], holds_code: Callable[[str], bool]) -> None:
        self._known = known | DEPENDENT
        self._holds_code = holds_code
        self._of_part: dict[str, str] = {}

    def of(self, text: str) -> Outline | None:
        """The outline of `text`; None for one that may hold words of a script without spaces, or is too long."""
        if not text.isascii() or len(text) > LONGEST_TEXT:
            return None
        of_part = self._of_part
        try:
            return tuple([of_part[part] for part in text.split(" ")])
        except KeyError:
            return tuple([of_part[part] if part in of_part else self._outline(part) for part in text.split(" ")])

    def _outline(self, text: str) -> str:
        for pattern, sign in _PLAIN_SIGNS:
            found = pattern.match(text)
            if found is not None:
                before, after = found.groups()
                return f"{before},{sign},{after}"
        part = kept_part(text)
        kept = text if _CODE_ALONE.match(text) is not None or self._holds_code(text) else self._masked(text, part)
        if len(text) <= _LONGEST_KEPT:
            if len(self._of_part) >= _MOST_KEPT:
                self._of_part.clear()
            self._of_part[text] = kept
        return kept

    def _masked(self, text: str, part: TextPart) -> str:
        """`text` with a sign, or one letter that no word is, for each word that nothing depends on."""
        known, pieces, at = self._known, [], 0
        for number, (word, first, last) in enumerate(part.words):
            between = _NUMBER.sub("0", text[at:first])
            # The digits that an id begins with count as a number.
            pieces.append(between if word in known else between.rstrip("0"))
            if word in SIGNS:
                names = part.names.get(number, ())
                pieces += [word, *(name if "~" + name in known else "_" for name in names)]
            elif first >= at:
                pieces.append(text[first:last] if word in known else "_")
            at = last
        pieces.append(_NUMBER.sub("0", text[at:]))
        return ",".join(pieces)


def places_of(spans: Sequence[Span], text: str) -> Places | None:
    """Where `spans` of `text` are in its parts; None if one begins or ends at no word."""
    parts = text.split(" ")
    starts = _starts(parts)
    found = []
    for start, end in spans:
        ends = _end_at(start, parts, starts, 0), _end_at(end, parts, starts, 1)
        if ends[0] is None or ends[1] is None:
            return None
        found.append((ends[0], ends[1]))
    return tuple(found)


def spans_at(places: Places, text: str) -> tuple[Span, ...]:
    """The spans in `text` of the same places. The outline of the text must be that of the text they come from."""
    parts = text.split(" ")
    starts = _starts(parts)
    found = []
    for first, last in places:
        start, end = starts[first.part] + first.offset, starts[last.part] + last.offset
        if first.word is not None:
            start = starts[first.part] + kept_part(parts[first.part]).words[first.word][1]
        if last.word is not None:
            end = starts[last.part] + kept_part(parts[last.part]).words[last.word][2]
        found.append((start, end))
    return tuple(found)


def _starts(parts: Sequence[str]) -> list[int]:
    starts = []
    at = 0
    for part in parts:
        starts.append(at)
        at += len(part) + 1
    return starts


def _end_at(offset: int, parts: Sequence[str], starts: Sequence[int], last: int) -> _End | None:
    """`last` is 1 for the end of a span, which is behind its last letter."""
    number = len(starts) - 1
    while number and starts[number] > offset - last:
        number -= 1
    inside = offset - starts[number]
    for place, (_, begin, end) in enumerate(kept_part(parts[number]).words):
        if inside == (end if last else begin):
            return _End(number, inside, place)
    return _End(number, inside, None) if _CODE_ALONE.match(parts[number]) else None
