"""When the rows of a set happened: counts by calendar step and over the whole log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import reduce
from math import gcd
from typing import Final

import numpy as np

from smtpscope.asking.activity_bins import bin_of
from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.sql import Sql
from smtpscope.store.grouping.time_bins import Step, Timeline, bins_between, calendar_edges

_MOST_BINS: Final = 60


def timeline(
    asked: ExchangeSet, rows: Sql, zone: tzinfo, layers: Sequence[Sql] = (), *, step: Step | None = None
) -> tuple[Timeline, list[list[int]]]:
    """Counts `rows` by calendar step of `zone` (see `store.grouping.time_bins.timeline`), and for each of `layers` how
    many of the rows in each bin are in it; the rows are read once.
    """
    ((first_ms, last_ms, events, timed),) = asked.tuples(
        f"SELECT min(time_ms), max(last_ms), coalesce(sum(events), 0)::BIGINT, coalesce(sum(timed), 0)::BIGINT "
        f"FROM {asked.relation(rows)} WHERE {rows.text}",
        rows.values,
    )
    untimed = events - timed
    if first_ms is None:
        return Timeline(step or "day", (), untimed), [[] for _ in layers]
    step, edges = calendar_edges((first_ms, last_ms), zone, step, _MOST_BINS)
    # All edges are whole multiples of it, so no unit is in two bins; a quarter of an hour in all zones of today.
    unit = max(1, reduce(gcd, edges))
    inside = ", ".join(
        f"count(*) FILTER ({layer.text}) AS layer{number}" for number, layer in enumerate((Sql("TRUE"), *layers))
    )
    found = asked.columns(
        f"SELECT time_ms // {unit:d} AS unit, {inside} FROM part_rows "
        f"WHERE time_ms >= ? AND time_ms < ? AND ({rows.text}) GROUP BY 1",
        (*(value for layer in layers for value in layer.values), edges[0], edges[-1], *rows.values),
    )
    units = np.asarray(found["unit"], np.int64) * unit
    places = np.searchsorted(np.array(edges, np.int64), units, side="right") - 1
    total, *counts = (
        np.bincount(places, weights=np.asarray(found[f"layer{number}"], np.int64), minlength=len(edges) - 1)
        .astype(np.int64)
        .tolist()
        for number in range(len(layers) + 1)
    )
    return Timeline(step, bins_between(edges, total), untimed), counts


def activity(asked: ExchangeSet, bins: int) -> tuple[int, ...]:
    """The number of events in each of `bins` equal parts of the time span of all logs; zeros without times."""
    counts = [0] * max(0, bins)
    if asked.log_start_ms is None or asked.log_end_ms is None or bins < 1:
        return tuple(counts)
    place = bin_of((asked.log_start_ms, asked.log_end_ms), bins)
    found = asked.tuples(
        f"SELECT {place.text}, count(*) FROM part_rows WHERE time_ms IS NOT NULL GROUP BY 1", place.values
    )
    for number, events in found:
        counts[number] = events
    return tuple(counts)
