"""Notes on the incident under the cursor: edit, save, undo; half-written notes are never lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from smtpscope.app.query_queue import StoreQuery
from smtpscope.app.screens.browse.browse_state import BrowsePage, BrowseState, Selection
from smtpscope.app.screens.browse.change_history import Change, ChangeHistory
from smtpscope.app.screens.browse.part_keys import part_binding
from smtpscope.app.screens.note import NoteScreen, UnkeptNotes, WrittenNotes
from smtpscope.app.widgets.texts.incident_text import headline
from smtpscope.errors import KnowledgeError
from smtpscope.harmless import Shown, shown
from smtpscope.session import IncidentDetail
from smtpscope.session.our_note_keeper import OurNoteKeeper
from smtpscope.store.grouping.incident import IncidentKey


class IncidentNotes:
    """`changed` is called when the detail must be redrawn."""

    BINDINGS: ClassVar[list[BindingType]] = [
        part_binding("notes", "a", "write_note", "Note", show=False, id="browse.note"),
        part_binding("notes", "A", "write_our_note", "Our note", show=False, id="browse.our_note"),
    ]

    def __init__(
        self,
        state: BrowseState,
        page: BrowsePage,
        selection: Selection,
        history: ChangeHistory,
        changed: Callable[[], None],
        submit: Callable[[str, StoreQuery], None],
    ) -> None:
        """`submit` runs a query of its kind in a thread."""
        self._state = state
        self._page = page
        self._selection = selection
        self._history = history
        self._changed = changed
        self._submit = submit
        self._drafts: dict[IncidentKey, WrittenNotes] = {}

    def write_note(self) -> None:
        self._write_notes(ours_first=False)

    def write_our_note(self) -> None:
        self._write_notes(ours_first=True)

    def _write_notes(self, *, ours_first: bool) -> None:
        def answer(found: tuple[IncidentDetail, int] | None) -> None:
            # Of a row with several incidents it is the most frequent one.
            if found is not None and self._page.is_in_front:
                self._open_for(found[0], ours_first=ours_first)

        self._submit("note", StoreQuery(self._selection.largest(), answer))

    def _open_for(self, detail: IncidentDetail, *, ours_first: bool) -> None:
        analysis = self._state.analysis
        try:
            ours = OurNoteKeeper(analysis.knowledge).text(detail)
        except KnowledgeError as error:
            self._refuse(shown(f"{error.where}: {error.what}. {error.remedy}"))
            return
        seen = WrittenNotes(analysis.user_data.note(detail.incident.key), ours)
        self._open(detail, seen, self._drafts.pop(detail.incident.key, seen), ours_first=ours_first)

    def _open(
        self, detail: IncidentDetail, seen: WrittenNotes, written: WrittenNotes, *, ours_first: bool = False
    ) -> None:
        about = shown(f"Note on: {headline(detail.incident)}")

        def closed(answer: WrittenNotes | UnkeptNotes | None) -> None:
            if isinstance(answer, UnkeptNotes):
                self._drafts[detail.incident.key] = answer.written
                self._page.say(f"Not saved. {self._page.key_of('browse.note')} opens the draft again")
            elif answer is not None and answer != seen:
                self._keep(detail, answer, seen)

        self._page.open_screen(NoteScreen(about, seen, written, ours_first=ours_first), closed)

    def _keep(self, detail: IncidentDetail, written: WrittenNotes, seen: WrittenNotes) -> None:
        if not self._kept(detail, written, seen):
            # If saving failed, the text stays open to be shortened or copied.
            self._open(detail, seen, written)
            return
        self._changed()

        def change(to: WrittenNotes, before: WrittenNotes) -> None:
            if self._kept(detail, to, before):
                self._changed()

        what = f"note on {detail.incident.host or 'an unnamed host'}"
        self._history.add(Change(what, lambda: change(seen, written), lambda: change(written, seen)))

    def _kept(self, detail: IncidentDetail, written: WrittenNotes, seen: WrittenNotes) -> bool:
        """Our note first: text moved by f3 is removed from its source only after it has been saved."""
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
            stands = OurNoteKeeper(self._state.analysis.knowledge).write(detail, note, seen=seen)
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
        self._page.say(why, severity="error")
