"""What a wrapper is: a form of file whose records each hold a line of some other log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from smtpscope.reading.text.encodings import TextBlock


class InnerLine(NamedTuple):
    """A line out of a record: `text` without its end, and the record's `start` and `end` in the block (indices)."""

    start: int
    end: int
    text: str


class Damage(NamedTuple):
    """A record that could not be understood: the index at which it starts, and why."""

    start: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What a block holds: `lines` in its order, what is damaged, and the index from which it has to be seen again."""

    lines: list[InnerLine]
    damages: list[Damage]
    rest: int


class Wrapper(Protocol):
    """One form. It has no state: each block can be asked for alone, if it begins where a record does."""

    @property
    def name(self) -> str:
        """What the form is called on the command line."""
        ...

    @property
    def title(self) -> str:
        """What people call it, as in "Log of Postfix, in ..."."""
        ...

    @property
    def recognised_by(self) -> str:
        """How the form is told."""
        ...

    def fits(self, head: str) -> bool:
        """Whether a file that begins with `head` may be of this form."""
        ...

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """The lines in `block`, of a file that begins with `head`; with `final` nothing follows."""
        ...
