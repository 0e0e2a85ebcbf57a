"""The screens opened over the browse screen: timeline, counts, comparison, saved views, knowledge."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState, Selection
from smtpscope.app.screens.browse.filter_controller import FilterController
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.app.screens.counts import CountsScreen
from smtpscope.app.screens.knowledge_screen import KnowledgeScreen
from smtpscope.app.screens.timeline_screen import TimelineScreen
from smtpscope.app.screens.views import ViewsScreen
from smtpscope.app.widgets.table.table_line import OPTIONAL_COLUMNS
from smtpscope.harmless import Shown, shown
from smtpscope.store.filter.filter_editing import add_term
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.workspace.saved_views import SavedView


class SideScreens:
    """Opens them, and applies their results."""

    BINDINGS: ClassVar[list[BindingType]] = [
        part_binding("screens", "i", "show_timeline", "Timeline", id="browse.timeline"),
        part_binding("screens", "c", "show_counts", "Counts", id="browse.counts"),
        part_binding("screens", "C", "show_comparison", "Compare", show=False, id="browse.compare"),
        part_binding("screens", "v", "show_views", "Saved views", show=False, id="browse.views"),
        part_binding("screens", "K", "show_knowledge", "Knowledge", show=False, id="browse.knowledge"),
    ]

    def __init__(
        self,
        state: BrowseState,
        page: BrowsePage,
        selection: Selection,
        filters: FilterController,
    ) -> None:
        self._state = state
        self._page = page
        self._selection = selection
        self._filters = filters

    def _part_and_name(self) -> tuple[TreePart, Shown] | None:
        """The events of the group under the cursor (for an event: of its group), and their title."""
        here = self._selection.in_view
        if here is None:
            return None
        view, entry = here
        if entry.level < 0:
            return TreePart(view.tree), shown("All events in view")
        group = view.tree.group(entry.level, entry.index)
        parts = dict.fromkeys((str(group.code or ""), group.host or group.label))
        name = " ".join(part for part in parts if part)
        return TreePart(view.tree, entry.level, entry.index), shown(name or "no host named")

    # Timeline and counts

    def show_timeline(self) -> None:
        found, here = self._part_and_name(), self._selection.in_view
        if found is not None and here is not None:
            view, entry = here
            # The table's own states, so that both say the same.
            state = None if entry.level < 0 else view.tree.group(entry.level, entry.index).state
            self._page.open_screen(
                TimelineScreen(self._state.analysis, *found, TreePart(view.tree), (state, view.state)),
                self._timeline_closed,
            )

    def _timeline_closed(self, term: str | None) -> None:
        if term:
            self._filters.set(f"{self._state.filter_text} {term}".strip())

    def show_counts(self) -> None:
        found = self._part_and_name()
        if found is not None:
            self._page.open_screen(CountsScreen(self._state.analysis, *found), self._counts_closed)

    def _counts_closed(self, term: tuple[str, str, bool] | None) -> None:
        if term is not None:
            field, value, exclude = term
            self._filters.set(add_term(self._state.filter_text, field, value, exclude))

    def show_comparison(self) -> None:
        """Two periods, servers or files of what is in view, side by side."""
        from smtpscope.app.screens.compare_screen import CompareScreen

        logs = self._state.analysis.logs
        if logs is None:
            self._page.say(
                "A set can't be compared here: compare two periods with smtpscope compare", severity="warning"
            )
        else:
            self._page.open_screen(CompareScreen(logs, self._state.filter_text))

    # Saved views

    def show_views(self) -> None:
        state = self._state
        left_out = ",".join(sorted(state.left_out))
        here = SavedView("", state.filter_text, state.grouping, state.sort, state.descending, left_out)
        self._page.open_screen(ViewsScreen(state.analysis, here), self.show_saved_view)

    def show_saved_view(self, view: SavedView | None) -> None:
        """Applies a saved view."""
        if view is not None:
            state = self._state
            state.grouping, state.sort, state.descending = view.grouping, view.sort, view.descending
            # A newer version may have columns that this one does not know.
            wanted = view.left_out.split(",")
            state.left_out = frozenset(name for name in OPTIONAL_COLUMNS if name in wanted)
            self._filters.set(view.filter_text)

    # Knowledge

    def show_knowledge(self) -> None:
        analysis, row = self._state.analysis, self._selection.row
        first = None if row is None else analysis.match(row).entry_id
        screen = KnowledgeScreen(analysis.knowledge, analysis.counts_of_entries(), first=first)
        self._page.open_screen(screen, self._knowledge_closed)

    def _knowledge_closed(self, entry_id: str | None) -> None:
        if entry_id is not None:
            self._filters.set(add_term("", "cause", f"={entry_id}"))
