"""Answers that a compacted set keeps, so that opening a large set need not read all of its rows.

`cells` has a row for each combination of what most groupings and filters compare, with how many exchanges it stands
for: a filter on code, host, cause or action, and groups by these, are answered from it. `facts` has what can't be added
up from cells (distinct recipients, the state, the activity) for the groups of all rows; a filtered group that has as
many rows as the whole one is the same group.

Both are of the parts that the manifest names, and are of no use once it names others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.asking.activity_bins import BINS, bin_of
from smtpscope.asking.incident_states import INCIDENT_KEYS, QueriedSet, as_keys, number_incidents, states_of_table
from smtpscope.asking.set_columns import KEYS
from smtpscope.asking.sql import TRUE, Sql
from smtpscope.store.activity import NO_STATE
from smtpscope.store.column_set import NO_TIME

CELL_KEYS: Final = (
    "reply_code",
    "remote_host",
    "remote_host_key",
    "host_search",
    "host_exact",
    "direction",
    "category",
    "entry",
    "who_acts",
    "confidence",
    "again",
)
"""What is the same in all rows of a cell; all of them have a time, or none has."""

KEPT_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("code",),
    "host": ("remote_host_key",),
    "cause": ("category",),
    "code,host": ("code", "remote_host_key"),
    "cause,code": ("category", "code"),
    "cause,host": ("category", "remote_host_key"),
}
"""The groups whose facts are kept, by the names of their dimensions in alphabetical order."""
INCIDENTS: Final = "incident"
"""The name of incidents, which are kept with their state; duplicates are among their rows."""

CELLS: Final = "kept_cells"
FACTS: Final = "kept_facts"
"""The names that the tables have in a set that is asked."""
CELL_COLUMNS: Final = frozenset(
    {*CELL_KEYS, "code", "assumed", "events", "timed", "time_ms", "last_ms", "row", "first_row", "named"}
    | {"recipient", "last_recipient", "first_server", "last_server"}
)

COUNTED: Final = Sql("NOT again", by_cell=True)
"""The rows that count."""

PLACES: Final[Mapping[str, str]] = {"code": "code", "remote_host_key": "host_place", "category": "cause_place"}
"""The column with the place of a key in the set (see `ExchangeSet.ranks`), by the key."""

# What most cells, which are of one row, have twice is null in the file.
_OF_CELL: Final = f"""
SELECT {", ".join(CELL_KEYS)}, count(*) FILTER (time_assumed) AS assumed, count(*) AS events, count(time_ms) AS timed,
       min(time_ms) AS first_ms, max(time_ms) AS last_ms, min(row) AS row,
       min_by(row, ROW(coalesce(time_ms, {NO_TIME}), row)) AS first_row, count(recipient_key) AS named,
       min(recipient) AS recipient, max(recipient) AS last_recipient,
       min(server) AS first_server, max(server) AS last_server
  FROM numbered_rows GROUP BY {", ".join(CELL_KEYS)}, time_ms IS NULL
"""
_CELLS: Final = f"""
CREATE TABLE cells AS
SELECT made.* REPLACE (nullif(last_ms, first_ms) AS last_ms, nullif(first_row, row) AS first_row,
                       nullif(last_recipient, recipient) AS last_recipient,
                       nullif(last_server, first_server) AS last_server),
       hosts.place AS host_place, causes.place AS cause_place
  FROM ({_OF_CELL}) AS made JOIN {{hosts}} AS hosts ON hosts.key = remote_host_key
  JOIN {{causes}} AS causes ON causes.key = category
 ORDER BY reply_code, remote_host_key
"""
KEPT_CELLS: Final = """
SELECT * EXCLUDE (first_ms, last_ms, first_row, last_recipient, last_server), first_ms AS time_ms,
       coalesce(last_ms, first_ms) AS last_ms, coalesce(first_row, row) AS first_row,
       coalesce(last_recipient, recipient) AS last_recipient, coalesce(last_server, first_server) AS last_server,
       {code} AS code
  FROM cells
"""
"""The statement for the cells of a set from those in the file; `{code}` stands for the key made of `reply_code`."""
KEPT_STATES: Final = f"""
SELECT direction AS key0, hosts.key AS key1, code AS key2, causes.key AS key3, state
  FROM {FACTS} JOIN {{hosts}} AS hosts ON hosts.place = host_place
  JOIN {{causes}} AS causes ON causes.place = cause_place
 WHERE groups = '{INCIDENTS}'
"""
"""The statement for the states of incidents, with their keys as `StatesOfIncidents` has them."""
_FACTS: Final = """
CREATE TABLE facts (
    groups VARCHAR, direction VARCHAR, code INTEGER, host_place BIGINT, cause_place BIGINT,
    events BIGINT, recipients BIGINT, state TINYINT, activity BIGINT[])
