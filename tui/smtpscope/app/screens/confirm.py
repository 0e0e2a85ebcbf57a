"""A question with yes and no, where no is the safe answer."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from smtpscope.app.widgets.key_footer import KeyFooter


class ConfirmScreen(ModalScreen[bool]):
    """Answers True for `y` only, and only once all of the question is drawn. `question` is harmless text."""

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes"),
        Binding("n,escape,enter", "answer(False)", "No", id="confirm.no"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question
        self._drawn = False

    def compose(self) -> ComposeResult:
        with Vertical(id="confirm"):
            yield Static(Content(self._question), id="confirm-question")
            yield Static(Content("y: yes    n: no"))
        yield KeyFooter()

    def on_mount(self) -> None:
        self.call_after_refresh(self._note_drawn)

    def _note_drawn(self) -> None:
        self._drawn = True

    def action_answer(self, answer: bool) -> None:
        # Keys may be typed ahead: nobody agrees to what was not to be read yet.
        if answer and not self._drawn:
            return
        question = self.query("#confirm-question").first()
        visible = self.find_widget(question).visible_region
        if answer and (not visible or visible.size != question.outer_size):
            self.notify("To read the question, enlarge the terminal", severity="warning")
            return
        self.dismiss(answer)
