"""A note of one's own on an incident; it survives restarts and belongs to the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.texts.prose import text
from smtpscope.harmless import Shown, shown_lines


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """`text` as it is to stand. `as_knowledge`: it is guidance for every such reply of that host, in all logs."""

    text: str
    as_knowledge: bool


class NoteScreen(ModalScreen[WrittenNote | None]):
    """Answers with what was written, None when the user gave up. `about` names the incident."""

    CSS_PATH = "note.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "keep(False)", "Keep with this incident", id="note.keep"),
        Binding("f3", "keep(True)", "Keep as guidance of our own", id="note.knowledge"),
        Binding("escape", "close", "Back as it was", id="note.close", priority=True),
    ]

    def __init__(self, about: Shown, note: str) -> None:
        super().__init__()
        self._about = about
        self._before = note

    def compose(self) -> ComposeResult:
        with Vertical(id="note"):
            yield Static(text(self._about, "bold"), id="note-about")
            yield Static(
                text("f2 keeps it with this incident; f3 makes it guidance for this host's reply in every log.")
            )
            before = "\n".join(shown_lines(self._before))
            yield TextArea(before, id="note-text", show_line_numbers=False, compact=True)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    @property
    def written(self) -> str:
        """What stands there now."""
        return self.query_one(TextArea).text

    def action_keep(self, as_knowledge: bool) -> None:
        self.dismiss(WrittenNote(self.written, as_knowledge))

    def action_close(self) -> None:
        self.dismiss(None)
