"""The phrase language: consecutive words, alternatives, word classes and gaps, matched in linear time.

    user|account unknown            `user unknown` or `account unknown`, next to each other
    @mailbox ... @unknown           a word of the class `mailbox`, at most six words, then one of the class `unknown`
    is? not allowed                 a word with `?` is optional
    blocked & ~spamhaus             both, in any order; `~` searches the words in host names and URLs
    MAILBOX HOST URL ADDRESS NULL   the signs for a mailbox, a host name, a URL, an IP address, the null sender `<>`
    邮箱已满|容量不足                 scripts without spaces: each alternative is searched for as written

One phrase a line, `#` begins a comment. Long lists of alternatives can be written in parentheses, one alternative a
line, with ordinary spaces:

    (
        user
        mail box
    ) is? unknown

A phrase compiles to a regular expression whose only repetition is a gap of limited length, so matching time is linear
in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from smtpscope.knowledge.matching.reply_tokens import JOINED, SIGNS, Places, ReplyTokens, Span, is_level, words_of

_LONGEST_GAP = 6
_GAP = rf"(?:\S+ ){{0,{_LONGEST_GAP}}}?"
WordClasses = Mapping[str, Sequence[str]]
"""Word class -> its words, in the form that `Words.line` has (see `word_classes`)."""


class PhraseError(ValueError):
    """An invalid phrase; the message names the part and the reason."""


def _without_blanks(text: str) -> bool:
    """Whether `text` is in a script that writes words without spaces (Han, kana, Hangul)."""
    return not text.isascii() and any(
        "\u2e80" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af" for letter in text
    )


_Elements = tuple[tuple[tuple[str, ...], bool], ...]
"""The alternatives of each place, and whether the place may be empty; no alternatives are a gap."""
_FEW = 3
_SHORT = 2_000
"""Texts in which, and characters up to which, a part is looked for without a pattern: it takes as long to compile as
many texts to read, but is faster afterwards, and on long lines.
"""


def first_span(elements: _Elements, line: str) -> tuple[int, int] | None:
    """Where the words of `elements` first occur in `line` (see `ReplyTokens`), as the pattern of a part finds them."""
    start = line.find(" ") + 1
    while start:
        end = _end_of(elements, line, 0, start)
        if end is not None:
            return start, end
        start = line.find(" ", start) + 1
    return None


def _end_of(elements: _Elements, line: str, number: int, position: int) -> int | None:
    if number == len(elements):
        return position
    items, optional = elements[number]
    if not items:
        for _ in range(_LONGEST_GAP + 1):
            end = _end_of(elements, line, number + 1, position)
            blank = line.find(" ", position)
            if end is not None or blank <= position:
                return end
            position = blank + 1
        return None
    for item in items:
        if line.startswith(item, position) and line.startswith(" ", position + len(item)):
            end = _end_of(elements, line, number + 1, position + len(item) + 1)
            if end is not None:
                return end
    return _end_of(elements, line, number + 1, position) if optional else None


class _Part(Struct):
    """One side of `&`; `source` is set for a script without spaces.

    Its pattern is compiled when it was needed a few times: most phrases never meet a text that needs them.
    """

    source: str
    anchors: tuple[frozenset[str], ...]
    elements: _Elements
    in_names: bool
    _uses: int = 0
    _compiled: re.Pattern[str] | None = None

    def find(self, words: ReplyTokens, text: str) -> list[Span] | None:
        if not self.elements:
            for literal in self.source.split("|"):
                start = text.find(literal)
                if start >= 0:
                    return [(start, start + len(literal))]
            return None
        places = self.places(words)
        return None if places is None else words.text_spans(places)

    def places(self, words: ReplyTokens) -> Places | None:
        """The words that it matches; None for a script without spaces, whose words nobody knows."""
        if not self.elements:
            return None
        span = self._span(words.names if self.in_names else words.line)
        if span is None:
            return None
        return words.name_places(*span) if self.in_names else words.places(*span)

    def _span(self, line: str) -> tuple[int, int] | None:
        pattern = self._compiled
        if pattern is None:
            self._uses += 1
            if self._uses <= _FEW and len(line) <= _SHORT:
                return first_span(self.elements, line)
            pattern = self._compiled = re.compile(self.expression())
        found = pattern.search(line)
        return (found.start() + 1, found.end()) if found else None

    def expression(self) -> str:
        """The regular expression for a line of words. It begins with the space before the first word, which is found
        faster than any word.
        """
        pieces = [" "]
        for items, optional in self.elements:
            if not items:
                pieces.append(_GAP)
                continue
            group = "|".join(items)
            pieces.append(f"(?:(?:{group}) )?" if optional else f"(?:{group}) ")
        return "".join(pieces)

    def words(self) -> Iterator[str]:
        """All words that may matter to it, those of names with a leading `~`."""
        mark = "~" if self.in_names else ""
        return (mark + word for items, _ in self.elements for item in items for word in item.split())


class Phrase(NamedTuple):
    """A compiled phrase.

    A text must hold at least one of `anchors` (`~word` for a word in a name) and, if there are any, one of
    `second_anchors`, so that most texts are ruled out by lookup. A phrase in a script without spaces has no anchors and
    is tried only on texts in such a script. Anchors are tuples because thousands of them are loaded at start.
    """

    written: str
    anchors: frozenset[str]
    second_anchors: frozenset[str]
    parts: tuple[_Part, ...]

    def occurs(self, words: ReplyTokens, text: str) -> bool:
        """Whether `find` finds anything."""
        if self.anchors and self.anchors.isdisjoint(words.distinct):
            return False
        return self.find(words, text) is not None

    def find(self, words: ReplyTokens, text: str) -> list[Span] | None:
        """The spans in `text` (with words `words`) that match the phrase, or None."""
        spans: list[Span] = []
        for part in self.parts:
            found = part.find(words, text)
            if found is None:
                return None
            spans += found
        return spans


# Words found in most replies: if possible, a phrase is looked up by another of its words.
_FREQUENT = frozenset(
    {"not", "is", "are", "was", "be", "been", "has", "have", "to", "for", "of", "the", "a", "in", "by", "from", "on"}
    | {"no", "your", "you", "this", "that", "please", "see", "does", "can", "or", "and", "due", "access", "ip", "host"}
    | {"mail", "email", "message", "messages", "user", "users", "recipient", "recipients", "mailbox", "address"}
    | {"sender", "domain", "client", "service", "connection", "rejected", "denied", "refused", "blocked", "server"}
    | {"error", "unknown", "unavailable", "sent", "send", "delivered", "accepted", "account"}
    | SIGNS
)


def _cost(words: Collection[str]) -> int:
    return len(words) + 19 * len(_FREQUENT.intersection(words))


def _item(written: str) -> str:
    """One alternative in the form of `ReplyTokens.line`: `can't` gives `can not`."""
    if written in SIGNS or is_level(written):
        return written
    line = words_of(written).line.strip()
    if not line:
        raise PhraseError(f"{written!r} contains no word")
    return line


def word_classes(written: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Normalised word classes from their source (`"user|recipient|mail box"`, spaces and line ends around the bars
    allowed).

    Raises PhraseError for a member without a word.
    """
    return {name: tuple(_item(member.strip()) for member in block.split("|")) for name, block in written.items()}


