"""Wrapped text with hanging indents and flowing columns, drawn line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

from smtpscope.app.widgets.line_widget import LineWidget
from smtpscope.app.widgets.texts.long_words import with_breaks
from smtpscope.app.widgets.texts.text_search import TextSearch
from smtpscope.harmless import Shown, shown


def text(shown: Shown | str, style: str = "") -> Content:
    """Literal content: brackets are not markup. Log text must be `Shown`; a plain str is for our own text."""
    return Content.styled(shown, style) if style else Content(shown)


def clickable(content: Content, action: str) -> Content:
    """`content`, on which a click does the `action` of its screen."""
    return content.stylize(Style.from_meta({"@click": f"screen.{action}()"}))


_NOTHING = Content("")


class ProseParagraph(Struct, frozen=True):
    """`content` after `lead` (a bullet, a label); wrapped lines are indented to the start of the content.

    `copied` is what is copied where that is not the content. `indent` spaces come before both. When the lead leaves
    less than 16 cells, the content starts on its own line.
    """

    content: Content
    lead: Content = _NOTHING
    indent: int = 0
    copied: str = ""


class FlowingColumns(Struct, frozen=True):
    """Short items side by side, filled row by row, in as many equal columns as the width allows.

    `values` are the items as they are copied, where they hold more than a value.
    """

    items: tuple[Content, ...]
    indent: int = 0
    values: tuple[str, ...] = ()


class Heading(Struct, frozen=True):
    content: Content


ProseBlock = ProseParagraph | FlowingColumns | Heading
BLANK = ProseParagraph(_NOTHING)

_LEAST_CONTENT_WIDTH = 16


def _wrapped(pane: ScrollView, content: Content, width: int) -> list[Strip]:
    if not content.plain:
        return [Strip.blank(0)]
    content = with_breaks(content, width)
    return Visual.to_strips(pane, content, max(1, width), None, pane.visual_style, apply_selection=False)


def column_grid(block: FlowingColumns, width: int) -> tuple[int, int]:
    """How many columns of `block` there are in `width` cells, and how wide each is."""
    room = max(1, width - block.indent)
    widest = min(room, max((item.cell_length for item in block.items), default=1))
    return max(1, (room + 2) // (widest + 2)), widest


def _paragraph(pane: ScrollView, block: ProseParagraph, width: int) -> list[Strip]:
    blank = pane.visual_style.rich_style
    left = block.indent + block.lead.cell_length
    own_line = bool(block.lead.plain) and width - left < _LEAST_CONTENT_WIDTH
    if own_line:
        left = block.indent + 2
    lines = _wrapped(pane, block.content, width - left)
    result: list[Strip] = []
    indent = Strip.blank(block.indent, blank)
    if block.lead.plain:
        lead = _wrapped(pane, block.lead, max(1, width - block.indent))
        if own_line:
            result += [Strip.join([indent, strip]) for strip in lead]
        else:
            # The content of a lead such as "reply" must start at the same column even if its spaces were trimmed.
            result.append(Strip.join([indent, lead[0].adjust_cell_length(block.lead.cell_length, blank), lines[0]]))
            lines = lines[1:]
    hanging = Strip.blank(left, blank)
    return result + [Strip.join([hanging, strip]) for strip in lines]


def _columns(pane: ScrollView, block: FlowingColumns, width: int) -> list[Strip]:
    blank = pane.visual_style.rich_style
    count, widest = column_grid(block, width)
    result: list[Strip] = []
    for start in range(0, len(block.items), count):
        cells: list[Strip] = [Strip.blank(block.indent, blank)]
        for item in block.items[start : start + count]:
            strip = _wrapped(pane, item, 10_000)[0]
            if strip.cell_length > widest:
                strip = strip.crop(0, widest)
            cells += [strip.adjust_cell_length(widest, blank), Strip.blank(2, blank)]
        result.append(Strip.join(cells).crop(0, width))
    return result


def _laid_out(pane: ScrollView, blocks: Sequence[ProseBlock], width: int) -> tuple[list[Strip], list[int]]:
    """The lines of `blocks` in `width` cells, and the number of the first line of each."""
    strips: list[Strip] = []
    first_lines: list[int] = []
    for block in blocks:
        first_lines.append(len(strips))
        if isinstance(block, Heading):
            strips += _wrapped(pane, block.content.stylize_before("bold $text-primary"), width)
        elif isinstance(block, FlowingColumns):
            strips += _columns(pane, block, width)
        else:
            strips += _paragraph(pane, block, width)
    return strips, first_lines


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
        self._strips: list[Strip] = []
        self.first_lines: list[int] = []
        self._laid_out_for: tuple[int, tuple[ProseBlock, ...]] | None = None
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
        self._laid_out_for = None
        if self.is_attached:
            self._lay_out()

    @property
    def lines(self) -> list[str]:
        """The text in its current layout."""
        return [strip.text for strip in self._strips]

    @property
    def is_laid_out(self) -> bool:
        """Whether `lines` are those of `blocks`; a pane that is not shown lays nothing out."""
        return self._laid_out_for is not None and self._laid_out_for[1] is self.blocks

    def show_block(self, number: int) -> None:
        """Scrolls the block to the middle, or the end of the text to the bottom."""
        if number < len(self.first_lines):
            line = self.first_lines[number] - self.scrollable_content_region.height // 2
            self.scroll_to(y=max(0, line), animate=False)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if width <= 0 or self._laid_out_for == (width, self.blocks):
            return
        self._strips, self.first_lines = _laid_out(self, self.blocks, width)
        self._laid_out_for = (width, self.blocks)
        if self.searched:
            # Marks stay while rows change, so that one word can be looked for in many.
            self._search = TextSearch(self.searched, self.lines)
        self.virtual_size = Size(width, len(self._strips))
        self.refresh()

    def draw_line(self, line: int) -> Strip:
        width = self.scrollable_content_region.width
        style = self.visual_style.rich_style
        if line >= len(self._strips):
            return _hint(self, line, len(self._strips)).adjust_cell_length(width, style).apply_style(style)
        drawn = self._strips[line].adjust_cell_length(width, style).apply_style(style)
        if not self.searched:
            return drawn
        styles = (
            self.get_component_rich_style(f"prose-pane--{name}", partial=True) for name in ("match", "current-match")
        )
        return self._search.marked(drawn, line, *styles)


def _hint(pane: ProsePane, line: int, used: int) -> Strip:
    """The hint on `line`, where the `used` lines of text leave room for all hints."""
    first = pane.scrollable_content_region.height - len(pane.hints)
    if line < first or used >= first:
        return Strip.blank(0)
    return _wrapped(pane, text(pane.hints[line - first], "$text-muted"), 10_000)[0]


def bullet(content: Content, *, sign: str = "-", indent: int = 0) -> ProseParagraph:
    return ProseParagraph(content, text(f"{sign} "), indent)


def labelled(label: str, content: Content, *, width: int = 11) -> ProseParagraph:
    """`content` after a muted label; all labels of a pane have the same width."""
    return ProseParagraph(content, text(f"{label:<{width - 1}} ", "$text-muted"))


def sources(cited: Sequence[tuple[str, str]]) -> list[ProseBlock]:
    """Titles and links under a heading, each link an item that is copied alone; nothing where there are none."""
    if not cited:
        return []
    lines = (ProseParagraph(text(shown(f"{title}  {url}".rstrip())), text("- "), copied=url) for title, url in cited)
    return [BLANK, Heading(text("Sources")), *lines]


def blocks_text(blocks: Sequence[ProseBlock]) -> str:
    """The plain text of the blocks, for tests and the clipboard."""
    words: list[str] = []
    for block in blocks:
        if isinstance(block, FlowingColumns):
            words += [item.plain for item in block.items]
        elif isinstance(block, Heading):
            words.append(block.content.plain)
        else:
            words.append(block.lead.plain + block.content.plain)
    return "\n".join(words)
