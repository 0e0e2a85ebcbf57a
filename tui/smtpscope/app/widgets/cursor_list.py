"""A list of lines with a cursor that stays in view: the base of all our lists."""

from __future__ import annotations

from textual import events
from textual.geometry import Size
from textual.reactive import reactive

from smtpscope.app.widgets.line_widget import LineWidget


class CursorList(LineWidget, can_focus=True):
    """A subclass provides line count, drawing and keys; `HEADING` lines at the top don't scroll."""

    cursor: reactive[int] = reactive(0)

    @property
    def line_count(self) -> int:
        """The number of lines, including those out of view."""
        raise NotImplementedError

    def cursor_moved(self) -> None:
        """Called after the cursor has moved to another line."""

    def line_chosen(self) -> None:
        """Called on a click on the line already under the cursor."""

    def margin_clicked(self, line: int, x: int) -> bool:
        """Whether a click `x` cells from the left on `line` means something else than the line."""
        return False

    def heading_clicked(self, x: int) -> None:
        """A click on a line of the heading, `x` cells from the left."""

    @property
    def page(self) -> int:
        """How many lines are in view."""
        return max(1, self.scrollable_content_region.height - self.HEADING)

    def resize_content(self) -> None:
        """Call this when the number of lines or the width has changed."""
        self.virtual_size = Size(self.scrollable_content_region.width, self.line_count + self.HEADING)
        self.refresh()

    def on_resize(self) -> None:
        self.resize_content()
        self.keep_cursor_in_view()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.line_count - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        if old != new:
            self.keep_cursor_in_view()
            self.refresh()
            self.cursor_moved()

    def keep_cursor_in_view(self) -> None:
        """Scrolls no further than needed."""
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + self.page:
            self.scroll_to(y=self.cursor - self.page + 1, animate=False, force=True)

    def action_move(self, by: int) -> None:
        self.cursor += by

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(1, self.page - (0 if self.HEADING else 1))

    def action_to_line(self, line: int) -> None:
        self.cursor = line if line >= 0 else self.line_count + line

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        # The end of a selection is not a click.
        if offset is None or self.text_selection is not None:
            return
        if offset.y < self.HEADING:
            self.heading_clicked(offset.x)
            return
        line = self.scroll_offset.y + offset.y - self.HEADING
        if line >= self.line_count or self.margin_clicked(line, offset.x):
            return
        if line == self.cursor:
            self.line_chosen()
        else:
            self.cursor = line
