"""All keys of the current place and the filter terms, searched by typing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from smtpscope.app.key_purposes import PURPOSES
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import BLANK, Heading, ProseBlock, ProseParagraph, text
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.store.filter.filter_fields import help_lines

_PLACES = {
    "table": "Table",
    "prose": "Text",
    "detail": "Detail",
    "browse": "Browser",
    "filter": "Filter",
    "app": "Program",
}
"""The first part of a binding's id -> its heading, in display order."""


class HelpLine(Struct, frozen=True):
    """`keys` as people press them (or a filter word with an example), `does` what happens, `place` the heading.

    `press` is the name of a key that does it, "" where there is none.
    """

    place: str
    keys: str
    does: str
    press: str = ""

    def fits(self, wanted: str) -> bool:
        """Whether this line has the key `wanted`, or contains all of its words."""
        if not wanted.strip():
            return True
        if wanted.strip() in self.keys.replace(",", " ").split():
            return True
        words = wanted.casefold().split()
        own = f"{self.place} {self.keys} {self.does}".casefold()
        return all(word in own for word in words)


def lines_of_bindings(bindings: Iterable[tuple[Binding, str]]) -> list[HelpLine]:
    """A line for each action that has a description, then the filter's words; each binding with its key as shown."""
    by_id: dict[str, tuple[list[str], str, str]] = {}
    for binding, display in bindings:
        if not binding.description or not binding.id:
            continue
        purpose = PURPOSES.get(binding.id)
        does = f"{binding.description}: {purpose}" if purpose else binding.description
        keys, _, _ = by_id.setdefault(binding.id, ([], does, binding.key))
        if display not in keys:
            keys.append(display)
    lines = [
        HelpLine(_PLACES.get(name.split(".")[0], "Keys"), ", ".join(keys), description, key)
        for name, (keys, description, key) in by_id.items()
    ]
    order = list(_PLACES.values())
    lines.sort(key=lambda line: order.index(line.place) if line.place in order else len(order))
    return lines + [HelpLine("Filter terms", example, meaning) for example, meaning in help_lines()]


def help_blocks(lines: Sequence[HelpLine], wanted: str) -> list[tuple[ProseBlock, str]]:
    """The lines that fit, under their headings, each with the key that a click on it presses."""
    fitting = [line for line in lines if line.fits(wanted)]
    if not fitting:
        return [(ProseParagraph(text("No match. Delete some letters.")), "")]
    blocks: list[tuple[ProseBlock, str]] = []
    place = None
    for line in fitting:
        if line.place != place:
            blocks += [] if place is None else [(BLANK, "")]
            blocks.append((Heading(text(line.place)), ""))
            place = line.place
        blocks.append((ProseParagraph(text(line.does), text(f"{line.keys:<22} ", "bold")), line.press))
    return blocks


class HelpScreen(ModalScreen[str | None]):
    """Typing searches, arrows scroll, escape closes; a click on an action answers with its key."""

    CSS_PATH = "help_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1", "close", "Close", id="help.close"),
        Binding("down", "scroll(1)", "Down", id="help.down", priority=True),
        Binding("up", "scroll(-1)", "Up", id="help.up", priority=True),
        Binding("pagedown", "page(1)", "Page down", show=False, id="help.page_down", priority=True),
        Binding("pageup", "page(-1)", "Page up", show=False, id="help.page_up", priority=True),
    ]

    def __init__(self, lines: Sequence[HelpLine]) -> None:
        super().__init__()
        self._lines = tuple(lines)
        self._pressed_by: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield Static(Content("Keys and filter terms. Type to search, click to use one."), id="help-title")
            yield Input(placeholder="for example: export, x, host:", id="help-search", compact=True)
            yield ProsePane(id="help-lines")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._show("")
        self.query_one(Input).focus()

    def _show(self, wanted: str) -> None:
        blocks = help_blocks(self._lines, wanted)
        self._pressed_by = [key for _, key in blocks]
        self.query_one(ProsePane).blocks = tuple(block for block, _ in blocks)

    def on_click(self, event: events.Click) -> None:
        pane = self.query_one(ProsePane)
        offset = event.get_content_offset(pane) if pane.text_selection is None else None
        if offset is not None:
            number = bisect_right(pane.first_lines, offset.y + pane.scroll_offset.y) - 1
            if 0 <= number < len(self._pressed_by) and self._pressed_by[number]:
                self.dismiss(self._pressed_by[number])

    def on_input_changed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one(ProsePane).scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        pane = self.query_one(ProsePane)
        pane.scroll_relative(y=pages * max(1, pane.size.height - 1), animate=False)