def _alternatives(element: str, classes: WordClasses) -> list[str]:
    items: list[str] = []
    for written in element.split("|"):
        if written.startswith("@"):
            members = classes.get(written[1:])
            if members is None:
                raise PhraseError(f"no word class is named {written!r}")
            items += members
        elif written:
            items.append(_item(written.replace("_", " ")))
        else:
            raise PhraseError(f"an alternative of {element!r} is empty")
    # The longest first, so that `not found` is tried before `not`.
    return sorted(set(items), key=lambda item: (-len(item), item))


def _part(source: str, classes: WordClasses) -> _Part:
    in_names = source.startswith("~")
    written = _joined(source.removeprefix("~").split())
    if not written:
        raise PhraseError("a part of the phrase is empty")
    if _without_blanks(source):
        if not all(source.split("|")):
            raise PhraseError("an alternative is empty")
        return _Part(source, (), (), in_names=False)
    if "..." in (written[0], written[-1]):
        raise PhraseError("a gap must stand between two words")
    elements: list[tuple[tuple[str, ...], bool]] = []
    mark = "~" if in_names else ""
    anchors: list[frozenset[str]] = []
    for element in written:
        if element == "...":
            elements.append(((), False))
            continue
        optional = element.endswith("?")
        items = _alternatives(element.removesuffix("?"), classes)
        elements.append((tuple(items), optional))
        if not optional:
            # For an alternative of several words, the rarest one is enough.
            anchors.append(frozenset(mark + _rarest(item) for item in items))
    if not anchors:
        raise PhraseError("every word of the phrase is optional")
    return _Part("", tuple(anchors), tuple(elements), in_names)


