"""Distinct values with their counts, one per line; display cost is independent of their number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from smtpscope.app.widgets.cursor_list import CursorList
from smtpscope.app.widgets.table.table_line import fitted
from smtpscope.harmless import shown
from smtpscope.store.grouping.incident import Counted


class CountedList(CursorList):
    """`counted` values, most frequent first; `nothing` is the label of an empty value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Next", show=False, id="counts.down"),
        Binding("k,up", "move(-1)", "Previous", show=False, id="counts.up"),
        Binding("g,home", "to_line(0)", "First", show=False, id="counts.first"),
        Binding("G,end", "to_line(-1)", "Last", show=False, id="counts.last"),
        Binding("ctrl+d,pagedown", "page(1)", "Page down", show=False, id="counts.page_down"),
        Binding("ctrl+u,pageup", "page(-1)", "Page up", show=False, id="counts.page_up"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"counted-list--cursor", "counted-list--count"}
    DEFAULT_CSS = """
    CountedList {
        .counted-list--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
        .counted-list--count { color: $text-accent; }
    }
    """

    counted: reactive[Counted] = reactive((), layout=False)

    @dataclass
    class Chosen(Message):
        """A click on the line already under the cursor."""

        value: str

    def __init__(self, nothing: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.nothing = nothing

    @property
    def value(self) -> str | None:
        """The value under the cursor."""
        return self.counted[self.cursor][0] if self.counted else None

    @property
    def line_count(self) -> int:
        return len(self.counted)

    def line_chosen(self) -> None:
        self.post_message(self.Chosen(self.counted[self.cursor][0]))

    def watch_counted(self) -> None:
        self.resize_content()
        self.cursor = 0
        self.scroll_home(animate=False)

    def draw_line(self, line: int) -> Strip:
        width = self.scrollable_content_region.width
        if line >= len(self.counted):
            return Strip.blank(width, self.rich_style)
        value, count = self.counted[line]
        digits = len(f"{self.counted[0][1]:,}")
        text_style = self.rich_style
        count_style = self.get_component_rich_style("counted-list--count")
        sign = "  "
        if line == self.cursor:
            text_style = count_style = self.get_component_rich_style("counted-list--cursor")
            if self.app.no_color:
                text_style = count_style = Style(bold=True, reverse=True)
            sign = "> "
        text = fitted(shown(value.strip()) or self.nothing, max(1, width - digits - 4))
        segments = [Segment(f"{sign}{count:>{digits},}  ", count_style), Segment(text, text_style)]
        return Strip(segments).adjust_cell_length(width, text_style)
