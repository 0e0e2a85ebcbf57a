"""Notes on the incidents of a log: plain text; never overwrites what another instance wrote meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

from msgspec import Struct

from smtpscope.knowledge.our_notes import merged_text
from smtpscope.store.grouping.incident import IncidentKey
from smtpscope.workspace.database import Database, WorkspaceError
from smtpscope.workspace.incident_rows import KEY_COLUMNS, SAME_KEY, key_of, key_row
from smtpscope.workspace.known_files import find_files, keep_files
from smtpscope.workspace.log_identity import LogIdentity
from smtpscope.workspace.stored_text import LONGEST_TEXT, storable

Clock = Callable[[], int]
"""Milliseconds since 1970-01-01 UTC."""


class Note(Struct, frozen=True):
    """`text` as written, not yet harmless; `changed_ms` since 1970-01-01 UTC."""

    text: str
    changed_ms: int


class Notes:
    """The notes of one log. Like marks, they are stored per file."""

    def __init__(self, database: Database, log: LogIdentity, clock: Clock) -> None:
        self._database = database
        self._log = log
        self._clock = clock

    def all(self) -> dict[IncidentKey, Note]:
        """Every note of the log. Raises WorkspaceError."""
        found: dict[IncidentKey, list[Note]] = {}
        with self._database.reading() as connection:
            for file in find_files(connection, self._log):
                rows = connection.execute(
                    f"SELECT {KEY_COLUMNS}, content, changed_ms FROM note WHERE file = ?", (file,)
                )
                for row in rows:
                    key = key_of(row)
                    if key is not None:
                        found.setdefault(key, []).append(Note(row[4], row[5]))
        return {key: note for key, notes in found.items() if (note := _together(notes)) is not None}

    def of(self, key: IncidentKey) -> Note | None:
        """The note on one incident. Raises WorkspaceError."""
        with self._database.reading() as connection:
            return _note(connection, find_files(connection, self._log), key)

    def write(self, key: IncidentKey, text: str, *, seen: str) -> Note | None:
        """Makes `text` the note on `key` (blank removes it); `seen` is the note as it was when editing started.

        If it has changed since, both texts are kept, the other one first, and a removal is not done. Returns the
        resulting note. Raises WorkspaceError, also when `text` has more than 10,000 characters.
        """
        if len(text) > LONGEST_TEXT:
            raise WorkspaceError(
                where="note",
                what=f"it has {len(text):,} characters; the limit is {LONGEST_TEXT:,}",
                remedy="Shorten it",
            )
        text = storable(text) if text.strip() else ""
        with self._database.writing() as connection:
            files = keep_files(connection, self._log)
            stands = _note(connection, files, key)
            kept = merged_text("" if stands is None else stands.text, text, storable(seen))
            # Written even if unchanged, for files added since.
            note = stands if stands is not None and kept == stands.text else Note(kept, self._clock())
            self._put(connection, files, key, note)
        return note if note.text else None

    @staticmethod
    def _put(connection: sqlite3.Connection, files: Iterable[int], key: IncidentKey, note: Note) -> None:
        row = key_row(key)
        for file in files:
            connection.execute(f"DELETE FROM note WHERE file = ? AND {SAME_KEY}", (file, *row))
            if note.text:
                connection.execute(
                    f"INSERT INTO note (file, {KEY_COLUMNS}, content, changed_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (file, *row, note.text, note.changed_ms),
                )


def _note(connection: sqlite3.Connection, files: Iterable[int], key: IncidentKey) -> Note | None:
    row = key_row(key)
    notes = [
        Note(text, changed_ms)
        for file in files
        for text, changed_ms in connection.execute(
            f"SELECT content, changed_ms FROM note WHERE file = ? AND {SAME_KEY}", (file, *row)
        )
    ]
    return _together(notes)


def _together(notes: list[Note]) -> Note | None:
    """The notes of several files as one: if they differ, one after the other, oldest first."""
    if not notes:
        return None
    notes = sorted(notes, key=lambda note: (note.changed_ms, note.text))
    return Note("\n\n".join(dict.fromkeys(note.text for note in notes)), notes[-1].changed_ms)
