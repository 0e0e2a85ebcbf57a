"""The workspace: the one door to all that outlives a run."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

from smtpscope.workspace.database import Database, WorkspaceError
from smtpscope.workspace.filter_history import FilterHistory
from smtpscope.workspace.log_identity import LogIdentity
from smtpscope.workspace.log_state import LogState, States
from smtpscope.workspace.marks import Marks
from smtpscope.workspace.notes import Clock, Notes
from smtpscope.workspace.opening import open_database
from smtpscope.workspace.saved_views import SavedViews

__all__ = ["Log", "Workspace", "WorkspaceError"]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Log:
    """What is kept for the files that are open together. Opening one changes nothing; the first write does."""

    def __init__(self, database: Database, identity: LogIdentity, clock: Clock) -> None:
        self.identity = identity
        self.marks = Marks(database, identity)
        self.notes = Notes(database, identity, clock)
        self._states = States(database, identity)

    def state(self) -> LogState | None:
        """How the log was left, None where it was never open. Raises WorkspaceError."""
        return self._states.get()

    def save_state(self, state: LogState) -> None:
        """Keeps how the log is left. Raises WorkspaceError."""
        self._states.put(state)


class Workspace:
    """Usable from several threads, and by several instances at once. Each call is kept when it returns.

    `kept` is False where nothing outlives this run; `warning` then says why (None where that was asked for), or
    that a damaged file was moved aside.
    """

    def __init__(self, database: Database, *, kept: bool, warning: WorkspaceError | None, clock: Clock) -> None:
        self.kept = kept
        self.warning = warning
        self.views = SavedViews(database)
        self.history = FilterHistory(database)
        self._database = database
        self._clock = clock

    @classmethod
    def open(cls, path: Path | None, *, clock: Clock = _now_ms) -> Workspace:
        """The workspace in the file `path`, None for one that forgets. Never raises: see `kept` and `warning`."""
        opened = open_database(path)
        return cls(opened.database, kept=opened.kept, warning=opened.warning, clock=clock)

    def log(self, identity: LogIdentity) -> Log:
        """What is kept for one log."""
        return Log(self._database, identity, self._clock)

    def close(self) -> None:
        """Ends the use; calling it twice does no harm."""
        self._database.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
