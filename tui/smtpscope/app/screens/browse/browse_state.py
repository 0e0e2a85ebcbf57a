"""What all parts of the browse screen share: the session, the view in force, and where the cursor stands."""

from __future__ import annotations

from collections.abc import Hashable

from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from smtpscope.app.query_queue import QueryQueue
from smtpscope.app.widgets.filter_bar import FilterBar
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.table.group_outline import GroupOutline, OutlineEntry
from smtpscope.app.widgets.table.group_table import GroupTable
from smtpscope.app.widgets.texts.detail_pane import DetailPane
from smtpscope.configuration.settings import Settings
from smtpscope.session import Analysis, LoadedBatch, View
from smtpscope.store.grouping.groups import Grouping, SortColumn


class BrowseState(Screen[None]):
    """The parts of the screen are classes on top of this one; none of them knows another."""

    def __init__(self, analysis: Analysis, settings: Settings | None, filter_text: str) -> None:
        super().__init__()
        self.analysis = analysis
        self.settings = Settings() if settings is None else settings
        self.view: View | None = None
        self.outline: GroupOutline | None = None
        self.filter_text = filter_text
        self.grouping: Grouping = self.settings.grouping
        self.sort: SortColumn = self.settings.sort
        self.descending = self.sort in ("count", "last")
        self.read_all = False
        self.following = False
        self.loading_worker: Worker[None] | None = None
        self._queries = QueryQueue(self._add_waiting, lambda: self.is_alive)
        self._arrived: list[LoadedBatch] = []
        self._cursor_before_typing: Hashable = None
        self._refresh_timer: Timer | None = None
        self._detail_for: Hashable = None

    @property
    def table(self) -> GroupTable:
        return self.query_one(GroupTable)

    @property
    def filter_bar(self) -> FilterBar:
        return self.query_one(FilterBar)

    @property
    def detail(self) -> DetailPane:
        return self.query_one(DetailPane)

    def place(self) -> OutlineEntry | None:
        """What the cursor stands on."""
        if self.outline is None or not 0 <= self.table.cursor < len(self.outline):
            return None
        return self.outline.place(self.table.cursor)

    def rows_here(self) -> tuple[View, OutlineEntry] | None:
        """The view in force and what the cursor stands on."""
        place = self.place()
        return None if place is None or self.view is None else (self.view, place)

    def row_here(self) -> int | None:
        """The event under the cursor, or the sample of the group there."""
        here = self.rows_here()
        if here is None:
            return None
        view, place = here
        if place.row is not None:
            return place.row
        details = self.analysis.incidents(view.tree.rows(place.level, place.index), most=1)
        return details[0].incident.sample_row if details else None

    @property
    def is_alive(self) -> bool:
        """Whether the screen still has its widgets; what was begun before the user quit may end after them."""
        return len(self.query(KeyFooter)) > 0

    @property
    def shows_all(self) -> bool:
        """Whether all that was read so far is in view."""
        return self.view is not None and self.view.total == self.analysis.events and not self._arrived

    def refresh_view(self, *, wanted: Hashable = None) -> None:
        """Asks for the view anew; the cursor stays on its line, or goes to the one with the key `wanted`."""
        raise NotImplementedError

    def set_filter(self, text: str, *, remember: bool = True, wanted: Hashable = None) -> None:
        """Puts another filter in force; the one before can be had back with undo. `wanted`: see `refresh_view`."""
        raise NotImplementedError

    def show_rows(self) -> None:
        """Which groups are open, or what is marked, has changed."""
        raise NotImplementedError

    def show_detail_again(self) -> None:
        """What the detail shows has changed."""
        raise NotImplementedError

    def action_pane(self, by: int) -> None:
        raise NotImplementedError

    def _show_header(self) -> None:
        raise NotImplementedError

    def _add_waiting(self) -> None:
        """No question runs: what was read meanwhile may be added."""
        raise NotImplementedError
