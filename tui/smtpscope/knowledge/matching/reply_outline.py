"""What of a reply the rules and codes can depend on: replies with one outline get one answer.

Most distinct replies of a log differ in mailboxes, hosts, numbers and words that no rule knows. An outline has signs
for these, and keeps all else: known words, codes, and what stands between the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from smtpscope.knowledge.matching.phrase import holds_script_without_blanks
from smtpscope.knowledge.matching.reply_tokens import (
    ADDRESS,
    DEPENDENT,
    HOST,
    LONGEST_TEXT,
    MAILBOX,
    SIGNS,
    Span,
    TextPart,
    is_host,
    is_level,
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
    r"@(?:[a-z][a-z0-9-]{0,60}\.){1,6}[a-z]{2,20}([>)\],;]{0,3}:?)\Z"
)
_PLAIN_ADDRESS = re.compile(r"([<(\[]?)(?:[0-9]{1,3}\.){3}[0-9]{1,3}([>)\],;]{0,3}:?)\Z")
_PLAIN_HOST = re.compile(
    r"([<(\[]?)(?!www\.)([a-z][a-z0-9]{0,40}(?:\.[a-z][a-z0-9-]{0,40}){0,5}\.[a-z]{2,20})([>)\],;]{0,3}:?)\Z"
)
"""Texts that no pattern of words or codes reads as anything else; most are in one reply only."""
_BETWEEN_NAMES = re.compile("[.-]+")
_LONGEST_CODE = 3
_PLACE_OF_CODE = re.compile("ofr|lpn")

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
        if len(text) > LONGEST_TEXT or (not text.isascii() and holds_script_without_blanks(text)):
            return None
        kept = self._of_part.get
        return tuple([kept(part) or self._outline(part) for part in text.split(" ")])

    def _outline(self, text: str) -> str:
        plain = self._plain(text) if text.isascii() else None
        if plain is not None:
            return plain
        part = kept_part(text)
        kept = text if _CODE_ALONE.match(text) is not None or self._holds_code(text) else self._masked(text, part)
        if len(text) <= _LONGEST_KEPT:
            if len(self._of_part) >= _MOST_KEPT:
                self._of_part.clear()
            self._of_part[text] = kept
        return kept

    def _plain(self, text: str) -> str | None:
        """What `_masked` gives, for the texts that most replies have of their own: numbers, identifiers (`id=1hbOsE`),
        mailboxes, IP addresses and hosts. None for all others.
        """
        if text.isalnum():
            if text.isdecimal():
                return "0" if len(text) > _LONGEST_CODE else None
            return ",_," if self._is_identifier(text) else None
        key, equals, value = text.partition("=")
        if equals and is_level(key) and _PLACE_OF_CODE.search(key) is None and self._is_identifier(value):
            return f",{key if key in self._known else '_'},=,_,"
        if "@" in text:
            found = _PLAIN_MAILBOX.match(text)
            return None if found is None else f"{found[1]},{MAILBOX},{found[2]}"
        if "." not in text:
            return None
        found = _PLAIN_ADDRESS.match(text)
        if found is not None:
            return f"{found[1]},{ADDRESS},{found[2]}"
        found = _PLAIN_HOST.match(text)
        if found is None or not is_host(found[2]) or _PLACE_OF_CODE.search(text) is not None:
            return None
        known = self._known
        names = ["," + name if "~" + name in known else ",_" for name in _BETWEEN_NAMES.split(found[2]) if name]
        return f"{found[1]},{HOST}{''.join(names)},{found[3]}"

    def _is_identifier(self, text: str) -> bool:
        """Whether `text` is a word of letters and digits that no rule and no provider knows."""
        if not text.isalnum() or text.isalpha() or text.isdecimal() or text[:2].isdecimal():
            return False
        return text.lower() not in self._known and not self._holds_code(text)

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


def places_of(spans: Sequence[Span], text: str, outline: Outline) -> Places | None:
    """Where `spans` of `text` are in its parts; None if one begins or ends at no word, in a part that is not kept whole
    in its `outline`.
    """
    parts = text.split(" ")
    starts = _starts(parts)
    found = []
    for start, end in spans:
        ends = _end_at(start, parts, starts, outline, 0), _end_at(end, parts, starts, outline, 1)
        if ends[0] is None or ends[1] is None:
            return None
        found.append((ends[0], ends[1]))
    return tuple(found)


def spans_at(places: Places, text: str) -> tuple[Span, ...]:
    """The spans in `text` of the same places. The outline of the text must be that of the text they come from."""
    parts = text.split(" ")
    found = []
    for first, last in places:
        start = _start_of(first.part, parts)
        end = start if first.part == last.part else _start_of(last.part, parts)
        start += first.offset if first.word is None else kept_part(parts[first.part]).words[first.word][1]
        end += last.offset if last.word is None else kept_part(parts[last.part]).words[last.word][2]
        found.append((start, end))
    return tuple(found)


def _start_of(number: int, parts: Sequence[str]) -> int:
    return len(" ".join(parts[:number])) + 1 if number else 0


def _starts(parts: Sequence[str]) -> list[int]:
    starts = []
    at = 0
    for part in parts:
        starts.append(at)
        at += len(part) + 1
    return starts


def _end_at(offset: int, parts: Sequence[str], starts: Sequence[int], outline: Outline, last: int) -> _End | None:
    """`last` is 1 for the end of a span, which is behind its last letter."""
    number = len(starts) - 1
    while number and starts[number] > offset - last:
        number -= 1
    inside = offset - starts[number]
    for place, (_, begin, end) in enumerate(kept_part(parts[number]).words):
        if inside == (end if last else begin):
            return _End(number, inside, place)
    return _End(number, inside, None) if outline[number] == parts[number] else None
