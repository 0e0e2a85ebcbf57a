"""The filter history: latest first, no duplicates."""

from __future__ import annotations

from typing import Final

from smtpscope.workspace.database import Database
from smtpscope.workspace.stored_text import LONGEST_TEXT, storable

MOST_FILTERS: Final = 200


class FilterHistory:
    """At most 200 filters, shared by all logs; safe with two instances running."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recent(self, most: int = MOST_FILTERS) -> tuple[str, ...]:
        """The `most` latest. Raises WorkspaceError."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT filter_text FROM used_filter ORDER BY turn DESC LIMIT ?", (max(0, most),)
            ).fetchall()
        return tuple(text for (text,) in rows)

    def add(self, filter_text: str) -> None:
        """Puts `filter_text` first; ignores blank filters and those over 10,000 characters.

        Raises WorkspaceError.
        """
        text = storable(filter_text).strip()
        if not text or len(text) > LONGEST_TEXT:
            return
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO used_filter VALUES (?, (SELECT coalesce(max(turn), 0) + 1 FROM used_filter))",
                (text,),
            )
            connection.execute(
                "DELETE FROM used_filter WHERE filter_text NOT IN"
                " (SELECT filter_text FROM used_filter ORDER BY turn DESC LIMIT ?)",
                (MOST_FILTERS,),
            )

    def remove(self, filter_text: str) -> None:
        """Forgets one filter. Raises WorkspaceError."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM used_filter WHERE filter_text = ?", (storable(filter_text).strip(),))

    def clear(self) -> None:
        """Forgets all. Raises WorkspaceError."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM used_filter")
