"""The main screen: filter, table, detail. It owns the queries, the view in force, and their keys."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer

from smtpscope.app.positions import key_at, position_of
from smtpscope.app.query_queue import Query
from smtpscope.app.screens.browse.copy_and_export import TakingOut
from smtpscope.app.screens.browse.filter_controller import Filtering
from smtpscope.app.screens.browse.loading_controller import ReadingLogs
from smtpscope.app.screens.browse.log_commands import AskingLogs
from smtpscope.app.screens.browse.table_navigation import WalkingLines
from smtpscope.app.widgets.filter_bar import FilterBar
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.log_header import LogHeader
from smtpscope.app.widgets.table.group_outline import GroupOutline
from smtpscope.app.widgets.table.group_rows import GroupRows
from smtpscope.app.widgets.table.group_table import GroupTable
from smtpscope.app.widgets.texts.detail_pane import Detail, DetailPane
from smtpscope.configuration.settings import LAYOUTS, Layout, Settings
from smtpscope.errors import FilterError
from smtpscope.harmless import shown
from smtpscope.session import Analysis, View
from smtpscope.store.filter.filter_editing import terms
from smtpscope.store.grouping.dimensions import DIMENSIONS, Grouping
from smtpscope.store.grouping.groups import Group
from smtpscope.workspace.log_state import LogState, Position

_DESCRIBED_AHEAD = 80
_RESTING_SECONDS = 0.5


class BrowseScreen(Filtering, WalkingLines, ReadingLogs, AskingLogs, TakingOut):
    """Everything an administrator needs between opening the file and pasting into the ticket."""

    CSS_PATH = "browse_screen.tcss"
    # The first widget would be the filter, and a terminal that is not in focus would keep showing its keys.
    AUTO_FOCUS = "#table"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "pane(1)", "Next pane", show=False, id="browse.next_pane"),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False, id="browse.pane_before"),
        Binding("t", "side", "Guidance/facts", id="browse.side"),
        Binding("w", "swap_layout", "Layout", show=False, id="browse.layout"),
    ]

    def __init__(
        self,
        analysis: Analysis,
        settings: Settings | None = None,
        *,
        filter_text: str = "",
        restore: bool = False,
    ) -> None:
        super().__init__(analysis, settings, filter_text)
        self._opened: dict[Grouping, dict[Hashable, bool]] = {}
        self._cursor_target: Hashable = None
        self._layout: Layout = self.settings.layout
        self._saved_position: Position | None = None
        self._ahead_timer: Timer | None = None
        if restore:
            self._restore(filter_text)

    def _restore(self, filter_text: str) -> None:
        """Goes on where these logs were left; what was asked for now comes first."""
        state = self.analysis.user_data.state()
        if state is None:
            return
        default = Settings()
        state = state.under(
            filter_text=filter_text or None,
            grouping=None if self.grouping == default.grouping else self.grouping,
            sort=None if self.sort == default.sort else self.sort,
        )
        self.filter_text, self.grouping, self.sort = state.filter_text, state.grouping, state.sort
        self.descending = state.descending
        if self._layout == "auto" and state.layout in LAYOUTS:
            self._layout = state.layout
        if not filter_text:
            self._saved_position = state.position

    def keep_place(self) -> None:
        """Keeps how these logs are left, for the next time."""
        place = self.place()
        if self.outline is None or place is None:
            return
        self.analysis.user_data.save_state(
            LogState(
                position=position_of(self.analysis.store, self.outline, place),
                filter_text="" if self.view is None else self.view.filter_text,
                grouping=self.grouping,
                sort=self.sort,
                descending=self.descending,
                layout=self._layout,
            )
        )

    def compose(self) -> ComposeResult:
        yield LogHeader()
        yield FilterBar(id="filter")
        with Container(id="body"):
            yield GroupTable(id="table")
            yield DetailPane(id="detail")
        yield KeyFooter()

    @property
    def settled(self) -> bool:
        """Whether all is read, asked and shown; tests wait for it."""
        return self.read_all and self._queries.idle and not self._arrived and self._refresh_timer is None

    def on_mount(self) -> None:
        self.begin_reading()
        self.table.focus()
        self.filter_bar.show_filter(self.filter_text)
        self.detail.side = self.settings.detail_side
        self._show_header()
        if self._saved_position is not None and self.filter_text:
            self.notify("As you left it the last time; x shows all", markup=False, timeout=4)
        if self.analysis.user_data.warning:
            self.notify(shown(self.analysis.user_data.warning), severity="warning", markup=False, timeout=10)

    # The view

    def refresh_view(self, *, wanted: Hashable = None) -> None:
        """Asks for the view anew; the cursor stays on its line, or goes to the one with the key `wanted`."""
        if self._refresh_timer is not None:
            self._refresh_timer.stop()
            self._refresh_timer = None
        if self._cursor_before_typing is not None:
            # Each key may bring another list; where the cursor ends must not depend on how fast one types.
            self._cursor_target = self._cursor_before_typing
        elif wanted is not None:
            self._cursor_target = wanted
        elif self._cursor_target is None and (self.table.cursor or self.shows_all):
            # While more is read, a cursor on the first line stays on the first line: nobody has chosen that group.
            place = self.place()
            self._cursor_target = self.outline.key(place) if place is not None and self.outline is not None else None
        text, grouping, sort, descending = self.filter_text, self.grouping, self.sort, self.descending
        row_bins = self.table.activity_width

        def ask() -> tuple[View, str | None]:
            view = self.analysis.view(text, grouping=grouping, sort=sort, descending=descending)
            # The first page is worked out here, so that drawing it never waits.
            for level, order in zip(range(len(view.tree.levels)), view.order, strict=True):
                for index in order[:_DESCRIBED_AHEAD].tolist():
                    view.tree.group(level, index)
                    view.tree.sparkline(level, index, row_bins)
            suggestion = self.analysis.suggestion(text) if text and not view.count and view.total else None
            return view, suggestion

        self._queries.submit("view", Query(ask, self._show_view, self._view_failed))

    def _view_failed(self, error: Exception) -> None:
        if not isinstance(error, FilterError):
            raise error
        # What stands before the mistake stays in force, and nothing of what follows.
        good = " ".join(chip.text for chip in terms(error.text) if chip.end <= error.start)
        if self.view is None or self.view.filter_text != good:
            self.filter_text = good
            self.refresh_view()
        else:
            self.filter_text = self.view.filter_text
        self.filter_bar.show_error(error)

    def _show_view(self, answer: tuple[View, str | None]) -> None:
        view, suggestion = answer
        whole = self.filter_bar.input.value == shown(view.filter_text)
        before = self.view
        self.view = view
        opened = self._opened.setdefault(view.grouping, {})
        if before is not None and before.filter_text != view.filter_text:
            opened.clear()
        self.outline = GroupOutline(view.tree, view.order, opened, self.table.page)
        # Only now: how much room there is for it follows from what has come in meanwhile.
        header = self.query_one(LogHeader)
        header.activity = self.analysis.activity(header.activity_width)
        if whole:
            self.filter_bar.show_suggestion(suggestion)
        shown_of = f"{view.count:,} of {view.total:,}" if view.filter_text else f"{view.total:,}"
        self.filter_bar.count = f"{shown_of}  by {view.grouping}"
        self.table.sorted_by = (self.sort if self.sort != "attention" else "", self.descending)
        if self._saved_position is not None and self.read_all and self.shows_all:
            # Where these logs were left; only now all of it can be there.
            self._cursor_target = key_at(self.analysis.store, view.tree, self._saved_position) or self._cursor_target
            self._saved_position = None
        place = self.outline.find(self._cursor_target) if self._cursor_target is not None else None
        if place is not None and self.outline.line_of(place) is None:
            self.outline.open_to(place)
        line = self.outline.line_of(place) if place is not None else None
        if not self._queries.waits("view"):
            # An answer on its way was asked for with the same wish, and would send the cursor to the first line.
            self._cursor_target = None
        self.show_rows()
        self._detail_for = None
        self.table.put_cursor(0 if line is None else line)
        if not len(self.outline):
            self.detail.detail = self._nothing_to_show(view)
        self.remember_filter()
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Once the user rests, the next grouping is worked out, so that its key finds it ready."""
        if self._ahead_timer is not None:
            self._ahead_timer.stop()
        if self.read_all and self._cursor_before_typing is None:
            self._ahead_timer = self.set_timer(_RESTING_SECONDS, self._ask_ahead)

    def _ask_ahead(self) -> None:
        view = self.view
        if view is None or not self._queries.idle:
            return
        following = DIMENSIONS.after(view.grouping, 1)

        def ask() -> None:
            self.analysis.view(view.filter_text, grouping=following)

        self._queries.submit("ahead", Query(ask, lambda _: None, lambda _: None))

    def show_rows(self) -> None:
        assert self.outline is not None
        rows = GroupRows(
            self.outline,
            self.analysis.store.exchange,
            self._cause_title,
            self.analysis.zone,
            with_year=self.with_year(),
            is_marked=self._is_marked,
            bins=lambda: self.table.activity_width,
        )
        if self.view is not None:
            self.table.name_width = max(self.table.name_width, rows.name_width(self.view.order, _DESCRIBED_AHEAD))
        self.table.rows = rows

    def _cause_title(self, category: str) -> str:
        return self.analysis.knowledge.categories.get(category, category)

    def _is_marked(self, group: Group) -> bool:
        return any(
            (group.host_key is None or group.host_key == key.host_key)
            and (group.code is None or group.code == key.code)
            and (group.categories > 1 or group.category == key.category)
            and group.host_key is not None
            for key in self.analysis.marks
        )

    # Panes

    def action_escape(self) -> None:
        if not self.give_up_digits():
            self.stop_reading()

    def action_pane(self, by: int) -> None:
        panes = [self.table, self.detail.facts, self.detail.guidance]
        current = panes.index(self.focused) if self.focused in panes else 0
        following = (current + by) % len(panes)
        if following:
            self.detail.side = "facts" if following == 1 else "guidance"
        panes[following].focus()

    def action_side(self) -> None:
        self.detail.change_side()
        if self.focused in (self.detail.facts, self.detail.guidance):
            (self.detail.facts if self.detail.side == "facts" else self.detail.guidance).focus()

    def on_detail_pane_left(self, message: DetailPane.Left) -> None:
        self.table.focus()

    def action_swap_layout(self) -> None:
        self._layout = "below" if self._beside else "beside"
        self._lay_out()

    @property
    def _beside(self) -> bool:
        return self.size.width >= 150 if self._layout == "auto" else self._layout == "beside"

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        """The table beside the detail on wide screens, above it on others; a key swaps it."""
        beside = self._beside
        self.query_one("#body").set_class(beside, "-beside")
        tabs = self.size.width < (150 if beside else 100)
        self.detail.set_class(tabs, "-tabs")
        self.detail.set_class(beside and not tabs, "-stacked")

    def _nothing_to_show(self, view: View) -> Detail:
        from smtpscope.app.widgets.texts.empty_state import no_events_blocks, nothing_found_blocks

        if view.total:
            return Detail("Nothing found", nothing_found_blocks(view.filter_text, view.total), ())
        facts, guidance = no_events_blocks(self.analysis.overview(), self.analysis.errors)
        return Detail("Nothing of ours", facts, guidance)
