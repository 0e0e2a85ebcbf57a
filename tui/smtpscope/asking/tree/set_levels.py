"""The groups of a set as the arrays of levels, from one question to the engine.

A key is the place of its text in the set (see `ExchangeSet.ranks`), so that it stays the same in every view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.group_tables import CELLS, PLACES
from smtpscope.asking.set_columns import KEYS
from smtpscope.asking.sql import Sql, storable
from smtpscope.store.column_set import NO_TIME
from smtpscope.store.grouping.dimensions import Dimension
from smtpscope.store.grouping.group_sorting import EXPECTED_NOISE, Urgency
from smtpscope.store.grouping.grouping import Level

PRUNED: Final = {"code": "reply_code", "server": "computer", "connector": "connector"}
"""The column by which the engine can leave out row groups, where it is another one; for a key that is not missing."""

_LATER: Final = 2**63 - 1
_COUNTED: Final = f"""
sum(events)::BIGINT AS rows, sum(timed)::BIGINT AS timed, coalesce(min(time_ms), {_LATER}) AS first_ms,
coalesce(max(last_ms), {NO_TIME}) AS last_ms, bool_or(category <> '{EXPECTED_NOISE}') AS costs_mail,
bool_or(category <> '{EXPECTED_NOISE}' AND who_acts <> 'nobody') AS somebody,
bool_or(category <> '{EXPECTED_NOISE}' AND who_acts = 'us') AS ours,
coalesce(sum(events) FILTER (who_acts = 'us'), 0)::BIGINT AS number_of_ours
"""
_MANY: Final = 1_000
_names = count()
_Columns = Mapping[str, NDArray[Any]]


class LoadedLevel(Struct, frozen=True):
    """A level, and what decides the order of its groups."""

    level: Level
    urgency: Urgency


class KeyTexts:
    """The texts of the keys of a level, None where a row has none; few are asked for one by one."""

    def __init__(self, asked: ExchangeSet, dimension: Dimension) -> None:
        self._set = asked
        self._dimension = dimension
        self._known: dict[int, str | None] = {}
        self._all_known = False

    def of(self, keys: NDArray[np.int64]) -> list[str | None]:
        """The text of each of `keys`."""
        if self._dimension.vocabulary is None:
            return [str(key) for key in keys.tolist()]
        missing = set(keys.tolist()).difference(self._known)
        if missing and not self._all_known:
            self._ask(sorted(missing))
        return [self._known[key] for key in keys.tolist()]

    def key_of(self, text: str) -> int | None:
        """The inverse, "" for what has none; None if no row has the text."""
        if self._dimension.vocabulary is None:
            return int(text) if text.lstrip("-").isdecimal() else None
        if self._dimension.lacks and not text:
            return -1
        table = ranks_table(self._set, self._dimension)
        found = self._set.tuples(f"SELECT place FROM {table} WHERE key = ?", (storable(text),))
        return int(found[0][0]) if found else None

    def _ask(self, places: list[int]) -> None:
        table = ranks_table(self._set, self._dimension)
        self._all_known = len(places) > _MANY
        some = "" if self._all_known else " WHERE place IN (SELECT unnest(?::BIGINT[]))"
        found = self._set.tuples(f"SELECT place, key FROM {table}{some}", () if self._all_known else (places,))
        self._known.update(found)


def loaded_levels(asked: ExchangeSet, rows: Sql, dimensions: Sequence[Dimension]) -> tuple[LoadedLevel, ...]:
    """`rows` in groups by `dimensions`, of which there are two, or none."""
    if not dimensions:
        return ()
    asked.tidy()
    inner = _groups(asked, rows, dimensions)
    starts = np.flatnonzero(np.diff(inner["place0"], prepend=-2))
    outer = {"place0": inner["place0"][starts]} | {
        name: (values if not len(values) else kind.reduceat(values, starts))
        for name, kind in _AGAIN.items()
        for values in (inner[name],)
    }
    ends = np.append(starts[1:], len(inner["place0"])) if len(starts) else starts
    parents = np.repeat(np.arange(len(starts)), ends - starts)
    return (
        _level(dimensions[0], outer, outer["place0"], (np.full(len(starts), -1), starts, ends)),
        _level(dimensions[1], inner, inner["place1"], (parents, np.zeros(len(parents)), np.zeros(len(parents)))),
    )


_AGAIN: Final[Mapping[str, np.ufunc]] = {
    "rows": np.add,
    "timed": np.add,
    "first_ms": np.minimum,
    "last_ms": np.maximum,
    "costs_mail": np.logical_or,
    "somebody": np.logical_or,
    "ours": np.logical_or,
    "number_of_ours": np.add,
}
"""How the facts of groups make that of the group around them; no time is the least of all numbers."""


def _groups(asked: ExchangeSet, rows: Sql, dimensions: Sequence[Dimension]) -> _Columns:
    """The groups of the inner level with the places of both keys, in their order."""
    keys = [KEYS[dimension.name] for dimension in dimensions]
    relation = asked.relation(rows, *keys)
    if relation == CELLS:
        places = ", ".join(f"{PLACES[key]} AS place{number}" for number, key in enumerate(keys))
        statement = f"SELECT {places}, {_COUNTED} FROM {CELLS} WHERE {rows.text} GROUP BY 1, 2 ORDER BY 1, 2"
    else:
        tables = [ranks_table(asked, dimension) for dimension in dimensions]
        joins = " ".join(
            f"JOIN {table} AS ranks{number} ON ranks{number}.key IS NOT DISTINCT FROM found.key{number}"
            for number, table in enumerate(tables)
        )
        statement = (
            f"SELECT ranks0.place AS place0, ranks1.place AS place1, found.* EXCLUDE (key0, key1) FROM "
            f"(SELECT {keys[0]} AS key0, {keys[1]} AS key1, {_COUNTED} FROM {relation} WHERE {rows.text} "
            f"GROUP BY 1, 2) AS found {joins} ORDER BY 1, 2"
        )
    found = asked.columns(statement, rows.values)
    flags = ("costs_mail", "somebody", "ours")
    return {name: values.astype(np.bool_ if name in flags else np.int64) for name, values in found.items()}


def ranks_table(asked: ExchangeSet, dimension: Dimension) -> str:
    """A table with the `place` of each `key` of `dimension`: in the order in which they come in the logs."""
    return asked.ranks(dimension.name)


def keyed_groups(asked: ExchangeSet, numbers: NDArray[np.int64], levels: Sequence[tuple[Dimension, Any]]) -> str:
    """A new table with the `number` of some groups and the texts of their keys, `key0` and so on.

    `levels` are the dimensions, outer one first, each with the keys of these groups.
    """
    name = f"groups_{next(_names)}"
    places = {f"place{number}": np.asarray(keys, np.int64) for number, (_, keys) in enumerate(levels)}
    joins = " ".join(
        f"JOIN {ranks_table(asked, dimension)} AS ranks{number} ON ranks{number}.place = numbered.place{number}"
        for number, (dimension, _) in enumerate(levels)
    )
    keys = ", ".join(f"ranks{number}.key AS key{number}" for number in range(len(levels)))
    with asked.arrays("numbered", {"number": numbers} | places):
        asked.run(f"CREATE TABLE {name} AS SELECT number, {keys} FROM numbered {joins}")
    return name


def _level(
    dimension: Dimension,
    found: _Columns,
    keys: NDArray[np.int64],
    places: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
) -> LoadedLevel:
    counts = found["rows"]
    end = np.cumsum(counts)
    parent, first_child, end_child = (array.astype(np.int64) for array in places)
    level = Level(
        dimension=dimension,
        key=keys,
        count=counts,
        start=end - counts,
        end=end,
        untimed=counts - found["timed"],
        first_ms=np.where(found["timed"] == 0, NO_TIME, found["first_ms"]),
        last_ms=found["last_ms"],
        parent=parent,
        first_child=first_child,
        end_child=end_child,
    )
    return LoadedLevel(level, Urgency(found["costs_mail"], found["somebody"], found["ours"], found["number_of_ours"]))
