"""State shared by the parts of the browse screen: the analysis, the current view, and the cursor."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Literal, Protocol

from msgspec import Struct, field
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from smtpscope.app.widgets.table.group_outline import GroupOutline, OutlineEntry
from smtpscope.app.widgets.table.table_line import ColumnName
from smtpscope.configuration.settings import Settings
from smtpscope.session import IncidentDetail, LoadedBatch, View
from smtpscope.session.browsing.browsed import Browsed
from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.store.grouping.groups import SortColumn

Severity = Literal["information", "warning", "error"]


class BrowseState(Struct):
    """Plain values, each changed by one part.

    `filter_text` is the wanted filter (filter controller), `view` and `outline` are what is shown (view controller),
    `arrived` are batches waiting for a query to finish, `read_all` means that reading has ended, and `first_new` is
    the first event that came in since the logs are followed (loading controller). `left_out` are the columns that the
    user does not want (table navigation).
    """

    analysis: Browsed
    settings: Settings
    filter_text: str
    grouping: Grouping
    sort: SortColumn
    descending: bool
    view: View | None = None
    outline: GroupOutline | None = None
    read_all: bool = False
    arrived: list[LoadedBatch] = field(default_factory=list)
    cursor_before_typing: Hashable = None
    first_new: int | None = None
    left_out: frozenset[ColumnName] = frozenset()

    @classmethod
    def begin(cls, analysis: Browsed, settings: Settings, filter_text: str) -> BrowseState:
        """The initial state, according to the settings."""
        descending = settings.sort in ("count", "last")
        return cls(analysis, settings, filter_text, settings.grouping, settings.sort, descending)

    @property
    def shows_all(self) -> bool:
        """Whether everything read so far is in view."""
        return self.view is not None and self.view.total == self.analysis.events and not self.arrived


class LineCursor(Protocol):
    """The table, as seen by the parts: rows with a cursor."""

    cursor: int


class BrowsePage(Protocol):
    """The interface of the screen for its parts."""

    @property
    def is_alive(self) -> bool:
        """Whether the screen still has its widgets; work started before the user quit may finish later."""
        ...

    @property
    def is_in_front(self) -> bool:
        """Whether no other screen covers this one."""
        ...

    def say(self, message: str, *, severity: Severity = "information") -> None:
        """Shows `message`, plain text and already harmless, until the next key."""
        ...

    def key_of(self, action: str) -> str:
        """The display name of an action's key, by its id; the user may have rebound it."""
        ...

    def open_outside(self, content: str, name: str) -> None:
        """Opens `content`, already harmless, in the user's editor or pager, in a file called `name`."""
        ...

    def open_screen(self, screen: Screen[Any], on_result: Callable[[Any], None] | None = None) -> None:
        """Opens another screen; `on_result` is called with its result."""
        ...

    def run_in_thread(self, work: Callable[[], None], group: str) -> Worker[None]:
        """Runs `work` in a thread, cancelling an older one of the same group."""
        ...

    def from_thread(self, callback: Callable[..., None], *arguments: object) -> None:
        """Calls `callback` on the UI thread and waits for it."""
        ...

    def later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Calls `callback` once, after that many seconds."""
        ...


class Selection:
    """The row under the cursor, and values derived from it."""

    def __init__(self, state: BrowseState, table: LineCursor) -> None:
        self._state = state
        self._table = table

    @property
    def entry(self) -> OutlineEntry | None:
        """The group or event under the cursor; None if there is no row."""
        outline = self._state.outline
        if outline is None or not 0 <= self._table.cursor < len(outline):
            return None
        return outline.place(self._table.cursor)

    @property
    def key(self) -> Hashable:
        """A key that finds the same row in another outline; None if there is no row."""
        entry, outline = self.entry, self._state.outline
        return None if entry is None or outline is None else outline.key(entry)

    @property
    def in_view(self) -> tuple[View, OutlineEntry] | None:
        """The current view and the entry under the cursor."""
        entry = self.entry
        return None if entry is None or self._state.view is None else (self._state.view, entry)

    @property
    def row(self) -> int | None:
        """The event under the cursor, or the sample of the group there."""
        return self.sample_row()()

    def sample_row(self) -> Callable[[], int | None]:
        """Finds the same when it is called, also in a thread: the row is that of now."""
        here = self.in_view
        row = None if here is None else here[1].row
        if row is not None:
            return lambda: row
        found = self.incidents_of_row(most=1)
        return lambda: next((detail.incident.sample_row for detail in found()), None)

    @property
    def part(self) -> TreePart | None:
        """The events of the row under the cursor."""
        here = self.in_view
        return None if here is None else TreePart(here[0].tree, here[1].level, here[1].index, here[1].row)

    def largest(self) -> Callable[[], tuple[IncidentDetail, int] | None]:
        """Finds the most frequent incident of the row of now, and how many incidents it has; None without a row."""
        here, analysis, incidents = self.in_view, self._state.analysis, self.incidents_of_row(most=1)

        def found() -> tuple[IncidentDetail, int] | None:
            details = incidents()
            if not details or here is None:
                return None
            view, entry = here
            if entry.row is not None:
                return details[0], 1
            part = TreePart(view.tree, entry.level, entry.index)
            return details[0], len(analysis.questions.incident_keys(part))

        return found

    def incidents(self) -> list[IncidentDetail]:
        """The incidents of the row under the cursor; for an event, its incident under the current filter."""
        return self.incidents_of_row()()

    def incidents_of_row(self, *, most: int | None = None) -> Callable[[], list[IncidentDetail]]:
        """Finds the same when it is called, also in a thread: the row is that of now. At most the `most` frequent."""
        here, analysis = self.in_view, self._state.analysis
        if here is None:
            return list
        view, entry = here
        if entry.row is None:
            part = TreePart(view.tree, entry.level, entry.index)
            return lambda: analysis.incidents(part, most=most)
        row = entry.row
        return lambda: analysis.incident_of(row, view)
