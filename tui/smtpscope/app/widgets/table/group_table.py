"""The table of groups and events: requests and draws only the lines in view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from smtpscope.app.widgets.cursor_list import CursorList
from smtpscope.app.widgets.table.row_drawing import STYLES, drawn_row
from smtpscope.app.widgets.table.table_line import (
    ColumnName,
    ColumnNeeds,
    TableColumn,
    TableRows,
    column_at,
    columns_for,
    heading_text,
)

_KEYS: list[BindingType] = [
    Binding("enter", "choose", "Open", id="table.choose"),
    Binding("l,right", "open", "Open", show=False, id="table.open"),
    Binding("h,left", "close", "Close", show=False, id="table.close"),
    Binding("j,down", "move(1)", "Next row", show=False, id="table.down"),
    Binding("k,up", "move(-1)", "Previous row", show=False, id="table.up"),
    Binding("g,home", "to_line(0)", "First row", show=False, id="table.first"),
    Binding("G,end", "to_line(-1)", "Last row", show=False, id="table.last"),
    Binding("ctrl+d,pagedown", "page(1)", "Page down", show=False, id="table.page_down"),
    Binding("ctrl+u,pageup", "page(-1)", "Page up", show=False, id="table.page_up"),
]


class GroupTable(CursorList):
    """Rows come from the screen; the cursor is an index into them. Line 0 on the screen is the heading."""

    HEADING = 1
    BINDINGS: ClassVar[list[BindingType]] = _KEYS
    COMPONENT_CLASSES: ClassVar[set[str]] = STYLES

    rows: reactive[TableRows | None] = reactive(None, layout=False)
    needs: reactive[ColumnNeeds] = reactive(ColumnNeeds())
    sorted_by: reactive[tuple[str, bool]] = reactive(("", False))
    left_out: reactive[frozenset[ColumnName]] = reactive(frozenset())

    @dataclass
    class Moved(Message):
        """The cursor moved to another line, `index` into the rows."""

        index: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, GroupTable.Moved)

    @dataclass
    class Chosen(Message):
        """Enter, or a click on the line already under the cursor."""

        index: int

    @dataclass
    class OpenWanted(Message):
        index: int

    @dataclass
    class CloseWanted(Message):
        index: int

    @dataclass
    class MarkWanted(Message):
        """A click before a row: mark it, or take its mark away."""

    @dataclass
    class SortWanted(Message):
        """A click on a column's heading."""

        column: str

    def watch_rows(self) -> None:
        self.resize_content()

    @property
    def line_count(self) -> int:
        return 0 if self.rows is None else len(self.rows)

    def cursor_moved(self) -> None:
        self.post_message(self.Moved(self.cursor))

    def line_chosen(self) -> None:
        self.post_message(self.Chosen(self.cursor))

    def resize_content(self) -> None:
        super().resize_content()
        if self.cursor >= self.line_count:
            self.cursor = max(0, self.line_count - 1)

    def put_cursor(self, index: int) -> None:
        """Sets the cursor, and posts `Moved` even if the index is the same, since its line may have changed."""
        if self.validate_cursor(index) == self.cursor:
            self.keep_cursor_in_view()
            self.refresh()
            self.post_message(self.Moved(self.cursor))
        else:
            self.cursor = index

    def columns(self) -> tuple[TableColumn, ...]:
        return columns_for(self.scrollable_content_region.width, self.needs, self.left_out)

    @property
    def activity_width(self) -> int:
        """The width of the activity column, 0 if there is no room for it."""
        return next((column.width for column in self.columns() if column.name == "activity"), 0)

    def draw_line(self, line: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        if line == 0:
            return self._heading(width)
        index = line - 1
        if self.rows is None or index >= len(self.rows):
            return Strip.blank(width, base)
        row = self.rows.line(index)
        if index == self.cursor:
            name = "group-table--cursor" if self.has_focus else "group-table--cursor-away"
            cursor: Style | None = self.get_component_rich_style(name)
            if self.app.no_color and cursor is not None:
                # Without colours the background shows nothing.
                cursor = Style(bold=True, reverse=self.has_focus, underline=not self.has_focus)
        else:
            cursor = None
        drawn = drawn_row(row, self.columns(), width, self.get_component_rich_style, cursor or base, cursor is not None)
        return drawn.adjust_cell_length(width, cursor or base)

    def _heading(self, width: int) -> Strip:
        style = self.get_component_rich_style("group-table--heading")
        return Strip([Segment(heading_text(self.columns(), self.sorted_by), style)]).adjust_cell_length(width, style)

    def _tell(self, message: Callable[[int], Message]) -> None:
        """Posts a message about the line under the cursor, if there is one."""
        if self.rows is not None and self.cursor < len(self.rows):
            self.post_message(message(self.cursor))

    def action_choose(self) -> None:
        self._tell(self.Chosen)

    def action_open(self) -> None:
        self._tell(self.OpenWanted)

    def action_close(self) -> None:
        self._tell(self.CloseWanted)

    def margin_clicked(self, line: int, x: int) -> bool:
        if x < 2:
            self.cursor = line
            self.post_message(self.MarkWanted())
        return x < 2

    def heading_clicked(self, x: int) -> None:
        column = column_at(self.columns(), x)
        if column is not None:
            self.post_message(self.SortWanted(column))
