"""Moving through the table: open, close, next incident, next event, grouping and order."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from textual.binding import BindingType

from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState, Selection
from smtpscope.app.screens.browse.filter_controller import ViewRefresher
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.app.widgets.table.group_outline import OutlineEntry
from smtpscope.app.widgets.table.table_line import ColumnName
from smtpscope.store.grouping.dimensions import DIMENSIONS, Grouping
from smtpscope.store.grouping.group_tree import TreeOfGroups
from smtpscope.store.grouping.groups import SORT_COLUMNS, SortColumn

_SORT_OF_COLUMN: dict[str, SortColumn] = {
    "cause": "cause",
    "count": "count",
    "first": "first",
    "last": "last",
    "state": "attention",
    "who": "attention",
}
_SORT_OF_GROUPING: dict[str, SortColumn] = {"code": "code", "cause": "cause"}


class TableLines(Protocol):
    """The table whose cursor is moved."""

    cursor: int

    def action_move(self, by: int) -> None: ...

    def put_cursor(self, index: int) -> None: ...


class RowsOwner(ViewRefresher, Protocol):
    """Draws the rows and queries views."""

    def show_rows(self) -> None: ...

    def when_loaded(self, entry: OutlineEntry, then: Callable[[], None]) -> None: ...


class TableNavigation:
    """Owns which groups are open, the grouping and the order."""

    BINDINGS: ClassVar[list[BindingType]] = [
        part_binding("table", "o", "choose_grouping", "Grouping", id="browse.grouping"),
        part_binding("table", "O", "previous_grouping", "Previous grouping", show=False, id="browse.grouping_back"),
        part_binding("table", "W", "choose_columns", "Columns", show=False, id="browse.columns"),
        part_binding("table", "s", "change_sort", "Sort", id="browse.sort"),
        part_binding("table", "S", "reverse", "Reverse order", show=False, id="browse.reverse"),
        part_binding("table", "n", "go_to_incident(1)", "Next incident", show=False, id="browse.next_incident"),
        part_binding("table", "N", "go_to_incident(-1)", "Previous incident", show=False, id="browse.incident_before"),
        part_binding(
            "table",
            "right_square_bracket",
            "go_to_event(1)",
            "Next event",
            key_display="]",
            show=False,
            id="browse.next_event",
        ),
        part_binding(
            "table",
            "left_square_bracket",
            "go_to_event(-1)",
            "Previous event",
            key_display="[",
            show=False,
            id="browse.event_before",
        ),
    ]

    def __init__(
        self, state: BrowseState, page: BrowsePage, selection: Selection, table: TableLines, views: RowsOwner
    ) -> None:
        self._state = state
        self._page = page
        self._selection = selection
        self._table = table
        self._views = views
        self._grouping_before: Grouping | None = None

    # Open and close

    def choose(self) -> bool:
        """Opens or closes the group under the cursor; True on an event, which can't be opened."""
        entry, outline = self._selection.entry, self._state.outline
        if entry is None or outline is None:
            return False
        if entry.row is None:
            self._set_open(entry, not outline.is_open(entry.level, entry.index))
        return entry.row is not None

    def open(self) -> None:
        """Opens the group under the cursor, or enters it if it is already open."""
        entry, outline = self._selection.entry, self._state.outline
        if entry is None or outline is None or entry.row is not None:
            return
        if outline.is_open(entry.level, entry.index):
            self._table.action_move(1)
        else:
            self._set_open(entry, True)

    def close(self) -> None:
        """Closes the group under the cursor, or moves to the enclosing one."""
        entry, outline = self._selection.entry, self._state.outline
        if entry is None or outline is None:
            return
        if entry.row is None and outline.is_open(entry.level, entry.index):
            self._set_open(entry, False)
        elif (parent := outline.parent(entry)) is not None:
            line = outline.line_of(parent)
            if line is not None:
                self._table.cursor = line

    def _set_open(self, entry: OutlineEntry, opened: bool) -> None:
        outline = self._state.outline
        assert outline is not None

        def change() -> None:
            outline.set_open(entry, opened)
            self._views.show_rows()

        if opened and entry.level == len(outline.tree.levels) - 1:
            self._views.when_loaded(entry, change)
        else:
            change()

    # Moving

    def _go_to(self, entry: OutlineEntry | None) -> None:
        outline = self._state.outline
        if entry is None or outline is None:
            return
        outline.open_to(entry)
        self._views.show_rows()
        line = outline.line_of(entry)
        if line is not None:
            self._table.put_cursor(line)

    def go_to_incident(self, by: int) -> None:
        entry, outline = self._selection.entry, self._state.outline
        if outline is not None and entry is not None and entry.level >= 0:
            self._go_to(outline.group_after(entry, by))

    def go_to_event(self, by: int) -> None:
        here = self._selection.in_view
        if here is None:
            return
        view, entry = here
        if entry.level < 0:
            self._table.action_move(by)
            return
        tree = view.tree
        last = len(tree.levels) - 1
        index = entry.index if entry.level == last else int(tree.levels[0].first_child[entry.index])
        here_or_group = OutlineEntry(last, index, entry.row)
        self._views.when_loaded(OutlineEntry(last, index), lambda: self._go_on(tree, here_or_group, by))

    def _go_on(self, tree: TreeOfGroups, entry: OutlineEntry, by: int) -> None:
        """From `entry`, an event or the group of one, to the next event of the group."""
        last, index = entry.level, entry.index
        number = int(tree.levels[last].count[index])
        if entry.row is None:
            self._go_to(OutlineEntry(last, index, tree.event(last, index, 0 if by > 0 else number - 1)))
        else:
            position = tree.position(last, index, entry.row)
            if position is not None and 0 <= position + by < number:
                self._go_to(OutlineEntry(last, index, tree.event(last, index, position + by)))

    # Columns, grouping and order

    def choose_columns(self) -> None:
        from smtpscope.app.screens.table.columns_screen import ColumnsScreen

        self._page.open_screen(ColumnsScreen(self._state.left_out), self._columns_chosen)

    def _columns_chosen(self, left_out: frozenset[ColumnName] | None) -> None:
        if left_out is not None:
            self._state.left_out = left_out
            self._views.refresh()

    def choose_grouping(self) -> None:
        from smtpscope.app.screens.table.grouping_screen import GroupingScreen

        self._page.open_screen(GroupingScreen(self._state.grouping), self.group_by)

    def group_by(self, grouping: Grouping | None) -> None:
        """Groups the table by `grouping`, unless it is None."""
        state = self._state
        if grouping is None or grouping == state.grouping:
            return
        state.grouping, self._grouping_before = grouping, state.grouping
        self._page.say(f"Grouped by {DIMENSIONS.title(grouping)}")
        self._views.refresh()

    def previous_grouping(self) -> None:
        """Back to the grouping before this one; pressed again, to this one."""
        self.group_by(self._grouping_before or DIMENSIONS.after(self._state.grouping, 1))

    def change_sort(self) -> None:
        state = self._state
        state.sort = SORT_COLUMNS[(SORT_COLUMNS.index(state.sort) + 1) % len(SORT_COLUMNS)]
        state.descending = state.sort in ("count", "last")
        self._page.say(f"Sorted by {state.sort}")
        self._views.refresh()

    def sort_by_column(self, column: str) -> None:
        """A click on a heading: sorts by that column, or reverses the order if it is already sorted by it."""
        state = self._state
        # The first column is what the rows are grouped by; all but codes and causes are sorted alphabetically.
        sort = _SORT_OF_COLUMN.get(column) or _SORT_OF_GROUPING.get(state.grouping.partition(",")[0], "host")
        if column != "activity":
            state.descending = not state.descending if sort == state.sort else sort in ("count", "last")
            state.sort = sort
            self._views.refresh()

    def reverse(self) -> None:
        self._state.descending = not self._state.descending
        self._page.say(f"Sorted by {self._state.sort}, reversed")
        self._views.refresh()
