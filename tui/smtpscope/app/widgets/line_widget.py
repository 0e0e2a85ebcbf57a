"""A scrolling widget that draws its own lines: another number of lines moves its scroll bar and nothing else."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip


class LineWidget(ScrollView):
    """Textual would lay out the whole screen anew for each other size of the content, which takes a frame or two.

    The content never decides how big the widget is, and room for the scroll bar is always kept. The first `HEADING`
    lines stay where they are. What is drawn can be selected with the mouse: a subclass draws its lines in `draw_line`.
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
        """The line with this number, counted from the top of all there is, in view or not."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        line = y if y < self.HEADING else y + self.scroll_offset.y
        return self._with_selection(self.draw_line(line), line).apply_offsets(0, line)

    def _with_selection(self, strip: Strip, line: int) -> Strip:
        selection = self.text_selection
        span = None if selection is None else selection.get_span(line)
        if span is None:
            return strip
        start, end = span
        text = strip.text
        left = cell_len(text[:start])
        right = strip.cell_length if end < 0 else cell_len(text[:end])
        if left >= right:
            return strip
        style = self.screen.get_component_rich_style("screen--selection")
        chosen = Strip([Segment(text[start : None if end < 0 else end], style)])
        return Strip.join([strip.crop(0, left), chosen, strip.crop(right)])

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it is drawn; where the selection goes on beyond this widget, what is in view of it."""
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        first = top if selection.start is None else selection.start.y
        last = top + height - 1 if selection.end is None else selection.end.y
        texts = []
        for line in range(first, min(last, int(self.virtual_size.height) - 1) + 1):
            span = selection.get_span(line)
            text = self.draw_line(line).text
            start, end = (0, -1) if span is None else span
            texts.append(text[start : None if end < 0 else end].rstrip())
        return ("\n".join(texts), "\n") if texts else None
