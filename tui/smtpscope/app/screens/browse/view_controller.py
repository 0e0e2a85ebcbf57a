"""The current view: queried off the UI thread, shown as rows, with the cursor kept in place."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from msgspec.structs import replace
from textual.timer import Timer

from smtpscope.app.positions import key_at, position_of
from smtpscope.app.query_queue import QueryQueue, StoreQuery
from smtpscope.app.row_details import detail_of
from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState, Selection
from smtpscope.app.screens.browse.look_ahead import LookAhead
from smtpscope.app.screens.browse.page_filler import PageFiller
from smtpscope.app.widgets.filter_bar import FilterBar
from smtpscope.app.widgets.log_header import LogHeader
from smtpscope.app.widgets.table.group_outline import GroupOutline, OutlineEntry
from smtpscope.app.widgets.table.group_rows import GroupRows
from smtpscope.app.widgets.table.group_table import GroupTable
from smtpscope.app.widgets.table.table_line import ColumnNeeds, Mark
from smtpscope.app.widgets.texts.detail_pane import Detail, DetailPane
from smtpscope.errors import FilterError
from smtpscope.harmless import shown
from smtpscope.session import View
from smtpscope.store.filter.filter_editing import terms
from smtpscope.store.grouping.dimensions import DIMENSIONS, Grouping
from smtpscope.store.grouping.groups import Group
from smtpscope.store.grouping.incident import IncidentKey
from smtpscope.store.times import format_time
from smtpscope.workspace.log_state import Position

_DESCRIBED_AHEAD = 80
_REFRESH_SECONDS = 0.3


class ViewController:
    """Owns the view, its rows, and the cursor's target in the next view.

    `shown` is called when a view has been shown; `can_undo` says whether the undo key would do anything.
    """

    def __init__(
        self,
        state: BrowseState,
        page: BrowsePage,
        queries: QueryQueue,
        selection: Selection,
        widgets: tuple[LogHeader, FilterBar, GroupTable, DetailPane],
        shown: Callable[[], None],
        can_undo: Callable[[], bool],
    ) -> None:
        self._state = state
        self._page = page
        self._queries = queries
        self._selection = selection
        self._header, self._filter_bar, self._table, self._detail = widgets
        self._shown = shown
        self._can_undo = can_undo
        self._filler = PageFiller(state, page, queries, self._table, self.show_rows)
        self._opened: dict[Grouping, dict[Hashable, bool]] = {}
        self._cursor_target: Hashable = None
        self._saved_position: Position | None = None
        self._refresh_timer: Timer | None = None
        self._look_ahead = LookAhead(state, page, queries)
        self._detail_for: Hashable = None
        self._check_key: str | None = None
        self._shown_after_reading = False

    @property
    def will_refresh(self) -> bool:
        """Whether a refresh is pending, or the filling of lines."""
        return self._refresh_timer is not None or self._filler.waits

    # The position in the table, for the next run

    @property
    def position(self) -> Position | None:
        """The row under the cursor, in values that survive a restart."""
        entry, outline = self._selection.entry, self._state.outline
        return None if entry is None or outline is None else position_of(self._state.analysis.store, outline, entry)

    @property
    def saved_position(self) -> Position | None:
        """The saved position, until everything is read and the cursor can go there."""
        return self._saved_position

    @saved_position.setter
    def saved_position(self, position: Position | None) -> None:
        self._saved_position = position

    # Asking

    def refresh(self, *, wanted: Hashable = None) -> None:
        """Queries the view again; the cursor stays on its row, or goes to the one with the key `wanted`."""
        state = self._state
        if self._refresh_timer is not None:
            self._refresh_timer.stop()
            self._refresh_timer = None
        if state.cursor_before_typing is not None:
            # Each key may bring another list; the final cursor must not depend on typing speed.
            self._cursor_target = state.cursor_before_typing
        elif wanted is not None:
            self._cursor_target = wanted
        elif self._cursor_target is None and (self._table.cursor or (state.shows_all and self._shown_after_reading)):
            # While loading, a cursor on the first row stays on the first row: the user has not chosen that group.
            self._cursor_target = self._selection.key
        text, grouping, sort, descending = state.filter_text, state.grouping, state.sort, state.descending
        row_bins = self._table.activity_width
        opened = dict(self._opened.get(grouping, {}) if state.view is None or state.view.filter_text == text else {})
        header_bins, analysis = self._header.activity_width, state.analysis

        def ask() -> tuple[View, str | None]:
            view = analysis.view(text, grouping=grouping, sort=sort, descending=descending)
            # The first page is computed here, so drawing it never blocks.
            self._filler.load_page(view, opened, row_bins, header_bins)
            suggestion = state.analysis.suggestion(text) if text and not view.count and view.total else None
            return view, suggestion

        self._queries.submit("view", StoreQuery(ask, self._show_view, self._view_failed))

    def refresh_soon(self) -> None:
        """Refreshes shortly, coalescing requests; at once while nothing is shown yet."""
        if self._state.view is None:
            self.refresh()
        elif self._refresh_timer is None:
            self._refresh_timer = self._page.later(_REFRESH_SECONDS, self.refresh)

    def _view_failed(self, error: Exception) -> None:
        if not isinstance(error, FilterError):
            raise error
        state = self._state
        # The part before the error stays active, and nothing after it.
        good = " ".join(chip.text for chip in terms(error.text) if chip.end <= error.start)
        if state.view is None or state.view.filter_text != good:
            state.filter_text = good
            self.refresh()
        else:
            state.filter_text = state.view.filter_text
        self._filter_bar.show_error(error)

    def when_loaded(self, entry: OutlineEntry, then: Callable[[], None]) -> None:
        """Calls `then` once the events of the group `entry` are in memory; at once where all are."""
        self._filler.when_loaded(entry, then)

    # Showing

    def _show_view(self, answer: tuple[View, str | None]) -> None:
        view, suggestion = answer
        self._shown_after_reading = self._state.read_all
        whole = self._filter_bar.input.value == shown(view.filter_text)
        self._take(view)
        # Only now: the width depends on what has been read meanwhile.
        self._header.activity = self._state.analysis.questions.activity(self._header.activity_width)
        if whole:
            self._filter_bar.show_suggestion(suggestion)
        shown_of = f"{view.count:,} of {view.total:,}" if view.filter_text else f"{view.total:,}"
        self._filter_bar.count = f"{shown_of}  {DIMENSIONS.phrase(view.grouping)}"
        self._table.sorted_by = (self._state.sort, self._state.descending)
        line = self._line_for_cursor(view)
        self.show_rows()
        self._detail_for = None
        self._table.put_cursor(0 if line is None else line)
        assert self._state.outline is not None
        if not len(self._state.outline):
            self._detail.detail = self._nothing_to_show(view)
        self._shown()
        self._look_ahead.rest()

    def _take(self, view: View) -> None:
        before = self._state.view
        self._state.view = view
        opened = self._opened.setdefault(view.grouping, {})
        if before is not None and before.filter_text != view.filter_text:
            opened.clear()
        self._state.outline = GroupOutline(view.tree, view.order, opened, self._table.page)

    def _line_for_cursor(self, view: View) -> int | None:
        """The row of the cursor's target, with its enclosing groups opened; None if it is gone."""
        state, outline = self._state, self._state.outline
        assert outline is not None
        if self._saved_position is not None and state.read_all and state.shows_all:
            # The saved position; only now can all of it exist.
            self._cursor_target = key_at(view.tree, self._saved_position) or self._cursor_target
            self._saved_position = None
        entry = outline.find(self._cursor_target) if self._cursor_target is not None else None
        if entry is not None and outline.line_of(entry) is None:
            outline.open_to(entry)
        if not self._queries.waits("view"):
            # A pending result has the same target, and would send the cursor to the first row.
            self._cursor_target = None
        return None if entry is None else outline.line_of(entry)

    def show_rows(self) -> None:
        """Redraws the rows after groups were opened, closed or marked."""
        state = self._state
        assert state.outline is not None
        rows = GroupRows(
            state.outline,
            state.analysis.store.known,
            lambda category: state.analysis.knowledge.categories.get(category, category),
            state.analysis.zone,
            with_year=self.with_year,
            mark_of=self._mark_of,
            bins=lambda: self._table.activity_width,
            first_new=state.first_new,
            missing=self._filler.missing,
        )
        if state.view is not None:
            self._table.needs = self._needs(rows, state.view)
        self._table.left_out = state.left_out
        self._table.rows = rows

    def _needs(self, rows: GroupRows, view: View) -> ColumnNeeds:
        """The widths the columns need; they never shrink while the grouping stays the same."""
        needs, before = rows.needs(view.order, _DESCRIBED_AHEAD), self._table.needs
        if needs.title != before.title:
            return needs
        widest = {column: max(getattr(needs, column), getattr(before, column)) for column in ("name", "cause", "count")}
        return replace(needs, **widest)

    @property
    def with_year(self) -> bool:
        """Times include the year if the log covers more than one."""
        store, zone = self._state.analysis.store, self._state.analysis.zone
        return format_time(store.log_start_ms, zone)[:4] != format_time(store.log_end_ms, zone)[:4]

    def _mark_of(self, group: Group) -> Mark:
        user_data = self._state.analysis.user_data
        if _holds_one_of(group, user_data.marked_now):
            return "now"
        return "before" if _holds_one_of(group, user_data.marks) else ""

    # The detail

    def show_detail(self, *, again: bool = False) -> None:
        """Queries the detail of the row under the cursor, unless it is already shown; `again` forces it."""
        if again:
            self._detail_for = None
        here, key = self._selection.in_view, self._selection.key
        if here is None or key == self._detail_for:
            return
        self._detail_for = key
        analysis, (view, entry), key = self._state.analysis, here, self._key_of_checks
        self._queries.submit("detail", StoreQuery(lambda: detail_of(analysis, view, entry, key), self._detail_found))

    @property
    def _key_of_checks(self) -> str:
        """Looked up once: keys do not change in a run, and a row is shown many times."""
        if self._check_key is None:
            self._check_key = "" if self._state.settings.checks == "off" else self._page.key_of("browse.check_now")
        return self._check_key

    def _detail_found(self, detail: Detail) -> None:
        self._detail.detail = detail

    def _nothing_to_show(self, view: View) -> Detail:
        from smtpscope.app.widgets.texts.empty_state import no_events_blocks, nothing_found_blocks

        if view.total:
            return Detail("No match", nothing_found_blocks(view.filter_text, view.total, self._ways_out()), ())
        analysis = self._state.analysis
        facts, guidance = no_events_blocks(analysis.overview(), analysis.errors, analysis.problems)
        return Detail("No SMTP refusals", facts, guidance)

    def _ways_out(self) -> list[tuple[str, str]]:
        """The keys that lead out of an empty table, with what they do: while a filter is typed they are others."""
        if self._state.cursor_before_typing is not None:
            ways = [("filter.leave", "to restore the filter"), ("filter.clear_line", "to clear the line")]
        else:
            ways = [("browse.undo", "to undo the last change")] if self._can_undo() else []
            ways.append(("browse.clear", "to clear the filter"))
        return [(self._page.key_of(action), does) for action, does in ways]


def _holds_one_of(group: Group, keys: set[IncidentKey]) -> bool:
    return any(
        (group.host_key is None or group.host_key == key.host_key)
        and (group.code is None or group.code == key.code)
        and (group.categories > 1 or group.category == key.category)
        and group.host_key is not None
        for key in keys
    )
