"""A line below a text for words to search in it; matches are marked while typing."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import text
from smtpscope.app.widgets.prose.prose_pane import ProsePane


class SearchScreen(ModalScreen[None]):
    """Searches `pane`: Enter keeps the marks, Escape takes them away."""

    CSS_PATH = "search_line.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep the marks", id="search.keep", priority=True),
        Binding("escape", "leave", "Cancel", id="search.leave"),
        Binding("down", "next(1)", "Next match", id="search.next", priority=True),
        Binding("up", "next(-1)", "Previous match", id="search.before", priority=True),
    ]

    def __init__(self, pane: ProsePane) -> None:
        super().__init__()
        self._pane = pane

    def compose(self) -> ComposeResult:
        with Horizontal(id="search-line"):
            yield Static(text("Search"), id="search-label")
            yield Input(self._pane.searched, compact=True, id="search-words")
            yield Static(id="search-found")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._pane.search(event.value)
        self._say()

    def _say(self) -> None:
        self.query_one("#search-found", Static).update(text(self._pane.found_words))

    def action_next(self, by: int) -> None:
        self._pane.go_to_match(by)
        self._say()

    def action_keep(self) -> None:
        self.dismiss(None)

    def action_leave(self) -> None:
        self._pane.search("")
        self.dismiss(None)
