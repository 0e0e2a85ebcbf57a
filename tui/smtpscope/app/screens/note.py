"""Notes on an incident: one for this log, and our note on refusals like it, in every log."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import text
from smtpscope.harmless import Shown, shown_lines


class WrittenNotes(Struct, frozen=True):
    """`note` belongs to the incident in this log, `our_note` to all refusals like it; "" if there is none."""

    note: str
    our_note: str


class UnkeptNotes(Struct, frozen=True):
    """The text when the user left without saving it."""

    written: WrittenNotes


class NoteScreen(ModalScreen[WrittenNotes | UnkeptNotes | None]):
    """Returns the written notes, None if nothing was written. `about` names the incident, `before` are its notes.

    `draft` is unsaved text from before. With `ours_first`, the cursor starts in our note.
    """

    CSS_PATH = "note.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "keep", "Save", id="note.keep"),
        Binding("f3", "make_ours", "Save as our note", id="note.knowledge"),
        Binding("f8", "remove_ours", "Delete our note", id="note.remove"),
        Binding("escape", "close", "Close", id="note.close", priority=True),
    ]

    def __init__(
        self, about: Shown, before: WrittenNotes, draft: WrittenNotes | None = None, *, ours_first: bool = False
    ) -> None:
        super().__init__()
        self._about = about
        self._before = before
        self._draft = before if draft is None else draft
        self._ours_first = ours_first

    def compose(self) -> ComposeResult:
        with Vertical(id="note"):
            yield Static(text(self._about, "bold"), id="note-about")
            yield Static(text("This incident in this log:"), classes="note-label")
            yield _area(self._draft.note, "note-text")
            yield Static(text("Our note on refusals like this, in every log (Tab):"), classes="note-label")
            yield _area(self._draft.our_note, "our-note-text")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._area("our-note-text" if self._ours_first else "note-text").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "remove_ours" or bool(self._before.our_note)

    def _area(self, name: str) -> TextArea:
        return self.query_one(f"#{name}", TextArea)

    @property
    def written(self) -> str:
        """The current text on the incident in this log."""
        return self._area("note-text").text

    @property
    def our_note(self) -> str:
        """The current text for every log."""
        return self._area("our-note-text").text

    def action_keep(self) -> None:
        self.dismiss(WrittenNotes(self.written, self.our_note))

    def action_make_ours(self) -> None:
        """Moves the note on the incident to the end of our note."""
        parts = (part.strip() for part in (self.our_note, self.written))
        self.dismiss(WrittenNotes("", "\n\n".join(filter(None, parts))))

    def action_remove_ours(self) -> None:
        self.dismiss(WrittenNotes(self.written, ""))

    def action_close(self) -> None:
        # Notes are drawn harmless, so compare them as drawn to see whether they were edited.
        untouched = all(
            now == "\n".join(shown_lines(before))
            for now, before in ((self.written, self._before.note), (self.our_note, self._before.our_note))
        )
        self.dismiss(None if untouched else UnkeptNotes(WrittenNotes(self.written, self.our_note)))


def _area(before: str, name: str) -> TextArea:
    # Tab moves to the other note.
    return TextArea(
        "\n".join(shown_lines(before)), id=name, show_line_numbers=False, compact=True, tab_behavior="focus"
    )
