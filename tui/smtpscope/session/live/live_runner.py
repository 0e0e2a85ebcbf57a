"""Runs live checks beside the user interface: an event loop in a thread of its own, which can be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from threading import Thread

from smtpscope.probes.engine import LiveCheckEngine
from smtpscope.probes.live_check import LiveCheck, LiveResult


class LiveRunner:
    """One run of some checks. The callbacks are called in its thread: `ended` last, also after `cancel`."""

    def __init__(
        self,
        engine: LiveCheckEngine,
        checks: Sequence[LiveCheck],
        *,
        started: Callable[[LiveCheck], None],
        done: Callable[[LiveResult], None],
        ended: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._checks = tuple(checks)
        self._started = started
        self._done = done
        self._ended = ended
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[list[LiveResult]] | None = None
        # A program that ends does not wait for an answer.
        self._thread = Thread(target=self._run, name="live checks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Stops what is still running; nothing more is sent. A run that has ended is left alone."""
        if self._thread.is_alive() and not self._loop.is_closed():
            try:
                self._loop.call_soon_threadsafe(self._stop)
            except RuntimeError:
                # It ended just now.
                return

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._task = self._loop.create_task(self._engine.run_all(self._checks, self._done, self._started))
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        finally:
            self._loop.close()
            self._ended()
