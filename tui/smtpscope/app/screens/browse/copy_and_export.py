"""What leaves the browser: copies, exports, marks, and the screens that are opened over it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from smtpscope.app.messages import CopyWanted
from smtpscope.app.screens.browse.browse_state import BrowseState
from smtpscope.app.screens.counts import CountsScreen
from smtpscope.app.screens.export_screen import ExportChoice, ExportScreen
from smtpscope.app.screens.help import HelpLine, HelpScreen
from smtpscope.app.screens.knowledge_screen import KnowledgeScreen
from smtpscope.app.screens.note import NoteScreen, WrittenNote
from smtpscope.app.screens.timeline_screen import TimelineScreen
from smtpscope.app.screens.views import ViewsScreen
from smtpscope.app.widgets.texts.incident_text import headline
from smtpscope.errors import KnowledgeError
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.harmless import Shown, shown, shown_lines
from smtpscope.session import IncidentDetail, Rows
from smtpscope.store.filter.filter_editing import add_term
from smtpscope.store.filter.filter_fields import help_lines
from smtpscope.workspace.saved_views import SavedView

_PLACES = {
    "table": "Table",
    "prose": "Reading",
    "detail": "Detail",
    "browse": "Browser",
    "filter": "Filter",
    "app": "Program",
}


class TakingOut(BrowseState):
    """Actions of the browse screen that take something out of it; where it stands is the browse screen's own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy_event", "Copy event", id="browse.copy_event"),
        Binding("Y", "copy_summary", "Copy summary", id="browse.copy_summary"),
        Binding("e", "export", "Export", id="browse.export"),
        Binding("space", "mark", "Mark", id="browse.mark"),
        Binding("i", "timeline", "Timeline", id="browse.timeline"),
        Binding("c", "counts", "Counts", id="browse.counts"),
        Binding("v", "views", "Saved views", show=False, id="browse.views"),
        Binding("a", "note", "Note", show=False, id="browse.note"),
        Binding("K", "knowledge", "Knowledge", show=False, id="browse.knowledge"),
        Binding("question_mark,f1", "help", "Help", key_display="?", id="browse.help"),
    ]

    def _incidents_here(self) -> list[IncidentDetail]:
        """The incidents of the line under the cursor; of an event, its incident under the filter in force."""
        here = self.rows_here()
        if here is None:
            return []
        view, place = here
        if place.row is None:
            return self.analysis.incidents(view.tree.rows(place.level, place.index))
        return self.analysis.incident_of(place.row, view)

    def action_copy_event(self) -> None:
        row = self.row_here()
        if row is None:
            self.notify("Nothing to copy", markup=False)
            return
        lines = shown_lines(self.analysis.event_text(row))
        self.app.post_message(CopyWanted("\n".join(lines) + "\n", "the event"))

    def action_copy_summary(self) -> None:
        if self.view is None:
            return
        details = self._incidents_here()
        if not details:
            self.notify("Nothing to copy", markup=False)
            return
        document = self.analysis.document(details, self.view)
        what = "the summary" if len(details) == 1 else f"the summary of {len(details)} incidents"
        self.app.post_message(CopyWanted(SUMMARY_FORMATS["markdown"].render(document), what))

    def action_export(self) -> None:
        if self.view is None or not self.view.count:
            self.notify("Nothing to export", markup=False)
            return
        view = self.view
        choices = [ExportChoice("the line under the cursor", self._incidents_here)]
        if self.analysis.marks:
            choices.insert(
                0, ExportChoice(f"the {len(self.analysis.marks)} marked", lambda: self.analysis.marked(view))
            )
        choices.append(ExportChoice("all in view", lambda: self.analysis.incidents(view.tree.order)))
        self.app.push_screen(ExportScreen(self.analysis, view, choices, self.settings))

    def action_mark(self) -> None:
        here = self.rows_here()
        if here is None:
            return
        view, place = here
        rows = view.tree.rows(place.level, place.index) if place.level >= 0 else view.tree.order[:0]
        if place.row is not None:
            rows = view.tree.order[view.tree.order == place.row]
        marked = self.analysis.mark(rows)
        total = len(self.analysis.marks)
        self.notify(f"{'Marked' if marked else 'Unmarked'}; {total} marked, e exports them", markup=False, timeout=2)
        self.table.action_move(1)
        self.table.refresh()

    def _rows_and_name(self) -> tuple[Rows, Shown] | None:
        """The events of the group under the cursor (of an event: of its group), and how to call them."""
        here = self.rows_here()
        if here is None:
            return None
        view, place = here
        if place.level < 0:
            return view.tree.order, shown("All events in view")
        group = view.tree.group(place.level, place.index)
        name = " ".join(part for part in (str(group.code or ""), group.host or group.label) if part)
        return view.tree.rows(place.level, place.index), shown(name or "No host named")

    def action_timeline(self) -> None:
        found = self._rows_and_name()
        if found is not None:
            self.app.push_screen(TimelineScreen(self.analysis, *found), self._timeline_closed)

    def action_counts(self) -> None:
        found = self._rows_and_name()
        if found is not None:
            self.app.push_screen(CountsScreen(self.analysis, *found), self._counts_closed)

    def _counts_closed(self, term: tuple[str, str, bool] | None) -> None:
        if term is not None:
            field, value, exclude = term
            self.set_filter(add_term(self.filter_text, field, value, exclude))

    def _timeline_closed(self, term: str | None) -> None:
        if term:
            self.set_filter(f"{self.filter_text} {term}".strip())

    def show_saved_view(self, view: SavedView | None) -> None:
        """Puts a saved view in force."""
        if view is not None:
            self.grouping, self.sort, self.descending = view.grouping, view.sort, view.descending
            self.set_filter(view.filter_text)

    def action_views(self) -> None:
        here = SavedView("", self.filter_text, self.grouping, self.sort, self.descending)
        self.app.push_screen(ViewsScreen(self.analysis, here), self.show_saved_view)

    def action_note(self) -> None:
        details = self._incidents_here()
        if not details:
            return
        incident = details[0].incident
        seen = self.analysis.user_data.note(incident.key)
        about = shown(f"Note on: {headline(incident)}")

        def keep(note: WrittenNote | None) -> None:
            if note is None or (note.text == seen and not note.as_knowledge):
                return
            if self._kept(details[0], note, seen):
                self.show_detail_again()
            else:
                # Nobody writes a page twice: what could not be kept is still there to be shortened or copied.
                self.app.push_screen(NoteScreen(about, note.text), keep)

        self.app.push_screen(NoteScreen(about, seen), keep)

    def _kept(self, detail: IncidentDetail, note: WrittenNote, seen: str) -> bool:
        if note.as_knowledge:
            return self._keep_as_knowledge(detail, note.text)
        if self.analysis.user_data.write_note(detail.incident.key, note.text, seen=seen):
            return True
        warning = shown(self.analysis.user_data.warning or "Nothing is kept in this run")
        self.notify(warning, markup=False, severity="error", timeout=10)
        return False

    def _keep_as_knowledge(self, detail: IncidentDetail, note: str) -> bool:
        try:
            path = self.analysis.write_own_knowledge(detail, note)
        except KnowledgeError as error:
            self.notify(shown(f"{error.what}. {error.remedy}"), markup=False, severity="error", timeout=10)
            return False
        self.notify(shown(f"Wrote {path}. It is used when a log is opened the next time."), markup=False, timeout=8)
        return True

    def action_knowledge(self) -> None:
        here = self.row_here()
        first = None if here is None else self.analysis.match(here).entry_id
        screen = KnowledgeScreen(self.analysis.knowledge, self.analysis.count_of_entry, first=first)
        self.app.push_screen(screen, self._knowledge_closed)

    def _knowledge_closed(self, entry_id: str | None) -> None:
        if entry_id is not None:
            self.set_filter(add_term("", "cause", f"={entry_id}"))

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.help_lines()))

    def help_lines(self) -> list[HelpLine]:
        """Every key in force here, those of the place first, and the filter's words."""
        by_id: dict[str, tuple[list[str], str]] = {}
        for active in self.active_bindings.values():
            binding = active.binding
            if not binding.description or not binding.id:
                continue
            keys, _ = by_id.setdefault(binding.id, ([], binding.description))
            display = self.app.get_key_display(binding)
            if display not in keys:
                keys.append(display)
        lines = [
            HelpLine(_PLACES.get(name.split(".")[0], "Keys"), ", ".join(keys), description)
            for name, (keys, description) in by_id.items()
        ]
        order = list(_PLACES.values())
        lines.sort(key=lambda line: order.index(line.place) if line.place in order else len(order))
        return lines + [HelpLine("Filter words", example, meaning) for example, meaning in help_lines()]
