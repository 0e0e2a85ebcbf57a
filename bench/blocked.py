"""How long each key keeps the event loop, and so the next key, waiting: CPU of the longest step of the UI thread.

`python -m bench.blocked LOG...` opens the logs, presses every key of the keymap twice from the same state, and prints a
table; a number instead of the logs stands for so many made exchanges. CPU, because a busy computer changes it less.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from asyncio import events
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Final
from unittest.mock import patch

from textual.app import App
from textual.widgets import Input

from bench.latency import filled_session, send
from bench.watched_browser import WatchedBrowser
from smtpscope.app.default_keys import OWNERS, own_bindings
from smtpscope.app.preparing import prepare_screens
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis

LIMIT_MS: Final = 50.0
_SIZE: Final = (120, 40)
_QUIET: Final = 0.08
_NOTABLE_MS: Final = 0.5
"""Looking whether it rests costs less."""
_MOST_SECONDS: Final = 120.0

_WAYS: Final[dict[str, Sequence[str]]] = {
    "app": (),
    "browse": (),
    "table": (),
    "filter": ("slash", "5"),
    "detail": ("tab",),
    "prose": ("tab",),
    "timeline": ("i",),
    "bins": ("i",),
    "counts": ("c",),
    "compare": ("C",),
    "columns": ("W",),
    "grouping": ("o",),
    "export": ("e",),
    "knowledge": ("K",),
    "views": ("v",),
    "zone": ("z",),
    "note": ("a",),
    "reading": ("f",),
    "check": ("X",),
    "address": ("X", "o"),
    "search": ("tab", "slash", "a"),
    "help": ("question_mark",),
}
"""The keys that lead from the table to each place of the keymap."""
_ENDLESS: Final = frozenset({"queries", "following"})
_LEFT_OUT: Final = frozenset({"app.quit", "app.quit_anywhere", "app.interrupt", "app.suspend", "browse.edit"})
"""They end the program or give the terminal away."""


@dataclass
class Steps:
    """The steps of the event loop since `clear`: the CPU of each in milliseconds, and what the longest was."""

    total: float = 0.0
    longest: float = 0.0
    longest_was: str = ""
    notable: int = 0

    def clear(self) -> None:
        self.total, self.longest, self.longest_was = 0.0, 0.0, ""

    def add(self, milliseconds: float, what: object) -> None:
        self.total += milliseconds
        self.notable += milliseconds > _NOTABLE_MS
        if milliseconds > self.longest:
            self.longest, self.longest_was = milliseconds, str(what)


@contextmanager
def watched_steps() -> Iterator[Steps]:
    """All steps of the event loop of this thread."""
    steps, ours, run = Steps(), threading.get_ident(), events.Handle._run

    def measured(handle: events.Handle) -> None:
        started = time.thread_time()
        run(handle)
        if threading.get_ident() == ours:
            steps.add((time.thread_time() - started) * 1000, handle)

    with patch.object(events.Handle, "_run", measured):
        yield steps


def keys_by_place() -> Iterator[tuple[str, str, str]]:
    """Place, key and description of each action in the keymap, with its first key and any other one."""
    seen = set()
    for owner in OWNERS:
        for binding in own_bindings(owner):
            place = binding.id.partition(".")[0] if binding.id else ""
            if place not in _WAYS or binding.id in _LEFT_OUT:
                continue
            for key in binding.key.split(","):
                if (place, key) not in seen:
                    seen.add((place, key))
                    yield place, key, binding.description


class Presser:
    """Presses keys and waits until nothing moves."""

    def __init__(self, browser: WatchedBrowser, steps: Steps) -> None:
        self._browser = browser
        self._steps = steps

    async def rest(self) -> None:
        """Waits until all is answered. Raises TimeoutError."""
        began = quiet_since = time.perf_counter()
        before = -1
        while time.perf_counter() - quiet_since < _QUIET:
            await asyncio.sleep(0.002)
            now = time.perf_counter()
            if now - began > _MOST_SECONDS:
                raise TimeoutError("the application did not come to rest")
            if self._works or self._steps.notable != before:
                quiet_since, before = now, self._steps.notable

    @property
    def _works(self) -> bool:
        if not self._browser.browse.settled:
            return True
        return any(not each.is_finished for each in self._browser.workers if each.group not in _ENDLESS)

    async def press(self, *keys: str) -> None:
        for key in keys:
            send(self._browser, key)
            await self.rest()

    async def back(self) -> None:
        """The table with all events, its cursor on the first row, and no other screen."""
        browser, browse = self._browser, self._browser.browse
        while browser.screen is not browse:
            browser.pop_screen()
            await self.rest()
        if browse.loader.following:
            browse.loader.toggle_following()
        browse.table.focus()
        browse.state.left_out = frozenset()
        browse.navigation.group_by("code,host")
        browse.filters.set("")
        await self.rest()
        browse.table.cursor = 0
        await self.rest()


async def measured(analysis: Analysis, places: Sequence[str]) -> list[tuple[str, str, str, list[Steps]]]:
    """Place, key, description and the steps of the first and the second use of every key."""
    browser = WatchedBrowser(analysis)
    found = []
    with watched_steps() as steps:
        async with browser.run_test(size=_SIZE, notifications=True):
            presser = Presser(browser, steps)
            await presser.rest()
            await prepare_screens(browser).wait()
            for place, key, does in keys_by_place():
                if places and place not in places:
                    continue
                uses = []
                for _ in range(2):
                    await presser.back()
                    await presser.press(*_WAYS[place])
                    _hold_cursors(browser)
                    steps.clear()
                    await presser.press(key)
                    uses.append(Steps(steps.total, steps.longest, steps.longest_was))
                found.append((place, key, does, uses))
                _say(found[-1])
    return found


def _hold_cursors(browser: App[None]) -> None:
    """A blinking cursor would never come to rest."""
    for line in browser.screen.query(Input):
        line.cursor_blink = False


def _say(row: tuple[str, str, str, list[Steps]]) -> None:
    place, key, does, uses = row
    cells = " ".join(f"{each.longest:7.1f} {each.total:7.1f}" for each in uses)
    slow = max(uses, key=lambda each: each.longest)
    what = f"  {slow.longest_was[:120]}" if slow.longest > LIMIT_MS else ""
    print(f"{place:10} {key:22} {does:22} {cells}{what}", flush=True)


def main(arguments: Sequence[str]) -> None:
    """Prints a row for each key: longest step and all steps of the first use, and of the second (ms of CPU)."""
    logs = [each for each in arguments if not each.isdigit() and each not in _WAYS]
    counts = [int(each) for each in arguments if each.isdigit()]
    if counts:
        analysis = filled_session(counts[0])
    else:
        analysis = Analysis(KnowledgeBase.load(), zone=UTC)
        analysis.open(logs)
    rows = asyncio.run(measured(analysis, [each for each in arguments if each in _WAYS]))
    over = [row for row in rows if max(use.longest for use in row[3]) > LIMIT_MS]
    print(f"{len(rows)} keys, {len(over)} with a step of more than {LIMIT_MS:.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
