"""One SQLite connection that several threads may use, its failures said in words that people can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from smtpscope.errors import SmtpscopeError


class WorkspaceError(SmtpscopeError):
    """Something can't be kept or found; also used unraised, as the one warning that nothing will be kept."""


class Database:
    """`place` is what messages call it. All reading and writing goes through `reading` and `writing`."""

    def __init__(self, connection: sqlite3.Connection, place: str) -> None:
        self.place = place
        self._connection = connection
        self._lock = RLock()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One picture of the data, whatever another instance writes meanwhile. Raises WorkspaceError."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All that is written inside is kept, or nothing of it; no other instance writes in between.

        Raises WorkspaceError when the disk is full, or another instance writes for longer than the connection waits.
        """
        # IMMEDIATE: what is read inside to decide what to write is still true when it is written.
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
                    # Still open only if something failed; SQLite has ended it by itself after some failures.
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise self._failure(error) from error

    def close(self) -> None:
        """Ends the use; calling it twice does no harm."""
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
    """The result code without its refinement, None where the error is Python's own."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
