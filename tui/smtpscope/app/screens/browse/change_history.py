"""The undo history: one key undoes the last change of any kind: filter, marks or notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from msgspec import Struct
from textual.binding import BindingType

from smtpscope.app.screens.browse.browse_state import BrowsePage
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.harmless import shown


class Change(Struct, frozen=True):
    """`what` names it, as in "filter"; `undo` reverts it, `redo` applies it again."""

    what: str
    undo: Callable[[], None]
    redo: Callable[[], None]


class ChangeHistory:
    """The changes of this run, latest last. `changed` is called after each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        part_binding("history", "u", "undo", "Undo", id="browse.undo"),
        part_binding("history", "U", "redo", "Redo", show=False, id="browse.redo"),
    ]

    def __init__(self, page: BrowsePage, changed: Callable[[], None]) -> None:
        self._page = page
        self._changed = changed
        self._done: list[Change] = []
        self._undone: list[Change] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to undo."""
        return bool(self._done)

    def add(self, change: Change) -> None:
        """Adds a change that has been made; clears the redo history."""
        self._done.append(change)
        self._undone.clear()
        self._changed()

    def undo(self) -> None:
        """Undoes the last change."""
        if not self._done:
            self._page.say("Nothing to undo")
            return
        change = self._done.pop()
        self._undone.append(change)
        change.undo()
        self._changed()
        self._page.say(shown(f"Undone: {change.what}"))

    def redo(self) -> None:
        """Redoes the last undone change."""
        if not self._undone:
            self._page.say("Nothing to redo")
            return
        change = self._undone.pop()
        self._done.append(change)
        change.redo()
        self._changed()
        self._page.say(shown(f"Redone: {change.what}"))
