"""Mouse selection in a widget that draws its own lines: highlighting, and the selected text."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.selection import Selection
from textual.strip import Strip


def highlighted(strip: Strip, span: tuple[int, int] | None, style: Style) -> Strip:
    """`strip` with the characters of `span` (to the end if its end is negative) in `style`."""
    if span is None:
        return strip
    start, end = span
    chosen = strip.text[start : None if end < 0 else end]
    left = cell_len(strip.text[:start])
    right = left + cell_len(chosen)
    if not chosen:
        return strip
    return Strip.join([strip.crop(0, left), Strip([Segment(chosen, style)]), strip.crop(right)])


def selected_text(selection: Selection, in_view: range, count: int, line: Callable[[int], Strip]) -> str | None:
    """The selected text as it is drawn, None for none.

    Of a selection that goes on beyond the widget it is what is `in_view`; there are `count` lines.
    """
    first = in_view.start if selection.start is None else selection.start.y
    last = in_view.stop - 1 if selection.end is None else selection.end.y
    texts = []
    for number in range(first, min(last, count - 1) + 1):
        start, end = selection.get_span(number) or (0, -1)
        texts.append(line(number).text[start : None if end < 0 else end].rstrip())
    return "\n".join(texts) if texts else None
