"""What every tree of groups has, whether its rows are in memory or in a set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.group import Group
from smtpscope.store.grouping.group_sorting import SortColumn
from smtpscope.store.grouping.grouping import Level


class TreePart(Struct, frozen=True):
    """Some rows of `tree`: those of a group, all of them (`level` is -1), or the one event `row`."""

    tree: TreeOfGroups
    level: int = -1
    index: int = -1
    row: int | None = None

    def __len__(self) -> int:
        if self.row is not None:
            return 1
        return len(self.tree) if self.level < 0 else int(self.tree.levels[self.level].count[self.index])

    @property
    def rows(self) -> NDArray[np.int64]:
        """The numbers of the rows."""
        if self.row is not None:
            return np.array([self.row], np.int64)
        return self.tree.order if self.level < 0 else self.tree.rows(self.level, self.index)


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
    def listed(self) -> int:
        """How many rows are listed one by one where there are no groups."""
        ...

    def event(self, level: int, index: int, number: int) -> int:
        """The row `number` of a group of the last level; of all rows where there are no groups (`level` is -1)."""
        ...

    def position(self, level: int, index: int, row: int) -> int | None:
        """The inverse of `event`, None if the row is not there."""
        ...

    def group_with(self, row: int) -> int | None:
        """The group of the last level that has `row`, -1 where there are no groups; None if the filter hides it."""
        ...

    def row_at(self, file: str, offset: int) -> int | None:
        """The row of the event at `offset` of the log `file`, None if it is not here or would take long to find."""
        ...

    def text_of_key(self, level: int, index: int) -> str:
        """The key of a group as text that survives a restart."""
        ...

    def key_of_text(self, level: int, text: str) -> int | None:
        """The inverse of `text_of_key`, for a key of `level`; None if nothing here has it."""
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

    def known_group(self, level: int, index: int) -> Group | None:
        """The facts of a group, if they can be had at once."""
        ...

    def known_sparkline(self, level: int, index: int, bins: int) -> tuple[int, ...] | None:
        """The sparkline of a group, if it can be had at once."""
        ...

    def bins_at_once(self, bins: int) -> int:
        """In how many parts, at most `bins`, sparklines are quickest."""
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
