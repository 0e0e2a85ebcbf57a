"""The values an analysis returns: progress and batches, the current view, details of an event and of an incident."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.errors import LogError, Problem
from smtpscope.knowledge.advice import Advice
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.reading.log_span import LogSpan
from smtpscope.store.activity import NO_STATE, STATES, State
from smtpscope.store.assumed_times import Assumed
from smtpscope.store.event_store import EncodedBatch
from smtpscope.store.grouping.dimensions import Grouping
from smtpscope.store.grouping.explanations import Explanation
from smtpscope.store.grouping.group_sorting import SortColumn
from smtpscope.store.grouping.group_tree import TreeOfGroups
from smtpscope.store.grouping.incident import Incident, IncidentHead

Rows = NDArray[np.int64]
"""Row numbers of the store."""


class Progress(Struct, frozen=True):
    """`bytes_read` of `bytes_total` over all files; `file` is the one being read. None if the total is unknown."""

    file: str
    bytes_read: int
    bytes_total: int | None

    @property
    def words(self) -> str:
        """The progress as text."""
        if self.bytes_total is None:
            return f"{self.bytes_read / 1e6:,.1f} MB so far"
        share = 100 * self.bytes_read // max(1, self.bytes_total)
        return f"{share} %, {self.bytes_read / 1e6:,.1f} of {self.bytes_total / 1e6:,.1f} MB"


class LoadedBatch(Struct, frozen=True):
    """Yielded by `read`, passed to `add`. `error` ends one file, never the rest.

    `span` is the log's time span, over all its records, as far as its reader knows. `explaining` are events beside
    ours, which are among the `unrelated_records`. `begins_anew` means that the log was truncated or replaced, and is
    read from its beginning.
    """

    encoded: EncodedBatch
    unrelated_records: int
    problems: tuple[Problem, ...]
    progress: Progress
    error: LogError | None = None
    span: LogSpan | None = None
    explaining: Sequence[ExplainingEvent] = ()
    begins_anew: bool = False


class Overview(Struct, frozen=True):
    """The overview of everything read so far; times in milliseconds since 1970-01-01 UTC.

    `duplicates` are not counted in `events`. `service_logs` means that all logs are a mail server's own, with no
    events.
    """

    files: tuple[str, ...]
    events: int
    duplicates: int
    unrelated_records: int
    skipped: int
    first_ms: int | None
    last_ms: int | None
    directions: tuple[tuple[Direction, int], ...]
    times_assumed: Assumed
    service_logs: bool = False


class View(Struct, frozen=True):
    """The events that match a filter, grouped and sorted: an immutable snapshot of the store.

    `order` are the groups of each level of `tree`, in display order.
    """

    filter_text: str
    grouping: Grouping
    sort: SortColumn
    descending: bool
    tree: TreeOfGroups
    order: tuple[Rows, ...]
    total: int

    @property
    def count(self) -> int:
        """How many events match the filter."""
        return len(self.tree)

    @property
    def state(self) -> State | None:
        """The state of the liveliest group; None without groups or times."""
        known = [state for state in self.tree.states(0).tolist() if state != NO_STATE] if self.tree.levels else []
        return STATES[min(known)] if known else None


class EventDetail(Struct, frozen=True):
    """One event and its guidance."""

    row: int
    exchange: SmtpExchange
    advice: Advice


class ListedIncident(Struct, frozen=True):
    """One of many incidents, with its guidance."""

    incident: IncidentHead
    advice: Advice


class IncidentDetail(Struct, frozen=True):
    """An incident and its guidance, filled with the values of its sample, and the events that explain it."""

    incident: Incident
    advice: Advice
    sample: SmtpExchange
    explanations: tuple[Explanation, ...] = ()
