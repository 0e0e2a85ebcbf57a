"""Sits in front of the real browser: presses keys, counts them, and looks at the screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Final

from rich.color import Color
from textual.strip import Strip

from app.driving import Browsing, browsing
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from tasks.screen import Row, Screen

SIZE: Final = (120, 30)
_NAMED_KEYS: Final = {"/": "slash", " ": "space", ":": "colon", "-": "minus", ".": "full_stop", "⏎": "enter"}
_MOST_STEPS: Final = 25
_NEAR: Final = 3


@dataclass
class Sitting:
    """One person at one browser. `keys` are the keys pressed so far, as they stand on the keyboard."""

    driven: Browsing
    keys: list[str] = field(default_factory=list)

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.keys.append(key)
            # Looks up after each key: where the cursor ends must not depend on how fast the keys come.
            await self.driven.press(_NAMED_KEYS.get(key, key))

    @property
    def screen(self) -> Screen:
        """What can be seen now."""
        strips: Sequence[Strip] = self.driven.app.screen._compositor.render_strips()
        return Screen([strip.text for strip in strips], _line_that_stands_out(strips))

    @property
    def copied(self) -> str:
        """What was copied last, "" when nothing was."""
        copies = self.driven.clipboard.copied
        return copies[-1] if copies else ""

    async def show_code(self, code: int) -> None:
        await self.press(*str(code))

    async def go_to(self, code: int, host: str) -> None:
        """The cursor on the row of `host` under `code`: straight down when it is near, else by the code first."""
        place = self._row_of(code, host)
        if place is None or abs(place - (self.screen.cursor or 0)) > _NEAR:
            await self.show_code(code)
        for _ in range(_MOST_STEPS):
            place, here = self._row_of(code, host), self.screen.cursor or 0
            if place is None or place == here:
                return
            await self.press("j" if place > here else "k")

    def _row_of(self, code: int, host: str) -> int | None:
        rows = self.screen.rows
        found = [n for n, row in enumerate(rows) if row.is_host and row.code == str(code) and row.may_be(host)]
        return found[0] if found else None

    async def uncover(self, row: Row) -> None:
        """The cursor on `row`, so that the pane spells out the name that the table has no room for."""
        number = self.screen.rows.index(row)
        while (here := self.screen.cursor) is not None and here != number:
            await self.press("j" if number > here else "k")


def _line_that_stands_out(strips: Sequence[Strip]) -> int | None:
    """The table's cursor is the one line whose beginning has another background than those around it."""
    beginnings = [_background(strip) for strip in strips]
    if not beginnings:
        return None
    heading = next((n for n, strip in enumerate(strips) if " cause " in strip.text and " count " in strip.text), None)
    if heading is None:
        return None
    end = next((n for n, strip in enumerate(strips) if n > heading and strip.text.startswith("─")), len(strips))
    rows = range(heading + 1, end)
    usual = Counter(beginnings[number] for number in rows).most_common(1)
    different = [number for number in rows if beginnings[number] != usual[0][0]]
    return different[0] if len(different) == 1 else None


def _background(strip: Strip) -> Color | None:
    first = next(iter(strip), None)
    return None if first is None or first.style is None else first.style.bgcolor


@asynccontextmanager
async def sitting(knowledge: KnowledgeBase, log: Path) -> AsyncIterator[Sitting]:
    """A person at a fresh browser on `log`, all read and drawn, no key pressed yet."""
    analysis = Analysis(knowledge, zone=UTC)
    analysis.open([str(log)])
    async with browsing(analysis, size=SIZE) as driven:
        yield Sitting(driven)
