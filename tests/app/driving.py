"""Driving the real browser: press keys, wait for a state, read what is on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from rich.segment import Segment
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

from app.pace import all_done, no_waiting
from smtpscope.app.application import Browser
from smtpscope.app.clipboard import Copied
from smtpscope.app.screens.browse.browse_screen import BrowseScreen
from smtpscope.app.widgets.table.table_line import TableLine
from smtpscope.configuration.settings import Settings
from smtpscope.session import View
from smtpscope.session.browsing.browsed import Browsed

_MOST_TURNS = 10_000
_QUIET_TURNS = 2
"""What is drawn in one turn may send messages, which the next one sees."""
_TURNS_UNDRAWN = 20
"""Drawn at least this often while a thread works: what waits for the screen goes on then."""
_SECONDS_FOR_THREADS = 0.001
"""Between two turns; all that the event loop itself can do is done without waiting."""


@dataclass
class NotedClipboard:
    """Remembers what was copied instead of copying it."""

    copied: list[str] = field(default_factory=list)

    def copy(self, text: str) -> Copied:
        self.copied.append(text)
        return Copied("the test's clipboard", certain=True)


@dataclass(frozen=True)
class Browsing:
    """The browser while a test uses it."""

    app: Browser
    pilot: Pilot[None]
    clipboard: NotedClipboard

    @property
    def browse(self) -> BrowseScreen:
        return self.app.browse

    @property
    def screen(self) -> Screen[object]:
        """The screen on top."""
        return self.app.screen

    @property
    def view(self) -> View:
        assert self.browse.view is not None, "nothing was shown yet"
        return self.browse.view

    @property
    def filter_text(self) -> str:
        """The filter that what is on the screen went through."""
        return self.view.filter_text

    # The table

    @property
    def lines(self) -> list[TableLine]:
        rows = self.browse.table.rows
        return [] if rows is None else [rows.line(index) for index in range(len(rows))]

    @property
    def line(self) -> TableLine:
        """The line under the cursor."""
        rows = self.browse.table.rows
        assert rows is not None, "nothing was shown yet"
        assert len(rows), "the table is empty"
        return rows.line(self.browse.table.cursor)

    @property
    def focus(self) -> str:
        """The id of the pane that gets the keys."""
        focused = self.browse.focused
        return (focused.id or "") if focused is not None else ""

    @property
    def row(self) -> int:
        """The event under the cursor."""
        place = self.browse.selection.entry
        assert place is not None, "the table is empty"
        assert place.row is not None, f"the cursor is on a group: {self.line.name}"
        return place.row

    @property
    def line_events(self) -> int:
        """How many events the group under the cursor has."""
        return int(self.line.count.replace(",", ""))

    async def put_on(self, *words: str) -> None:
        """The cursor on the first line whose name holds all of `words`."""
        for number, line in enumerate(self.lines):
            if all(word in line.name for word in words):
                self.browse.table.cursor = number
                await self.settled()
                return
        raise AssertionError(f"no line with {words} among {[line.name for line in self.lines]}")

    # What can be read

    @property
    def facts(self) -> str:
        return "\n".join(self.browse.detail.facts.lines)

    @property
    def guidance(self) -> str:
        return "\n".join(self.browse.detail.guidance.lines)

    @property
    def strips(self) -> list[list[Segment]]:
        """The screen as the terminal gets it."""
        return [list(strip) for strip in self.app.screen._compositor.render_strips()]

    @property
    def drawn(self) -> list[str]:
        """The lines of the screen without their colours."""
        return ["".join(segment.text for segment in strip) for strip in self.strips]

    @property
    def notices(self) -> list[str]:
        """The message on the last line; none after the next key."""
        return [] if self.app.status is None else [self.app.status.text]

    # Doing

    async def _draw(self) -> None:
        """Lays out and draws what changed, and lets the messages that come of it move on."""
        self.app.screen._on_timer_update()
        await all_done()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits for a state; fails when it does not come."""
        for _ in range(_MOST_TURNS):
            if holds():
                return
            await all_done()
            await self._draw()
            if not holds():
                await asyncio.sleep(_SECONDS_FOR_THREADS)
        raise AssertionError(f"the state did not come; on the screen is:\n{chr(10).join(self.drawn)}")

    async def settled(self) -> None:
        """Waits until all is read, asked, shown and copied, and no message is on its way."""
        quiet = 0
        for turn in range(1, _MOST_TURNS):
            await all_done()
            if self._still or turn % _TURNS_UNDRAWN == 0:
                await self._draw()
            quiet = quiet + 1 if self._still and not self._to_be_laid_out else 0
            if quiet == _QUIET_TURNS:
                return
            if not quiet:
                await asyncio.sleep(_SECONDS_FOR_THREADS)
        raise AssertionError(f"it did not come to rest; on the screen is:\n{chr(10).join(self.drawn)}")

    @property
    def _still(self) -> bool:
        working = any(
            worker.group in ("clipboard", "questions") and not worker.is_finished for worker in self.app.workers
        )
        # A timer of the app passes another size of the terminal on.
        return self.browse.settled and not working and self.app._resize_event is None

    @property
    def _to_be_laid_out(self) -> bool:
        screen = self.app.screen
        return bool(screen._layout_required or screen._scroll_required or screen._callbacks)

    async def press(self, *keys: str) -> None:
        """Presses the keys one after the other, and waits after each until all is shown."""
        for key in keys:
            await self.pilot.press(key)
            await self.settled()

    async def paste(self, text: str) -> None:
        """Puts `text` into the line that has the focus, all at once."""
        focused = self.app.screen.focused
        assert focused is not None, "no line has the focus"
        focused.post_message(events.Paste(text))
        await self.settled()

    async def begin_filter(self, text: str) -> None:
        """Writes `text` at the end of the filter, and leaves it there unfinished."""
        await self.press("/")
        await self.paste(text)

    async def keep_filter(self, text: str) -> None:
        """Writes `text` at the end of the filter and keeps it."""
        await self.begin_filter(text)
        await self.press("enter")


@asynccontextmanager
async def browsing(
    analysis: Browsed,
    *,
    size: tuple[int, int] = (100, 24),
    filter_text: str = "",
    loaded: bool = True,
    settings: Settings | None = None,
) -> AsyncIterator[Browsing]:
    """The browser over `session`, all read and shown unless the test wants to see the reading."""
    clipboard = NotedClipboard()
    app = Browser(analysis, settings=settings, filter_text=filter_text, clipboard=clipboard)
    with no_waiting():
        async with app.run_test(size=size, notifications=True) as pilot:
            driven = Browsing(app, pilot, clipboard)
            if loaded:
                await driven.settled()
            yield driven
            if app.is_running:
                app.screen._compositor.render_update()
