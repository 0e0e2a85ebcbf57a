"""The most frequent incidents of some rows of a set, with what a list of them needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.group_tables import FACTS, INCIDENTS
from smtpscope.asking.incident_states import INCIDENT_KEYS, incident_key, states_of_groups
from smtpscope.asking.set_incidents import FIRST_IN_TIME
from smtpscope.asking.sql import Sql
from smtpscope.store.activity import NO_STATE, STATES
from smtpscope.store.grouping.incident import IncidentHead

_KEYS: Final = ", ".join(INCIDENT_KEYS)


def heads(asked: ExchangeSet, rows: Sql, most: int) -> list[IncidentHead]:
    """At most `most` incidents in `rows`, the most frequent first. Their sample is the first of their rows."""
    relation = asked.relation(rows, "first_row")
    found = asked.tuples(
        f"SELECT {_KEYS}, sum(events)::BIGINT AS events, min(time_ms), max(last_ms), sum(timed)::BIGINT, "
        f"{FIRST_IN_TIME} AS sample FROM {relation} "
        f"WHERE {rows.text} GROUP BY ALL ORDER BY events DESC, sample LIMIT {most:d}",
        rows.values,
    )
    keys = [(direction, host_key, code, category) for direction, host_key, code, category, *_ in found]
    hosts = _hosts(asked, relation, rows, keys)
    states = _states(asked, rows, keys, found)
    end_ms = asked.log_end_ms
    return [
        IncidentHead(
            key=incident_key(*key),
            host=host,
            count=count,
            first_ms=first_ms,
            last_ms=last_ms,
            state=None if state == NO_STATE else STATES[state],
            quiet_ms=None if last_ms is None or end_ms is None else end_ms - last_ms,
            sample_row=sample,
        )
        for key, (*_, count, first_ms, last_ms, _, sample), host, state in zip(
            keys, found, hosts, states.tolist(), strict=True
        )
    ]


_Key = tuple[str, str, int, str]


def _table(asked: ExchangeSet, keys: Sequence[_Key], numbers: NDArray[np.int64]) -> str:
    """A table of the incidents `numbers`, as `states_of_groups` needs it."""
    columns_of = "number BIGINT, key0 VARCHAR, key1 VARCHAR, key2 BIGINT, key3 VARCHAR"
    asked.run(f"CREATE OR REPLACE TABLE listed_incidents ({columns_of})")
    some = [(int(number), *keys[number]) for number in numbers]
    columns = [list(column) for column in zip(*some, strict=True)]
    asked.run(f"INSERT INTO listed_incidents SELECT {', '.join(['unnest(?)'] * 5)}", columns)
    return "listed_incidents"


def _hosts(asked: ExchangeSet, relation: str, rows: Sql, keys: Sequence[_Key]) -> list[str]:
    """The most frequent spelling of the host of each incident; ties go to the first by alphabet."""
    if not keys:
        return []
    table = _table(asked, keys, np.arange(len(keys)))
    same = " AND ".join(f"asked.{key} = {table}.key{place}" for place, key in enumerate(INCIDENT_KEYS))
    found = asked.tuples(
        f"SELECT host FROM (SELECT number, remote_host AS host, sum(events) AS events FROM {relation} AS asked "
        f"JOIN {table} ON {same} WHERE {rows.text} GROUP BY ALL) "
        "QUALIFY row_number() OVER (PARTITION BY number ORDER BY events DESC, host) = 1 ORDER BY number",
        rows.values,
    )
    return [host for (host,) in found]


def _states(
    asked: ExchangeSet, rows: Sql, keys: Sequence[_Key], found: Sequence[tuple[object, ...]]
) -> NDArray[np.int8]:
    counts, timed = (np.array([row[column] for row in found], np.int64) for column in (4, 7))
    last_ms = np.array([0 if row[6] is None else row[6] for row in found], np.int64)
    known = _kept(asked, keys, counts)
    states = states_of_groups(
        asked,
        (np.where(known == NO_STATE, timed, 0), last_ms),
        lambda numbers: _table(asked, keys, numbers),
        INCIDENT_KEYS,
        rows,
    )
    return np.where(known == NO_STATE, states, known)


def _kept(asked: ExchangeSet, keys: Sequence[_Key], counts: NDArray[np.int64]) -> NDArray[np.int8]:
    """The states that the set keeps, of incidents that have all of their rows here; NO_STATE for the others."""
    states = np.full(len(keys), NO_STATE, np.int8)
    if asked.kept is None or not keys:
        return states
    table = _table(asked, keys, np.arange(len(keys)))
    hosts, causes = asked.ranks("host"), asked.ranks("cause")
    kept = asked.tuples(
        f"SELECT number, events, state FROM {table} JOIN {hosts} AS hosts ON hosts.key = key1 "
        f"JOIN {causes} AS causes ON causes.key = key3 JOIN {FACTS} AS kept ON kept.direction = key0 "
        f"AND kept.host_place = hosts.place AND kept.code = key2 AND kept.cause_place = causes.place "
        f"WHERE kept.groups = '{INCIDENTS}'"
    )
    for number, events, state in kept:
        if events == counts[number]:
            states[number] = state
    return states
