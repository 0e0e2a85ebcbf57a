"""One SQLite connection, shared by several threads, with errors that say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from smtpscope.errors import SmtpscopeError


class WorkspaceError(SmtpscopeError):
    """Something can't be saved or loaded; also used unraised, as the one warning that nothing will be saved."""


class Database:
    """`place` is its name in messages. All access goes through `reading` and `writing`."""

    def __init__(self, connection: sqlite3.Connection, place: str) -> None:
        self.place = place
        self._connection = connection
        self._lock = RLock()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A consistent snapshot, even while another instance writes. Raises WorkspaceError."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: everything written inside is saved, or nothing; other instances wait.

        Raises WorkspaceError when the disk is full, or another instance writes for longer than the connection waits.
        """
        # IMMEDIATE: anything read inside to decide what to write is still true when it is written.
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection.execute(begin)
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                finally:
                    # Still open only after a failure; SQLite itself rolls back after some of them.
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise self._failure(error) from error

    def close(self) -> None:
        """Closes the connection; a second call does nothing."""
        with self._lock:
            self._connection.close()

    def _failure(self, error: sqlite3.Error) -> WorkspaceError:
        code = primary_code(error)
        remedy = "Check that folder's permissions and free space"
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            remedy = "Another smtpscope is busy with it: try again"
        elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            remedy = "Start smtpscope again: it moves a damaged file aside"
        return WorkspaceError(where=self.place, what=f"can't be used: {error}", remedy=remedy)


def primary_code(error: sqlite3.Error) -> int | None:
    """The primary result code, None if the error is Python's own."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
