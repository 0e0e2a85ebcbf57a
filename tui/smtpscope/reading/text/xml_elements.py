"""The elements of a file, read one by one: where each is, and where the next block has to begin."""

from __future__ import annotations

from typing import NamedTuple

from smtpscope.reading.text.encodings import TextBlock

LONGEST = 1 << 20
"""Characters of one element. Windows allows 64 KiB of values, each character of which may be a reference."""


class XmlElement(NamedTuple):
    """An element from index `start` to `end`; `whole` is False if its end is missing."""

    start: int
    end: int
    whole: bool


def up_to_the_end(
    block: TextBlock, found: list[XmlElement], opened: int | None, longest_tag: int
) -> tuple[list[XmlElement], int]:
    """`found` in `block`, and the index at which the next block has to begin.

    `opened` is the start of the last element without an end, None if there is none; a tag has at most `longest_tag`
    characters.
    """
    text = block.text
    if opened is None:
        # A block may end inside a tag.
        tail = text.rfind("<", max(found[-1].end if found else 0, len(text) - longest_tag))
        return found, len(text) if block.final or tail < 0 else tail
    if block.final or len(text) - opened > LONGEST:
        return [*found, XmlElement(opened, len(text), False)], len(text)
    return found, opened
