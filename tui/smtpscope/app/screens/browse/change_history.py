"""What the user changed, so that one key takes back the last change, whatever it was: filter, marks or notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType

from smtpscope.app.screens.browse.browse_state import BrowsePage
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.harmless import shown


@dataclass(frozen=True, slots=True)
class Change:
    """`what` names it, as in "filter"; `undo` takes it back, `redo` does it again."""

    what: str
    undo: Callable[[], None]
    redo: Callable[[], None]


class ChangeHistory:
    """The changes of this run, the last one on top."""

    BINDINGS: ClassVar[list[BindingType]] = [
        part_binding("history", "u", "undo", "Undo", id="browse.undo"),
        part_binding("history", "U", "redo", "Redo", show=False, id="browse.redo"),
    ]

    def __init__(self, page: BrowsePage) -> None:
        self._page = page
        self._done: list[Change] = []
        self._undone: list[Change] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to take back."""
        return bool(self._done)

    def add(self, change: Change) -> None:
        """`change` has been made; what was taken back before can't be done again."""
        self._done.append(change)
        self._undone.clear()

    def undo(self) -> None:
        """Takes the last change back."""
        if not self._done:
            self._page.say("Nothing to undo")
            return
        change = self._done.pop()
        self._undone.append(change)
        change.undo()
        self._page.say(shown(f"Undone: {change.what}"))

    def redo(self) -> None:
        """Makes the change again that was taken back last."""
        if not self._undone:
            self._page.say("Nothing to redo")
            return
        change = self._undone.pop()
        self._done.append(change)
        change.redo()
        self._page.say(shown(f"Redone: {change.what}"))
