"""Groups rows in one or two levels, as arrays: keys, counts, first and last times, and the rows of each group."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from smtpscope.store.column_set import NO_TIME
from smtpscope.store.distinct import compacted
from smtpscope.store.event_store import EventStore, Rows
from smtpscope.store.grouping.dimensions import DIMENSIONS, Dimension, Grouping


class Level(Struct, frozen=True):
    """The groups of one level as columns; index i is one group.

    `key` is its number in the column of `dimension`. Its rows are `order[start:end]` of the tree. `parent[i]` is its
    parent in the level above (-1 in the first), and its children in the level below are `first_child[i]` up to, but not
    including, `end_child[i]` (both 0 in the last). `first_ms` and `last_ms` are NO_TIME if no row has a time; `untimed`
    counts the rows without one.
    """

    dimension: Dimension
    key: NDArray[np.int64]
    count: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    untimed: NDArray[np.int64]
    first_ms: NDArray[np.int64]
    last_ms: NDArray[np.int64]
    parent: NDArray[np.int64]
    first_child: NDArray[np.int64]
    end_child: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.key)

    @property
    def column(self) -> str:
        """The name of the dimension in saved positions."""
        return self.dimension.column


class Grouped(Struct, frozen=True):
    """The levels, and the rows in `order`: by group of the last level, then by time."""

    order: NDArray[np.int64]
    times: NDArray[np.int64]
    levels: tuple[Level, ...]


def grouped(store: EventStore, rows: Rows, grouping: Grouping) -> Grouped:
    """Groups `rows` of `store` (mask, row numbers or None for all) by `grouping`. Raises KeyError for an unknown
    grouping.
    """
    by_time = store.rows_by_time(rows)
    time_ms = store.columns.time_ms
    levels = DIMENSIONS.of(grouping)
    if not levels:
        return Grouped(by_time, time_ms[by_time], ())
    groups, keys = _dense_groups(*(dimension.rows.of_rows(store, by_time) for dimension in levels))
    order = by_time[_stable_order(groups, len(keys[0]))]
    times = time_ms[order]
    count = np.bincount(groups, minlength=len(keys[0])).astype(np.int64)
    end = np.cumsum(count)
    last = _last_level(levels[-1], keys[-1], count, end, times)
    if len(levels) == 1:
        return Grouped(order, times, (last,))
    first, parent = _first_level(levels[0], keys[0], last)
    return Grouped(order, times, (first, replace(last, parent=parent)))


def _dense_groups(*columns: NDArray[np.signedinteger]) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """The group number of each row, ordered by the first column and then the next, and the keys of each group by
    column.
    """
    outer_keys, outer = compacted(columns[0])
    if len(columns) == 1:
        return outer, [outer_keys]
    inner_keys, inner = compacted(columns[1])
    joint, groups = compacted(outer * max(1, len(inner_keys)) + inner)
    if not len(joint):
        return groups, [joint, joint]
    return groups, [outer_keys[joint // len(inner_keys)], inner_keys[joint % len(inner_keys)]]


def _stable_order(groups: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    """The order that puts groups together and keeps the order of rows within each."""
    # numpy uses a radix sort for 16-bit numbers, ten times as fast as for wider ones; two passes sort 32 bits.
    low = groups.astype(np.uint16)
    order = np.argsort(low, kind="stable")
    if number > 1 << 16:
        high = (groups >> 16).astype(np.uint16)
        order = order[np.argsort(high[order], kind="stable")]
    return order.astype(np.int64, copy=False)


def _last_level(
    dimension: Dimension,
    key: NDArray[np.int64],
    count: NDArray[np.int64],
    end: NDArray[np.int64],
    times: NDArray[np.int64],
) -> Level:
    start = end - count
    none = np.zeros(len(key), np.int64)
    untimed = none
    without_time = times == NO_TIME
    if without_time.any():
        before = np.concatenate((none[:1], np.cumsum(without_time)))
        untimed = before[end] - before[start]
    if len(key):
        # Rows without a time come first in their group.
        first_ms = times[np.minimum(start + untimed, end - 1)]
        last_ms = times[end - 1]
    else:
        first_ms = last_ms = none
    return Level(dimension, key, count, start, end, untimed, first_ms, last_ms, none - 1, none, none)


def _first_level(dimension: Dimension, keys: NDArray[np.int64], last: Level) -> tuple[Level, NDArray[np.int64]]:
    """The level above `last`, whose groups have the outer keys `keys`, and each group's parent in it."""
    number = len(keys)
    new = np.ones(number, np.bool_)
    new[1:] = keys[1:] != keys[:-1]
    first_child = np.flatnonzero(new)
    end_child = np.append(first_child[1:], number) if number else first_child
    parent = np.cumsum(new) - 1
    none = np.zeros(len(first_child), np.int64)
    if not number:
        return Level(dimension, none, none, none, none, none, none, none, none, none, none), parent
    count = np.add.reduceat(last.count, first_child)
    untimed = np.add.reduceat(last.untimed, first_child)
    last_ms = np.maximum.reduceat(last.last_ms, first_child)
    # NO_TIME is the smallest number of all, so it must not win as the first time.
    latest = np.iinfo(np.int64).max
    first_ms = np.minimum.reduceat(np.where(last.first_ms == NO_TIME, latest, last.first_ms), first_child)
    first_ms[first_ms == latest] = NO_TIME
    start, end = last.start[first_child], last.end[end_child - 1]
    level = Level(
        dimension, keys[first_child], count, start, end, untimed, first_ms, last_ms, none - 1, first_child, end_child
    )
    return level, parent
