"""The groups of a set as the arrays of levels, from one question to the engine."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Final

import numpy as np
from msgspec import Struct

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.sql import Sql
from smtpscope.store.column_set import NO_TIME
from smtpscope.store.grouping.dimensions import Dimension
from smtpscope.store.grouping.group_sorting import EXPECTED_NOISE, Urgency
from smtpscope.store.grouping.grouping import Level

KEYS: Final = {
    "code": "code",
    "host": "remote_host_key",
    "cause": "category",
    "recipient": "recipient_key",
    "server": "server",
    "connector": "connector_name",
}
"""The expression over the rows of a set for the key of each dimension."""
PRUNED: Final = {"code": "reply_code", "server": "computer", "connector": "connector"}
"""The column by which the engine can leave out row groups, where it is another one; for a key that is not missing."""

_COUNTED: Final = f"""
count(*) AS rows, count(time_ms) AS timed, min(time_ms) AS first_ms, max(time_ms) AS last_ms,
bool_or(category <> '{EXPECTED_NOISE}') AS costs_mail,
bool_or(category <> '{EXPECTED_NOISE}' AND who_acts <> 'nobody') AS somebody,
bool_or(category <> '{EXPECTED_NOISE}' AND who_acts = 'us') AS ours,
count(*) FILTER (who_acts = 'us') AS number_of_ours
"""
_AGAIN: Final = """
sum(rows) AS rows, sum(timed) AS timed, min(first_ms) AS first_ms, max(last_ms) AS last_ms,
bool_or(costs_mail) AS costs_mail, bool_or(somebody) AS somebody, bool_or(ours) AS ours,
sum(number_of_ours) AS number_of_ours
"""
_names = count()


class LoadedLevel(Struct, frozen=True):
    """A level, the `texts` of its keys (None where there is none), what decides their order, and the temporary table
    that has each group with its `number` and its keys (`key0`, `key1`).
    """

    level: Level
    texts: list[str | None]
    urgency: Urgency
    table: str


def loaded_levels(asked: ExchangeSet, rows: Sql, dimensions: Sequence[Dimension]) -> tuple[LoadedLevel, ...]:
    """`rows` in groups by `dimensions`, of which there are two, or none."""
    if not dimensions:
        return ()
    asked.tidy()
    outer, inner = (KEYS[dimension.name] for dimension in dimensions)
    last, first = (f"groups_{next(_names)}" for _ in range(2))
    places = [ranks_table(asked, dimension) for dimension in dimensions]
    asked.run(
        f"CREATE TABLE {last} AS SELECT row_number() OVER (ORDER BY outer_ranks.place, inner_ranks.place) - 1 "
        f"AS number, dense_rank() OVER (ORDER BY outer_ranks.place) - 1 AS parent, found.* FROM "
        f"(SELECT {outer} AS key0, {inner} AS key1, {_COUNTED} FROM part_rows WHERE {rows.text} "
        f"GROUP BY 1, 2) AS found JOIN {places[0]} AS outer_ranks ON outer_ranks.key IS NOT DISTINCT FROM found.key0 "
        f"JOIN {places[1]} AS inner_ranks ON inner_ranks.key IS NOT DISTINCT FROM found.key1",
        rows.values,
    )
    asked.run(
        f"CREATE TABLE {first} AS SELECT parent AS number, any_value(key0) AS key0, {_AGAIN}, "
        f"min(number) AS first_child, max(number) + 1 AS end_child FROM {last} GROUP BY parent"
    )
    return (
        _level(asked, dimensions[0], first, "number, key0 AS key, first_child, end_child, -1 AS parent"),
        _level(asked, dimensions[1], last, "number, key1 AS key, 0 AS first_child, 0 AS end_child, parent"),
    )


def ranks_table(asked: ExchangeSet, dimension: Dimension) -> str:
    """A table with the `place` of each `key` of `dimension`: in the order in which they come in the logs."""
    return asked.ranks(dimension.name, KEYS[dimension.name])


def _level(asked: ExchangeSet, dimension: Dimension, table: str, places: str) -> LoadedLevel:
    found = asked.columns(
        f"SELECT {places}, rows, timed, coalesce(first_ms, {NO_TIME}) AS first_ms, "
        f"coalesce(last_ms, {NO_TIME}) AS last_ms, costs_mail, somebody, ours, number_of_ours "
        f"FROM {table} ORDER BY number"
    )
    keys = [None if text is None else str(text) for text in np.ma.asarray(found["key"]).tolist()]
    counts, timed = (found[name].astype(np.int64) for name in ("rows", "timed"))
    costs_mail, somebody, ours = (found[name].astype(np.bool_) for name in ("costs_mail", "somebody", "ours"))
    urgency = Urgency(costs_mail, somebody, ours, found["number_of_ours"].astype(np.int64))
    end = np.cumsum(counts)
    key = np.array(keys, np.int64) if dimension.vocabulary is None else np.arange(len(keys), dtype=np.int64)
    level = Level(
        dimension=dimension,
        key=key,
        count=counts,
        start=end - counts,
        end=end,
        untimed=counts - timed,
        first_ms=found["first_ms"].astype(np.int64),
        last_ms=found["last_ms"].astype(np.int64),
        parent=found["parent"].astype(np.int64),
        first_child=found["first_child"].astype(np.int64),
        end_child=found["end_child"].astype(np.int64),
    )
    return LoadedLevel(level, keys, urgency, table)
