"""What every tree of groups has, whether its rows are in memory or in a set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.group import Group
from smtpscope.store.grouping.group_sorting import SortColumn
from smtpscope.store.grouping.grouping import Level


class TreeOfGroups(Protocol):
    """Rows in groups of two levels, or in none, as a snapshot; see `groups.GroupTree` for what each answer means."""

    grouping: Grouping

    def __len__(self) -> int:
        """How many rows there are."""
        ...

    @property
    def order(self) -> NDArray[np.int64]:
        """The row numbers by last-level group, each in time order."""
        ...

    @property
    def levels(self) -> tuple[Level, ...]:
        """The groups as arrays, outer level first."""
        ...

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last time of all rows, None without one."""
        ...

    def rows(self, level: int, index: int) -> NDArray[np.int64]:
        """The row numbers of a group in time order."""
        ...

    def group(self, level: int, index: int) -> Group:
        """The facts of a group."""
        ...

    def sparkline(self, level: int, index: int, bins: int = 24) -> tuple[int, ...]:
        """The number of events of a group in each of `bins` equal parts of the span."""
        ...

    def states(self, level: int) -> NDArray[np.int8]:
        """The state of each group of a level."""
        ...

    def prepare(self, level: int, bins: int = 24, indices: Sequence[int] | None = None) -> None:
        """Computes `group` and `sparkline` for many groups of a level at once: for all, or for some of them."""
        ...

    def sorted_by(self, column: SortColumn = "attention", descending: bool = False) -> tuple[NDArray[np.int64], ...]:
        """For each level, the indices of its groups in display order."""
        ...
