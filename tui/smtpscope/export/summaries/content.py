"""The elements of a summary in any format: headings, sentences, lists, tables, code.

Formats differ only in how they render these, so their content is the same. A `Piece` says whether its text is ours or
the log's; a format must never interpret the log's.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import Struct

PieceKind = Literal["plain", "strong", "verbatim", "link"]


class Piece(Struct, frozen=True):
    """A run of text. `verbatim` is text from the log or something to type; `link` is a source's address, `text` too."""

    text: str
    kind: PieceKind = "plain"


Line = tuple[Piece, ...]


def plain(text: str) -> Piece:
    """Our own text."""
    return Piece(text)


def strong(text: str) -> Piece:
    """Our own text, emphasised."""
    return Piece(text, "strong")


def verbatim(text: str) -> Piece:
    """Text from the log, or a command to type."""
    return Piece(text, "verbatim")


def link(address: str) -> Piece:
    """The URL of a source in the knowledge base."""
    return Piece(address, "link")


_WEB_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9./_~%?=&;,:#+()-]*)?")


def is_web_address(text: str) -> bool:
    """Whether `text` is a plain http or https URL, safe as a link in any format."""
    return _WEB_ADDRESS.fullmatch(text) is not None


class Paragraph(Struct, frozen=True):
    line: Line


class Bullets(Struct, frozen=True):
    """`numbered` if the order matters."""

    items: tuple[Line, ...]
    numbered: bool = False


class SummaryFacts(Struct, frozen=True):
    """Label and value, one per line."""

    items: tuple[tuple[str, Line], ...]


class Table(Struct, frozen=True):
    """`numeric` are the columns to align on the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    numeric: frozenset[int] = frozenset()


class CodeBlock(Struct, frozen=True):
    """Several lines of the log's own text."""

    text: str


class Days(Struct, frozen=True):
    """Events by calendar day (ISO date), in order of time, days without events left out.

    `earlier_days` with `earlier_events` came before the first one and are only summed up.
    """

    counts: tuple[tuple[str, int], ...]
    earlier_days: int = 0
    earlier_events: int = 0


Block = Paragraph | Bullets | SummaryFacts | Table | CodeBlock | Days


class Section(Struct, frozen=True):
    title: str
    blocks: tuple[Block, ...]


class Chapter(Struct, frozen=True):
    """One incident: its headline as one sentence, then its sections."""

    headline: Line
    sections: tuple[Section, ...]


class SummaryOutline(Struct, frozen=True):
    """A whole summary: `overview` before the chapters, `origin` after them."""

    title: str
    overview: tuple[Block, ...]
    chapters: tuple[Chapter, ...]
    origin: Section
