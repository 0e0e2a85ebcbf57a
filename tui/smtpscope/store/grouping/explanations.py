"""Finds the other events that explain the refusals of an incident: on the same computer and shortly before.

An event explains the refusals that follow it, for as long as its kind says, until an event reports the end of the
condition. Some logs have whole seconds only, so an event logged in the second after a refusal may still have come
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.knowledge.explaining_table import ExplainingKind, ExplainingTable
from smtpscope.store.beside.explaining_events import Place, place_of
from smtpscope.store.column_set import NO_TIME
from smtpscope.store.event_store import EventStore
from smtpscope.store.grouping.incident import Incident

Times = NDArray[np.int64]

_TOLERANCE_MS: Final = 999


class Explanation(Struct, frozen=True):
    """Events of one kind, source and number that explain refusals of an incident.

    `count` of them came before a refusal, within the time that their kind allows; `lead_ms` is the (lower) median time
    to the next refusal. `refusals` is the number of refusals explained. `first_ms` and `last_ms` are the times of the
    first and the last event. `computers` are their computers, without "". `time_assumed` means that only one of the two
    logs names its time zone, so the result depends on the assumed zone.
    """

    kind: ExplainingKind
    provider: str
    event_id: int
    count: int
    refusals: int
    lead_ms: int
    first_ms: int
    last_ms: int
    computers: tuple[str, ...]
    time_assumed: bool


class Explained(Struct, frozen=True):
    """Which events explain a refusal, how long before the next refusal they came, and which refusals they explain."""

    events: NDArray[np.bool_]
    leads_ms: Times
    refusals: NDArray[np.bool_]


def explained(events: Times, ends: Times, refusals: Times, within_ms: int) -> Explained:
    """Matches events and refusals. All times are sorted; `ends` are those of events that report the end of the
    condition.
    """
    none = np.iinfo(np.int64).max
    following = _at_or_after(refusals, events - _TOLERANCE_MS, none)
    over = _at_or_after(ends, events + 1, none)
    lead = np.where(following == none, none, np.maximum(0, following - events))
    explains = (lead <= within_ms) & (over >= following)
    before = _at_or_before(events, refusals + _TOLERANCE_MS)
    over_before = _at_or_before(ends, refusals - 1)
    known = before != NO_TIME
    age = np.where(known, refusals - np.where(known, before, 0), none)
    return Explained(explains, lead[explains], known & (age <= within_ms) & (over_before <= before))


def _at_or_after(times: Times, moments: Times, none: int) -> Times:
    """For each moment the first of `times` at or after it, `none` if there is none."""
    found: Times = np.append(times, none)[np.searchsorted(times, moments)]
    return found


def _at_or_before(times: Times, moments: Times) -> Times:
    """For each moment the last of `times` at or before it, NO_TIME if there is none."""
    found: Times = np.insert(times, 0, NO_TIME)[np.searchsorted(times, moments, side="right")]
    return found


def explanations(store: EventStore, incident: Incident, table: ExplainingTable) -> tuple[Explanation, ...]:
    """The explanations of `incident`, those of most refusals first."""
    if not store.explaining:
        return ()
    kinds = table.of_cause(incident.key.category, incident.key.direction)
    if not kinds:
        return ()
    groups = list(_by_place(store, incident))
    own = {each for group in groups for each in group.own}
    found = [
        explanation
        for kind in kinds
        for number, (provider, event_id) in enumerate(store.explaining.kinds)
        if kind.is_one(provider, event_id) and (provider.casefold(), event_id) not in own
        if (explanation := _explanation(store, groups, kind, number)) is not None
    ]
    return tuple(sorted(found, key=lambda each: (-each.refusals, each.lead_ms, each.event_id, each.kind.id)))


class _Refusals(Struct, frozen=True):
    """The refusals of one computer, either all with assumed times or none. `own` are their own event sources and
    numbers.
    """

    place: Place
    assumed: bool
    times: Times
    own: frozenset[tuple[str, int]]


def _by_place(store: EventStore, incident: Incident) -> Iterator[_Refusals]:
    columns, words = store.columns, store.words
    rows = incident.rows[columns.time_ms[incident.rows] != NO_TIME]
    context_of_row = columns.context[rows]
    groups: dict[tuple[Place, bool], list[int]] = {}
    for number in np.unique(context_of_row).tolist():
        context = words.contexts[number]
        place = place_of(context.computer, context.file)
        groups.setdefault((place, context.time_assumed), []).append(number)
    for (place, assumed), contexts in groups.items():
        own = frozenset(
            ((words.contexts[number].provider or "").casefold(), words.contexts[number].event_id or 0)
            for number in contexts
        )
        # Rows without a time were left out; the others are in time order.
        yield _Refusals(place, assumed, columns.time_ms[rows][np.isin(context_of_row, contexts)], own)


def _explanation(
    store: EventStore, groups: Sequence[_Refusals], kind: ExplainingKind, number: int
) -> Explanation | None:
    beside = store.explaining
    over = [other for other, (provider, event_id) in enumerate(beside.kinds) if kind.ends_with(provider, event_id)]
    events: list[Times] = [np.zeros(0, np.int64)]
    leads: list[Times] = [np.zeros(0, np.int64)]
    refusals, time_assumed = 0, False
    for group in groups:
        near = [at for at, place in enumerate(beside.places) if place.is_same(group.place)]
        rows, ends = beside.rows((number,), near), beside.rows(over, near)
        time_ms = beside.columns.time_ms
        found = explained(time_ms[rows], time_ms[ends], group.times, kind.within_ms)
        events.append(rows[found.events])
        leads.append(found.leads_ms)
        refusals += int(np.count_nonzero(found.refusals))
        time_assumed |= bool(np.any(beside.columns.assumed[events[-1]] != group.assumed))
    counted, leads_ms = _shortest(np.concatenate(events), np.concatenate(leads))
    if not len(counted):
        return None
    provider, event_id = beside.kinds[number]
    times = beside.columns.time_ms[counted]
    return Explanation(
        kind=kind,
        provider=provider,
        event_id=event_id,
        count=len(counted),
        refusals=refusals,
        lead_ms=int(np.sort(leads_ms)[(len(leads_ms) - 1) // 2]),
        first_ms=int(times[0]),
        last_ms=int(times[-1]),
        computers=tuple(_names(beside.places[at] for at in np.unique(beside.columns.place[counted]).tolist())),
        time_assumed=time_assumed,
    )


def _names(places: Iterable[Place]) -> Iterator[str]:
    """Each computer once, as spelled first in the logs."""
    names = {place.computer: place.name for place in reversed(tuple(places)) if place.computer}
    return (names[computer] for computer in sorted(names))


def _shortest(events: Times, leads_ms: Times) -> tuple[Times, Times]:
    """Each of `events` once, with its shortest lead."""
    order = np.lexsort((leads_ms, events))
    distinct, first = np.unique(events[order], return_index=True)
    return distinct, leads_ms[order][first]
