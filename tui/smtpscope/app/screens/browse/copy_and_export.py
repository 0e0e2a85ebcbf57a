"""Copies, exports and marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from textual.binding import BindingType

from smtpscope.app.query_queue import StoreQuery
from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState, Selection
from smtpscope.app.screens.browse.change_history import Change, ChangeHistory
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.app.screens.export_screen import ExportChoice, ExportScreen
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.harmless import shown_lines
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.store.grouping.incident import IncidentKey

_MANY_EVENTS = 10_000


class MarkedTable(Protocol):
    """The table that shows the marks."""

    def action_move(self, by: int) -> None: ...

    def refresh(self) -> object: ...


class CopyAndExport:
    """Copies the event or the summary under the cursor, exports incidents, marks them.

    `copy` copies text, already harmless, to the clipboard; its second argument names it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        part_binding("export", "y", "copy_event", "Copy event", id="browse.copy_event"),
        part_binding("export", "Y", "copy_summary", "Copy summary", id="browse.copy_summary"),
        part_binding("export", "E", "open_outside", "Open in editor", show=False, id="browse.edit"),
        part_binding("export", "e", "export", "Export", id="browse.export"),
        part_binding("export", "space", "mark", "Mark", id="browse.mark"),
        part_binding("export", "M", "unmark_all", "Unmark all", show=False, id="browse.unmark_all"),
    ]

    def __init__(
        self,
        state: BrowseState,
        page: BrowsePage,
        selection: Selection,
        history: ChangeHistory,
        table: MarkedTable,
        copy: Callable[[str, str], None],
        submit: Callable[[str, StoreQuery], None],
    ) -> None:
        """`submit` runs a query of its kind in a thread."""
        self._state = state
        self._page = page
        self._selection = selection
        self._history = history
        self._table = table
        self._copy = copy
        self._submit = submit

    def copy_event(self) -> None:
        analysis, found = self._state.analysis, self._selection.sample_row()

        def ask() -> str | None:
            row = found()
            return None if row is None else "\n".join(shown_lines(analysis.event_text(row))) + "\n"

        def answer(text: str | None) -> None:
            if text is None:
                self._page.say("Nothing to copy")
            else:
                self._copy(text, "the event")

        self._submit("event", StoreQuery(ask, answer))

    def copy_summary(self) -> None:
        def copy(text: str, incidents: int) -> None:
            self._copy(text, "the summary" if incidents == 1 else f"the summary of {incidents} incidents")

        self._summarise(copy, "Nothing to copy")

    def _summarise(self, then: Callable[[str, int], None], nothing: str) -> None:
        """Calls `then` with the summary of the row under the cursor and its number of incidents.

        In a thread: thousands of incidents take seconds. Without any, `nothing` is said.
        """
        view, asked = self._state.view, self._selection.incidents_of_row()
        if view is None:
            return
        analysis = self._state.analysis

        def ask() -> tuple[str, int]:
            details = asked()
            return SUMMARY_FORMATS["markdown"].render(analysis.document(details, view)) if details else "", len(details)

        def answer(found: tuple[str, int]) -> None:
            if found[1]:
                then(*found)
            else:
                self._page.say(nothing)

        part = self._selection.part
        if part is not None and len(part) > _MANY_EVENTS:
            self._page.say("Writing the summary")
        self._submit("summary", StoreQuery(ask, answer))

    def open_outside(self) -> None:
        """The raw record of an event, the summary of anything else, in the user's editor or pager."""
        entry, view = self._selection.entry, self._state.view
        if entry is None or view is None:
            self._page.say("Nothing to open")
        elif entry.row is not None:
            analysis, row = self._state.analysis, entry.row
            read = StoreQuery(
                lambda: "\n".join(shown_lines(analysis.raw(row))) + "\n",
                lambda text: self._page.open_outside(text, "record.txt"),
            )
            self._submit("record", read)
        else:

            def show(text: str, incidents: int) -> None:
                self._page.open_outside("\n".join(shown_lines(text)), "summary.md")

            self._summarise(show, "Nothing to open")

    def export(self) -> None:
        view, analysis = self._state.view, self._state.analysis
        if view is None or not view.count:
            self._page.say("Nothing to export")
            return
        choices = [ExportChoice("selected row", self._selection.incidents_of_row())]
        if analysis.marks:
            number = len(analysis.marks)
            earlier = number - len(analysis.user_data.marked_now)
            remark = f" ({earlier} of them on other days)" if 0 < earlier < number else " on other days" * bool(earlier)
            marked = ExportChoice(f"{number} marked{remark}", lambda: analysis.marked(view))
            # Marks from other days are offered, but never the default, in case they were forgotten.
            choices.insert(0 if analysis.user_data.marked_now else 1, marked)
        choices.append(ExportChoice("all in view", lambda: analysis.incidents(TreePart(view.tree))))
        self._page.open_screen(ExportScreen(analysis, view, choices, self._submit, self._state.settings))

    def mark(self) -> None:
        part = self._selection.part
        if part is None:
            return
        analysis = self._state.analysis
        before = set(analysis.marks)
        marked = analysis.mark(part)
        self._changed(before)
        self._page.say(f"{'Marked' if marked else 'Unmarked'}; {len(analysis.marks)} marked in all, press e to export")
        self._table.action_move(1)
        self._table.refresh()

    def unmark_all(self) -> None:
        user_data = self._state.analysis.user_data
        before = set(user_data.marks)
        if not before:
            self._page.say("Nothing is marked")
            return
        user_data.mark(before, marked=False)
        self._changed(before)
        self._page.say(f"Unmarked {_incidents(len(before))}; {self._page.key_of('browse.undo')} undoes that")
        self._table.refresh()

    def _changed(self, before: set[IncidentKey]) -> None:
        """Records a change of marks from `before` to the current ones."""
        after = set(self._state.analysis.marks)

        def change(added: set[IncidentKey], removed: set[IncidentKey]) -> None:
            user_data = self._state.analysis.user_data
            user_data.mark(removed, marked=False)
            user_data.mark(added, marked=True)
            self._table.refresh()

        added, removed = after - before, before - after
        what = f"{'marks' if added else 'unmarking'} of {_incidents(len(added or removed))}"
        self._history.add(Change(what, lambda: change(removed, added), lambda: change(added, removed)))


def _incidents(number: int) -> str:
    return "1 incident" if number == 1 else f"{number:,} incidents"
