"""Text in columns of a terminal or a mail: how wide it is, and how it is broken, padded and never cut.

Widths are in cells as terminals count them: East Asian wide characters take two, combining marks none
(Unicode Standard Annex 11).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# Latin letters and the signs between words, of which nearly every line is made.
_NARROW = re.compile(r"[ -~\xa1-\xac\xae-\u02ff]*")


def cell_width(text: str) -> int:
    """Cells that `text` takes, a line without controls."""
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    return sum(map(_character_width, text))


# A report draws the same few dozen signs a million times.
@lru_cache(maxsize=4096)
def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """`text` filled with spaces up to `width` cells, on the left when `right`; longer text stays as it is."""
    gap = " " * max(0, width - cell_width(text))
    return gap + text if right else text + gap


def chunks(text: str, width: int) -> Iterator[str]:
    """`text` in pieces of at most `width` cells (at least one character each), nothing left out."""
    start = 0
    used = 0
    for index, character in enumerate(text):
        needs = _character_width(character)
        if used + needs > width and index > start:
            yield text[start:index]
            start, used = index, 0
        used += needs
    yield text[start:]


def wrapped(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """`text` broken at spaces into lines of at most `width` cells; a word that is too long is broken hard.

    `first` comes before the first line and `rest` before the others; both count. Runs of spaces stay inside a line,
    since verbatim text may hold them. An empty text gives one line with `first` alone.
    """
    if "  " not in text and _NARROW.fullmatch(text):
        plain = _wrapped_plain(text, width, first, rest)
        if plain is not None:
            return plain
    lines: list[str] = []
    lead = first
    # None is a line that has not begun; "" has begun with the blank before its next word.
    line: str | None = None
    room = max(1, width - cell_width(first))
    room_below = max(1, width - cell_width(rest))
    for word in text.split(" "):
        candidate = word if line is None else f"{line} {word}"
        if cell_width(candidate) <= room:
            line = candidate
            continue
        if line:
            lines.append(lead + line)
            lead, room = rest, room_below
        head = next(chunks(word, room))
        *full, last = [head] if head == word else [head, *chunks(word[len(head) :], room_below)]
        for piece in full:
            lines.append(lead + piece)
            lead, room = rest, room_below
        line = last
    lines.append(lead + (line or ""))
    return [line.rstrip() for line in lines]


def _wrapped_plain(text: str, width: int, first: str, rest: str) -> list[str] | None:
    """The same for text of narrow letters with one space between its words; None where a word is too long."""
    lines: list[str] = []
    lead = first
    while len(text) > (room := max(1, width - cell_width(lead))):
        end = text.rfind(" ", 1, room + 1)
        if end < 0:
            return None
        lines.append(lead + text[:end])
        text = text[end + 1 :]
        lead = rest
    lines.append((lead + text).rstrip())
    return lines


def broken_name(name: str, width: int) -> list[str]:
    """A host name in lines of at most `width` cells, broken after a dot where that is possible, never cut."""
    lines: list[str] = []
    line = ""
    for index, label in enumerate(name.split(".")):
        piece = label if index == 0 else f".{label}"
        if cell_width(line) + cell_width(piece) <= width:
            line += piece
            continue
        if line:
            lines.append(line)
        *full, line = chunks(piece, width)
        lines.extend(full)
    lines.append(line)
    return lines
