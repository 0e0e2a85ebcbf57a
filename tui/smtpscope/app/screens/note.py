"""A note of one's own on an incident; it survives restarts and belongs to the log."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose import text
from smtpscope.harmless import Shown, shown_lines


class NoteScreen(ModalScreen[str | None]):
    """Answers with the text as it is to stand, None when the user gave up. `about` names the incident."""

    CSS_PATH = "note.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "keep", "Keep the note", id="note.keep"),
        Binding("escape", "close", "Back as it was", id="note.close", priority=True),
    ]

    def __init__(self, about: Shown, note: str) -> None:
        super().__init__()
        self._about = about
        self._before = note

    def compose(self) -> ComposeResult:
        with Vertical(id="note"):
            yield Static(text(self._about, "bold"), id="note-about")
            yield TextArea("\n".join(shown_lines(self._before)), id="note-text", show_line_numbers=False, compact=True)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def action_keep(self) -> None:
        self.dismiss(self.query_one(TextArea).text)

    def action_close(self) -> None:
        self.dismiss(None)
