"""Files seen before: identity -> the id that their marks, notes and state are stored under."""

from __future__ import annotations

import hashlib
import sqlite3

from smtpscope.workspace.log_identity import TELLING_SIZE, FileIdentity, LogIdentity
from smtpscope.workspace.stored_text import packed

_MOST_FILES = 20_000


def find_file(connection: sqlite3.Connection, file: FileIdentity) -> int | None:
    """The id of `file`, None if it is new. Changes nothing."""
    found = _best(connection, file)
    return None if found is None else found[0]


def find_files(connection: sqlite3.Connection, log: LogIdentity) -> list[int]:
    """The ids of the known files of `log`, in ascending order."""
    return sorted({number for file in log.files if (number := find_file(connection, file)) is not None})


def find_whole(connection: sqlite3.Connection, log: LogIdentity) -> list[int] | None:
    """The ids of all files of `log`, None if any of them is new."""
    numbers = {find_file(connection, file) for file in log.files}
    known = sorted(number for number in numbers if number is not None)
    return known if known and None not in numbers else None


def keep_files(connection: sqlite3.Connection, log: LogIdentity) -> list[int]:
    """The ids of all files of `log`, created as needed; call inside a write transaction."""
    return sorted({_keep(connection, file) for file in log.files})


def forget_unused(connection: sqlite3.Connection) -> None:
    """Drops the oldest files without marks or notes once there are very many."""
    connection.execute(
        "DELETE FROM known_file WHERE id <= (SELECT max(id) FROM known_file) - ?"
        " AND id NOT IN (SELECT file FROM mark) AND id NOT IN (SELECT file FROM note)",
        (_MOST_FILES,),
    )


def _keep(connection: sqlite3.Connection, file: FileIdentity) -> int:
    found = _best(connection, file)
    values = (packed(file.path), len(file.head), _hash(file.head))
    if found is None:
        inserted = connection.execute(
            "INSERT INTO known_file (name, path, head_length, head_hash) VALUES (?, ?, ?, ?)",
            (packed(file.name), *values),
        )
        assert inserted.lastrowid is not None
        return inserted.lastrowid
    number, head_length = found
    # If a short head has grown, the longer one identifies the file better.
    if head_length < len(file.head):
        connection.execute(
            "UPDATE known_file SET path = ?, head_length = ?, head_hash = ? WHERE id = ?", (*values, number)
        )
    return number


def _best(connection: sqlite3.Connection, file: FileIdentity) -> tuple[int, int] | None:
    """Id and length of the stored head: same path first, then the longest, then the latest."""
    name, path = packed(file.name), packed(file.path)
    lengths = connection.execute(
        "SELECT DISTINCT head_length FROM known_file WHERE name = ? AND head_length <= ?", (name, len(file.head))
    ).fetchall()
    best: tuple[bool, int, int] | None = None
    # Asked by length and hash, so five hundred servers' Application.evtx files need no five hundred comparisons each.
    for (length,) in lengths:
        same_head = connection.execute(
            "SELECT path = ?, id FROM known_file"
            " WHERE name = ? AND head_length = ? AND head_hash = ? AND (head_length >= ? OR path = ?)",
            (path, name, length, _hash(file.head[:length]), TELLING_SIZE, path),
        ).fetchall()
        for same_path, number in same_head:
            rank = (bool(same_path), length, number)
            best = rank if best is None else max(best, rank)
    return None if best is None else (best[2], best[1])


def _hash(head: bytes) -> bytes:
    return hashlib.sha256(head).digest()
