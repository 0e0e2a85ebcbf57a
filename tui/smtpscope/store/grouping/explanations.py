"""Which events beside the refusals of an incident explain them: of the same computer, and not long before.

An event explains the refusals from itself on, for as long as its kind says, and not past an event that tells that it is
over. Some logs write whole seconds, so one that is told in the second after a refusal may still be what came first.
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

    `count` of them came before some, at most as long before as the kind says; `lead_ms` is the (lower) median time to
    the next refusal. `refusals` is how many they explain. `first_ms` and `last_ms` are the first and the last of them.
    `computers` is where they happened, "" left out. `time_assumed` tells that only one of the two logs names its time
    zone, so that all of it holds only if the assumed one is right.
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
    """Which of some events explain something, how long before the next refusal, and which refusals."""

    events: NDArray[np.bool_]
    leads_ms: Times
    refusals: NDArray[np.bool_]


def explained(events: Times, ends: Times, refusals: Times, within_ms: int) -> Explained:
    """All times are sorted; `ends` are those of events that tell that it is over."""
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
    """The first of `times` at or after each moment, `none` where there is none."""
    found: Times = np.append(times, none)[np.searchsorted(times, moments)]
    return found


def _at_or_before(times: Times, moments: Times) -> Times:
    """The last of `times` at or before each moment, NO_TIME where there is none."""
    found: Times = np.insert(times, 0, NO_TIME)[np.searchsorted(times, moments, side="right")]
    return found


def explanations(store: EventStore, incident: Incident, table: ExplainingTable) -> tuple[Explanation, ...]:
    """What explains refusals of `incident`, what explains most of them first."""
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
    """The refusals of one place whose times are all assumed, or none; `own` are the sources and numbers of them."""

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
        # Rows without a time were left out, the others are in order of time.
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
    """Each computer once, as the first log spells it."""
    names = {place.computer: place.name for place in reversed(tuple(places)) if place.computer}
    return (names[computer] for computer in sorted(names))


def _shortest(events: Times, leads_ms: Times) -> tuple[Times, Times]:
    """Each of `events` once, with the shortest of its leads."""
    order = np.lexsort((leads_ms, events))
    distinct, first = np.unique(events[order], return_index=True)
    return distinct, leads_ms[order][first]
