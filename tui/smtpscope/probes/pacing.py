"""Time, and not asking too often: at most one question a second to one block list."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from typing import Final, Protocol

BETWEEN_SECONDS: Final = 1.0
"""Between two questions to the same block list."""


class LiveClock(Protocol):
    """Wall-clock time in milliseconds, a monotonic clock in seconds, and a way to wait."""

    def now_ms(self) -> int: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The clock of this computer."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Pace:
    """Gives turns: two turns of the same `whom` are at least `BETWEEN_SECONDS` apart, in the order they are wanted."""

    def __init__(self, clock: LiveClock) -> None:
        self._clock = clock
        self._next: dict[Hashable, float] = {}

    async def turn(self, whom: Hashable) -> None:
        """Returns when it is this question's turn."""
        now = self._clock.monotonic()
        at = max(now, self._next.get(whom, now))
        self._next[whom] = at + BETWEEN_SECONDS
        if at > now:
            await self._clock.sleep(at - now)
