"""Blocks of text in so many cells: where each line begins, what it says, and how it looks.

A text can have thousands of blocks, and Textual takes a millisecond to draw one. So the text of all lines is found bit
by bit, and a line gets its colours when it is drawn.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

from smtpscope.app.widgets.prose.line_breaks import wrapped, wrapped_text
from smtpscope.app.widgets.prose.prose_blocks import FlowingColumns, Heading, ProseBlock, ProseParagraph

_LEAST_CONTENT_WIDTH: Final = 16
_MOST_PAINTED: Final = 300
_Piece = TypeVar("_Piece", str, Content)


class ProseLayout:
    """`blocks` in `width` cells. `measure` finds the lines; what needs all of them finds the rest at once."""

    def __init__(self, blocks: tuple[ProseBlock, ...], width: int) -> None:
        self.blocks = blocks
        self.width = width
        self._texts: list[str] = []
        self._first_lines: list[int] = []
        self._painted: dict[int, list[Strip]] = {}

    @property
    def measured_lines(self) -> int:
        """How many lines are known by now."""
        return len(self._texts)

    @property
    def lines(self) -> list[str]:
        """The text of all lines."""
        self.measure()
        return self._texts

    @property
    def first_lines(self) -> list[int]:
        """The number of the first line of each block."""
        self.measure()
        return self._first_lines

    def measure(self, *, least: int = 0, seconds: float = math.inf) -> bool:
        """Finds lines for so many seconds, and at least so many of them; whether these are all."""
        until = time.perf_counter() + seconds
        texts, first_lines, width = self._texts, self._first_lines, self.width
        for number in range(len(first_lines), len(self.blocks)):
            if len(texts) >= least and time.perf_counter() > until:
                return False
            first_lines.append(len(texts))
            block = self.blocks[number]
            if isinstance(block, Heading):
                texts += wrapped_text(block.content, width)
            elif isinstance(block, FlowingColumns):
                texts += [strip.text for strip in _columns(block, width, lambda item: Strip([Segment(item.plain)]))]
            else:
                lines = _paragraph(block, width, wrapped_text, cell_len)
                texts += ["".join(" " * part if isinstance(part, int) else part for part in line) for line in lines]
        return True

    def forget_colours(self) -> None:
        """The theme, or what the text is drawn on, has changed."""
        self._painted.clear()

    def strip(self, line: int, base: Style) -> Strip:
        """`line`, which must be measured, drawn on `base`."""
        number = bisect_right(self._first_lines, line) - 1
        painted = self._painted.get(number)
        if painted is None:
            if len(self._painted) >= _MOST_PAINTED:
                self._painted.clear()
            painted = self._painted[number] = list(_painted(self.blocks[number], self.width, base))
        return painted[line - self._first_lines[number]]


def coloured(content: Content, base: Style) -> Strip:
    """One line of `content` drawn on `base`."""
    pieces = content.render(base, end="", parse_style=_parsed)
    return Strip([Segment(words, style.rich_style) for words, style in pieces], content.cell_length)


def _parsed(style: str | Style) -> Style:
    return style if isinstance(style, Style) else Style.parse(style)


def _painted(block: ProseBlock, width: int, base: Style) -> Iterator[Strip]:
    blank = base.rich_style
    if isinstance(block, Heading):
        for piece in wrapped(block.content.stylize_before("bold $text-primary"), width):
            yield coloured(piece, base)
    elif isinstance(block, FlowingColumns):
        yield from _columns(block, width, lambda item: coloured(item, base))
    else:
        for line in _paragraph(block, width, wrapped, lambda piece: piece.cell_length):
            yield Strip.join(
                Strip.blank(part, blank) if isinstance(part, int) else coloured(part, base) for part in line
            )


def _paragraph(
    block: ProseParagraph,
    width: int,
    wrap: Callable[[Content, int], list[_Piece]],
    length: Callable[[_Piece], int],
) -> list[Sequence[_Piece | int]]:
    """The parts of each line; a number stands for so many blank cells."""
    left: int = block.indent + block.lead.cell_length
    if not block.lead.plain:
        return [(left, line) for line in wrap(block.content, width - left)]
    lead = wrap(block.lead, max(1, width - block.indent))
    if width - left < _LEAST_CONTENT_WIDTH:
        left = block.indent + 2
        own_lines: list[Sequence[_Piece | int]] = [(block.indent, line) for line in lead]
        return own_lines + [(left, line) for line in wrap(block.content, width - left)]
    first, *others = wrap(block.content, width - left)
    # The content of a lead such as "reply" must start at the same column even if its spaces were trimmed.
    beginning = (block.indent, lead[0], block.lead.cell_length - length(lead[0]), first)
    return [beginning, *((left, line) for line in others)]


def column_grid(block: FlowingColumns, width: int) -> tuple[int, int]:
    """How many columns of `block` there are in `width` cells, and how wide each is."""
    room = max(1, width - block.indent)
    widest = min(room, max((item.cell_length for item in block.items), default=1))
    return max(1, (room + 2) // (widest + 2)), widest


def _columns(block: FlowingColumns, width: int, drawn: Callable[[Content], Strip]) -> list[Strip]:
    count, widest = column_grid(block, width)
    result: list[Strip] = []
    for start in range(0, len(block.items), count):
        cells: list[Strip] = [Strip.blank(block.indent)]
        for item in block.items[start : start + count]:
            cells += [drawn(item).crop(0, widest).adjust_cell_length(widest), Strip.blank(2)]
        result.append(Strip.join(cells).crop(0, width))
    return result
