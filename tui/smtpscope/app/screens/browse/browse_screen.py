"""The main screen: filter, table, detail. It lays out its widgets and passes keys and messages to its parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from smtpscope.app.loading import BatchArrived, LoadingEnded
from smtpscope.app.messages import CopyWanted, OutsideWanted
from smtpscope.app.palette import SavedViewsProvider
from smtpscope.app.query_queue import QueryQueue
from smtpscope.app.screens.browse.browse_state import BrowseState, Selection, Severity
from smtpscope.app.screens.browse.change_history import ChangeHistory
from smtpscope.app.screens.browse.copy_and_export import CopyAndExport
from smtpscope.app.screens.browse.filter_controller import FilterController
from smtpscope.app.screens.browse.incident_notes import IncidentNotes
from smtpscope.app.screens.browse.live_check_keys import LiveCheckKeys
from smtpscope.app.screens.browse.loading_controller import LoadingController
from smtpscope.app.screens.browse.log_commands import LogCommands
from smtpscope.app.screens.browse.part_keys import key_of
from smtpscope.app.screens.browse.saved_place import SavedPlace
from smtpscope.app.screens.browse.side_screens import SideScreens
from smtpscope.app.screens.browse.table_navigation import TableNavigation
from smtpscope.app.screens.browse.view_controller import ViewController
from smtpscope.app.screens.help_screen import HelpLine, HelpScreen, lines_of_bindings
from smtpscope.app.screens.link import LinkScreen
from smtpscope.app.widgets.filter_bar import FilterBar
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.log_header import LogHeader
from smtpscope.app.widgets.prose.item_pane import ItemPane
from smtpscope.app.widgets.table.group_table import GroupTable
from smtpscope.app.widgets.texts.detail_pane import DetailPane
from smtpscope.configuration.settings import Layout, Settings
from smtpscope.harmless import shown
from smtpscope.session import View
from smtpscope.session.browsing.browsed import Browsed
from smtpscope.workspace.saved_views import SavedView

_WIDE = 200
"""From this width on, table and detail fit side by side with all their columns."""


_KEYS: list[BindingType] = [
    *CopyAndExport.BINDINGS,
    *SideScreens.BINDINGS,
    Binding("question_mark,f1", "help", "Help", key_display="?", id="browse.help"),
    *LogCommands.BINDINGS,
    Binding("escape", "escape", "Cancel loading", show=False, id="browse.cancel"),
    *LoadingController.BINDINGS,
    *TableNavigation.BINDINGS,
    *FilterController.BINDINGS,
    *ChangeHistory.BINDINGS,
    *IncidentNotes.BINDINGS,
    *LiveCheckKeys.BINDINGS,
    Binding("tab", "pane(1)", "Next pane", show=False, id="browse.next_pane"),
    Binding("shift+tab", "pane(-1)", "Previous pane", show=False, id="browse.pane_before"),
    Binding("t", "side", "Guidance/facts", id="browse.side"),
    Binding("w", "swap_layout", "Layout", show=False, id="browse.layout"),
]


class BrowseScreen(Screen[None]):
    """Everything an administrator needs between opening the file and pasting into the ticket."""

    CSS_PATH: ClassVar = ["browse_screen.tcss", "../../widgets/table/group_table.tcss"]
    COMMANDS: ClassVar = {SavedViewsProvider}
    # The first widget would be the filter, and an unfocused terminal would keep showing its keys.
    AUTO_FOCUS = "#table"
    BINDINGS: ClassVar[list[BindingType]] = _KEYS

    def __init__(
        self,
        analysis: Browsed,
        settings: Settings | None = None,
        *,
        filter_text: str = "",
        restore: bool = False,
    ) -> None:
        super().__init__()
        self.state = BrowseState.begin(analysis, Settings() if settings is None else settings, filter_text)
        self.header = LogHeader()
        self.filter_bar = FilterBar(id="filter")
        self.table = GroupTable(id="table")
        self.detail = DetailPane(id="detail")
        self._layout: Layout = self.state.settings.layout
        self._make_parts(analysis.interrupt)
        self._place = SavedPlace(self.state, self.views)
        if restore:
            self._layout = self._place.restore(filter_text, self._layout)

    def _make_parts(self, interrupt: Callable[[], bool]) -> None:
        state, table = self.state, self.table
        queries = self._queries = QueryQueue(lambda: self.loader.add_waiting(), lambda: self.is_alive, interrupt)
        selection = self.selection = Selection(state, table)
        widgets = (self.header, self.filter_bar, table, self.detail)
        history = self.history = ChangeHistory(self, lambda: self.filters.said_changed())
        self.views = ViewController(
            state, self, queries, selection, widgets, lambda: self.filters.remember(), lambda: history.can_undo
        )
        self.filters = FilterController(state, self, selection, history, queries, self.filter_bar, self.views)
        self.navigation = TableNavigation(state, self, selection, table, self.views)
        bell, post = (lambda: self.app.bell()), self.post_message
        self.loader = LoadingController(state, self, queries, self.views, self.header, post, bell)
        redraw = partial(self.views.show_detail, again=True)
        self._screens = SideScreens(state, self, selection, self.filters)
        self.parts: dict[str, object] = {
            "filter": self.filters,
            "table": self.navigation,
            "loading": self.loader,
            "logs": LogCommands(state, self, queries, selection, self._logs_changed),
            "export": CopyAndExport(state, self, selection, history, table, self._copy, queries.submit),
            "screens": self._screens,
            "history": history,
            "notes": IncidentNotes(state, self, selection, history, redraw, queries.submit),
            "live": LiveCheckKeys(state, self, selection, redraw, queries.submit),
        }

    def action_part(self, part: str, command: str, *arguments: object) -> None:
        """Called by the key bindings of the parts; see `part_binding`."""
        getattr(self.parts[part], command)(*arguments)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return parameters[:1] != ("live",) or self.state.settings.checks != "off"

    def keep_place(self) -> None:
        """Saves the state of these logs for the next run."""
        self._place.keep(self._layout)

    # The page, as seen by the parts

    @property
    def is_alive(self) -> bool:
        return len(self.query(KeyFooter)) > 0

    @property
    def is_in_front(self) -> bool:
        return self.app.screen is self

    def say(self, message: str, *, severity: Severity = "information") -> None:
        self.notify(message, severity=severity)

    def key_of(self, action: str) -> str:
        return key_of(self, action)

    def open_outside(self, content: str, name: str) -> None:
        self.app.post_message(OutsideWanted(content, name))

    def open_screen(self, screen: Screen[Any], on_result: Callable[[Any], None] | None = None) -> None:
        self.app.push_screen(screen, on_result)

    def run_in_thread(self, work: Callable[[], None], group: str) -> Worker[None]:
        return self.run_worker(work, thread=True, group=group, exclusive=True)

    def from_thread(self, callback: Callable[..., None], *arguments: object) -> None:
        self.app.call_from_thread(callback, *arguments)

    def later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        return self.set_timer(seconds, callback)

    def _copy(self, content: str, what: str) -> None:
        self.app.post_message(CopyWanted(content, what))

    def _logs_changed(self, detail: bool) -> None:
        self.loader.show_header()
        self.views.refresh()
        if detail:
            self.views.show_detail(again=True)

    # Saved views in the palette

    @property
    def saved_views(self) -> tuple[SavedView, ...]:
        """The views in the palette."""
        return self.state.analysis.user_data.views()

    def show_saved_view(self, view: SavedView) -> None:
        """Applies a saved view."""
        self._screens.show_saved_view(view)

    # Mounting and layout

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.filter_bar
        with Container(id="body"):
            yield self.table
            yield self.detail
        yield KeyFooter()

    @property
    def view(self) -> View | None:
        """The current view, None before the first one is shown."""
        return self.state.view

    @property
    def settled(self) -> bool:
        """Whether everything is read, queried and shown; tests wait for it."""
        state = self.state
        return state.read_all and self._queries.idle and not state.arrived and not self.views.will_refresh

    def on_mount(self) -> None:
        self.run_worker(self._queries.run(), group="queries")
        self.loader.begin()
        self.table.focus()
        self.filter_bar.show_filter(self.state.filter_text)
        self.detail.side = self.state.settings.detail_side
        self.loader.show_header()
        if self.views.saved_position is not None and self.state.filter_text:
            self.say("Filter from last time restored; x clears it")
        warning = self.state.analysis.user_data.warning
        if warning:
            self.say(shown(warning), severity="warning")

    def on_resize(self) -> None:
        self._lay_out()

    @property
    def _beside(self) -> bool:
        return self.size.width >= _WIDE if self._layout == "auto" else self._layout == "beside"

    def _lay_out(self) -> None:
        """The table beside the detail on wide screens, above it on others; a key swaps it."""
        beside = self._beside
        self.query_one("#body").set_class(beside, "-beside")
        tabs = self.size.width < (150 if beside else 100)
        self.detail.show_tabs(tabs)
        self.detail.set_class(beside and not tabs, "-stacked")

    # Keys of the screen itself

    def action_escape(self) -> None:
        if not self.filters.give_up_digits():
            self.loader.stop()

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

    def action_swap_layout(self) -> None:
        self._layout = "below" if self._beside else "beside"
        self._lay_out()

    def action_help(self) -> None:
        self.open_screen(HelpScreen(self.help_lines()), lambda key: self.app.simulate_key(key) if key else None)

    def help_lines(self) -> list[HelpLine]:
        """All active keys, those of the current place first, and the filter terms."""
        return lines_of_bindings(
            (active.binding, self.app.get_key_display(active.binding)) for active in self.active_bindings.values()
        )

    # Messages from widgets and the loading thread

    def on_batch_arrived(self, message: BatchArrived) -> None:
        if self.is_alive:
            self.loader.take(message.batch, added=message.added)

    def on_loading_ended(self, message: LoadingEnded) -> None:
        if self.is_alive:
            self.loader.end(cancelled=message.cancelled)

    def on_group_table_moved(self, message: GroupTable.Moved) -> None:
        self.views.show_detail()

    def on_group_table_mark_wanted(self, message: GroupTable.MarkWanted) -> None:
        self.action_part("export", "mark")

    def on_group_table_chosen(self, message: GroupTable.Chosen) -> None:
        if self.navigation.choose():
            self.action_pane(1)

    def on_group_table_open_wanted(self, message: GroupTable.OpenWanted) -> None:
        self.navigation.open()

    def on_group_table_close_wanted(self, message: GroupTable.CloseWanted) -> None:
        self.navigation.close()

    def on_group_table_sort_wanted(self, message: GroupTable.SortWanted) -> None:
        self.navigation.sort_by_column(message.column)

    def on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        self.filters.typed(message.text, message.line, message.cursor)

    def on_filter_bar_kept(self, message: FilterBar.Kept) -> None:
        self.filters.keep(message.text)
        self.table.focus()

    def on_filter_bar_abandoned(self, message: FilterBar.Abandoned) -> None:
        self.filters.abandon(message.text)
        self.table.focus()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        self.filters.set(message.text)

    def on_filter_bar_edit_wanted(self, message: FilterBar.EditWanted) -> None:
        self.filters.edit()

    def on_item_pane_link_wanted(self, message: ItemPane.LinkWanted) -> None:
        self.open_screen(LinkScreen(shown(message.link)))

    def on_detail_pane_left(self, message: DetailPane.Left) -> None:
        self.table.focus()