def _joined(elements: list[str]) -> list[str]:
    """`block list` is one word in a text (see `JOINED`), so it is one here as well."""
    result: list[str] = []
    for element in elements:
        one = JOINED.get((result[-1], element)) if result else None
        if one is None:
            result.append(element)
        else:
            result[-1] = one
    return result


def _rarest(item: str) -> str:
    return item if " " not in item else min(item.split(), key=lambda word: (word in _FREQUENT, -len(word)))


def parse_phrase(written: str, classes: WordClasses) -> Phrase:
    """Compiles one phrase. Raises PhraseError."""
    parts = tuple(_part(source.strip(), classes) for source in written.split("&"))
    nothing: frozenset[str] = frozenset()
    first, second, *_ = *sorted((anchors for part in parts for anchors in part.anchors), key=_cost), nothing, nothing
    return Phrase(written, first, second, parts)


def parse_phrases(block: str, classes: WordClasses) -> tuple[Phrase, ...]:
    """Compiles a block of phrases. Raises PhraseError, which quotes the line."""
    phrases = []
    for written in _written_phrases(block):
        try:
            phrases.append(parse_phrase(written, classes))
        except PhraseError as error:
            raise PhraseError(f"{written!r}: {error}") from None
    return tuple(phrases)


def phrase_mistakes(block: str, classes: WordClasses) -> Iterator[str]:
    """The error of each phrase that `parse_phrases` would reject."""
    try:
        for written in _written_phrases(block):
            try:
                parse_phrase(written, classes)
            except PhraseError as error:
                yield f"{written!r}: {error}"
    except PhraseError as error:
        yield str(error)


def _written_phrases(block: str) -> Iterator[str]:
    """The phrases of a block, those in parentheses joined: `(`, `user`, `mail box`, `) is?` as `user|mail_box is?`.

    Raises PhraseError for an unbalanced parenthesis.
    """
    before = ""
    alternatives: list[str] | None = None
    for line in block.splitlines():
        written = line.partition("#")[0].strip()
        if not written:
            continue
        if written[0] == ")":
            if alternatives is None:
                raise PhraseError(f"{written!r} closes a bracket that is not open")
            if not alternatives:
                raise PhraseError(f"the bracket of {before + '('!r} holds nothing")
            written = f"{before}{'|'.join(alternatives)}{written[1:]}"
            before, alternatives = "", None
        elif alternatives is not None:
            alternatives.append("_".join(written.split()))
            continue
        if written == "(" or written.endswith(" ("):
            before, alternatives = written[:-1], []
        else:
            yield written
    if alternatives is not None:
        raise PhraseError(f"the bracket of {before + '('!r} is not closed")


def holds_script_without_blanks(text: str) -> bool:
    """Whether phrases without anchors must be tried on `text`."""
    return _without_blanks(text)
