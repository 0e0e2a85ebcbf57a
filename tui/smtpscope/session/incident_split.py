"""Splits rows into incidents by one number per row, so a million rows need a single sort; and the details of one."""

from __future__ import annotations

import numpy as np

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session.view_values import IncidentDetail, Rows
from smtpscope.store.event_store import DIRECTIONS, EventStore
from smtpscope.store.grouping.incident import Incident, IncidentKey

_CODES = 1000


def incident_numbers(store: EventStore, rows: Rows) -> Rows:
    """A number for each row, the same for the rows of one incident."""
    columns, words = store.columns, store.words
    number = columns.host_key[rows].astype(np.int64)
    number = number * len(DIRECTIONS) + columns.direction[rows]
    number = number * max(1, len(words.categories)) + columns.category[rows]
    return number * _CODES + columns.code[rows]


def incident_keys(store: EventStore, rows: Rows) -> tuple[IncidentKey, ...]:
    """The keys of the incidents that `rows` belong to, most frequent first."""
    columns, words = store.columns, store.words
    _, first, counts = np.unique(incident_numbers(store, rows), return_index=True, return_counts=True)
    examples = rows[first[np.argsort(-counts, kind="stable")]].tolist()
    return tuple(
        IncidentKey(
            DIRECTIONS[int(columns.direction[row])],
            words.host_keys[int(columns.host_key[row])],
            int(columns.code[row]) or None,
            words.categories[int(columns.category[row])],
        )
        for row in examples
    )


def largest(store: EventStore, rows: Rows, most: int) -> Rows:
    """The rows in `rows` that belong to the `most` most frequent incidents."""
    numbers = incident_numbers(store, rows)
    distinct, counts = np.unique(numbers, return_counts=True)
    if len(distinct) <= most:
        return rows
    return rows[np.isin(numbers, distinct[np.argsort(-counts, kind="stable")[:most]])]


def incident_detail(store: EventStore, knowledge: KnowledgeBase, incident: Incident) -> IncidentDetail:
    """`incident` with the guidance for its sample, and the events beside it that explain it."""
    from smtpscope.store.grouping.explanations import explanations

    sample = store.exchange(incident.sample_row)
    beside = explanations(store, incident, knowledge.explaining)
    return IncidentDetail(incident, knowledge.advice(sample), sample, beside)
