"""The last position in a log: row, filter, grouping, order and layout."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from smtpscope.store.grouping.dimensions import DIMENSIONS, Grouping
from smtpscope.store.grouping.groups import SORT_COLUMNS, SortColumn
from smtpscope.workspace.database import Database
from smtpscope.workspace.known_files import find_whole, forget_unused, keep_files
from smtpscope.workspace.log_identity import LogIdentity
from smtpscope.workspace.stored_text import LONGEST_TEXT, storable

_MOST_STATES = 500


class Position(Struct, frozen=True):
    """A row of the table, described so the next run can find it.

    `groups` are column and value of the enclosing groups, outermost first (`("code", "550")`, `("host_key",
    "mx.contoso.example")`); `event` is file and offset of the event, None on a group.
    """

    groups: tuple[tuple[str, str], ...] = ()
    event: tuple[str, int] | None = None


class LogState(Struct, frozen=True):
    """`layout` is the browser's name for it, "" for the default."""

    position: Position = Position()
    filter_text: str = ""
    grouping: Grouping = "code"
    sort: SortColumn = "attention"
    descending: bool = False
    layout: str = ""

    def under(
        self,
        *,
        filter_text: str | None = None,
        grouping: Grouping | None = None,
        sort: SortColumn | None = None,
        layout: str | None = None,
    ) -> LogState:
        """This state, overridden by the command line; None means "not given"."""
        return replace(
            self,
            filter_text=self.filter_text if filter_text is None else filter_text,
            grouping=self.grouping if grouping is None else grouping,
            sort=self.sort if sort is None else sort,
            # A requested order starts in its natural direction.
            descending=self.descending and sort is None,
            layout=self.layout if layout is None else layout,
        )


class States:
    """The state of one log, stored for exactly this set of files."""

    def __init__(self, database: Database, log: LogIdentity) -> None:
        self._database = database
        self._log = log

    def get(self) -> LogState | None:
        """The last state of the log, None if it was never opened. Raises WorkspaceError."""
        with self._database.reading() as connection:
            files = find_whole(connection, self._log)
            if files is None:
                return None
            row = connection.execute(
                "SELECT position, filter_text, grouping, sort, descending, layout FROM log_state WHERE files = ?",
                (_set_key(files),),
            ).fetchone()
        return None if row is None else _state(row)

    def put(self, state: LogState) -> None:
        """Saves `state`; with two instances, the last one wins. Raises WorkspaceError."""
        if not self._log.files:
            return
        filter_text = storable(state.filter_text)
        with self._database.writing() as connection:
            files = keep_files(connection, self._log)
            connection.execute(
                "INSERT OR REPLACE INTO log_state VALUES"
                " (?, (SELECT coalesce(max(turn), 0) + 1 FROM log_state), ?, ?, ?, ?, ?, ?)",
                (
                    _set_key(files),
                    _position_text(state.position),
                    filter_text if len(filter_text) <= LONGEST_TEXT else "",
                    state.grouping,
                    state.sort,
                    state.descending,
                    storable(state.layout),
                ),
            )
            connection.execute(
                "DELETE FROM log_state WHERE turn <= (SELECT max(turn) FROM log_state) - ?", (_MOST_STATES,)
            )
            forget_unused(connection)


def _set_key(files: list[int]) -> bytes:
    return hashlib.sha256(",".join(map(str, files)).encode("ascii")).digest()


def _state(row: tuple[Any, ...]) -> LogState:
    position, filter_text, grouping, sort, descending, layout = row
    return LogState(
        position=_position(position),
        filter_text=filter_text,
        # A newer version may use words this one does not know.
        grouping=DIMENSIONS.understood(grouping) or "code",
        sort=sort if sort in SORT_COLUMNS else "attention",
        descending=bool(descending),
        layout=layout,
    )


def _position_text(position: Position) -> str:
    return json.dumps({"groups": position.groups, "event": position.event})


def _position(text: str) -> Position:
    try:
        stored = json.loads(text)
        groups = tuple((str(column), str(value)) for column, value in stored["groups"])
        event = stored["event"]
        return Position(groups, None if event is None else (str(event[0]), int(event[1])))
    except (ValueError, TypeError, LookupError, RecursionError):
        return Position()
