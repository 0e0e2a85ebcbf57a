"""The trees of groups that were asked for last: another order, or a grouping asked for ahead, need no second look."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from smtpscope.store.grouping.groups import GroupTree

_KEPT = 3
"""The one on the screen, the one before it, and the one that comes next; each takes sixteen bytes an event."""


class RecentTrees:
    """Trees by what they were made of; the one that was not asked for longest goes first."""

    def __init__(self) -> None:
        self._trees: dict[Hashable, GroupTree] = {}

    def of(self, made_of: Hashable, make: Callable[[], GroupTree]) -> GroupTree:
        """The tree made of `made_of`; `make` makes it where it is not there."""
        tree = self._trees.pop(made_of, None)
        if tree is None:
            while len(self._trees) >= _KEPT:
                del self._trees[next(iter(self._trees))]
            tree = make()
        self._trees[made_of] = tree
        return tree

    def clear(self) -> None:
        """Forgets all, because something that is not in `made_of` has changed."""
        self._trees.clear()
