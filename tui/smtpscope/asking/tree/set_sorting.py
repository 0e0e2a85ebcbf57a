"""What groups of a set are sorted by, as `store.grouping.groups` sorts those of the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.set_columns import KEYS
from smtpscope.asking.sql import Sql
from smtpscope.asking.tree.set_levels import KeyTexts, LoadedLevel
from smtpscope.store.grouping.group_sorting import SortColumn, attention_keys, keys_of_level, ranks


class SetSorting:
    """Sorts the groups of `loaded`, whose keys have `texts`. `states` gives the states of a level, `join` what joins
    `rows` with its groups.
    """

    def __init__(
        self,
        asked: ExchangeSet,
        rows: Sql,
        loaded: Sequence[LoadedLevel],
        texts: Sequence[KeyTexts],
        states: Callable[[int], NDArray[np.int8]],
        join: Callable[[int], str],
    ) -> None:
        self._set = asked
        self._rows = rows
        self._loaded = loaded
        self._texts = texts
        self._states = states
        self._join = join

    def keys(self, number: int, column: SortColumn) -> list[NDArray[np.int64]]:
        """The sort keys of the groups of level `number`, the most significant first, each ascending."""
        level = self._loaded[number].level
        known = keys_of_level(level, column)
        if known is not None:
            return known
        if column == "attention":
            return [*attention_keys(self._loaded[number].urgency, self._states(number)), -level.count]
        if column == "host" or (column == "code" and level.column == "code"):
            return [level.key] if level.dimension.vocabulary is None else [self._ranks(number)]
        if column == "code":
            return [np.array(self._most_frequent(number, "code"), np.int64)]
        if level.column == "category":
            return [self._ranks(number)]
        return [ranks([str(text) for text in self._most_frequent(number, "category")])]

    def _ranks(self, number: int) -> NDArray[np.int64]:
        return ranks([text or "" for text in self._texts[number].of(self._loaded[number].level.key)])

    def _most_frequent(self, number: int, column: str) -> list[str | int]:
        """The most frequent value of `column` in each group; ties go to the least."""
        keys = [KEYS[loaded.level.dimension.name] for loaded in self._loaded[: number + 1]]
        source = f"{self._set.relation(self._rows, *keys)} AS asked {self._join(number)}"
        found = self._set.tuples(
            f"SELECT value FROM (SELECT groups.number AS number, asked.{column} AS value, sum(events) AS events "
            f"FROM {source} WHERE {self._rows.text} GROUP BY 1, 2) "
            "QUALIFY row_number() OVER (PARTITION BY number ORDER BY events DESC, value) = 1 ORDER BY number",
            self._rows.values,
        )
        return [value for (value,) in found]
