"""What is on the screen and not in memory: the groups and events of a set, fetched when their lines are drawn."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from smtpscope.app.query_queue import QueryQueue, StoreQuery
from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState
from smtpscope.app.widgets.table.group_outline import GroupOutline, OutlineEntry, first_groups
from smtpscope.app.widgets.table.group_table import GroupTable
from smtpscope.session import View
from smtpscope.store.grouping.group_tree import TreePart

_AHEAD = 80
_MANY_EVENTS = 100_000
_SECONDS = 0.01
"""Until all lines of a page are drawn."""


class PageFiller:
    """Fetches what the lines of `table` lack, and calls `show_rows` when it is there."""

    def __init__(
        self,
        state: BrowseState,
        page: BrowsePage,
        queries: QueryQueue,
        table: GroupTable,
        show_rows: Callable[[], None],
    ) -> None:
        self._state = state
        self._page = page
        self._queries = queries
        self._table = table
        self._show_rows = show_rows
        self._unfilled: set[OutlineEntry] = set()

    @property
    def waits(self) -> bool:
        """Whether lines are about to be filled."""
        return bool(self._unfilled)

    def load_page(self, view: View, opened: dict[Hashable, bool], bins: int, header_bins: int) -> None:
        """Loads the first page of `view`, the events of the groups that are open and the activity in the header, which
        has `header_bins` parts; for the thread of queries.

        Activity of groups, which has `bins` parts, is left to the drawing of the lines if it is not in memory.
        """
        analysis, last = self._state.analysis, len(view.tree.levels) - 1
        if analysis.logs is not None:
            for level, index in first_groups(view.tree, view.order, _AHEAD):
                view.tree.group(level, index)
                view.tree.sparkline(level, index, bins)
            return
        outline = GroupOutline(view.tree, view.order, opened, self._table.page)
        for index in outline.open_groups() if last >= 0 else [-1]:
            analysis.load(TreePart(view.tree, last, index), 0, _AHEAD)
        places = [outline.place(line) for line in range(min(len(outline), self._table.page))]
        for level in range(last + 1):
            first = [place.index for place in places if place.level == level and place.row is None]
            if first:
                view.tree.prepare(level, 0, first)
        # Kept, so that it is there when the view is shown.
        analysis.questions.activity(header_bins)

    def when_loaded(self, entry: OutlineEntry, then: Callable[[], None]) -> None:
        """Calls `then` once the events of the group `entry` are in memory; at once where all are."""
        analysis, view = self._state.analysis, self._state.view
        if analysis.logs is not None or view is None:
            then()
            return
        part = TreePart(view.tree, entry.level, entry.index)
        if len(part) > _MANY_EVENTS:
            self._page.say(f"Loading {len(part):,} events")

        def loaded(_: None) -> None:
            if self._state.view is view:
                then()

        self._queries.submit("events", StoreQuery(lambda: analysis.load(part, 0, _AHEAD), loaded))

    def missing(self, place: OutlineEntry) -> None:
        """A line was drawn without what is not in memory: all such lines of a page are filled together."""
        if not self._unfilled:
            self._page.later(_SECONDS, self._fill)
        self._unfilled.add(place)

    def _fill(self) -> None:
        analysis, view, bins = self._state.analysis, self._state.view, self._table.activity_width
        places, self._unfilled = self._unfilled, set()
        if view is None or not places:
            return
        events: dict[tuple[int, int], list[int]] = {}
        groups: dict[int, list[int]] = {}
        for place in places:
            if place.row is None:
                groups.setdefault(place.level, []).append(place.index)
            else:
                position = view.tree.position(place.level, place.index, place.row)
                events.setdefault((place.level, place.index), []).append(position or 0)

        def ask() -> None:
            for level, indices in groups.items():
                view.tree.prepare(level, view.tree.bins_at_once(bins), sorted(indices))
            for (level, index), positions in events.items():
                first = min(positions)
                analysis.load(TreePart(view.tree, level, index), first, max(positions) - first + _AHEAD)

        def filled(_: None) -> None:
            if self._state.view is view:
                self._show_rows()

        self._queries.submit("fill", StoreQuery(ask, filled))
