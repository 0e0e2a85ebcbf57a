"""The workspace: single access point to everything that survives a restart."""

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
from smtpscope.workspace.our_addresses import OurAddresses
from smtpscope.workspace.saved_views import SavedViews

__all__ = ["Log", "Workspace", "WorkspaceError"]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Log:
    """The data kept for a set of files opened together. Opening it changes nothing; the first write does."""

    def __init__(self, database: Database, identity: LogIdentity, clock: Clock) -> None:
        self.identity = identity
        self.marks = Marks(database, identity)
        self.notes = Notes(database, identity, clock)
        self._states = States(database, identity)

    def state(self) -> LogState | None:
        """The last state of the log, None if it was never opened. Raises WorkspaceError."""
        return self._states.get()

    def save_state(self, state: LogState) -> None:
        """Saves the state of the log. Raises WorkspaceError."""
        self._states.put(state)


class Workspace:
    """Safe for several threads and several instances. Each call is saved when it returns.

    `kept` is False if nothing survives this run; `warning` then says why (None if that was requested), or that a
    damaged file was moved aside.
    """

    def __init__(self, database: Database, *, kept: bool, warning: WorkspaceError | None, clock: Clock) -> None:
        self.kept = kept
        self.warning = warning
        self.views = SavedViews(database)
        self.history = FilterHistory(database)
        self.addresses = OurAddresses(database)
        self._database = database
        self._clock = clock

    @classmethod
    def open(cls, path: Path | None, *, clock: Clock = _now_ms) -> Workspace:
        """Opens the workspace in the file `path`, None for one in memory. Never raises: see `kept` and `warning`."""
        opened = open_database(path)
        return cls(opened.database, kept=opened.kept, warning=opened.warning, clock=clock)

    def log(self, identity: LogIdentity) -> Log:
        """The data kept for one log."""
        return Log(self._database, identity, self._clock)

    def close(self) -> None:
        """Closes the workspace; a second call does nothing."""
        self._database.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
