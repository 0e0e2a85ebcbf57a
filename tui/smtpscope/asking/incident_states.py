"""The states of groups of rows at the end of the log, from as few times as decide them.

Most groups are ongoing by their last time alone; only of the others are the times fetched, and the rule of
`store.activity` is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from smtpscope.asking.sql import TRUE, Sql, all_of
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.activity import NO_STATE, ONGOING, STATES, states_of_each, usual_quiet_ms
from smtpscope.store.column_set import NO_CODE
from smtpscope.store.incident_key import IncidentKey

INCIDENT_KEYS: Final = ("direction", "remote_host_key", "code", "category")
_STATES: Final = "states_of_incidents"
_TIMES_AT_ONCE: Final = 10_000_000


class QueriedSet(Protocol):
    """What is asked here: a set."""

    @property
    def log_start_ms(self) -> int | None:
        """The first time in all logs, None if there is none."""
        ...

    @property
    def log_end_ms(self) -> int | None:
        """The last time in all logs, None if there is none."""
        ...

    def columns(self, statement: str, values: Iterable[object] = ()) -> dict[str, NDArray[Any]]:
        """The columns of the result of `statement`, by name."""
        ...

    def run(self, statement: str, values: Iterable[object] = ()) -> None:
        """Runs `statement`, which has no result."""
        ...

    def arrays(self, name: str, columns: Mapping[str, NDArray[Any]]) -> AbstractContextManager[None]:
        """Lets statements read `columns` as the table `name` meanwhile."""
        ...


def states_of_groups(
    asked: QueriedSet,
    times: tuple[NDArray[np.int64], NDArray[np.int64]],
    keyed: Callable[[NDArray[np.int64]], str],
    keys: tuple[str, ...],
    rows: Sql,
) -> NDArray[np.int8]:
    """The state of each group of `rows`.

    `times` are how many events of each group have a time, and the last of these. `keyed` makes a table of some groups,
    given in ascending order, with the `number` of each and its values of `keys`, which are expressions over the rows,
    as `key0`, `key1` and so on.
    """
    timed, last_ms = times
    states = np.full(len(timed), NO_STATE, np.int8)
    start_ms, end_ms = asked.log_start_ms, asked.log_end_ms
    if start_ms is None or end_ms is None:
        return states
    recent = (timed > 0) & (end_ms - last_ms < usual_quiet_ms(start_ms, end_ms))
    states[recent] = ONGOING
    others = np.flatnonzero((timed > 0) & ~recent)
    for some in _slices(others, timed[others]):
        table = keyed(some)
        same = " AND ".join(f"{key} IS NOT DISTINCT FROM {table}.key{place}" for place, key in enumerate(keys))
        condition = all_of((rows, Sql("time_ms IS NOT NULL")))
        found = asked.columns(
            f"SELECT time_ms FROM part_rows JOIN {table} ON {same} WHERE {condition.text} "
            f"ORDER BY {table}.number, time_ms",
            condition.values,
        )
        asked.run(f"DROP TABLE {table}")
        ends = np.cumsum(timed[some])
        states[some] = states_of_each(
            np.asarray(found["time_ms"], np.int64), ends - timed[some], ends, start_ms, end_ms
        )
    return states


def _slices(groups: NDArray[np.int64], sizes: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """`groups` in runs, so that not all times of a set are in memory at once."""
    if len(groups):
        yield from np.split(groups, np.flatnonzero(np.diff((np.cumsum(sizes) - 1) // _TIMES_AT_ONCE)) + 1)


class StatesOfIncidents:
    """The state of each incident of a set, when first asked for; duplicates are among its rows.

    `kept` gives the statement for them where they are known, with their keys as `key0` and so on.
    """

    def __init__(self, asked: QueriedSet, kept: Callable[[], str | None] = lambda: None) -> None:
        self._asked = asked
        self._kept = kept
        self._ready = False

    def rows_in(self, state: str) -> Sql:
        """The rows whose incident is in `state`."""
        if not self._ready:
            self._compute()
            self._ready = True
        keys = ", ".join(INCIDENT_KEYS)
        names = ", ".join(f"key{place}" for place in range(len(INCIDENT_KEYS)))
        # A row without a time has no state, whatever the others of its incident have.
        return Sql(
            f"time_ms IS NOT NULL AND ({keys}) IN (SELECT ({names}) FROM {_STATES} WHERE state = ?)",
            (list[str](STATES).index(state),),
            by_cell=True,
        )

    def _compute(self) -> None:
        kept = self._kept()
        if kept is not None:
            self._asked.run(f"CREATE OR REPLACE TABLE {_STATES} AS {kept}")
            return
        number_incidents(self._asked, "incidents")
        states = states_of_table(self._asked, "incidents", INCIDENT_KEYS, TRUE)
        with self._asked.arrays("found_states", states):
            self._asked.run(
                f"CREATE OR REPLACE TABLE {_STATES} AS SELECT * FROM incidents JOIN found_states USING (number)"
            )


def incident_key(direction: str, host_key: str, code: int, category: str) -> IncidentKey:
    """The key with these values of `INCIDENT_KEYS`."""
    return IncidentKey(Direction(direction), host_key, None if code == NO_CODE else code, category)


def as_keys(keys: Sequence[str]) -> str:
    """The columns `keys` as `key0`, `key1` and so on."""
    return ", ".join(f"{key} AS key{place}" for place, key in enumerate(keys))


def number_incidents(asked: QueriedSet, table: str) -> None:
    """Makes a table of all incidents, as `states_of_table` needs it, with how many events each has."""
    asked.run(
        f"CREATE OR REPLACE TABLE {table} AS SELECT row_number() OVER () - 1 AS number, * FROM (SELECT "
        f"{as_keys(INCIDENT_KEYS)}, sum(events)::BIGINT AS events, sum(timed)::BIGINT AS timed, "
        f"coalesce(max(last_ms), 0) AS last_ms FROM part_rows GROUP BY {', '.join(INCIDENT_KEYS)})"
    )


def states_of_table(asked: QueriedSet, table: str, keys: tuple[str, ...], rows: Sql) -> dict[str, NDArray[Any]]:
    """The `number` and the `state` of each group in `table`, as columns.

    `table` has the number of each group, from 0 on, its values of `keys` (see `states_of_groups`), `timed` and
    `last_ms`.
    """
    found = asked.columns(f"SELECT timed, last_ms FROM {table} ORDER BY number")
    timed, last_ms = (np.asarray(found[name], np.int64) for name in ("timed", "last_ms"))

    def keyed(numbers: NDArray[np.int64]) -> str:
        with asked.arrays("some_numbers", {"number": numbers}):
            asked.run(
                f"CREATE OR REPLACE TABLE quiet_groups AS SELECT {table}.* FROM {table} "
                "SEMI JOIN some_numbers USING (number)"
            )
        return "quiet_groups"

    states = states_of_groups(asked, (timed, last_ms), keyed, keys, rows)
    return {"number": np.arange(len(states)), "state": states}
