"""The tree of groups as lines: which are open, and what is on line n. No drawing, no analysis."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.store.grouping.group_tree import TreeOfGroups


class OutlineEntry(Struct, frozen=True):
    """The content of a line: a group (`level`, `index` into that level) or, with `row` set, an event in it.

    In a flat list of events `level` and `index` are -1.
    """

    level: int
    index: int
    row: int | None = None


def first_groups(tree: TreeOfGroups, order: Sequence[NDArray[np.int64]], most: int) -> Iterator[tuple[int, int]]:
    """Level and index of the groups that are shown first: `most` of each level, of the second in the order of its
    parents.
    """
    left = most
    for outer in order[0][:most].tolist() if order else ():
        yield 0, outer
        if len(tree.levels) == 2 and left:
            children = slice(int(tree.levels[0].first_child[outer]), int(tree.levels[0].end_child[outer]))
            for inner in order[1][children][:left].tolist():
                left -= 1
                yield 1, inner


class GroupOutline:
    """Lines over a tree of one or two levels or a flat list of events.

    `order` is the tree's `sorted_by` answer. `opened` maps keys of groups to whether the user opened or closed them;
    untouched groups are open as long as all groups shown so far fit on a page of `page` lines. Cost is proportional to
    the number of groups, never to the number of events.
    """

    def __init__(
        self, tree: TreeOfGroups, order: tuple[NDArray[np.int64], ...], opened: dict[Hashable, bool], page: int
    ) -> None:
        self.tree = tree
        self._opened = opened
        self._page = page
        self._order = order
        self._lay_out()

    def __len__(self) -> int:
        return self._length

    # A group's key is its values in the grouping columns, so it stays valid after a new filter or new events.
    def key(self, place: OutlineEntry) -> Hashable:
        """A key that identifies the same group or event as long as the logs are open."""
        if place.row is not None:
            return ("event", place.row)
        return self._group_key(place.level, place.index)

    def _group_key(self, level: int, index: int) -> Hashable:
        groups = self.tree.levels[level]
        own = (groups.column, int(groups.key[index]))
        if level == 0:
            return (self.tree.grouping, own)
        above = self.tree.levels[0]
        return (self.tree.grouping, (above.column, int(above.key[groups.parent[index]])), own)

    def _lay_out(self) -> None:
        levels = self.tree.levels
        if not levels:
            self._length = len(self.tree.order)
            return
        last = levels[-1]
        # The number of lines of each first-level group's children when it is open.
        self._open_last = self._touched(len(levels) - 1, np.zeros(len(last), np.bool_))
        self._height_last = 1 + np.where(self._open_last, last.count, 0)
        if len(levels) == 1:
            heights = self._height_last[self._order[0]]
        else:
            first = levels[0]
            behind = np.concatenate(([0], np.cumsum(self._height_last[self._order[1]])))
            self._inner_starts = behind
            # `order[1]` keeps the children of one parent together, in the parent's range.
            inner = behind[first.end_child] - behind[first.first_child]
            # Counted as if all children were closed, so opening one never closes a group further down.
            children = (first.end_child - first.first_child)[self._order[0]]
            self._open_first = self._touched(0, self._fitting(children))
            heights = (1 + np.where(self._open_first, inner, 0))[self._order[0]]
        self._starts = np.concatenate(([0], np.cumsum(heights)))
        self._length = int(self._starts[-1])

    def _fitting(self, children: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which first-level groups are open by default: as many from the top as fill one page."""
        order = self._order[0]
        result = np.zeros(len(order), np.bool_)
        if not len(order):
            return result
        total = len(order) + int(children.sum())
        if total <= self._page:
            result[:] = True
            return result
        lines = np.cumsum(1 + children)
        opened = max(1, int(np.searchsorted(lines, self._page, side="right")))
        result[order[:opened]] = True
        return result

    def _touched(self, level: int, default: NDArray[np.bool_]) -> NDArray[np.bool_]:
        if not self._opened:
            return default
        groups = self.tree.levels[level]
        for key, opened in self._opened.items():
            index = self._index_of(level, key)
            if index is not None and index < len(groups):
                default[index] = opened
        return default

    def _index_of(self, level: int, key: Hashable) -> int | None:
        """The group of `level` with `key`, None if there is none."""
        if not isinstance(key, tuple) or key[0] != self.tree.grouping or len(key) != level + 2:
            return None
        groups = self.tree.levels[level]
        if level == 0:
            column, number = key[1]
            if column != groups.column:
                return None
            found = np.flatnonzero(groups.key == number)
            return int(found[0]) if len(found) else None
        parent = self._index_of(0, key[:2])
        if parent is None:
            return None
        above = self.tree.levels[0]
        start, end = int(above.first_child[parent]), int(above.end_child[parent])
        found = np.flatnonzero(groups.key[start:end] == key[2][1])
        return start + int(found[0]) if len(found) else None

    def place(self, line: int) -> OutlineEntry:
        """The entry on `line`. Raises IndexError if there is no such line."""
        if not 0 <= line < self._length:
            raise IndexError(f"line {line} of {self._length}")
        levels = self.tree.levels
        if not levels:
            return OutlineEntry(-1, -1, int(self.tree.order[line]))
        position = int(np.searchsorted(self._starts, line, side="right")) - 1
        index = int(self._order[0][position])
        offset = line - int(self._starts[position])
        if offset == 0:
            return OutlineEntry(0, index)
        if len(levels) == 1:
            return self._event(0, index, offset - 1)
        base = int(self._inner_starts[levels[0].first_child[index]])
        inner = int(np.searchsorted(self._inner_starts, base + offset - 1, side="right")) - 1
        child = int(self._order[1][inner])
        within = base + offset - 1 - int(self._inner_starts[inner])
        return OutlineEntry(1, child) if within == 0 else self._event(1, child, within - 1)

    def _event(self, level: int, index: int, number: int) -> OutlineEntry:
        return OutlineEntry(level, index, int(self.tree.order[int(self.tree.levels[level].start[index]) + number]))

    def is_open(self, level: int, index: int) -> bool:
        if len(self.tree.levels) == 2 and level == 0:
            return bool(self._open_first[index])
        return bool(self._open_last[index])

    def set_open(self, place: OutlineEntry, opened: bool) -> None:
        """Opens or closes the group of `place`."""
        self._opened[self._group_key(place.level, place.index)] = opened
        self._lay_out()

    def open_to(self, place: OutlineEntry) -> None:
        """Opens the groups that hide `place`."""
        if place.level < 0:
            return
        if place.row is not None and not self.is_open(place.level, place.index):
            self._opened[self._group_key(place.level, place.index)] = True
        if place.level == 1:
            parent = int(self.tree.levels[1].parent[place.index])
            if not self.is_open(0, parent):
                self._opened[self._group_key(0, parent)] = True
        self._lay_out()

    def line_of(self, place: OutlineEntry) -> int | None:
        """The line of `place`, None while a closed group hides it."""
        levels = self.tree.levels
        if not levels:
            found = np.flatnonzero(self.tree.order == place.row)
            return int(found[0]) if len(found) else None
        line = self._line_of_group(place.level, place.index)
        if line is None or place.row is None:
            return line
        if not self.is_open(place.level, place.index):
            return None
        groups = levels[place.level]
        start, end = int(groups.start[place.index]), int(groups.end[place.index])
        found = np.flatnonzero(self.tree.order[start:end] == place.row)
        return line + 1 + int(found[0]) if len(found) else None

    def _line_of_group(self, level: int, index: int) -> int | None:
        levels = self.tree.levels
        if level == 0:
            position = int(np.flatnonzero(self._order[0] == index)[0])
            return int(self._starts[position])
        parent = int(levels[1].parent[index])
        if not self.is_open(0, parent):
            return None
        top = self._line_of_group(0, parent)
        if top is None:
            return None
        start, end = int(levels[0].first_child[parent]), int(levels[0].end_child[parent])
        position = start + int(np.flatnonzero(self._order[1][start:end] == index)[0])
        return top + 1 + int(self._inner_starts[position] - self._inner_starts[start])

    def find(self, key: Hashable) -> OutlineEntry | None:
        """The place with `key` (see `key`), wherever it is now; None if it is gone."""
        if not isinstance(key, tuple):
            return None
        if key[0] == "event":
            return self.place_of_row(int(key[1]))
        for level in range(len(self.tree.levels)):
            index = self._index_of(level, key)
            if index is not None:
                return OutlineEntry(level, index)
        return None

    def place_of_row(self, row: int) -> OutlineEntry | None:
        """The event `row` in its group of the last level, None if the filter hides it."""
        found = np.flatnonzero(self.tree.order == row)
        if not len(found):
            return None
        if not self.tree.levels:
            return OutlineEntry(-1, -1, row)
        last = self.tree.levels[-1]
        index = int(np.searchsorted(last.end, int(found[0]), side="right"))
        return OutlineEntry(len(self.tree.levels) - 1, index, row)

    def parent(self, place: OutlineEntry) -> OutlineEntry | None:
        """The group that contains `place`, None at the top level."""
        if place.level < 0:
            return None
        if place.row is not None:
            return OutlineEntry(place.level, place.index)
        if place.level == 1:
            return OutlineEntry(0, int(self.tree.levels[1].parent[place.index]))
        return None

    def group_after(self, place: OutlineEntry, by: int) -> OutlineEntry | None:
        """The last-level group `by` groups below (or above) `place`, None if there is none.

        Below a first-level group comes its own first group, above it the last one of the previous group.
        """
        level = len(self.tree.levels) - 1
        if level < 0:
            return None
        if place.level == level:
            position = int(self._positions[place.index]) + by
        else:
            first = int(self.tree.levels[0].first_child[place.index])
            position = int(self._positions[self._order[1][first]]) + min(by, 0)
        groups = self._shown_groups
        return OutlineEntry(level, int(groups[position])) if 0 <= position < len(groups) else None

    @cached_property
    def _shown_groups(self) -> NDArray[np.int64]:
        """The last-level groups in display order."""
        if len(self.tree.levels) == 1:
            return self._order[0]
        first = self.tree.levels[0]
        starts, ends = first.first_child[self._order[0]], first.end_child[self._order[0]]
        # Concatenated ranges: count from 0, and jump to the start of each new range.
        lengths = ends - starts
        jumps = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        shown: NDArray[np.int64] = self._order[1][np.arange(len(jumps)) + jumps]
        return shown

    @cached_property
    def _positions(self) -> NDArray[np.int64]:
        """The position of each last-level group among those shown."""
        positions = np.empty(len(self._shown_groups), np.int64)
        positions[self._shown_groups] = np.arange(len(positions))
        return positions
