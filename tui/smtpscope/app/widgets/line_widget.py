"""A scrolling widget that draws its own lines: another number of lines moves its scroll bar and nothing else."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView


class LineWidget(ScrollView):
    """Textual would lay out the whole screen anew for each other size of the content, which takes a frame or two.

    The content never decides how big the widget is, and room for the scroll bar is always kept.
    """

    ALLOW_SELECT = False
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
