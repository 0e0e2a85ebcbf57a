"""The events of groups of a set, one by one: their numbers are fetched when a group is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.sql import Sql

MOST_LISTED: Final = 100_000
"""Without groups, so many of the newest events are listed."""


class SetEvents:
    """The events of the groups of a tree. `rows_of` gives the rows of a group by its level and its index, and all of
    them for level -1.
    """

    def __init__(self, asked: ExchangeSet, rows_of: Callable[[int, int], Sql]) -> None:
        self._set = asked
        self._rows_of = rows_of
        self._known: dict[tuple[int, int], NDArray[np.int64]] = {}

    def of(self, level: int, index: int) -> NDArray[np.int64]:
        """The numbers of the rows of a group in order of time, rows without a time first."""
        known = self._known.get((level, index))
        if known is None:
            known = self._known[level, index] = self._found(self._rows_of(level, index), newest=level < 0)
        return known

    def is_known(self, level: int, index: int) -> bool:
        """Whether `of` answers at once."""
        return (level, index) in self._known

    def position(self, level: int, index: int, row: int) -> int | None:
        """Where `row` is among the events of a group, None if it is not there or they are not known."""
        if not self.is_known(level, index):
            return None
        found = np.flatnonzero(self._known[level, index] == row)
        return int(found[0]) if len(found) else None

    def group_with(self, row: int) -> tuple[int, int] | None:
        """The group with `row` among those whose events are known: the innermost one."""
        having = [place for place, rows in self._known.items() if bool((rows == row).any())]
        return max(having, default=None)

    def _found(self, rows: Sql, *, newest: bool) -> NDArray[np.int64]:
        order = "time_ms NULLS FIRST, row"
        last = f"ORDER BY time_ms DESC NULLS LAST, row DESC LIMIT {MOST_LISTED}" if newest else ""
        found = self._set.columns(
            f"SELECT row FROM (SELECT row, time_ms FROM numbered_rows WHERE {rows.text} {last}) ORDER BY {order}",
            rows.values,
        )
        return np.asarray(found["row"], np.int64)
