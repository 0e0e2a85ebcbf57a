"""The terms of the current filter as chips, while nobody is typing; a click removes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from smtpscope.harmless import shown
from smtpscope.store.filter.filter_editing import Chip


class FilterChips(Widget, can_focus=False):
    """Draws `chips` side by side. A click on a chip's cross posts `Removed`, a click elsewhere `EditWanted`."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FilterChips { width: 1fr; height: 1; background: $surface; }
    """

    chips: reactive[tuple[Chip, ...]] = reactive(())

    @dataclass
    class Removed(Message):
        """The user wants the filter without this term."""

        chip: Chip

    @dataclass
    class EditWanted(Message):
        """The user wants to type."""

    def show_chips(self, chips: Sequence[Chip]) -> None:
        self.chips = tuple(chips)

    def _places(self) -> list[tuple[Chip, int, str]]:
        """Each chip with its start column and its text including the cross."""
        places = []
        column = 0
        for chip in self.chips:
            label = f" {shown(chip.text)} x "
            places.append((chip, column, label))
            column += Content(label).cell_length + 1
        return places

    def render(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        for chip, _column, label in self._places():
            parts += [(label, "$text on $error-muted" if chip.excluded else "$text on $primary-muted"), " "]
        return Content.assemble(*parts).truncate(max(1, self.size.width), ellipsis=True)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        for chip, column, label in self._places():
            end = column + Content(label).cell_length
            if end - 3 <= event.x < end:
                self.post_message(self.Removed(chip))
                return
        self.post_message(self.EditWanted())
