"""How long the real application takes from a key to the last change on the screen, at several sizes of the store.

`python -m bench.latency COUNT` measures one size in a process of its own and prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC
from typing import Final

from textual import events
from textual.app import App
from textual.keys import _character_to_key
from textual.widgets import Input

from bench.incidents import Refusals
from bench.watched_browser import WatchedBrowser
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.record import EventRecord
from smtpscope.session import Analysis, LoadedBatch, Progress

_BATCH: Final = 2_000
_SIZE: Final = (120, 40)
_QUIET: Final = 0.06
"""Nothing was drawn for so long (three and a half frames) and nothing is asked: the answer is on the screen."""
_MOST_SECONDS: Final = 60.0

ACTIONS: Final[dict[str, Sequence[str]]] = {
    "scrolling": ["down"] * 25 + ["pagedown"] * 10 + ["up"] * 10 + ["end", "home"],
    "opening and closing a group": ["down", "enter", "enter", "down", "enter", "enter"] * 2,
    "next incident": ["n"] * 12,
    "next event": ["right_square_bracket"] * 15,
    "detail pane": ["t", "tab", "down", "down", "pagedown", "tab", "tab"] * 2,
    "typing in the filter": ["slash", *"550 host:mx12 user7", "enter", "x", "slash", *"greylisted", "enter", "x"],
    "sorting": ["s"] * 6 + ["S"] * 2,
    "changing the grouping": [*"o2o3o4o5o6o0"],
}
SCANS: Final = frozenset({"typing in the filter", "changing the grouping", "sorting"})
"""What looks at each event; all else only draws."""


def filled_session(count: int) -> Analysis:
    """A session with `count` exchanges: one host for fifty, three mailboxes for ten."""
    analysis = Analysis(KnowledgeBase.load(), zone=UTC)
    parser = SmtpExchangeParser()
    refusals = iter(Refusals(7002, hosts=max(20, count // 50), mailboxes=max(100, count * 3 // 10)))
    for start in range(0, count, _BATCH):
        exchanges = []
        for number in range(start, min(count, start + _BATCH)):
            kind, strings = next(refusals)
            exchange = parser.parse(_record(number, kind.event_id, strings))
            assert exchange is not None
            exchanges.append(exchange)
        analysis.add(LoadedBatch(analysis.store.encode(exchanges), 0, (), Progress("million.evtx", 0, 0)))
    return analysis


def _record(number: int, event_id: int, strings: tuple[str, ...]) -> EventRecord:
    return EventRecord(
        file="million.evtx",
        offset=number * 400,
        time_ms=1_767_225_600_000 + number * 2_000 + number % 977,
        time_assumed=False,
        record_id=number + 1,
        event_id=event_id,
        level="warning",
        provider="MSExchangeTransport",
        channel="Application",
        computer=f"EXCH0{number % 3 + 1}.example.com",
        strings=strings,
        message=None,
    )


def send(app: App[None], key: str) -> None:
    """Gives the key to the application as its driver would."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    event = events.Key(name, key if len(key) == 1 else None)
    event.set_sender(app)
    driver = app._driver
    assert driver is not None
    driver.send_message(event)


async def answered(browser: WatchedBrowser) -> tuple[float, float] | None:
    """Waits until the answer to what happens now is on the screen: milliseconds to the first and to the last change.

    None when nothing was drawn at all.
    """
    browser.drawn.clear()
    started = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        last = browser.drawn[-1] if browser.drawn else started
        if now - last > _QUIET and browser.browse.is_mounted and browser.browse.settled:
            return ((browser.drawn[0] - started) * 1000, (last - started) * 1000) if browser.drawn else None
        if now - started > _MOST_SECONDS:
            raise TimeoutError("the application did not come to rest")


async def measure(analysis: Analysis) -> dict[str, list[tuple[float, float]]]:
    """What `answered` tells of each key of each action."""
    browser = WatchedBrowser(analysis)
    found: dict[str, list[tuple[float, float]]] = {}
    async with browser.run_test(size=_SIZE, notifications=True):
        await answered(browser)
        # A blinking cursor draws by itself, and would be taken for an answer.
        for line in browser.browse.query(Input):
            line.cursor_blink = False
        for action, keys in ACTIONS.items():
            found[action] = []
            for key in keys:
                send(browser, key)
                times = await answered(browser)
                if times is not None:
                    found[action].append(times)
    return found


def main(count: int) -> None:
    """Prints latencies, seconds to fill the store, bytes of its columns, and the peak of memory (KiB; macOS: bytes)."""
    started = time.perf_counter()
    analysis = filled_session(count)
    filled = time.perf_counter() - started
    found = asyncio.run(measure(analysis))
    answer = {
        "latencies": found,
        "filled": filled,
        "columns": analysis.store.bytes_used,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main(int(sys.argv[1]))
