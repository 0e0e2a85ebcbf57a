"""The filter of the browse screen: typed, or changed by single keys."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.binding import BindingType

from smtpscope.app.query_queue import QueryQueue, StoreQuery
from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState, Selection
from smtpscope.app.screens.browse.change_history import Change, ChangeHistory
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.app.widgets.table.group_outline import OutlineEntry
from smtpscope.store.filter.filter_editing import add_term, term_of

if TYPE_CHECKING:
    from smtpscope.store.filter.suggestions import Completion

_FIRST_LINE = ("none",)
"""A key that no row has, so the cursor goes to the first row."""


class FilterLine(Protocol):
    """The line that shows the filter and is edited."""

    pending_code: str

    def show_filter(self, filter_text: str) -> None: ...

    def show_completions(self, found: Sequence[Completion], line: str) -> None: ...

    def edit(self, history: tuple[str, ...] = ()) -> None: ...


class ViewRefresher(Protocol):
    """Applies the filter."""

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
        queries: QueryQueue,
        line: FilterLine,
        views: ViewRefresher,
    ) -> None:
        self._state = state
        self._page = page
        self._selection = selection
        self._history = history
        self._queries = queries
        self._line = line
        self._views = views
        self._undo_mark = ""
        self._remembered = ""
        self._digits = ""

    def set(self, text: str, *, undoable: bool = True, wanted: Hashable = None) -> None:
        """Applies another filter; moves the cursor to the row with the key `wanted`, if there is one."""
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

    def said_changed(self) -> None:
        """Marks or notes have changed: a filter that asks for them lets other events through now."""
        if any(word in self._state.filter_text.lower() for word in ("marked:", "noted:")):
            self._views.refresh()

    # Typing

    def edit(self) -> None:
        """Moves the cursor to the filter line."""
        self._set_digits("")
        self._undo_mark = self._state.filter_text
        self._state.cursor_before_typing = self._selection.key or _FIRST_LINE
        # The current filter is already in the line: the first key press must bring another one.
        history = self._state.analysis.user_data.filters()
        self._line.edit(tuple(each for each in history if each != self._state.filter_text))

    def typed(self, text: str, line: str, cursor: int) -> None:
        """The line holds `text` now (`line` with its last spaces), and may go on changing at `cursor`."""
        self._state.filter_text = text
        self._views.refresh()
        analysis = self._state.analysis

        def ask() -> list[Completion]:
            return analysis.questions.completions(line, cursor)

        self._queries.submit("completion", StoreQuery(ask, lambda found: self._line.show_completions(found, line)))

    def keep(self, text: str) -> None:
        """The user is done; the part of `text` that parses is applied."""
        if self._state.filter_text != self._undo_mark:
            self._changed(self._undo_mark, self._state.filter_text)
        if self._state.view is not None and self._state.filter_text != text:
            self._line.show_filter(self._state.filter_text)
        self._state.cursor_before_typing = None
        if self._state.view is not None and not self._state.view.count:
            # What helps out of an empty table is another key now.
            self._views.refresh()
        self.remember()

    def abandon(self, text: str) -> None:
        """The user cancelled; `text` was the filter before."""
        self.set(text, undoable=False)
        self._state.cursor_before_typing = None

    def remember(self) -> None:
        """Saves the current filter in the history; intermediate states while typing are not saved."""
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
            # Three digits that are not a reply code would be searched for as text, which nobody means by this key.
            self._page.say("Reply codes start with 2, 3, 4 or 5")
            return
        self._set_digits(self._digits + digit)
        if len(self._digits) == 3:
            code = self._digits
            self._set_digits("")
            first = (self._state.grouping, ("code", int(code)))
            self.set(add_term(self._state.filter_text, "code", code, replace=True), wanted=first)

    def give_up_digits(self) -> bool:
        """Discards the digits typed so far; False if there were none."""
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
        """The filter field and value of a row."""
        if entry.row is not None:
            return term_of(self._state.analysis.store.exchange(entry.row))
        assert self._state.view is not None
        tree = self._state.view.tree
        return tree.levels[entry.level].dimension.term(tree.group(entry.level, entry.index))
