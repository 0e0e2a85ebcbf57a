"""A scrolling widget that draws its own lines: a change in line count only updates the scroll bar."""

from __future__ import annotations

from typing import ClassVar

from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from smtpscope.app.widgets.line_selection import highlighted, selected_text


class LineWidget(ScrollView):
    """Textual would lay out the whole screen again for each new content size, which takes a frame or two.

    The content never determines the widget's size, and room for the scroll bar is always reserved. The first `HEADING`
    lines don't scroll. Text can be selected with the mouse: a subclass draws its lines in `draw_line`.
    """

    HEADING: ClassVar[int] = 0
    DEFAULT_CSS = """
    LineWidget {
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
    }
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def watch_virtual_size(self, size: Size) -> None:
        self._scroll_update(size)

    def draw_line(self, line: int) -> Strip:
        """Draws the line with this number, counted from the top of the content."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        line = y if y < self.HEADING else y + self.scroll_offset.y
        selection, strip = self.text_selection, self.draw_line(line)
        if selection is not None:
            style = self.screen.get_component_rich_style("screen--selection")
            strip = highlighted(strip, selection.get_span(line), style)
        return strip.apply_offsets(0, line)

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        top = self.scroll_offset.y
        in_view = range(top, top + self.scrollable_content_region.height)
        text = selected_text(selection, in_view, int(self.virtual_size.height), self.draw_line)
        return None if text is None else (text, "\n")
