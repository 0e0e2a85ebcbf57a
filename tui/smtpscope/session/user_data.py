"""What survives a restart: marks, notes, saved views, filters, and the last position in a log.

Nothing here ends a run: anything that can't be saved or loaded is reported once, in `warning`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, TypeVar

from smtpscope.store.grouping.incident import IncidentKey

if TYPE_CHECKING:
    from smtpscope.workspace.log_identity import ReadableLog
    from smtpscope.workspace.log_state import LogState
    from smtpscope.workspace.notes import Note
    from smtpscope.workspace.saved_views import SavedView
    from smtpscope.workspace.workspace import Log, Workspace

_T = TypeVar("_T")


class UserData:
    """The workspace, as the analysis needs it. Without one, marks and notes last as long as the analysis.

    `marked_now` are the marks set in this run; the others are from other days.
    """

    def __init__(self, workspace: Workspace | None) -> None:
        self._workspace = workspace
        self._log: Log | None = None
        self.marks: set[IncidentKey] = set()
        self.marked_now: set[IncidentKey] = set()
        self.warning: str | None = None
        if workspace is not None and workspace.warning is not None:
            self._warn(workspace.warning.what)

    def open(self, sources: Collection[ReadableLog]) -> None:
        """Switches marks, notes and state to these files."""
        if self._workspace is None or not sources:
            return
        from smtpscope.workspace.log_identity import LogIdentity

        self._log = self._workspace.log(LogIdentity.of(sources))
        self.marks = set(self._tried(self._log.marks.all, frozenset[IncidentKey]()))

    def mark(self, keys: Iterable[IncidentKey], *, marked: bool) -> None:
        """Sets or removes the marks of `keys`."""
        changed = set(keys)
        self.marked_now = self.marked_now | (changed - self.marks) if marked else self.marked_now - changed
        self.marks = self.marks | changed if marked else self.marks - changed
        log = self._log
        if log is not None:
            self._tried(lambda: (log.marks.add if marked else log.marks.remove)(changed), None)

    def toggle(self, keys: set[IncidentKey]) -> bool:
        """Marks `keys`, or unmarks them if all are marked; returns whether they are marked now."""
        marked = not keys <= self.marks
        self.mark(keys, marked=marked)
        return marked

    def note(self, key: IncidentKey) -> str:
        """The note on an incident, "" if there is none; verbatim, so not yet harmless."""
        log = self._log
        found: Note | None = None if log is None else self._tried(lambda: log.notes.of(key), None)
        return "" if found is None else found.text

    def noted(self) -> frozenset[IncidentKey]:
        """The incidents that have a note."""
        log = self._log
        return frozenset() if log is None else self._tried(lambda: frozenset(log.notes.all()), frozenset[IncidentKey]())

    def write_note(self, key: IncidentKey, text: str, *, seen: str) -> bool:
        """Saves `text` as the note on `key`; `seen` is the note as it was when editing started. Returns False if not
        saved.
        """
        log = self._log
        if log is None:
            return False
        return self._done(lambda: log.notes.write(key, text, seen=seen))

    def state(self) -> LogState | None:
        """The last state of the open files."""
        return None if self._log is None else self._tried(self._log.state, None)

    def save_state(self, state: LogState) -> None:
        log = self._log
        if log is not None:
            self._tried(lambda: log.save_state(state), None)

    def views(self) -> tuple[SavedView, ...]:
        """The saved views by name."""
        return () if self._workspace is None else self._tried(self._workspace.views.all, ())

    def save_view(self, view: SavedView) -> bool:
        """Saves `view` under its name; False if that failed, see `warning`."""
        workspace = self._workspace
        if workspace is None:
            self._warn("nothing is saved in this run")
            return False
        return self._done(lambda: workspace.views.save(view))

    def remove_view(self, name: str) -> None:
        workspace = self._workspace
        if workspace is not None:
            self._tried(lambda: workspace.views.remove(name), False)

    def filters(self) -> tuple[str, ...]:
        """The filter history, latest first."""
        return () if self._workspace is None else self._tried(self._workspace.history.recent, ())

    def remember_filter(self, filter_text: str) -> None:
        workspace = self._workspace
        if workspace is not None and filter_text.strip():
            self._tried(lambda: workspace.history.add(filter_text), None)

    def our_address(self, server: str) -> str:
        """The IP address that mail of our `server` leaves from, as the user gave it; "" if unknown."""
        return "" if self._workspace is None else self._tried(lambda: self._known_address(server), "")

    def _known_address(self, server: str) -> str:
        assert self._workspace is not None
        return self._workspace.addresses.of(server)

    def keep_our_address(self, server: str, address: str) -> bool:
        """Remembers it for the next time; False if that failed."""
        workspace = self._workspace
        return workspace is not None and self._done(lambda: workspace.addresses.keep(server, address))

    def _done(self, call: Callable[[], object]) -> bool:
        """Whether `call` succeeded."""

        def carried_out() -> bool:
            call()
            return True

        return self._tried(carried_out, False)

    def _tried(self, call: Callable[[], _T], otherwise: _T) -> _T:
        from smtpscope.workspace.database import WorkspaceError

        try:
            return call()
        except WorkspaceError as error:
            self._warn(error.what)
            return otherwise

    def _warn(self, what: str) -> None:
        self.warning = f"Not saved: {what}"