"""


_NO_STATES: Final[Mapping[str, NDArray[Any]]] = {"number": np.zeros(0, np.int64), "state": np.zeros(0, np.int8)}


class GroupTables(Struct, frozen=True):
    """The paths of both files, and the span of the activity of all rows in them, None without times."""

    cells: str
    facts: str
    span: tuple[int, int] | None


class MakingSet(QueriedSet, Protocol):
    """What group tables are made of: a set."""

    def tuples(self, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
        """The rows of the result of `statement`."""
        ...

    def ranks(self, dimension: str) -> str:
        """A table with the `place` of each `key` of a dimension among all."""
        ...


def kept_as(dimensions: tuple[str, ...]) -> str:
    """The name in `KEPT_GROUPS` of groups by `dimensions`, in any order; "" if they are not kept."""
    name = ",".join(sorted(dimensions))
    return name if name in KEPT_GROUPS else ""


def write_group_tables(asked: MakingSet, cells: str, facts: str) -> GroupTables:
    """Makes the tables of all rows of `asked`, and writes them to the paths `cells` and `facts`."""
    span = _make(asked)
    for table, path in (("cells", cells), ("facts", facts)):
        quoted = path.replace("'", "''")
        asked.run(f"COPY {table} TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
        asked.run(f"DROP TABLE {table}")
    return GroupTables(cells, facts, span)


def _make(asked: MakingSet) -> tuple[int, int] | None:
    asked.run(_CELLS.format(hosts=asked.ranks("host"), causes=asked.ranks("cause")))
    asked.run(_FACTS)
    ((first_ms, last_ms),) = asked.tuples(f"SELECT min(time_ms), max(time_ms) FROM part_rows WHERE {COUNTED.text}")
    span = None if first_ms is None else (first_ms, last_ms)
    place = Sql("NULL::INTEGER") if span is None else bin_of(span, BINS)
    asked.run(
        f"CREATE TABLE binned AS SELECT code, remote_host_key, category, CASE WHEN time_ms IS NOT NULL THEN "
        f"{place.text} END AS bin, count(*) AS events, count(time_ms) AS timed, max(time_ms) AS last_ms "
        f"FROM part_rows WHERE {COUNTED.text} GROUP BY ALL",
        place.values,
    )
    asked.run(
        f"CREATE TABLE named AS SELECT DISTINCT code, remote_host_key, category, recipient_key FROM part_rows "
        f"WHERE recipient_key IS NOT NULL AND {COUNTED.text}"
    )
    for name, keys in KEPT_GROUPS.items():
        _add_facts(asked, name, keys)
    for table in ("binned", "named"):
        asked.run(f"DROP TABLE {table}")
    _add_incidents(asked)
    return span


def _add_facts(asked: MakingSet, name: str, keys: tuple[str, ...]) -> None:
    own, numbered = ", ".join(keys), ", ".join(f"key{place}" for place in range(len(keys)))
    asked.run(
        f"CREATE OR REPLACE TABLE kept AS SELECT row_number() OVER () - 1 AS number, * FROM (SELECT {as_keys(keys)}, "
        f"sum(events)::BIGINT AS events, sum(timed)::BIGINT AS timed, coalesce(max(last_ms), 0) AS last_ms, "
        f"list(bin + {BINS} * events) FILTER (bin IS NOT NULL) AS activity FROM (SELECT {own}, bin, "
        f"sum(events)::BIGINT AS events, sum(timed)::BIGINT AS timed, max(last_ms) AS last_ms FROM binned "
        f"GROUP BY ALL) GROUP BY {own})"
    )
    places, joins = _as_places(asked, keys)
    # A group of groups is what its parts are, so only these have a state.
    states = states_of_table(asked, "kept", keys, COUNTED) if len(keys) > 1 else _NO_STATES
    with asked.arrays("found_states", states):
        asked.run(
            f"INSERT INTO facts BY NAME SELECT '{name}' AS groups, {places}, events, coalesce(recipients, 0) AS "
            f"recipients, coalesce(state, {NO_STATE}) AS state, activity FROM kept LEFT JOIN found_states "
            f"USING (number) LEFT JOIN (SELECT {as_keys(keys)}, count(DISTINCT recipient_key) AS recipients FROM named "
            f"GROUP BY {own}) AS counted USING ({numbered}) {joins} ORDER BY ALL"
        )


def _add_incidents(asked: MakingSet) -> None:
    number_incidents(asked, "kept")
    places, joins = _as_places(asked, INCIDENT_KEYS)
    with asked.arrays("found_states", states_of_table(asked, "kept", INCIDENT_KEYS, TRUE)):
        asked.run(
            f"INSERT INTO facts BY NAME SELECT '{INCIDENTS}' AS groups, {places}, events, state "
            f"FROM kept JOIN found_states USING (number) {joins} ORDER BY ALL"
        )
    asked.run("DROP TABLE kept")


def _as_places(asked: MakingSet, keys: tuple[str, ...]) -> tuple[str, str]:
    """The columns for the places of `keys` of a table with `key0` and so on, and what joins it with these."""
    columns, joins = [], []
    for number, key in enumerate(keys):
        if key in ("code", "direction"):
            columns.append(f"key{number} AS {key}")
        else:
            table = asked.ranks("host" if key == KEYS["host"] else "cause")
            columns.append(f"{table}.place AS {PLACES[key]}")
            joins.append(f"JOIN {table} ON {table}.key = kept.key{number}")
    return ", ".join(columns), " ".join(joins)


def activity_of(packed: NDArray[np.int64]) -> tuple[int, ...]:
    """The counts of a group's activity, which is kept as one number for each part that has events."""
    counts = np.zeros(BINS, np.int64)
    counts[packed % BINS] = packed // BINS
    return tuple(counts.tolist())
