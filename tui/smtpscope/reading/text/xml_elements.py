"""The elements of a file that is read one by one: where each stands, and what of a block has to be seen again."""

from __future__ import annotations

from typing import NamedTuple

from smtpscope.reading.text.encodings import TextBlock

LONGEST = 1 << 20
"""Characters of one element. Windows allows 64 KiB of values, each sign of which may be written as a reference."""


class XmlElement(NamedTuple):
    """An element from index `start` to `end`; `whole` is False where its end is missing."""

    start: int
    end: int
    whole: bool


def up_to_the_end(
    block: TextBlock, found: list[XmlElement], opened: int | None, longest_tag: int
) -> tuple[list[XmlElement], int]:
    """`found` in `block`, and the index from which its text has to be seen again together with the next block.

    `opened` is where the last element begins whose end was not found, None where there is none; a tag has at most
    `longest_tag` characters.
    """
    text = block.text
    if opened is None:
        # A block may end within a tag.
        tail = text.rfind("<", max(found[-1].end if found else 0, len(text) - longest_tag))
        return found, len(text) if block.final or tail < 0 else tail
    if block.final or len(text) - opened > LONGEST:
        return [*found, XmlElement(opened, len(text), False)], len(text)
    return found, opened
