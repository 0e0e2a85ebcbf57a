"""What of a laid out text is an item by itself, and which item comes next below, above or beside."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from smtpscope.app.widgets.prose.prose_blocks import FlowingColumns, Heading
from smtpscope.app.widgets.prose.prose_layout import ProseLayout, column_grid


class TextItem(Struct, frozen=True):
    """The lines and cells that an item takes, and its `text` as it is copied."""

    first: int
    end: int
    left: int
    right: int
    text: str


def items_of(layout: ProseLayout) -> list[TextItem]:
    """The items of all blocks in `layout`."""
    items: list[TextItem] = []
    first_lines, width = layout.first_lines, layout.width
    ends = [*first_lines[1:], len(layout.lines)]
    for block, first, end in zip(layout.blocks, first_lines, ends, strict=False):
        if isinstance(block, FlowingColumns):
            across, wide = column_grid(block, width)
            for number, content in enumerate(block.items):
                line, left = first + number // across, block.indent + number % across * (wide + 2)
                value = block.values[number] if block.values else content.plain
                items.append(TextItem(line, line + 1, left, left + wide, value))
        elif not isinstance(block, Heading) and block.content.plain.strip():
            items.append(TextItem(first, end, 0, width, block.copied or block.content.plain.strip()))
    return items


def next_line(items: Sequence[TextItem], here: int, by: int) -> int:
    """The item on the next line (`by` 1) or the one before (-1), below or above `here` where that line has several.

    Beyond the last line it is the number after the last item, before the first one -1.
    """
    item = items[here]
    beyond = [n for n, each in enumerate(items) if (each.first >= item.end if by > 0 else each.end <= item.first)]
    if not beyond:
        return len(items) if by > 0 else -1
    line = items[beyond[0]].first if by > 0 else items[beyond[-1]].first
    on_line = [number for number in beyond if items[number].first == line]
    return min(on_line, key=lambda number: abs(items[number].left - item.left))


def item_at(items: Sequence[TextItem], line: int, x: int) -> int | None:
    """The item that takes cell `x` of `line`, None for none."""
    for number, item in enumerate(items):
        if item.first <= line < item.end and item.left <= x < item.right:
            return number
    return None


def scrolled_to(item: TextItem, top: int, page: int) -> int:
    """The first line in view, when `page` lines from `top` are in view and `item` shall be."""
    if item.first < top:
        return item.first
    return min(item.first, item.end - page) if item.end > top + page else top
