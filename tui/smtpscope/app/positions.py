"""A row of the table, described so another run can find it: by values, not by numbers of this run."""

from __future__ import annotations

from collections.abc import Hashable

from smtpscope.app.widgets.table.group_outline import GroupOutline, OutlineEntry
from smtpscope.session.browsing.browsed import BrowsedStore
from smtpscope.store.grouping.group_tree import TreeOfGroups
from smtpscope.workspace.log_state import Position


def position_of(store: BrowsedStore, outline: GroupOutline, place: OutlineEntry) -> Position:
    """The position of `place`, in values that survive a restart."""
    groups: list[tuple[str, str]] = []
    group: OutlineEntry | None = OutlineEntry(place.level, place.index) if place.level >= 0 else None
    while group is not None:
        column = outline.tree.levels[group.level].column
        groups.insert(0, (column, outline.tree.text_of_key(group.level, group.index)))
        group = outline.parent(group)
    exchange = None if place.row is None else store.known(place.row)
    return Position(tuple(groups), None if exchange is None else (exchange.file, exchange.offset))


def key_at(tree: TreeOfGroups, position: Position) -> Hashable:
    """The outline's key for `position`, None if it no longer exists."""
    if position.event is not None:
        row = tree.row_at(*position.event)
        if row is not None:
            return ("event", row)
    keys: list[tuple[str, int]] = []
    for column, value in position.groups:
        level = next((number for number, level in enumerate(tree.levels) if level.column == column), None)
        number = None if level is None else tree.key_of_text(level, value)
        if number is None:
            return None
        keys.append((column, number))
    return (tree.grouping, *keys) if keys else None
