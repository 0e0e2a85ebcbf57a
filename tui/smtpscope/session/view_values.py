"""What a session hands out: progress and batches, the view in force, details of an event and of an incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smtpscope.errors import LogError, Problem
from smtpscope.knowledge.advice import Advice
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange
from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.reading.log_span import LogSpan
from smtpscope.store.event_store import EncodedBatch
from smtpscope.store.grouping.explanations import Explanation
from smtpscope.store.grouping.groups import Grouping, GroupTree, SortColumn
from smtpscope.store.grouping.incident import Incident, IncidentHead

Rows = NDArray[np.int64]
"""Row numbers of the store."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`bytes_read` of `bytes_total` over all files; `file` is the one being read. None: nobody knows how much comes."""

    file: str
    bytes_read: int
    bytes_total: int | None

    @property
    def words(self) -> str:
        """How far it is, for people."""
        if self.bytes_total is None:
            return f"{self.bytes_read / 1e6:,.1f} MB so far"
        share = 100 * self.bytes_read // max(1, self.bytes_total)
        return f"{share} %, {self.bytes_read / 1e6:,.1f} of {self.bytes_total / 1e6:,.1f} MB"


@dataclass(frozen=True, slots=True)
class LoadedBatch:
    """What `read` yields and `add` takes. `error` ends one file, never the rest.

    `span` is from when to when the log's records go, ours or not, as far as its reader can tell. `explaining` are
    events beside ours, which are among the `unrelated_records`.
    """

    encoded: EncodedBatch
    unrelated_records: int
    problems: tuple[Problem, ...]
    progress: Progress
    error: LogError | None = None
    span: LogSpan | None = None
    explaining: Sequence[ExplainingEvent] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """The picture of all that was read so far; times in milliseconds since 1970-01-01 UTC.

    `duplicates` are events that were there before and are left out of `events`. `service_logs` tells that all logs are
    of a mail server itself and none of events.
    """

    files: tuple[str, ...]
    events: int
    duplicates: int
    unrelated_records: int
    skipped: int
    first_ms: int | None
    last_ms: int | None
    directions: tuple[tuple[Direction, int], ...]
    times_assumed: bool
    service_logs: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What a filter lets through, grouped and ordered: a picture of the store at one moment, never changed.

    `order` are the groups of each level of `tree` in the order to show.
    """

    filter_text: str
    grouping: Grouping
    sort: SortColumn
    descending: bool
    tree: GroupTree
    order: tuple[Rows, ...]
    total: int

    @property
    def count(self) -> int:
        """How many events the filter lets through."""
        return len(self.tree.order)


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One event and its guidance."""

    row: int
    exchange: SmtpExchange
    advice: Advice


@dataclass(frozen=True, slots=True)
class ListedIncident:
    """One of many incidents, with the guidance for it."""

    incident: IncidentHead
    advice: Advice


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """An incident and the guidance for it, filled with the values of its sample. `explanations` are what beside it in
    the logs of the same computer explains it.
    """

    incident: Incident
    advice: Advice
    sample: SmtpExchange
    explanations: tuple[Explanation, ...] = ()
