"""The states of groups of rows at the end of the log, from as few times as decide them.

Most groups are ongoing by their last time alone; only of the others are the times fetched, and the rule of
`store.activity` is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from smtpscope.asking.sql import Sql, all_of
from smtpscope.store.activity import NO_STATE, ONGOING, STATES, states_of_each, usual_quiet_ms

_INCIDENT: Final = ("direction", "remote_host_key", "code", "category")
_STATES: Final = "states_of_incidents"


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


def states_of_groups(
    asked: QueriedSet, table: str, keys: tuple[str, ...], rows: Sql
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """The states of the groups in `table`, as their numbers in ascending order and a state each.

    `table` has for each group its `number`, its values of `keys` (expressions over the rows, with the names `key0`,
    `key1`, ...), `timed` (how many events have a time) and `last_ms`. `rows` are the rows they are made of.
    """
    known = asked.columns(f"SELECT number, timed, coalesce(last_ms, 0) AS last_ms FROM {table} ORDER BY number")
    numbers, timed, last_ms = (np.asarray(known[name], np.int64) for name in ("number", "timed", "last_ms"))
    states = np.full(len(numbers), NO_STATE, np.int8)
    start_ms, end_ms = asked.log_start_ms, asked.log_end_ms
    if start_ms is None or end_ms is None:
        return numbers, states
    recent = (timed > 0) & (end_ms - last_ms < usual_quiet_ms(start_ms, end_ms))
    states[recent] = ONGOING
    others = np.flatnonzero((timed > 0) & ~recent)
    if not len(others):
        return numbers, states
    usual = usual_quiet_ms(start_ms, end_ms)
    same = " AND ".join(f"{key} IS NOT DISTINCT FROM {table}.key{place}" for place, key in enumerate(keys))
    condition = all_of((rows, Sql("time_ms IS NOT NULL")))
    found = asked.columns(
        f"SELECT {table}.number AS number, time_ms FROM part_rows JOIN {table} ON {same} "
        f"WHERE {table}.timed > 0 AND ? - {table}.last_ms >= ? AND ({condition.text}) ORDER BY 1, 2",
        (end_ms, usual, *condition.values),
    )
    times = np.asarray(found["time_ms"], np.int64)
    ends = np.cumsum(timed[others])
    states[others] = states_of_each(times, ends - timed[others], ends, start_ms, end_ms)
    return numbers, states


class StatesOfIncidents:
    """The state of each incident of a set, computed when first asked for; duplicates are among its rows."""

    def __init__(self, asked: QueriedSet) -> None:
        self._asked = asked
        self._ready = False

    def rows_in(self, state: str) -> Sql:
        """The rows whose incident is in `state`."""
        if not self._ready:
            self._compute()
            self._ready = True
        keys = ", ".join(_INCIDENT)
        names = ", ".join(f"key{place}" for place in range(len(_INCIDENT)))
        # A row without a time has no state, whatever the others of its incident have.
        return Sql(
            f"time_ms IS NOT NULL AND ({keys}) IN (SELECT ({names}) FROM {_STATES} WHERE state = ?)",
            (list[str](STATES).index(state),),
        )

    def _compute(self) -> None:
        keys = ", ".join(f"{key} AS key{place}" for place, key in enumerate(_INCIDENT))
        grouped = ", ".join(_INCIDENT)
        self._asked.run(
            f"CREATE TABLE incidents AS SELECT row_number() OVER () AS number, * FROM (SELECT {keys}, "
            f"count(time_ms) AS timed, max(time_ms) AS last_ms FROM part_rows GROUP BY {grouped})"
        )
        numbers, states = states_of_groups(self._asked, "incidents", _INCIDENT, Sql("TRUE"))
        self._asked.run("CREATE TABLE numbered_states (number BIGINT, state TINYINT)")
        if len(numbers):
            self._asked.run(
                "INSERT INTO numbered_states SELECT unnest(?), unnest(?)", (numbers.tolist(), states.tolist())
            )
        self._asked.run(f"CREATE TABLE {_STATES} AS SELECT * FROM incidents JOIN numbered_states USING (number)")
