"""Asks the session off the UI thread, one query at a time; of each kind only the newest is asked.

The session's store may be asked and filled by one thread at a time. So batches that arrive while a query runs
wait for its answer, and no lock is needed: everything else happens on the UI thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StoreQuery:
    """`ask` runs in a thread; `answer` (on the UI thread) gets what it returned, `failed` what it raised."""

    ask: Callable[[], Any]
    answer: Callable[[Any], None]
    failed: Callable[[Exception], None] | None = None


class QueryQueue:
    """The queue. `run` runs as long as the screen lives; `between` is called whenever no query runs.

    `alive` tells whether there is still a screen to answer to: a query may outlast it when the user quits.
    """

    def __init__(self, between: Callable[[], None], alive: Callable[[], bool]) -> None:
        self._between = between
        self._alive = alive
        self._waiting: dict[str, StoreQuery] = {}
        self._wake = asyncio.Event()
        self._running = False

    @property
    def busy(self) -> bool:
        """Whether a query is being asked in the thread right now."""
        return self._running

    @property
    def idle(self) -> bool:
        """Whether nothing is asked and nothing waits."""
        return not self._running and not self._waiting

    def waits(self, kind: str) -> bool:
        """Whether a newer query of this kind waits for the one that runs."""
        return kind in self._waiting

    def submit(self, kind: str, query: StoreQuery) -> None:
        """Asks `query` as soon as the one that runs is answered; replaces one of the same kind that waits."""
        self._waiting[kind] = query
        self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                kind = next(iter(self._waiting))
                query = self._waiting.pop(kind)
                self._running = True
                try:
                    result = await asyncio.to_thread(query.ask)
                except Exception as error:
                    self._running = False
                    if not self._alive():
                        return
                    if query.failed is None:
                        raise
                    query.failed(error)
                else:
                    self._running = False
                    if not self._alive():
                        return
                    query.answer(result)
                self._between()
