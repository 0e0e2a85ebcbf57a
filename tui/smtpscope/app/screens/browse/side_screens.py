"""The screens opened over the browse screen: timeline, counts, saved views, notes, knowledge."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState, Selection
from smtpscope.app.screens.browse.filter_controller import FilterController
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.app.screens.counts import CountsScreen
from smtpscope.app.screens.knowledge_screen import KnowledgeScreen
from smtpscope.app.screens.note import NoteScreen, WrittenNotes
from smtpscope.app.screens.timeline_screen import TimelineScreen
from smtpscope.app.screens.views import ViewsScreen
from smtpscope.app.widgets.texts.incident_text import headline
from smtpscope.errors import KnowledgeError
from smtpscope.harmless import Shown, shown
from smtpscope.session import IncidentDetail, Rows
from smtpscope.store.filter.filter_editing import add_term
from smtpscope.workspace.saved_views import SavedView


class SideScreens:
    """Opens them, and does what they are closed with. `changed` is called when the detail has to be shown again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        part_binding("screens", "i", "show_timeline", "Timeline", id="browse.timeline"),
        part_binding("screens", "c", "show_counts", "Counts", id="browse.counts"),
        part_binding("screens", "v", "show_views", "Saved views", show=False, id="browse.views"),
        part_binding("screens", "a", "write_note", "Note", show=False, id="browse.note"),
        part_binding("screens", "A", "write_our_note", "Our note", show=False, id="browse.our_note"),
        part_binding("screens", "K", "show_knowledge", "Knowledge", show=False, id="browse.knowledge"),
    ]

    def __init__(
        self,
        state: BrowseState,
        page: BrowsePage,
        selection: Selection,
        filters: FilterController,
        changed: Callable[[], None],
    ) -> None:
        self._state = state
        self._page = page
        self._selection = selection
        self._filters = filters
        self._changed = changed

    def _rows_and_name(self) -> tuple[Rows, Shown] | None:
        """The events of the group under the cursor (of an event: of its group), and how to call them."""
        here = self._selection.in_view
        if here is None:
            return None
        view, entry = here
        if entry.level < 0:
            return view.tree.order, shown("All events in view")
        group = view.tree.group(entry.level, entry.index)
        name = " ".join(part for part in (str(group.code or ""), group.host or group.label) if part)
        return view.tree.rows(entry.level, entry.index), shown(name or "no host named")

    # Timeline and counts

    def show_timeline(self) -> None:
        found = self._rows_and_name()
        if found is not None:
            self._page.open_screen(TimelineScreen(self._state.analysis, *found), self._timeline_closed)

    def _timeline_closed(self, term: str | None) -> None:
        if term:
            self._filters.set(f"{self._state.filter_text} {term}".strip())

    def show_counts(self) -> None:
        found = self._rows_and_name()
        if found is not None:
            self._page.open_screen(CountsScreen(self._state.analysis, *found), self._counts_closed)

    def _counts_closed(self, term: tuple[str, str, bool] | None) -> None:
        if term is not None:
            field, value, exclude = term
            self._filters.set(add_term(self._state.filter_text, field, value, exclude))

    # Saved views

    def show_views(self) -> None:
        state = self._state
        here = SavedView("", state.filter_text, state.grouping, state.sort, state.descending)
        self._page.open_screen(ViewsScreen(state.analysis, here), self.show_saved_view)

    def show_saved_view(self, view: SavedView | None) -> None:
        """Applies a saved view."""
        if view is not None:
            state = self._state
            state.grouping, state.sort, state.descending = view.grouping, view.sort, view.descending
            self._filters.set(view.filter_text)

    # Notes

    def write_note(self) -> None:
        self._write_notes(ours_first=False)

    def write_our_note(self) -> None:
        self._write_notes(ours_first=True)

    def _write_notes(self, *, ours_first: bool) -> None:
        details = self._selection.incidents()
        if not details:
            return
        detail = details[0]
        analysis = self._state.analysis
        try:
            ours = analysis.our_notes.text(detail)
        except KnowledgeError as error:
            self._refuse(shown(f"{error.where}: {error.what}. {error.remedy}"))
            return
        seen = WrittenNotes(analysis.user_data.note(detail.incident.key), ours)
        about = shown(f"Note on: {headline(detail.incident)}")

        def keep(written: WrittenNotes | None) -> None:
            if written is None or written == seen:
                return
            if self._kept(detail, written, seen):
                self._changed()
            else:
                # Nobody writes a page twice: what could not be kept is still there to be shortened or copied.
                self._page.open_screen(NoteScreen(about, written, ours_first=ours_first), keep)

        self._page.open_screen(NoteScreen(about, seen, ours_first=ours_first), keep)

    def _kept(self, detail: IncidentDetail, written: WrittenNotes, seen: WrittenNotes) -> bool:
        """Our note first: what f3 moves is not taken away where it comes from before it has arrived."""
        return (written.our_note == seen.our_note or self._our_note_kept(detail, written.our_note, seen.our_note)) and (
            written.note == seen.note or self._note_kept(detail, written.note, seen.note)
        )

    def _note_kept(self, detail: IncidentDetail, note: str, seen: str) -> bool:
        user_data = self._state.analysis.user_data
        if user_data.write_note(detail.incident.key, note, seen=seen):
            return True
        self._refuse(shown(user_data.warning or "Nothing is saved in this run"))
        return False

    def _our_note_kept(self, detail: IncidentDetail, note: str, seen: str) -> bool:
        try:
            stands = self._state.analysis.our_notes.write(detail, note, seen=seen)
        except KnowledgeError as error:
            self._refuse(shown(f"{error.where}: {error.what}. {error.remedy}"))
            return False
        host = detail.incident.host or "an unnamed host"
        if stands:
            self._page.say(shown(f"Our note appears above the guidance for {host} in every log"))
        else:
            self._page.say(shown(f"Deleted our note on {host}"))
        return True

    def _refuse(self, why: Shown) -> None:
        self._page.say(why, severity="error", timeout=10)

    # Knowledge

    def show_knowledge(self) -> None:
        analysis, row = self._state.analysis, self._selection.row
        first = None if row is None else analysis.match(row).entry_id
        screen = KnowledgeScreen(analysis.knowledge, analysis.count_of_entry, first=first)
        self._page.open_screen(screen, self._knowledge_closed)

    def _knowledge_closed(self, entry_id: str | None) -> None:
        if entry_id is not None:
            self._filters.set(add_term("", "cause", f"={entry_id}"))
