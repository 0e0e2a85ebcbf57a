"""Walking through the table of the browse screen: open, close, next incident, next event, grouping and order."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from textual.binding import Binding, BindingType

from smtpscope.app.query_queue import Query
from smtpscope.app.row_details import detail_of
from smtpscope.app.screens.browse.browse_state import BrowseState
from smtpscope.app.widgets.table.group_outline import OutlineEntry
from smtpscope.app.widgets.table.group_table import GroupTable
from smtpscope.app.widgets.texts.detail_pane import Detail
from smtpscope.store.grouping.dimensions import DIMENSIONS
from smtpscope.store.grouping.groups import SORT_COLUMNS, SortColumn

_SORT_OF_COLUMN: dict[str, SortColumn] = {
    "name": "code",
    "cause": "cause",
    "count": "count",
    "first": "first",
    "last": "last",
    "state": "attention",
    "who": "attention",
}


class WalkingLines(BrowseState):
    """The table says what the user did with a line; the detail of the line is asked for here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "grouping(1)", "Grouping", id="browse.grouping"),
        Binding("O", "grouping(-1)", "Grouping back", show=False, id="browse.grouping_back"),
        Binding("s", "sort", "Sort", id="browse.sort"),
        Binding("S", "reverse", "Reverse", show=False, id="browse.reverse"),
        Binding("n", "incident(1)", "Next incident", show=False, id="browse.next_incident"),
        Binding("N", "incident(-1)", "Incident before", show=False, id="browse.incident_before"),
        Binding("right_square_bracket", "event(1)", "Next event", key_display="]", show=False, id="browse.next_event"),
        Binding(
            "left_square_bracket", "event(-1)", "Event before", key_display="[", show=False, id="browse.event_before"
        ),
    ]

    def on_group_table_moved(self, message: GroupTable.Moved) -> None:
        place = self.place()
        if place is None or self.view is None or self.outline is None:
            return
        key = self.outline.key(place)
        if key == self._detail_for:
            return
        self._detail_for = key
        analysis, view = self.analysis, self.view
        self._queries.submit("detail", Query(lambda: detail_of(analysis, view, place), self._show_detail))

    def show_detail_again(self) -> None:
        self._detail_for = None
        self.on_group_table_moved(GroupTable.Moved(self.table.cursor))

    def _show_detail(self, detail: Detail) -> None:
        self.detail.detail = detail

    def on_group_table_chosen(self, message: GroupTable.Chosen) -> None:
        place = self.place()
        if place is None or self.outline is None:
            return
        if place.row is not None:
            self.action_pane(1)
        else:
            self._set_open(place, not self.outline.is_open(place.level, place.index))

    def on_group_table_open_wanted(self, message: GroupTable.OpenWanted) -> None:
        place = self.place()
        if place is None or self.outline is None or place.row is not None:
            return
        if self.outline.is_open(place.level, place.index):
            self.table.action_move(1)
        else:
            self._set_open(place, True)

    def on_group_table_close_wanted(self, message: GroupTable.CloseWanted) -> None:
        place = self.place()
        if place is None or self.outline is None:
            return
        if place.row is None and self.outline.is_open(place.level, place.index):
            self._set_open(place, False)
        elif (parent := self.outline.parent(place)) is not None:
            line = self.outline.line_of(parent)
            if line is not None:
                self.table.cursor = line

    def _set_open(self, place: OutlineEntry, opened: bool) -> None:
        assert self.outline is not None
        self.outline.set_open(place, opened)
        self.show_rows()

    def on_group_table_sort_wanted(self, message: GroupTable.SortWanted) -> None:
        sort = _SORT_OF_COLUMN.get(message.column)
        if sort is not None:
            self.descending = not self.descending if sort == self.sort else sort in ("count", "last")
            self.sort = sort
            self.refresh_view()

    def _go_to(self, place: OutlineEntry | None) -> None:
        if place is None or self.outline is None:
            return
        self.outline.open_to(place)
        self.show_rows()
        line = self.outline.line_of(place)
        if line is not None:
            self.table.put_cursor(line)

    def action_incident(self, by: int) -> None:
        place = self.place()
        if self.outline is None or place is None or place.level < 0:
            return
        self._go_to(self.outline.group_after(place, by))

    def action_event(self, by: int) -> None:
        place = self.place()
        if self.outline is None or place is None or self.view is None:
            return
        if place.level < 0:
            self.table.action_move(by)
            return
        tree = self.view.tree
        last = len(tree.levels) - 1
        index = place.index if place.level == last else int(tree.levels[0].first_child[place.index])
        rows = tree.rows(last, index)
        if place.row is None:
            self._go_to(OutlineEntry(last, index, int(rows[0 if by > 0 else -1])))
        else:
            position = int(np.flatnonzero(rows == place.row)[0]) + by
            if 0 <= position < len(rows):
                self._go_to(OutlineEntry(last, index, int(rows[position])))

    # Grouping and order

    def action_grouping(self, by: int) -> None:
        self.grouping = DIMENSIONS.after(self.grouping, by)
        self.notify(f"Grouped by {self.grouping}", markup=False, timeout=2)
        self.refresh_view()

    def action_sort(self) -> None:
        self.sort = SORT_COLUMNS[(SORT_COLUMNS.index(self.sort) + 1) % len(SORT_COLUMNS)]
        self.descending = self.sort in ("count", "last")
        self.notify(f"Sorted by {self.sort}", markup=False, timeout=2)
        self.refresh_view()

    def action_reverse(self) -> None:
        self.descending = not self.descending
        self.notify(f"Sorted by {self.sort}, the other way round", markup=False, timeout=2)
        self.refresh_view()
