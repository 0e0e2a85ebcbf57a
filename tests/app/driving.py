"""Driving the real browser: press keys, wait for a state, read what is on the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from rich.segment import Segment
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

from smtpscope.app.application import Browser
from smtpscope.app.clipboard import Copied
from smtpscope.app.screens.browse import BrowseScreen
from smtpscope.app.widgets.table_line import TableLine
from smtpscope.session import Session, View

_MOST_TURNS = 3000
# A key goes from the widget to its parent to the screen and comes back as data; each turn lets all messages move on.
_QUIET_TURNS = 5


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
        place = self.browse.place()
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
        return [str(notice.message) for notice in self.app._notifications]

    # Doing

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits for a state; fails when it does not come."""
        for _ in range(_MOST_TURNS):
            if holds():
                return
            await self.pilot.pause(0.005)
        raise AssertionError(f"the state did not come; on the screen is:\n{chr(10).join(self.drawn)}")

    async def settled(self) -> None:
        """Waits until all is read, asked, shown and copied, and no message is on its way."""
        quiet = 0

        def holds() -> bool:
            nonlocal quiet
            still = self.browse.settled and not any(
                worker.group == "clipboard" and not worker.is_finished for worker in self.app.workers
            )
            quiet = quiet + 1 if still else 0
            return quiet >= _QUIET_TURNS

        await self.until(holds)

    async def press(self, *keys: str) -> None:
        """Presses the keys one after the other and waits until all is shown."""
        await self.pilot.press(*keys)
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
    session: Session, *, size: tuple[int, int] = (100, 24), filter_text: str = "", loaded: bool = True
) -> AsyncIterator[Browsing]:
    """The browser over `session`, all read and shown unless the test wants to see the reading."""
    clipboard = NotedClipboard()
    app = Browser(session, filter_text=filter_text, clipboard=clipboard)
    async with app.run_test(size=size, notifications=True) as pilot:
        driven = Browsing(app, pilot, clipboard)
        if loaded:
            await driven.settled()
        yield driven
