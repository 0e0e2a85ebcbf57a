"""Runs queries off the UI thread, one at a time; only the newest of each kind is run.

The store may be used by one thread at a time. So batches that arrive while a query runs wait until it is done, and no
lock is needed: everything else happens on the UI thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from smtpscope.errors import SmtpscopeError

_OF_A_VIEW: Final = frozenset({"ahead", "completion", "detail", "fill"})
"""Kinds that are asked again, if still wanted, once a new view is shown."""


class StoreQuery(Struct, frozen=True):
    """`ask` runs in a thread; `answer` (on the UI thread) is called with its result, `failed` with its exception."""

    ask: Callable[[], Any]
    answer: Callable[[Any], None]
    failed: Callable[[Exception], None] | None = None


class QueryQueue:
    """The queue. `run` runs as long as the screen lives; `between` is called whenever no query is running.

    `alive` returns whether the screen still exists: a query may outlive it if the user quits. `interrupt` ends the
    running query, whose answer is no longer wanted, with an exception; it returns whether that can be done.
    """

    def __init__(
        self, between: Callable[[], None], alive: Callable[[], bool], interrupt: Callable[[], bool] = lambda: False
    ) -> None:
        self._between = between
        self._interrupt = interrupt
        self._running_kind = ""
        self._interrupted = False
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
        """Runs `query` after the current one; replaces a waiting or running query of the same kind."""
        self._waiting[kind] = query
        if self._running and (self._running_kind == kind or (kind == "view" and self._running_kind in _OF_A_VIEW)):
            self._interrupted = self._interrupt()
        self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                kind = next(iter(self._waiting))
                query = self._waiting.pop(kind)
                self._running, self._running_kind, self._interrupted = True, kind, False
                try:
                    result = await asyncio.to_thread(query.ask)
                except Exception as error:
                    self._running = False
                    if not self._alive():
                        return
                    if self._interrupted and not isinstance(error, SmtpscopeError):
                        pass
                    elif query.failed is None:
                        raise
                    else:
                        query.failed(error)
                else:
                    self._running = False
                    if not self._alive():
                        return
                    query.answer(result)
                self._between()
