"""A row of the table, described so another run can find it: by values, not by numbers of this run."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from smtpscope.app.widgets.table.group_outline import GroupOutline, OutlineEntry
from smtpscope.store.event_store import EventStore
from smtpscope.store.grouping.dimensions import DIMENSIONS
from smtpscope.store.grouping.group_tree import TreeOfGroups
from smtpscope.workspace.log_state import Position


def position_of(store: EventStore, outline: GroupOutline, place: OutlineEntry) -> Position:
    """The position of `place`, in values that survive a restart."""
    groups: list[tuple[str, str]] = []
    group: OutlineEntry | None = OutlineEntry(place.level, place.index) if place.level >= 0 else None
    while group is not None:
        groups.insert(0, _said(store, outline.tree, group))
        group = outline.parent(group)
    if place.row is None:
        return Position(tuple(groups))
    exchange = store.exchange(place.row)
    return Position(tuple(groups), (exchange.file, exchange.offset))


def _said(store: EventStore, tree: TreeOfGroups, group: OutlineEntry) -> tuple[str, str]:
    level = tree.levels[group.level]
    return level.column, level.dimension.text(store.words, int(level.key[group.index]))


def key_at(store: EventStore, tree: TreeOfGroups, position: Position) -> Hashable:
    """The outline's key for `position`, None if it no longer exists."""
    if position.event is not None:
        row = _row_at(store, tree, position.event)
        if row is not None:
            return ("event", row)
    keys: list[tuple[str, int]] = []
    for column, value in position.groups:
        dimension = DIMENSIONS.with_column(column)
        number = None if dimension is None else dimension.number(store.words, value)
        if number is None:
            return None
        keys.append((column, number))
    return (tree.grouping, *keys) if keys else None


def _row_at(store: EventStore, tree: TreeOfGroups, event: tuple[str, int]) -> int | None:
    file, offset = event
    candidates = tree.order[store.columns.offset[tree.order] == offset]
    found = [row for row in np.sort(candidates).tolist() if store.exchange(row).file == file]
    return found[0] if found else None
