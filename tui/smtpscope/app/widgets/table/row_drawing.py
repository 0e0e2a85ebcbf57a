"""Draws a line of the table in the colours of the style sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from smtpscope.app.widgets.table.table_line import TableColumn, TableLine, cell_text, event_text

STYLES: Final = {
    f"group-table--{name}" for name in ("heading", "cursor", "cursor-away", "group", "event", "act", "calm", "mark")
}
"""The classes of the style sheet."""


def drawn_row(
    line: TableLine,
    columns: Sequence[TableColumn],
    width: int,
    style_of: Callable[[str], Style],
    plain: Style,
    under_cursor: bool,
) -> Strip:
    """`line` in `width` cells. `style_of` looks up a class of the style sheet; under the cursor everything is
    `plain`.
    """
    base = tone = mark = plain
    if not under_cursor:
        if line.depth != 1:
            base = style_of("group-table--event" if line.depth == 2 else "group-table--group")
        tone = base if line.tone == "plain" else style_of(f"group-table--{line.tone}")
        mark = style_of("group-table--calm" if line.marked == "before" else "group-table--mark")
    segments = [Segment(f"{'*' if line.marked else ' '}{'+' if line.new else ' '}", mark)]
    if not line.count:
        return Strip([*segments, Segment(event_text(line, width - 2), base)])
    for column in columns:
        style = tone if column.name in ("who", "state") else base
        segments.append(Segment(cell_text(line, column) + " ", style))
    return Strip(segments)
