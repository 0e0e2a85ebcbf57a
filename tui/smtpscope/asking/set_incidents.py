"""The incidents of a set: exchanges with the same direction, remote host, reply code and cause."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, Final

import numpy as np

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.incident_states import INCIDENT_KEYS, incident_key
from smtpscope.asking.set_facets import STRIP, facets
from smtpscope.asking.sql import Sql, all_of
from smtpscope.asking.sql_filter import of_incident
from smtpscope.store.column_set import NO_TIME
from smtpscope.store.grouping.incident import Incident, IncidentKey
from smtpscope.store.grouping.incidents import IncidentRows, made_incident

FIRST_IN_TIME: Final = f"min_by(first_row, ROW(coalesce(time_ms, {NO_TIME}), first_row))"
"""The first row in time, of rows or of cells."""


def incident_keys(asked: ExchangeSet, rows: Sql, most: int | None = None) -> list[IncidentKey]:
    """The keys of the incidents in `rows`, at most `most`: the most frequent first, ties by their first row in time."""
    limit = "" if most is None else f" LIMIT {most:d}"
    found = asked.tuples(
        f"SELECT {', '.join(INCIDENT_KEYS)} FROM {asked.relation(rows, 'first_row')} WHERE {rows.text} GROUP BY ALL "
        f"ORDER BY sum(events) DESC, {FIRST_IN_TIME}{limit}",
        rows.values,
    )
    return [incident_key(*key) for key in found]


def incident(asked: ExchangeSet, rows: Sql, key: IncidentKey, zone: tzinfo) -> Incident:
    """The incident `key` within `rows`, which has at least one of them; `days` are those of `zone`.

    Its `rows` are numbers of rows of the set. All its times and row numbers are in memory, 16 bytes each.
    """
    rows = all_of((of_incident(key), rows))
    found = asked.columns(
        f"SELECT row, time_ms, time_assumed FROM numbered_rows WHERE {rows.text} ORDER BY time_ms NULLS FIRST, row",
        rows.values,
    )
    moments: Any = np.ma.asarray(found["time_ms"])
    timed = ~np.ma.getmaskarray(moments)
    return made_incident(
        IncidentRows(
            key=key,
            spellings=_spellings(asked, rows),
            rows=np.asarray(found["row"], np.int64),
            times=moments.compressed().astype(np.int64),
            assumed=np.asarray(found["time_assumed"], np.bool_)[timed],
            sample_row=_sample_row(asked, rows),
        ),
        (asked.log_start_ms, asked.log_end_ms),
        zone,
        lambda name: facets(asked, rows, name),
    )


def _spellings(asked: ExchangeSet, rows: Sql) -> tuple[str, ...]:
    found = asked.tuples(
        f"SELECT remote_host FROM part_rows WHERE {rows.text} GROUP BY 1 ORDER BY count(*) DESC, remote_host",
        rows.values,
    )
    return tuple(text for (text,) in found)


def _sample_row(asked: ExchangeSet, rows: Sql) -> int:
    """The latest row with the most frequent reply."""
    strip, spaces = STRIP
    ((row,),) = asked.tuples(
        f"SELECT last.row FROM (SELECT {strip.format('reply')} AS text, count(*) AS events, "
        f"max({{time_ms: coalesce(time_ms, {NO_TIME}), row: row}}) AS last FROM numbered_rows "
        f"WHERE {rows.text} GROUP BY 1) ORDER BY events DESC, last DESC LIMIT 1",
        (spaces, *rows.values),
    )
    return int(row)
