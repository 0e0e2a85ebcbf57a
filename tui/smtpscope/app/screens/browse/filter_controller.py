"""The filter of the browse screen: typed, undone, and changed by single keys."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from textual.binding import Binding, BindingType

from smtpscope.app.screens.browse.browse_state import BrowseState
from smtpscope.app.widgets.filter_bar import FilterBar
from smtpscope.app.widgets.table.group_outline import OutlineEntry
from smtpscope.configuration.settings import Settings
from smtpscope.session import Analysis
from smtpscope.store.filter.filter_editing import add_term, term_of

_FIRST_LINE = ("none",)
"""A key that no line has, so the cursor goes to the first one."""


class Filtering(BrowseState):
    """What stands in the filter's line is in force as soon as it can be understood."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="browse.filter"),
        *(
            Binding(
                str(digit), f"code_digit('{digit}')", "Reply code", show=digit == 5, key_display="245", id="browse.code"
            )
            for digit in range(10)
        ),
        Binding("equals_sign", "only_this", "Only this", key_display="=", id="browse.only"),
        Binding("minus", "hide_this", "Hide this", key_display="-", id="browse.hide"),
        Binding("u", "undo", "Undo filter", id="browse.undo"),
        Binding("U", "redo", "Redo filter", show=False, id="browse.redo"),
        Binding("x", "clear_filter", "No filter", id="browse.clear"),
    ]

    def __init__(self, analysis: Analysis, settings: Settings | None, filter_text: str) -> None:
        super().__init__(analysis, settings, filter_text)
        self._undo: list[str] = []
        self._redo: list[str] = []
        self._undo_mark = ""
        self._remembered = ""
        self._digits = ""

    def set_filter(self, text: str, *, remember: bool = True, wanted: Hashable = None) -> None:
        """Puts another filter in force; the one before can be had back with undo. `wanted`: see `refresh_view`."""
        self._set_digits("")
        if remember and text != self.filter_text:
            self._undo.append(self.filter_text)
            self._redo.clear()
        self.filter_text = text
        self.filter_bar.show_filter(text)
        self.refresh_view(wanted=wanted)

    def action_filter(self) -> None:
        self._set_digits("")
        self._undo_mark = self.filter_text
        place = self.place()
        self._cursor_before_typing = _FIRST_LINE if place is None or self.outline is None else self.outline.key(place)
        # The filter in force stands in the line already: the first press of the key must bring another one.
        self.filter_bar.edit(tuple(each for each in self.analysis.user_data.filters() if each != self.filter_text))

    def on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        self.filter_text = message.text
        self.refresh_view()

    def on_filter_bar_kept(self, message: FilterBar.Kept) -> None:
        if self.filter_text != self._undo_mark:
            self._undo.append(self._undo_mark)
            self._redo.clear()
        if self.view is not None and self.filter_text != message.text:
            self.filter_bar.show_filter(self.filter_text)
        self._cursor_before_typing = None
        self.remember_filter()
        self.table.focus()

    def remember_filter(self) -> None:
        """What was in force can be had back in a later run; what was only typed on the way there is not kept."""
        if self._cursor_before_typing is not None or self.view is None or self.filter_text != self.view.filter_text:
            return
        if self.filter_text and self.filter_text != self._remembered:
            self._remembered = self.filter_text
            self.analysis.user_data.remember_filter(self.filter_text)

    def on_filter_bar_abandoned(self, message: FilterBar.Abandoned) -> None:
        self.set_filter(message.text, remember=False)
        self._cursor_before_typing = None
        self.table.focus()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self.set_filter(message.text)

    def on_filter_bar_edit_wanted(self, message: FilterBar.EditWanted) -> None:
        self.action_filter()

    def action_undo(self) -> None:
        if self._undo:
            self._redo.append(self.filter_text)
            self.set_filter(self._undo.pop(), remember=False)

    def action_redo(self) -> None:
        if self._redo:
            self._undo.append(self.filter_text)
            self.set_filter(self._redo.pop(), remember=False)

    def action_clear_filter(self) -> None:
        if self.filter_text:
            self.set_filter("")

    def action_code_digit(self, digit: str) -> None:
        if not self._digits and digit not in "2345":
            # Three digits that are no reply code would be looked for as a text, which nobody means by this key.
            self.notify("A reply code begins with 2, 3, 4 or 5", markup=False, timeout=3)
            return
        self._set_digits(self._digits + digit)
        if len(self._digits) == 3:
            code = self._digits
            self._set_digits("")
            first = (self.grouping, ("code", int(code)))
            self.set_filter(add_term(self.filter_text, "code", code, replace=True), wanted=first)

    def _set_digits(self, digits: str) -> None:
        self._digits = digits
        self.filter_bar.pending_code = digits

    def action_only_this(self) -> None:
        self._add_term(exclude=False)

    def action_hide_this(self) -> None:
        self._add_term(exclude=True)

    def _add_term(self, *, exclude: bool) -> None:
        place = self.place()
        if place is None or self.view is None:
            return
        field, value = self._value_at(place)
        self.set_filter(add_term(self.filter_text, field, value, exclude=exclude))

    def _value_at(self, place: OutlineEntry) -> tuple[str, str]:
        """The filter field and value that the line under the cursor stands for."""
        if place.row is not None:
            return term_of(self.analysis.store.exchange(place.row))
        assert self.view is not None
        tree = self.view.tree
        return tree.levels[place.level].dimension.term(tree.group(place.level, place.index))

    def give_up_digits(self) -> bool:
        """Forgets the digits of a reply code that was begun; False when there were none."""
        begun = bool(self._digits)
        self._set_digits("")
        return begun
