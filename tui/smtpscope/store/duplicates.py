"""Events that are in the opened logs more than once: exported twice, collected twice, or in two copies of one log.

An event is the same as one before it when record id, provider, computer and time agree. The time counts in whole
seconds, as exports cut the rest off; without a record id or a time nobody can tell, so such an event is never one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

_SECOND: Final = 1000
# The multipliers of the finalizer of SplitMix64: each bit of the input changes half the bits of the result.
_FIRST, _SECOND_FACTOR = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class SeenEvents:
    """The events of all logs so far, eight bytes each. For the thread that reads."""

    __slots__ = ("_runs",)

    def __init__(self) -> None:
        # Sorted runs, each at least twice as long as the next: few to look through, and merged seldom.
        self._runs: list[Keys] = []

    def find(
        self, record_id: NDArray[np.int64], time_ms: NDArray[np.int64], origin: NDArray[np.int32], none: int
    ) -> NDArray[np.bool_]:
        """Which of some events were there before, among those of earlier calls or further up among themselves.

        `origin` is a number for provider and computer; `none` stands for no record id and for no time.
        """
        found = np.zeros(len(record_id), np.bool_)
        told = np.flatnonzero((record_id != none) & (time_ms != none))
        if not len(told):
            return found
        keys = _keys(record_id[told], time_ms[told], origin[told])
        distinct, first = np.unique(keys, return_index=True)
        is_first = np.zeros(len(keys), np.bool_)
        is_first[first] = True
        again = ~is_first
        for run in self._runs:
            again |= _among(keys, run)
        found[told] = again
        self._add(distinct if not again.any() else np.unique(keys[~again]))
        return found

    def _add(self, run: Keys) -> None:
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = np.concatenate([self._runs.pop(), run])
            # Two sorted runs one after the other: this kind of sorting only merges them.
            run.sort(kind="stable")
        self._runs.append(run)


def _keys(record_id: NDArray[np.int64], time_ms: NDArray[np.int64], origin: NDArray[np.int32]) -> Keys:
    """One number for each event; two different ones share it with a chance of one in 2**64."""
    keys = _mixed(record_id.astype(np.uint64))
    keys = _mixed(keys ^ (time_ms // _SECOND).astype(np.uint64))
    return _mixed(keys ^ origin.astype(np.uint64))


def _mixed(values: Keys) -> Keys:
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * _FIRST
    values = (values ^ (values >> np.uint64(27))) * _SECOND_FACTOR
    mixed: Keys = values ^ (values >> np.uint64(31))
    return mixed


def _among(keys: Keys, run: Keys) -> NDArray[np.bool_]:
    """Which of `keys` are in the sorted `run`."""
    if not len(run):
        return np.zeros(len(keys), np.bool_)
    places = np.searchsorted(run, keys)
    places[places == len(run)] = 0
    found: NDArray[np.bool_] = run[places] == keys
    return found
