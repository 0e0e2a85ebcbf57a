"""Wrapped text with hanging indents and flowing columns, drawn line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from smtpscope.app.widgets.line_widget import LineWidget
from smtpscope.app.widgets.prose.prose_blocks import ProseBlock, text
from smtpscope.app.widgets.prose.prose_layout import ProseLayout, coloured
from smtpscope.app.widgets.prose.text_search import TextSearch

_SECONDS_AT_ONCE: Final = 0.006
_SECONDS_BETWEEN: Final = 0.004
"""A long text is measured in pieces of that length, with a break between them in which keys are answered."""

_KEYS: list[BindingType] = [
    Binding("j,down", "scroll_down", "Down", show=False, id="prose.down"),
    Binding("k,up", "scroll_up", "Up", show=False, id="prose.up"),
    Binding("g,home", "scroll_home", "Top", show=False, id="prose.top"),
    Binding("G,end", "scroll_end", "Bottom", show=False, id="prose.bottom"),
    Binding("ctrl+d,pagedown", "page_down", "Page down", show=False, id="prose.page_down"),
    Binding("ctrl+u,pageup", "page_up", "Page up", show=False, id="prose.page_up"),
    Binding("slash", "search", "Search this text", id="prose.search", key_display="/"),
    Binding("n", "next_match(1)", "Next match", show=False, id="prose.next_match"),
    Binding("N", "next_match(-1)", "Previous match", show=False, id="prose.match_before"),
]
_CSS = """
ProsePane {
    padding: 0 0 0 1;
    .prose-pane--match { background: $panel; color: $text-accent; text-style: underline; }
    .prose-pane--current-match {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: bold underline;
    }
}
"""


class ProsePane(LineWidget, can_focus=True):
    """Shows blocks of text; scrolls with the usual keys. `blocks` come from the screen.

    `hints` are lines at the bottom, drawn only where the blocks leave room for them.
    """

    BINDINGS: ClassVar[list[BindingType]] = _KEYS
    COMPONENT_CLASSES: ClassVar[set[str]] = {"prose-pane--match", "prose-pane--current-match"}
    DEFAULT_CSS = _CSS

    @dataclass
    class SearchWanted(Message):
        """The user wants to type words that are searched in `pane`."""

        pane: ProsePane

    blocks: reactive[tuple[ProseBlock, ...]] = reactive((), layout=False)
    hints: reactive[tuple[str, ...]] = reactive(())

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._layout: ProseLayout | None = None
        self._search = TextSearch("", ())

    @property
    def searched(self) -> str:
        """The words whose matches are marked, "" for none."""
        return self._search.wanted

    @property
    def found_words(self) -> str:
        """Which of how many matches is the current one."""
        return self._search.words

    def search(self, wanted: str) -> None:
        """Marks the matches of `wanted`, and goes to the first in view or below."""
        self._search = TextSearch(wanted, self.lines)
        self._search.start_at(self.scroll_offset.y)
        self.go_to_match(0)

    def go_to_match(self, by: int) -> None:
        """Goes `by` matches on, and shows where that is."""
        self._search.go(by)
        line = self._search.line
        height = self.scrollable_content_region.height
        if line is not None and not 0 <= line - self.scroll_offset.y < height:
            self.scroll_to(y=max(0, line - height // 2), animate=False, force=True)
        self.refresh()

    def action_search(self) -> None:
        self.post_message(self.SearchWanted(self))

    def action_next_match(self, by: int) -> None:
        if not self.searched:
            # The same keys go from incident to incident.
            raise SkipAction
        self.go_to_match(by)

    def watch_blocks(self, blocks: tuple[ProseBlock, ...]) -> None:
        self._lay_out()
        # Textual's own scrolling to the top waits for the next frame, so the text would be drawn twice.
        self.scroll_target_y = self.scroll_y = 0
        self.refresh()

    def on_resize(self) -> None:
        self._lay_out()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self._layout is not None:
            self._layout.forget_colours()
        if self.is_attached:
            self._lay_out()

    @property
    def lines(self) -> list[str]:
        """The text in its current layout."""
        return [] if self._layout is None else self._layout.lines

    @property
    def first_lines(self) -> list[int]:
        """The number of the first line of each block in `lines`."""
        return [] if self._layout is None else self._layout.first_lines

    @property
    def text_layout(self) -> ProseLayout | None:
        """How `blocks` are laid out now; None for a pane that is not shown, which lays nothing out."""
        return self._layout if self._layout is not None and self._layout.blocks is self.blocks else None

    def show_block(self, number: int) -> None:
        """Scrolls the block to the middle, or the end of the text to the bottom."""
        if number < len(self.first_lines):
            line = self.first_lines[number] - self.scrollable_content_region.height // 2
            self.scroll_to(y=max(0, line), animate=False)

    def _lay_out(self) -> None:
        width, known = self.scrollable_content_region.width, self.text_layout
        if width <= 0 or (known is not None and known.width == width):
            return
        self._layout = ProseLayout(self.blocks, width)
        _measure(self, self._layout)
        if self.searched:
            # Marks stay while rows change, so that one word can be looked for in many.
            self._search = TextSearch(self.searched, self.lines)
        self.refresh()

    def action_scroll_end(self) -> None:
        self.virtual_size = Size(self.virtual_size.width, len(self.lines))
        super().action_scroll_end()

    def draw_line(self, line: int) -> Strip:
        return _drawn(self, self._layout, self._search, line)


def _measure(pane: ProsePane, layout: ProseLayout) -> None:
    """Measures some more of `layout` while it is the one of the pane."""
    if layout is not pane.text_layout:
        return
    before, height = layout.measured_lines, pane.scrollable_content_region.height
    whole = layout.measure(least=0 if before else height, seconds=_SECONDS_AT_ONCE)
    pane.virtual_size = Size(layout.width, layout.measured_lines)
    if before < pane.scroll_offset.y + height:
        pane.refresh()
    if not whole:
        pane.set_timer(_SECONDS_BETWEEN, lambda: _measure(pane, layout))


def _drawn(pane: ProsePane, layout: ProseLayout | None, search: TextSearch, line: int) -> Strip:
    width = pane.scrollable_content_region.width
    style = pane.visual_style.rich_style
    used = 0 if layout is None else layout.measured_lines
    if layout is None or line >= used:
        return _hint(pane, line, used).adjust_cell_length(width, style).apply_style(style)
    drawn = layout.strip(line, pane.visual_style).adjust_cell_length(width, style).apply_style(style)
    if not search.wanted:
        return drawn
    styles = (pane.get_component_rich_style(f"prose-pane--{name}", partial=True) for name in ("match", "current-match"))
    return search.marked(drawn, line, *styles)


def _hint(pane: ProsePane, line: int, used: int) -> Strip:
    """The hint on `line`, where the `used` lines of text leave room for all hints."""
    first = pane.scrollable_content_region.height - len(pane.hints)
    if line < first or used >= first:
        return Strip.blank(0)
    return coloured(text(pane.hints[line - first], "$text-muted"), pane.visual_style)
