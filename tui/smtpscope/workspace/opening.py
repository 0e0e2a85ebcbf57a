"""A path -> a database that always works: the file, a new one if it is damaged, or one in memory with a warning."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

from msgspec import Struct

from smtpscope.workspace.database import Database, WorkspaceError, primary_code
from smtpscope.workspace.schema import MIGRATIONS

_WAIT_SECONDS: Final = 5.0
_NOTHING_KEPT: Final = "so this run's views, marks, notes and filters are not saved"


class OpenedDatabase(Struct, frozen=True):
    """`kept` is False if everything is in memory only; `warning` says why, or that a file was moved aside."""

    database: Database
    kept: bool
    warning: WorkspaceError | None


class _DamagedError(Exception):
    """The file is not a database, or is damaged."""


class _UnusableError(Exception):
    """The file may be fine, but can't be used here; the text says why."""


def open_database(path: Path | None, *, migrations: Sequence[str] = MIGRATIONS) -> OpenedDatabase:
    """Opens the database at `path`, creating it if missing; None means in memory. Never raises.

    A damaged file is moved aside under another name. If the file is read-only, its contents are still shown, and
    nothing is saved.
    """
    if path is None:
        return OpenedDatabase(_in_memory(None, migrations), False, None)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(path):
            try:
                return OpenedDatabase(Database(_opened(path, migrations), str(path)), True, None)
            except _DamagedError:
                return _replaced(path, migrations)
    except (OSError, ValueError, sqlite3.Error, _DamagedError, _UnusableError) as error:
        warning = WorkspaceError(
            where=str(path),
            what=f"{_reason(error)}, {_NOTHING_KEPT}",
            remedy="Check that folder's permissions and free space, and that no newer smtpscope wrote the file",
        )
        return OpenedDatabase(_in_memory(path, migrations), False, warning)


def _reason(error: Exception) -> str:
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return text if isinstance(error, _UnusableError) else f"can't be opened ({text})"


def _opened(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    """Raises _DamagedError, _UnusableError, sqlite3.Error."""
    connection = _connected(str(path))
    try:
        _check(connection)
        _use_wal(connection)
        _migrate(connection, migrations)
        _try_to_write(connection, len(migrations))
    except sqlite3.DatabaseError as error:
        connection.close()
        if primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise _DamagedError(str(error)) from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _try_to_write(connection: sqlite3.Connection, version: int) -> None:
    """Fails right away if the file is read-only, not only when the first note is lost."""
    # BEGIN IMMEDIATE alone does not: on a read-only file SQLite turns it into BEGIN.
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(f"PRAGMA user_version = {version}")
    finally:
        connection.execute("ROLLBACK")


def _connected(name: str, *, uri: bool = False) -> sqlite3.Connection:
    # No implicit transactions by Python; a lock around the connection makes it thread-safe.
    connection = sqlite3.connect(name, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False, uri=uri)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _check(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise _DamagedError(str(found))


def _use_wal(connection: sqlite3.Connection) -> None:
    """WAL allows readers alongside a writer if the file system supports it; the older mode works everywhere."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        # Busy: another instance is opening it, and its choice applies to both.
        if primary_code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            connection.execute("PRAGMA journal_mode = DELETE")


def _migrate(connection: sqlite3.Connection, migrations: Sequence[str]) -> None:
    if _version(connection) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again: another instance may have migrated it while we waited.
        version = _version(connection)
        if version > len(migrations):
            raise _UnusableError("it was written by a newer smtpscope")
        for script in migrations[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _statements(script: str) -> Iterator[str]:
    # executescript() would commit in the middle.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _in_memory(path: Path | None, migrations: Sequence[str]) -> Database:
    """A database in memory, with a copy of what is readable in `path`."""
    place = "the workspace in memory"
    if path is not None:
        with suppress(OSError, ValueError, sqlite3.Error, _DamagedError, _UnusableError):
            return Database(_copied(path, migrations), place)
    connection = _connected(":memory:")
    _migrate(connection, migrations)
    return Database(connection, place)


def _copied(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    address = path.absolute().as_uri()
    connection = _connected(":memory:")
    try:
        try:
            with closing(_connected(f"{address}?mode=ro", uri=True)) as source:
                source.backup(connection)
        except sqlite3.Error:
            # In a read-only folder SQLite opens a WAL database only as immutable.
            with closing(_connected(f"{address}?mode=ro&immutable=1", uri=True)) as source:
                source.backup(connection)
        _check(connection)
        _migrate(connection, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _replaced(path: Path, migrations: Sequence[str]) -> OpenedDatabase:
    """Moves the damaged file at `path` aside and makes a new one; raises what `_opened` raises, and OSError."""
    aside = _move_aside(path)
    connection = _opened(path, migrations)
    warning = WorkspaceError(
        where=str(path),
        what=f"it was damaged and moved to {aside.name}; a new one was created",
        remedy="Restore it from a backup if there is one",
    )
    return OpenedDatabase(Database(connection, str(path)), True, warning)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Excludes other instances; the system releases the lock if a process dies."""
    with closing(_connected(str(path.with_name(f"{path.name}.lock")))) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield
        lock.execute("ROLLBACK")


def _move_aside(path: Path) -> Path:
    for number in count(1):
        aside = path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")
        if not aside.exists():
            break
    # The journals first, under the name that SQLite looks for, so that a rescue finds what is only there: a new file at
    # `path` would take them for its own.
    for end in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
    path.rename(aside)
    return aside
