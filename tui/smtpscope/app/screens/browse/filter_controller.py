"""The filter of the browse screen: typed, and changed by single keys."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar, Protocol

from textual.binding import BindingType

from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState, Selection
from smtpscope.app.screens.browse.change_history import Change, ChangeHistory
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.app.widgets.table.group_outline import OutlineEntry
from smtpscope.store.filter.filter_editing import add_term, term_of

_FIRST_LINE = ("none",)
"""A key that no line has, so the cursor goes to the first one."""


class FilterLine(Protocol):
    """The line in which the filter is shown and typed."""

    pending_code: str

    def show_filter(self, filter_text: str) -> None: ...

    def edit(self, history: tuple[str, ...] = ()) -> None: ...


class ViewRefresher(Protocol):
    """Who puts the filter in force."""

    def refresh(self, *, wanted: Hashable = None) -> None: ...


class FilterController:
    """Owns the filter's text. The filter is applied as soon as it parses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        part_binding("filter", "slash", "edit", "Filter", id="browse.filter"),
        *(
            part_binding(
                "filter",
                str(digit),
                f"add_digit('{digit}')",
                "Reply code",
                show=digit == 5,
                key_display="0-9",
                id="browse.code",
            )
            for digit in range(10)
        ),
        part_binding("filter", "equals_sign", "only_this", "Only this", key_display="=", id="browse.only"),
        part_binding("filter", "minus", "hide_this", "Hide this", key_display="-", id="browse.hide"),
        part_binding("filter", "x", "clear", "Clear filter", id="browse.clear"),
    ]

    def __init__(
        self,
        state: BrowseState,
        page: BrowsePage,
        selection: Selection,
        history: ChangeHistory,
        line: FilterLine,
        views: ViewRefresher,
    ) -> None:
        self._state = state
        self._page = page
        self._selection = selection
        self._history = history
        self._line = line
        self._views = views
        self._undo_mark = ""
        self._remembered = ""
        self._digits = ""

    def set(self, text: str, *, undoable: bool = True, wanted: Hashable = None) -> None:
        """Applies another filter; the cursor goes to the line with the key `wanted` where there is one."""
        self._set_digits("")
        if undoable and text != self._state.filter_text:
            self._changed(self._state.filter_text, text)
        self._state.filter_text = text
        self._line.show_filter(text)
        self._views.refresh(wanted=wanted)

    def _changed(self, before: str, after: str) -> None:
        self._history.add(
            Change("filter", lambda: self.set(before, undoable=False), lambda: self.set(after, undoable=False))
        )

    # Typing

    def edit(self) -> None:
        """Puts the cursor into the filter's line."""
        self._set_digits("")
        self._undo_mark = self._state.filter_text
        self._state.cursor_before_typing = self._selection.key or _FIRST_LINE
        # The filter in force is in the line already: the first press of the key must bring another one.
        history = self._state.analysis.user_data.filters()
        self._line.edit(tuple(each for each in history if each != self._state.filter_text))

    def typed(self, text: str) -> None:
        """The line holds `text` now, and may go on changing."""
        self._state.filter_text = text
        self._views.refresh()

    def keep(self, text: str) -> None:
        """The user is done; the line held `text`, of which the part that parses stays."""
        if self._state.filter_text != self._undo_mark:
            self._changed(self._undo_mark, self._state.filter_text)
        if self._state.view is not None and self._state.filter_text != text:
            self._line.show_filter(self._state.filter_text)
        self._state.cursor_before_typing = None
        self.remember()

    def abandon(self, text: str) -> None:
        """The user gave up typing; `text` was in force before."""
        self.set(text, undoable=False)
        self._state.cursor_before_typing = None

    def remember(self) -> None:
        """Keeps the filter in force for later runs; what was only typed on the way there is not kept."""
        state = self._state
        if state.cursor_before_typing is not None or state.view is None or state.filter_text != state.view.filter_text:
            return
        if state.filter_text and state.filter_text != self._remembered:
            self._remembered = state.filter_text
            state.analysis.user_data.remember_filter(state.filter_text)

    # Single keys

    def clear(self) -> None:
        if self._state.filter_text:
            self.set("")

    def add_digit(self, digit: str) -> None:
        """One digit of a reply code; the third one filters."""
        if not self._digits and digit not in "2345":
            # Three digits that are no reply code would be looked for as a text, which nobody means by this key.
            self._page.say("Reply codes start with 2, 3, 4 or 5", timeout=3)
            return
        self._set_digits(self._digits + digit)
        if len(self._digits) == 3:
            code = self._digits
            self._set_digits("")
            first = (self._state.grouping, ("code", int(code)))
            self.set(add_term(self._state.filter_text, "code", code, replace=True), wanted=first)

    def give_up_digits(self) -> bool:
        """Forgets the digits of a reply code that was begun; False when there were none."""
        begun = bool(self._digits)
        self._set_digits("")
        return begun

    def _set_digits(self, digits: str) -> None:
        self._digits = digits
        self._line.pending_code = digits

    def only_this(self) -> None:
        self._add_term(exclude=False)

    def hide_this(self) -> None:
        self._add_term(exclude=True)

    def _add_term(self, *, exclude: bool) -> None:
        entry = self._selection.entry
        if entry is not None and self._state.view is not None:
            field, value = self._value_of(entry)
            self.set(add_term(self._state.filter_text, field, value, exclude=exclude))

    def _value_of(self, entry: OutlineEntry) -> tuple[str, str]:
        """The filter field and value that a line means."""
        if entry.row is not None:
            return term_of(self._state.analysis.store.exchange(entry.row))
        assert self._state.view is not None
        tree = self._state.view.tree
        return tree.levels[entry.level].dimension.term(tree.group(entry.level, entry.index))
