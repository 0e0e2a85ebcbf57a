"""A wrapper: a file form whose records each contain a line of another log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from msgspec import Struct

from smtpscope.reading.text.encodings import TextBlock


class InnerLine(NamedTuple):
    """A line from a record: `text` without its end, and the record's `start` and `end` in the block (indices)."""

    start: int
    end: int
    text: str


class Damage(NamedTuple):
    """A record that could not be understood: the index at which it starts, and why."""

    start: int
    reason: str


class Unwrapped(Struct, frozen=True):
    """The content of a block: `lines` in order, damage, and the index at which the next block has to begin."""

    lines: list[InnerLine]
    damages: list[Damage]
    rest: int


def line_bounds(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of each line of `text` up to the index `end`, its line end included."""
    start = 0
    while start < end:
        behind = text.find("\n", start, end) + 1 or end
        yield start, behind
        start = behind


class Wrapper(Protocol):
    """One form. It has no state: any block can be read alone, if it begins with a record."""

    @property
    def name(self) -> str:
        """The name of the form on the command line."""
        ...

    @property
    def title(self) -> str:
        """The title of the form, as in "Log of Postfix, in ..."."""
        ...

    @property
    def recognised_by(self) -> str:
        """How the form is recognised."""
        ...

    def fits(self, head: str) -> bool:
        """Whether a file that begins with `head` may be of this form."""
        ...

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """The lines in `block`, of a file that begins with `head`; with `final` nothing follows."""
        ...
