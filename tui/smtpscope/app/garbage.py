"""Garbage is collected in small steps while keys are pressed, and all of it when nobody has pressed one for a while.

A collection stops everything. With the threshold of the command line, which is good for reading logs, one of the young
objects takes 50 to 130 ms, and one of all objects 300 ms: always while a key is being answered, since that is when
objects are made. With a tenth of it the former take 5 ms, and those of the middle generation 20.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Final

_YOUNG: Final = 10_000
_MIDDLE: Final = 5
_NEVER: Final = 1 << 30
_SECONDS_OF_REST: Final = 10.0
_MUCH: Final = 20
_SECONDS_WITH_MUCH: Final = 3.0
"""Where much is waiting to be looked through, a pause comes earlier rather than longer."""
LOOK_SECONDS: Final = 3.0
"""How often `RestCollector.look` is called."""


def collect_in_small_steps() -> None:
    """From now on, all objects are looked through only when `RestCollector` says so."""
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)


class RestCollector:
    """Collects all garbage once the user rests. `monotonic` returns seconds."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, collect: Callable[[], object] = gc.collect
    ) -> None:
        self._monotonic = monotonic
        self._collect = collect
        self._last_key = monotonic()

    def key_pressed(self) -> None:
        """The user is there."""
        self._last_key = self._monotonic()

    def look(self) -> None:
        """Collects if no key was pressed for a while and objects have grown old since the last time."""
        waiting = gc.get_count()[2]
        rest = _SECONDS_WITH_MUCH if waiting >= _MUCH else _SECONDS_OF_REST
        if waiting and self._monotonic() - self._last_key >= rest:
            self._collect()
