"""What fields of the filter look at that is known of whole incidents: their state, marks and notes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import tzinfo
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from msgspec import Struct

from smtpscope.store.activity import NO_STATE, STATES, states_of_each
from smtpscope.store.column_set import NO_CODE, NO_TIME
from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.field_columns import WordChoice
from smtpscope.store.filter.filter_values import Value
from smtpscope.store.incident_key import IncidentKey, numbers_of_incidents
from smtpscope.store.numbered_column import Mask, RowNumbers
from smtpscope.store.spellings import Counted, counted
from smtpscope.store.vocabularies import DIRECTIONS

_YES_NO: Final = ("yes", "no")
_known_states: WeakKeyDictionary[EventStore, tuple[Hashable, RowNumbers]] = WeakKeyDictionary()


def incident_states(store: EventStore) -> RowNumbers:
    """For each row the state of its incident: its place in STATES, NO_STATE where nothing of it has a time."""
    made_of = (len(store), store.log_start_ms, store.log_end_ms)
    known = _known_states.get(store)
    if known is None or known[0] != made_of:
        known = _known_states[store] = (made_of, _states(store))
    return known[1]


def _states(store: EventStore) -> RowNumbers:
    columns, start_ms, end_ms = store.columns, store.log_start_ms, store.log_end_ms
    result = np.full(len(store), NO_STATE, np.int64)
    rows = store.rows_by_time(None)
    rows = rows[columns.time_ms[rows] != NO_TIME]
    if start_ms is None or end_ms is None or not len(rows):
        return result
    incident = numbers_of_incidents(columns, rows)
    order = np.argsort(incident, kind="stable")
    counts = np.bincount(incident)
    ends = np.cumsum(counts)
    states = states_of_each(columns.time_ms[rows[order]], ends - counts, ends, start_ms, end_ms)
    result[rows] = states[incident]
    return result


class IncidentStates(Struct, WordChoice, frozen=True):
    """Whether the incident of an event goes on at the end of the log."""

    choices: tuple[str, ...] = STATES

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        mask: Mask = incident_states(store) == self.chosen(value)
        return mask

    def counts(self, store: EventStore, rows: RowNumbers) -> Counted:
        """The states of `rows` with how often each occurs."""
        return counted(incident_states(store)[rows], lambda number: None if number < 0 else self.choices[number])


class IncidentsAmong(Struct, WordChoice, frozen=True):
    """Whether the incident of an event is among those that `keys` tells of the store."""

    keys: Callable[[EventStore], frozenset[IncidentKey]]
    choices: tuple[str, ...] = _YES_NO

    def mask(self, store: EventStore, value: Value, zone: tzinfo) -> Mask:
        among = self._among(store)
        return ~among if self.chosen(value) else among

    def _among(self, store: EventStore) -> Mask:
        columns, words = store.columns, store.words
        among = np.zeros(len(store), np.bool_)
        for key in self.keys(store):
            host, category = words.host_keys.number(key.host_key), words.categories.number(key.category)
            if host is None or category is None:
                continue
            among |= (
                (columns.host_key == host)
                & (columns.category == category)
                & (columns.code == (NO_CODE if key.code is None else key.code))
                & (columns.direction == DIRECTIONS.index(key.direction))
            )
        return among

    def counts(self, store: EventStore, rows: RowNumbers) -> Counted:
        """How many of `rows` are among them and how many are not."""
        return counted(1 - self._among(store)[rows].astype(np.int64), self.choices.__getitem__)
