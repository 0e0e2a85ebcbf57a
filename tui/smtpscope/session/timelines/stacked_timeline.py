"""A timeline whose bins are divided by who acts or by host."""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
from msgspec import Struct

from smtpscope.session.analysis import Analysis
from smtpscope.session.filtering import rows_that_match
from smtpscope.session.view_values import Rows
from smtpscope.store.filter.filter_editing import add_term
from smtpscope.store.grouping.time_bins import Step, Timeline, sorted_times, timeline

StackedBy = Literal["action", "host"]
STACKED_BY: Final[tuple[StackedBy, ...]] = get_args(StackedBy)

_ACTIONS: Final = {"us": "us", "them": "them", "sender": "sender", "recipient": "recipient", "nobody": "no action"}
ACTION_NAMES: Final = tuple(_ACTIONS.values())
_MOST_HOSTS: Final = 4


class Layer(Struct, frozen=True):
    """One part of each bin: its name (verbatim for a host) and its number of events in each bin."""

    name: str
    counts: tuple[int, ...]


def stacked_timeline(
    analysis: Analysis, rows: Rows, by: StackedBy, *, step: Step | None = None
) -> tuple[Timeline, tuple[Layer, ...]]:
    """The timeline of `rows`, and its layers: who acts, or the most frequent hosts and "others". Layers add up to the
    bins; those without events are left out.
    """
    store, zone = analysis.store, analysis.zone
    found = analysis.timeline(rows, step=step)
    times = sorted_times(store, rows)
    if not found.bins:
        return found, ()
    window = (int(times[0]), int(times[-1]))
    order = store.rows_by_time(rows)
    layers = []
    left = np.array([each.count for each in found.bins])
    for name, term in _terms(analysis, rows, by):
        mask = rows_that_match(store, term, zone, twice=True)
        part = timeline(store, order[mask[order]], zone, step=found.step, window=window)
        # The same window and step give the same bins.
        counts = tuple(each.count for each in part.bins)
        left = left - np.array(counts)
        layers.append(Layer(name, counts))
    if left.any():
        layers.append(Layer("others", tuple(left.tolist())))
    return found, tuple(layer for layer in layers if any(layer.counts))


def _terms(analysis: Analysis, rows: Rows, by: StackedBy) -> list[tuple[str, str]]:
    """Name and filter of each layer but the last; none of them overlap."""
    if by == "action":
        return [(name, f"who:={who}") for who, name in _ACTIONS.items()]
    hosts = [value for value, _ in analysis.facets(rows, "hosts")[:_MOST_HOSTS]]
    return [(host or "(no host)", add_term("", "host", f"={host}", False)) for host in hosts]
