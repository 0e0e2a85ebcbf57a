"""Runs queries off the UI thread, one at a time; only the newest of each kind is run.

The store may be used by one thread at a time. So batches that arrive while a query runs wait until it is done, and no
lock is needed: everything else happens on the UI thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec import Struct


class StoreQuery(Struct, frozen=True):
    """`ask` runs in a thread; `answer` (on the UI thread) is called with its result, `failed` with its exception."""

    ask: Callable[[], Any]
    answer: Callable[[Any], None]
    failed: Callable[[Exception], None] | None = None


class QueryQueue:
    """The queue. `run` runs as long as the screen lives; `between` is called whenever no query is running.

    `alive` returns whether the screen still exists: a query may outlive it if the user quits.
    """

    def __init__(self, between: Callable[[], None], alive: Callable[[], bool]) -> None:
        self._between = between
        self._alive = alive
        self._waiting: dict[str, StoreQuery] = {}
        self._wake = asyncio.Event()
        self._running = False

    @property
    def busy(self) -> bool:
        """Whether a query is running in the thread."""
        return self._running

    @property
    def idle(self) -> bool:
        """Whether no query is running or waiting."""
        return not self._running and not self._waiting

    def waits(self, kind: str) -> bool:
        """Whether a newer query of this kind is waiting."""
        return kind in self._waiting

    def submit(self, kind: str, query: StoreQuery) -> None:
        """Runs `query` after the current one; replaces a waiting query of the same kind."""
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
