"""Marks on the incidents of a log. They belong to its files, so adding a file to a folder keeps them."""

from __future__ import annotations

from collections.abc import Iterable

from smtpscope.store.grouping.incident import IncidentKey
from smtpscope.workspace.database import Database
from smtpscope.workspace.incident_rows import KEY_COLUMNS, SAME_KEY, key_of, key_row
from smtpscope.workspace.known_files import find_files, keep_files
from smtpscope.workspace.log_identity import LogIdentity


class Marks:
    """Marks are added and removed one by one, never as a whole: safe with two instances running."""

    def __init__(self, database: Database, log: LogIdentity) -> None:
        self._database = database
        self._log = log

    def all(self) -> frozenset[IncidentKey]:
        """The incidents marked in any file of the log. Raises WorkspaceError."""
        with self._database.reading() as connection:
            found: set[IncidentKey] = set()
            for file in find_files(connection, self._log):
                rows = connection.execute(f"SELECT {KEY_COLUMNS} FROM mark WHERE file = ?", (file,))
                found.update(key for row in rows if (key := key_of(row)) is not None)
        return frozenset(found)

    def add(self, keys: Iterable[IncidentKey]) -> None:
        """Marks `keys`; already marked ones stay marked. Raises WorkspaceError."""
        rows = [key_row(key) for key in keys]
        if not rows:
            return
        with self._database.writing() as connection:
            for file in keep_files(connection, self._log):
                connection.executemany(
                    f"INSERT OR IGNORE INTO mark (file, {KEY_COLUMNS}) VALUES (?, ?, ?, ?, ?)",
                    [(file, *row) for row in rows],
                )

    def remove(self, keys: Iterable[IncidentKey]) -> None:
        """Unmarks `keys` in all files of the log. Raises WorkspaceError."""
        rows = [key_row(key) for key in keys]
        if not rows:
            return
        with self._database.writing() as connection:
            for file in find_files(connection, self._log):
                connection.executemany(
                    f"DELETE FROM mark WHERE file = ? AND {SAME_KEY}", [(file, *row) for row in rows]
                )
