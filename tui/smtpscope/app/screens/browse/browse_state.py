"""What the parts of the browse screen share: the analysis, the view in force, and what the cursor stands on."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from smtpscope.app.widgets.table.group_outline import GroupOutline, OutlineEntry
from smtpscope.configuration.settings import Settings
from smtpscope.session import Analysis, IncidentDetail, LoadedBatch, Rows, View
from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.groups import SortColumn

Severity = Literal["information", "warning", "error"]


@dataclass
class BrowseState:
    """Plain values; each has one part that changes it.

    `filter_text` is what the user wants (the filter controller), `view` and `outline` are what is shown (the view
    controller), `arrived` are batches that wait while a query runs and `read_all` tells that reading has ended (the
    loading controller).
    """

    analysis: Analysis
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

    @classmethod
    def begin(cls, analysis: Analysis, settings: Settings, filter_text: str) -> BrowseState:
        """The state before anything is read, as the settings want it."""
        descending = settings.sort in ("count", "last")
        return cls(analysis, settings, filter_text, settings.grouping, settings.sort, descending)

    @property
    def shows_all(self) -> bool:
        """Whether everything read so far is in view."""
        return self.view is not None and self.view.total == self.analysis.events and not self.arrived


class LineCursor(Protocol):
    """The table as the parts see it: a list of lines with a cursor."""

    cursor: int


class BrowsePage(Protocol):
    """What the parts ask of the screen they belong to."""

    @property
    def is_alive(self) -> bool:
        """Whether the screen still has its widgets; work begun before the user quit may end after them."""
        ...

    @property
    def is_in_front(self) -> bool:
        """Whether no other screen covers this one."""
        ...

    def say(self, message: str, *, severity: Severity = "information", timeout: float | None = None) -> None:
        """Shows a notice. `message` is plain text, already harmless; `timeout` in seconds."""
        ...

    def key_of(self, action: str) -> str:
        """The key of an action by its id, as it is shown; the user may have given it another one."""
        ...

    def open_screen(self, screen: Screen[Any], on_result: Callable[[Any], None] | None = None) -> None:
        """Puts another screen in front; `on_result` gets what it is closed with."""
        ...

    def run_in_thread(self, work: Callable[[], None], group: str) -> Worker[None]:
        """Runs `work` in a thread; an older one of the same group is cancelled."""
        ...

    def from_thread(self, callback: Callable[..., None], *arguments: object) -> None:
        """Calls `callback` on the UI thread and waits for it."""
        ...

    def later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Calls `callback` once, in so many seconds."""
        ...


class Selection:
    """The line under the cursor, and what can be said of it."""

    def __init__(self, state: BrowseState, table: LineCursor) -> None:
        self._state = state
        self._table = table

    @property
    def entry(self) -> OutlineEntry | None:
        """The group or event under the cursor; None where there is no line."""
        outline = self._state.outline
        if outline is None or not 0 <= self._table.cursor < len(outline):
            return None
        return outline.place(self._table.cursor)

    @property
    def key(self) -> Hashable:
        """What finds the same line again in another outline; None where there is no line."""
        entry, outline = self.entry, self._state.outline
        return None if entry is None or outline is None else outline.key(entry)

    @property
    def in_view(self) -> tuple[View, OutlineEntry] | None:
        """The view in force and the entry under the cursor."""
        entry = self.entry
        return None if entry is None or self._state.view is None else (self._state.view, entry)

    @property
    def row(self) -> int | None:
        """The event under the cursor, or the sample of the group there."""
        here = self.in_view
        if here is None:
            return None
        view, entry = here
        if entry.row is not None:
            return entry.row
        details = self._state.analysis.incidents(view.tree.rows(entry.level, entry.index), most=1)
        return details[0].incident.sample_row if details else None

    @property
    def rows(self) -> Rows | None:
        """The events of the line under the cursor."""
        here = self.in_view
        if here is None:
            return None
        view, entry = here
        order: Rows = view.tree.order
        if entry.row is not None:
            one: Rows = order[order == entry.row]
            return one
        return view.tree.rows(entry.level, entry.index) if entry.level >= 0 else order[:0]

    def incidents(self) -> list[IncidentDetail]:
        """The incidents of the line under the cursor; of an event, its incident under the filter in force."""
        here = self.in_view
        if here is None:
            return []
        view, entry = here
        if entry.row is None:
            return self._state.analysis.incidents(view.tree.rows(entry.level, entry.index))
        return self._state.analysis.incident_of(entry.row, view)
