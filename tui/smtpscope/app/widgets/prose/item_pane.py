"""Text with a cursor that goes from item to item: one check, one link, one recipient, one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from smtpscope.app.links import link_in
from smtpscope.app.messages import CopyWanted
from smtpscope.app.widgets.prose.prose_blocks import ProseBlock
from smtpscope.app.widgets.prose.prose_layout import ProseLayout
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.app.widgets.prose.text_items import TextItem, item_at, items_of, next_line, scrolled_to

_KEYS: list[BindingType] = [
    Binding("l,right", "next_item(1)", "Next item", show=False, id="detail.next_item"),
    Binding("h,left", "next_item(-1)", "Previous item", show=False, id="detail.item_before"),
    Binding("y", "copy_item", "Copy this", id="detail.copy_item"),
    Binding("enter", "open_link", "Open link", id="detail.open_link"),
]


_CSS = "ItemPane > .item-pane--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }"


class ItemPane(ProsePane):
    """A pane whose keys go from item to item; the cursor is drawn while it has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = _KEYS
    COMPONENT_CLASSES: ClassVar[set[str]] = {"item-pane--cursor"}
    DEFAULT_CSS = _CSS

    cursor: reactive[int] = reactive(0)

    _items: tuple[ProseLayout | None, list[TextItem]] = (None, [])

    @dataclass
    class LinkWanted(Message):
        """The user wants to open the link of an item."""

        link: str

    @property
    def items(self) -> list[TextItem]:
        layout = self.text_layout
        if self._items[0] is not layout:
            self._items = layout, [] if layout is None else items_of(layout)
        return self._items[1]

    @property
    def item(self) -> TextItem | None:
        """The item under the cursor."""
        items = self.items
        return items[min(self.cursor, len(items) - 1)] if items else None

    def watch_blocks(self, blocks: tuple[ProseBlock, ...]) -> None:
        self.cursor = 0
        super().watch_blocks(blocks)

    def watch_has_focus(self, focused: bool) -> None:
        super().watch_has_focus(focused)
        self.refresh()

    def draw_line(self, line: int) -> Strip:
        strip = super().draw_line(line)
        item = self.item if self.has_focus else None
        if item is None or not item.first <= line < item.end:
            return strip
        style = self.get_component_rich_style("item-pane--cursor")
        return _with_cursor(strip, item, Style(bold=True, reverse=True) if self.app.no_color else style)

    def _go_to(self, number: int) -> None:
        items = self.items
        if not items:
            return
        self.cursor = max(0, min(len(items) - 1, number))
        top = scrolled_to(items[self.cursor], self.scroll_offset.y, self.scrollable_content_region.height)
        # Above the first item and below the last one there may be lines that are none.
        self.scroll_to(y=0 if self.cursor == 0 else top, animate=False, force=True)
        if number >= len(items):
            self.scroll_end(animate=False, force=True)

    def action_next_item(self, by: int) -> None:
        self._go_to(self.cursor + by)

    def action_scroll_down(self) -> None:
        self._next_line(1)

    def action_scroll_up(self) -> None:
        self._next_line(-1)

    def _next_line(self, by: int) -> None:
        if items := self.items:
            self._go_to(next_line(items, min(self.cursor, len(items) - 1), by))

    def action_scroll_home(self) -> None:
        self._go_to(0)

    def action_scroll_end(self) -> None:
        self._go_to(len(self.items))

    def action_copy_item(self) -> None:
        item = self.item
        if item is None:
            raise SkipAction
        self.app.post_message(CopyWanted(item.text, "this item"))

    def action_open_link(self) -> None:
        link = None if self.item is None else link_in(self.item.text)
        if link is None:
            raise SkipAction
        self.post_message(self.LinkWanted(link))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or self.text_selection is not None:
            return
        items = self.items
        number = item_at(items, offset.y + self.scroll_offset.y, offset.x)
        if number is not None and number == self.cursor and (link := link_in(items[number].text)) is not None:
            self.post_message(self.LinkWanted(link))
        self.cursor = self.cursor if number is None else number


def _with_cursor(strip: Strip, item: TextItem, style: Style) -> Strip:
    """`strip` with the cells of `item` in `style`, on top of the text's own colours, which would otherwise win."""
    chosen = Strip(
        Segment(segment.text, (segment.style or Style()) + style) for segment in strip.crop(item.left, item.right)
    )
    return Strip.join([strip.crop(0, item.left), chosen, strip.crop(item.right)])
