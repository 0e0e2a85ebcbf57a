"""Splits rows into incidents: exchanges with the same direction, remote host, reply code and cause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.store.activity import state_of
from smtpscope.store.column_set import NO_CODE, NO_TIME
from smtpscope.store.distinct import compacted
from smtpscope.store.event_store import EventStore, Rows
from smtpscope.store.grouping.facets import ordered_facets
from smtpscope.store.grouping.incident import Counted, Incident, IncidentHead, IncidentKey
from smtpscope.store.grouping.time_bins import days, episodes
from smtpscope.store.incident_key import numbers_of_incidents
from smtpscope.store.spellings import host_label, host_spellings
from smtpscope.store.vocabularies import DIRECTIONS


def incidents(store: EventStore, rows: Rows, zone: tzinfo) -> list[Incident]:
    """`rows` (mask, row numbers or None for all) as incidents, the most frequent first; `days` are those of `zone`.

    Ties are ordered by first row, so the result is deterministic.
    """
    parts = split(store, rows)
    return [incident(store, part, zone) for part in parts]


def incident_heads(store: EventStore, rows: Rows) -> list[IncidentHead]:
    """Like `incidents`, with only the fields a list needs."""
    return [incident_head(store, part) for part in split(store, rows)]


def incident_head(store: EventStore, part: NDArray[np.int64]) -> IncidentHead:
    """The head of the incident with the rows `part`, in time order and at least one."""
    times = store.columns.time_ms[part]
    times = times[times != NO_TIME]
    return IncidentHead(
        key=_key(store, int(part[0])),
        host=host_label(store, part),
        count=len(part),
        first_ms=int(times[0]) if len(times) else None,
        last_ms=int(times[-1]) if len(times) else None,
        state=state_of(times, store.log_start_ms, store.log_end_ms),
        quiet_ms=_quiet_ms(store, times),
        sample_row=sample_row(store, part),
    )


def _quiet_ms(store: EventStore, times: NDArray[np.int64]) -> int | None:
    """The time from the last event to the end of the log, None without times."""
    end_ms = store.log_end_ms
    return None if end_ms is None or not len(times) else end_ms - int(times[-1])


def _key(store: EventStore, row: int) -> IncidentKey:
    columns, words = store.columns, store.words
    code = int(columns.code[row])
    return IncidentKey(
        direction=DIRECTIONS[int(columns.direction[row])],
        host_key=words.host_keys[int(columns.host_key[row])],
        code=None if code == NO_CODE else code,
        category=words.categories[int(columns.category[row])],
    )


def split(store: EventStore, rows: Rows) -> list[NDArray[np.int64]]:
    """The rows of each incident in time order, largest incident first."""
    by_time = store.rows_by_time(rows)
    if not len(by_time):
        return []
    numbers = numbers_of_incidents(store.columns, by_time)
    order = np.argsort(numbers, kind="stable")
    parts = np.split(by_time[order], np.cumsum(np.bincount(numbers))[:-1])
    return sorted(parts, key=lambda part: (-len(part), int(part[0])))


def incident_of(store: EventStore, rows: Rows, row: int, zone: tzinfo) -> Incident:
    """The incident of `row` within `rows`; it always includes `row` itself."""
    columns = store.columns
    by_time = store.rows_by_time(rows)
    same = np.ones(len(by_time), np.bool_)
    for column in (columns.direction, columns.host_key, columns.code, columns.category):
        same &= column[by_time] == column[row]
    found = by_time[same]
    return incident(store, found if row in found else store.rows_by_time(np.append(found, row)), zone)


def incident(store: EventStore, rows: NDArray[np.int64], zone: tzinfo) -> Incident:
    """The incident of `rows`, which are in time order, at least one, and have the same key."""
    columns, words = store.columns, store.words
    times = columns.time_ms[rows]
    timed = times != NO_TIME
    return made_incident(
        IncidentRows(
            key=_key(store, int(rows[0])),
            spellings=tuple(text for text, _ in host_spellings(store, rows)),
            rows=rows,
            times=times[timed],
            assumed=words.context_assumed.view()[columns.context[rows]][timed].astype(np.bool_),
            sample_row=sample_row(store, rows),
        ),
        (store.log_start_ms, store.log_end_ms),
        zone,
        lambda name: ordered_facets(store, rows, name),
    )


class IncidentRows(Struct, frozen=True):
    """What the rows of an incident have to say of it: `spellings` of the remote host, the most frequent first, and the
    `times` of `rows` in ascending order, without rows that have none; `assumed` says of each time whether its zone was.
    See `Incident` for the others.
    """

    key: IncidentKey
    spellings: tuple[str, ...]
    rows: NDArray[np.int64]
    times: NDArray[np.int64]
    assumed: NDArray[np.bool_]
    sample_row: int


def made_incident(
    found: IncidentRows,
    log: tuple[int | None, int | None],
    zone: tzinfo,
    facet: Callable[[str], Counted],
) -> Incident:
    """The incident of `found`, in logs that begin and end at `log`; `facet` counts the values of a facet in it."""
    times, (log_start_ms, log_end_ms) = found.times, log
    last_ms = int(times[-1]) if len(times) else None
    return Incident(
        key=found.key,
        host=found.spellings[0],
        spellings=found.spellings if len(found.spellings) > 1 else (),
        rows=found.rows,
        count=len(found.rows),
        first_ms=int(times[0]) if len(times) else None,
        last_ms=last_ms,
        log_start_ms=log_start_ms,
        log_end_ms=log_end_ms,
        quiet_ms=None if log_end_ms is None or last_ms is None else log_end_ms - last_ms,
        state=state_of(times, log_start_ms, log_end_ms),
        without_zone=int(np.count_nonzero(found.assumed)),
        first_assumed=bool(len(times) and found.assumed[0]),
        last_assumed=bool(len(times) and found.assumed[-1]),
        episodes=episodes(times),
        days=days(times, zone),
        recipients=facet("recipients"),
        senders=facet("senders"),
        servers=facet("servers"),
        verbs=facet("verbs"),
        replies=facet("replies"),
        enhanced_codes=facet("enhanced codes"),
        event_ids=facet("event ids"),
        files=facet("files"),
        sample_row=found.sample_row,
    )


def sample_row(store: EventStore, rows: NDArray[np.int64]) -> int:
    """The latest row with the most frequent reply. Trailing spaces are ignored: they depend on how the log was
    exported.
    """
    distinct, positions = compacted(store.columns.reply[rows])
    texts: dict[str, int] = {}
    same = np.array(
        [texts.setdefault(store.words.replies[number].verbatim.strip(), len(texts)) for number in distinct.tolist()]
    )
    text_of_row = same[positions]
    last = np.zeros(len(texts), np.int64)
    # Assigned in order, so each text keeps its last row.
    last[text_of_row] = np.arange(len(rows))
    # Ties go to the latest reply.
    best = np.lexsort((last, np.bincount(text_of_row)))[-1]
    return int(rows[last[best]])
