"""An incident: the exchanges with the same direction, remote host, reply code and cause, as facts for a ticket."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.store.activity import State
from smtpscope.store.incident_key import IncidentKey as IncidentKey
from smtpscope.store.spellings import Counted as Counted


class Episode(Struct, frozen=True):
    """A burst between two quiet gaps; times in milliseconds since 1970-01-01 UTC, both ends included."""

    first_ms: int
    last_ms: int
    count: int


class IncidentHead(Struct, frozen=True):
    """The fields of `Incident` that a list needs."""

    key: IncidentKey
    host: str
    count: int
    first_ms: int | None
    last_ms: int | None
    state: State | None
    quiet_ms: int | None
    sample_row: int


class Incident(Struct, frozen=True):
    """The facts of an incident. `rows` index the store, in time order. `first_ms` and `last_ms` are None if no event
    has a time.

    `host` is the most frequent spelling; `spellings` lists all if there are several. `days` are the counts by calendar
    day (ISO date in the display zone) in order, without empty days. `state` is relative to `log_end_ms`, the last time
    in the whole log; `quiet_ms` is the time between the last event and that end. `sample_row` is the latest exchange
    with the most frequent reply. `without_zone` of the events are in logs that name no time zone; `first_assumed` and
    `last_assumed` say whether the first and the last are.
    """

    key: IncidentKey
    host: str
    spellings: tuple[str, ...]
    rows: NDArray[np.int64]
    count: int
    first_ms: int | None
    last_ms: int | None
    log_start_ms: int | None
    log_end_ms: int | None
    quiet_ms: int | None
    state: State | None
    without_zone: int
    first_assumed: bool
    last_assumed: bool
    episodes: tuple[Episode, ...]
    days: Counted
    recipients: Counted
    senders: Counted
    servers: Counted
    verbs: Counted
    replies: Counted
    enhanced_codes: Counted
    event_ids: Counted
    files: Counted
    sample_row: int

    @property
    def time_assumed(self) -> bool:
        """Whether the zone of any of its times was assumed."""
        return self.without_zone > 0

    @property
    def ongoing(self) -> bool | None:
        """Whether it is ongoing at the end of the log; None without times."""
        return None if self.state is None else self.state == "ongoing"
