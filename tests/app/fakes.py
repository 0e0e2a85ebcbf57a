"""The browse screen's surroundings for tests of its parts alone: no widget, no event loop."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from smtpscope.app.query_queue import QueryQueue
from smtpscope.app.screens.browse.browse_state import BrowseState, Selection, Severity
from smtpscope.app.screens.browse.change_history import ChangeHistory
from smtpscope.app.widgets.table.group_outline import GroupOutline, OutlineEntry
from smtpscope.configuration.settings import Settings
from smtpscope.session import Analysis
from smtpscope.store.filter.suggestions import Completion


@dataclass
class FakePage:
    """Remembers what the parts asked of the screen."""

    said: list[str] = field(default_factory=list)
    opened: list[tuple[Screen[Any], Callable[[Any], None] | None]] = field(default_factory=list)
    is_alive: bool = True
    is_in_front: bool = True

    def say(self, message: str, *, severity: Severity = "information") -> None:
        self.said.append(message)

    def key_of(self, action: str) -> str:
        return f"<{action}>"

    def open_outside(self, content: str, name: str) -> None:
        self.said.append(f"{name}: {len(content)}")

    def open_screen(self, screen: Screen[Any], on_result: Callable[[Any], None] | None = None) -> None:
        self.opened.append((screen, on_result))

    def run_in_thread(self, work: Callable[[], None], group: str) -> Worker[None]:
        work()
        return cast("Worker[None]", None)

    def from_thread(self, callback: Callable[..., None], *arguments: object) -> None:
        callback(*arguments)

    def later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        return cast("Timer", None)


@dataclass
class FakeTable:
    """A cursor."""

    cursor: int = 0

    def action_move(self, by: int) -> None:
        self.cursor += by

    def put_cursor(self, index: int) -> None:
        self.cursor = index

    def refresh(self) -> None:
        pass


@dataclass
class FakeFilterLine:
    """What the filter's line shows."""

    text: str = ""
    pending_code: str = ""
    history: tuple[str, ...] = ()

    def show_filter(self, filter_text: str) -> None:
        self.text = filter_text

    def show_completions(self, found: Sequence[Completion], line: str) -> None:
        pass

    def edit(self, history: tuple[str, ...] = ()) -> None:
        self.history = history


class FakeViews:
    """Asks for views at once, and counts how often rows are drawn."""

    def __init__(self, state: BrowseState) -> None:
        self._state = state
        self.wanted: list[Hashable] = []
        self.drawn = 0

    def refresh(self, *, wanted: Hashable = None) -> None:
        state = self._state
        self.wanted.append(wanted)
        state.view = state.analysis.view(
            state.filter_text, grouping=state.grouping, sort=state.sort, descending=state.descending
        )
        state.outline = GroupOutline(state.view.tree, state.view.order, {}, 20)

    def when_loaded(self, entry: OutlineEntry, then: Callable[[], None]) -> None:
        then()

    def show_rows(self) -> None:
        self.drawn += 1


class Surroundings:
    """Everything that a part is made with, over logs that have been read."""

    def __init__(self, analysis: Analysis) -> None:
        analysis.read_all()
        self.state = BrowseState.begin(analysis, Settings(), "")
        self.page = FakePage()
        self.table = FakeTable()
        self.line = FakeFilterLine()
        self.views = FakeViews(self.state)
        self.selection = Selection(self.state, self.table)
        self.history = ChangeHistory(self.page, lambda: None)
        self.queries = QueryQueue(lambda: None, lambda: True)
        self.views.refresh()
