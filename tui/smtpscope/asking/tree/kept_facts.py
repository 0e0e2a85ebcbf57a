"""What a set keeps of the groups of a level: for those that are as in all rows of the set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.group_tables import FACTS, KEPT_GROUPS, PLACES, activity_of, kept_as
from smtpscope.store.activity import NO_STATE

UNKNOWN: Final = -1


class KeptFacts(Struct, frozen=True):
    """For each group of a level: whether it is `kept`; if so its state and its number of recipients, else NO_STATE and
    UNKNOWN.
    """

    kept: NDArray[np.bool_]
    states: NDArray[np.int8]
    recipients: NDArray[np.int64]


class KeptLevel:
    """Asks for what is kept of the groups by `dimensions` (names, outer one first).

    `keys` are the keys of each group in these, `counts` the numbers of rows: a group with as many rows as there are at
    all is the one that is kept, as no filter has left out any.
    """

    def __init__(
        self,
        asked: ExchangeSet,
        dimensions: Sequence[str],
        keys: Sequence[NDArray[np.int64]],
        counts: NDArray[np.int64],
    ) -> None:
        self._set = asked
        self._name = "" if asked.kept is None or asked.count_duplicates else kept_as(tuple(dimensions))
        self._counts = counts
        own = dict(zip(dimensions, keys, strict=True))
        names = self._name.split(",") if self._name else []
        self._keys = [own[name] for name in names]
        self._columns = [PLACES[key] for key in KEPT_GROUPS.get(self._name, ())]

    def facts(self) -> KeptFacts:
        """What is kept of all groups of the level."""
        number = len(self._counts)
        kept, states = np.zeros(number, np.bool_), np.full(number, NO_STATE, np.int8)
        recipients = np.full(number, UNKNOWN, np.int64)
        if self._name and number:
            columns = ", ".join(self._columns)
            found = self._set.columns(
                f"SELECT {columns}, events, recipients, state FROM {FACTS} WHERE groups = '{self._name}'"
            )
            places = _places_of(self._keys, [np.asarray(found[column], np.int64) for column in self._columns])
            own = np.flatnonzero(places >= 0)
            whole = own[found["events"][places[own]] == self._counts[own]]
            kept[whole] = True
            states[whole] = found["state"][places[whole]]
            recipients[whole] = found["recipients"][places[whole]]
        return KeptFacts(kept, states, recipients)

    def activity(self, indices: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """The activity of the groups `indices`, which are kept ones."""
        if not indices:
            return {}
        some = {column: keys[list(indices)] for column, keys in zip(self._columns, self._keys, strict=True)}
        with self._set.arrays("wanted", {"number": np.array(indices, np.int64)} | some):
            found = self._set.tuples(
                f"SELECT number, coalesce(activity, []) FROM {FACTS} JOIN wanted USING ({', '.join(self._columns)}) "
                f"WHERE groups = '{self._name}'"
            )
        return {number: activity_of(np.array(packed, np.int64)) for number, packed in found}


def _places_of(wanted: Sequence[NDArray[np.int64]], among: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Where each row of the columns `wanted` is in the columns `among`, -1 if it is not there."""
    one, other = wanted[0], among[0]
    for more, others in zip(wanted[1:], among[1:], strict=True):
        # Both columns as one number; places and codes are small.
        width = int(np.concatenate(([0], more, others)).max()) + 1
        one, other = one * width + more, other * width + others
    if not len(other):
        return np.full(len(one), -1, np.int64)
    order = np.argsort(other, kind="stable")
    at = np.minimum(np.searchsorted(other, one, sorter=order), len(other) - 1)
    found: NDArray[np.int64] = np.where(other[order[at]] == one, order[at], -1)
    return found
