"""A cache of recent group trees: a new sort order, or a grouping computed ahead, needs no recomputation."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from smtpscope.store.grouping.group_tree import TreeOfGroups

_KEPT = 3
"""The one on screen, the previous one, and the next one; each takes sixteen bytes per event."""


class RecentTrees:
    """Trees by their inputs; evicts the least recently used."""

    def __init__(self) -> None:
        self._trees: dict[Hashable, TreeOfGroups] = {}

    def of(self, made_of: Hashable, make: Callable[[], TreeOfGroups]) -> TreeOfGroups:
        """The tree for the inputs `made_of`; calls `make` if it is not cached."""
        tree = self._trees.pop(made_of, None)
        if tree is None:
            while len(self._trees) >= _KEPT:
                del self._trees[next(iter(self._trees))]
            tree = make()
        self._trees[made_of] = tree
        return tree

    def clear(self) -> None:
        """Clears the cache, because something outside `made_of` has changed."""
        self._trees.clear()
