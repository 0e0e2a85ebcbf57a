"""Saved views: filter, grouping and order under a name, for every log."""

from __future__ import annotations

from msgspec import Struct

from smtpscope.store.grouping.dimensions import DIMENSIONS, Grouping
from smtpscope.store.grouping.groups import SORT_COLUMNS, SortColumn
from smtpscope.workspace.database import Database, WorkspaceError
from smtpscope.workspace.stored_text import LONGEST_TEXT, storable

_LONGEST_NAME = 100


class SavedView(Struct, frozen=True):
    """`name` is one line of at most 100 characters, compared without case. `left_out` are the names of the columns that
    the table does not have, separated by commas.
    """

    name: str
    filter_text: str
    grouping: Grouping = "code"
    sort: SortColumn = "attention"
    descending: bool = False
    left_out: str = ""


class SavedViews:
    """All saved views; safe with two instances running."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[SavedView, ...]:
        """Sorted by name. Raises WorkspaceError."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT name, filter_text, grouping, sort, descending, left_out FROM saved_view ORDER BY folded_name"
            ).fetchall()
        return tuple(
            SavedView(
                name,
                filter_text,
                # A newer version may use words this one does not know.
                DIMENSIONS.understood(grouping) or "code",
                sort if sort in SORT_COLUMNS else "attention",
                bool(descending),
                left_out,
            )
            for name, filter_text, grouping, sort, descending, left_out in rows
        )

    def find(self, name: str) -> SavedView | None:
        """The view called `name`, ignoring case. Raises WorkspaceError."""
        wanted = _tidy(name).casefold()
        return next((view for view in self.all() if view.name.casefold() == wanted), None)

    def save(self, view: SavedView) -> bool:
        """Saves `view` under its name; True if it replaced one.

        Raises WorkspaceError, also for an empty or overlong name.
        """
        name = _tidy(view.name)
        if not name or len(name) > _LONGEST_NAME:
            raise WorkspaceError(
                where="saved view",
                what="it has no name" if not name else f"its name has {len(name)} characters",
                remedy=f"Give it a name of at most {_LONGEST_NAME} characters",
            )
        filter_text = storable(view.filter_text)
        if len(filter_text) > LONGEST_TEXT:
            raise WorkspaceError(
                where="saved view",
                what=f"its filter has {len(filter_text):,} characters",
                remedy=f"Use a filter of at most {LONGEST_TEXT:,} characters",
            )
        folded = name.casefold()
        with self._database.writing() as connection:
            removed = connection.execute("DELETE FROM saved_view WHERE folded_name = ?", (folded,)).rowcount
            connection.execute(
                "INSERT INTO saved_view VALUES (?, ?, ?, ?, ?, ?, ?)",
                (folded, name, filter_text, view.grouping, view.sort, view.descending, storable(view.left_out)),
            )
        return removed > 0

    def remove(self, name: str) -> bool:
        """Deletes the view called `name`; True if there was one. Raises WorkspaceError."""
        with self._database.writing() as connection:
            removed = connection.execute("DELETE FROM saved_view WHERE folded_name = ?", (_tidy(name).casefold(),))
            return removed.rowcount > 0


def _tidy(name: str) -> str:
    return " ".join(storable(name).split())
