"""The store of all exchanges: rows of small integers that screens and reports filter, group and count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import ClassVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.entry import WhoActs
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.parsing.smtp_exchange_table import SmtpExchangeTable
from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.reading.log_span import LogSpan, merge_spans
from smtpscope.store.assumed_times import Assumed, how_assumed, moved, span_moved
from smtpscope.store.beside.explaining_events import ExplainingEvents
from smtpscope.store.column_set import NO_CODE, NO_MAILBOX, NO_NUMBER, NO_TIME, Columns, GrowingColumns
from smtpscope.store.doubles.shared_events import (
    LoggedFacts,
    SharedEvents,
    replies_of_none,
    shared_refusals,
    short_names,
    without_reply,
)
from smtpscope.store.encoding import Encoder, ReplyMatcher, decoded
from smtpscope.store.incident_key import IncidentKey
from smtpscope.store.search_texts import SearchTexts
from smtpscope.store.table_encoding import TableEncoder, in_order_of_place
from smtpscope.store.vocabularies import DIRECTIONS, WHO_ACTS

__all__ = [
    "DIRECTIONS",
    "NO_CODE",
    "NO_MAILBOX",
    "NO_NUMBER",
    "NO_TIME",
    "WHO_ACTS",
    "Columns",
    "EncodedBatch",
    "EventStore",
    "ReplyMatcher",
    "Rows",
]

EncodedBatch = Columns
"""Rows that are not in a store yet."""

Rows = NDArray[np.bool_] | NDArray[np.int64] | None
"""Which rows: a mask over all rows, row numbers, or None for all."""

# Below this share, sorting the rows alone is faster than scanning all.
_FEW = 16


class Annotations(Struct, frozen=True):
    """What the user said of incidents, as far as a filter asks for it."""

    marked: frozenset[IncidentKey] = frozenset()
    noted: frozenset[IncidentKey] = frozenset()


class EventStore:
    """All exchanges of the opened logs.

    `encode` may run in the thread that reads, `append` and all questions belong to one other thread: rows become
    visible only by `append`, and batches are appended in the order in which they were encoded.
    `words` holds the vocabularies behind the columns, `texts` what a search looks at, `annotations` what was said of
    incidents when the filter was asked, `explaining` the events beside ours, which have no rows.
    """

    keeps_rows: ClassVar = True

    def __init__(self, matcher: ReplyMatcher) -> None:
        self.words = Encoder(matcher)
        self.texts = SearchTexts()
        self.annotations = Annotations()
        self.explaining = ExplainingEvents()
        self._tables = TableEncoder(self.words)
        self._columns = GrowingColumns()
        self._events_span: LogSpan | None = None
        # Two, as those of logs without a zone can shift.
        self._sure_span: LogSpan | None = None
        self._assumed_span: LogSpan | None = None
        self._time_order: NDArray[np.int64] | None = None
        self._duplicates = 0
        self._without_zone = 0

    def encode(self, exchanges: Sequence[SmtpExchange], table: SmtpExchangeTable | None = None) -> EncodedBatch:
        """`exchanges` as rows; new values are matched with the knowledge base. For the reading thread.

        Those of `table`, which are of the same log, are put in between, in the order of that log.
        """
        if table is None or not len(table):
            return self.words.encode(exchanges)
        rows = self._tables.encode(table)
        return in_order_of_place(rows, self.words.encode(exchanges)) if exchanges else rows

    def explain(self, events: Sequence[ExplainingEvent]) -> None:
        """Notes events beside ours that explain some."""
        self.explaining.add(events)

    def append(self, batch: EncodedBatch) -> None:
        """Makes the rows of `batch` visible."""
        if not len(batch):
            return
        self._columns.append(batch)
        self._duplicates += int(np.count_nonzero(batch.is_duplicate))
        self._without_zone += int(np.count_nonzero(self._assumed(batch)))
        self._time_order = None
        self._events_span = merge_spans(self._events_span, _span(batch.time_ms))

    def extend_log_span(self, span: LogSpan | None) -> None:
        """Extends the log's time span, whatever its records are."""
        if span is not None and span.assumed:
            self._assumed_span = merge_spans(self._assumed_span, span)
        else:
            self._sure_span = merge_spans(self._sure_span, span)

    def move_assumed_span(self, read_in: tzinfo, assumed_zone: tzinfo) -> None:
        """Shifts the spans of logs without a zone, as `shift_assumed_times` does with rows."""
        self._assumed_span = span_moved(self._assumed_span, read_in, assumed_zone)

    def assumed_zone(self, batch: EncodedBatch, read_in: tzinfo, assumed_zone: tzinfo) -> EncodedBatch:
        """`batch` with the times of rows from logs without a zone shifted from one zone to another."""
        assumed = self._assumed(batch)
        if not assumed.any():
            return batch
        times = batch.time_ms.copy()
        times[assumed] = moved(times[assumed], read_in, assumed_zone)
        return replace(batch, time_ms=times)

    def shift_assumed_times(self, read_in: tzinfo, assumed_zone: tzinfo) -> None:
        """The same for all rows that are visible."""
        times = self.assumed_zone(self.columns, read_in, assumed_zone).time_ms
        self._columns.replace_times(times)
        self._time_order = None
        self._events_span = _span(times)

    def _assumed(self, rows: Columns) -> NDArray[np.bool_]:
        """Which of `rows` have a time whose zone was assumed."""
        return self.words.context_assumed.view()[rows.context].astype(np.bool_)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def columns(self) -> Columns:
        """The columns of all rows, read only; a later `append` does not change them."""
        return self._columns.columns

    @property
    def bytes_used(self) -> int:
        """Bytes of memory that the columns take (vocabularies not counted)."""
        return self._columns.bytes_used

    @property
    def duplicates(self) -> int:
        """The number of duplicates."""
        return self._duplicates

    def shared_refusals(self) -> list[SharedEvents]:
        """The refusals that are in two logs of different kinds, and so counted twice."""
        if len(self.words.files) < 2:
            return []
        columns = self.columns
        rows = np.flatnonzero((columns.time_ms != NO_TIME) & (columns.recipient >= 0) & ~columns.is_duplicate)
        context = columns.context[rows]
        said = (columns.recipient[rows], columns.code[rows], columns.direction[rows])
        return shared_refusals(
            columns.time_ms[rows],
            said,
            self.words.context_provider.view()[context],
            self.words.context_file.view()[context],
        )

    def shared_without_reply(self) -> list[SharedEvents]:
        """The events without a reply that are in a second log with it, and so counted twice."""
        replies = replies_of_none(self.words.replies)
        if len(self.words.files) < 2 or not replies:
            return []
        columns = self.columns
        rows = np.flatnonzero((columns.time_ms != NO_TIME) & ~columns.is_duplicate)
        context = columns.context[rows]
        facts = LoggedFacts(
            columns.time_ms[rows],
            self.words.context_event_id.view()[context],
            columns.recipient[rows],
            short_names(self.words.servers)[columns.server[rows]],
            self.words.context_file.view()[context],
        )
        return without_reply(facts, np.isin(columns.reply[rows], replies))

    @property
    def log_start_ms(self) -> int | None:
        """The first time in all logs, of events or of `extend_log_span`; None if there is none."""
        span = self._span
        return None if span is None else span.first_ms

    @property
    def log_end_ms(self) -> int | None:
        """The last time in all logs, as `log_start_ms` is the first."""
        span = self._span
        return None if span is None else span.last_ms

    @property
    def _span(self) -> LogSpan | None:
        return merge_spans(self._events_span, merge_spans(self._sure_span, self._assumed_span))

    @property
    def events_without_zone(self) -> int:
        """How many events have a time whose zone was assumed."""
        return self._without_zone

    @property
    def times_assumed(self) -> Assumed:
        """Whether the zone of the events' times was assumed, or that of the first or last record of a log."""
        if self._assumed_span is None and not self._without_zone:
            return ""
        return how_assumed(self._without_zone, len(self)) or "partly"

    def exchange(self, row: int) -> SmtpExchange:
        """The exchange of `row`, equal to the encoded one. Raises IndexError if there is no such row."""
        return decoded(self.words, self.columns, self._checked(row))

    def match(self, row: int) -> Match:
        """Which entry of the knowledge base explains `row`. Raises IndexError if there is no such row."""
        return self.words.judgements[int(self.columns.judgement[self._checked(row)])].match

    def who_acts(self, row: int) -> WhoActs:
        """Who has to act on `row`. Raises IndexError if there is no such row."""
        return self.words.judgements[int(self.columns.judgement[self._checked(row)])].who_acts

    def rows_by_time(self, rows: Rows = None) -> NDArray[np.int64]:
        """Row numbers in order of time, rows without a time first, rows of the same time in the order of their log."""
        order = self._order()
        if rows is None:
            return order
        if rows.dtype != np.bool_:
            if len(rows) * _FEW < len(self):
                few = np.unique(rows).astype(np.int64, copy=False)
                by_time: NDArray[np.int64] = few[np.argsort(self.columns.time_ms[few], kind="stable")]
                return by_time
            mask = np.zeros(len(self), np.bool_)
            mask[rows] = True
            rows = mask
        return order[rows[order]]

    def _order(self) -> NDArray[np.int64]:
        if self._time_order is None:
            time_ms = self.columns.time_ms
            if len(time_ms) and bool(np.all(time_ms[1:] >= time_ms[:-1])):
                self._time_order = np.arange(len(time_ms), dtype=np.int64)
            else:
                self._time_order = np.argsort(time_ms, kind="stable").astype(np.int64, copy=False)
        return self._time_order

    def _checked(self, row: int) -> int:
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        return row


def _span(time_ms: NDArray[np.int64]) -> LogSpan | None:
    """The span of rows; unlike other records, they count whatever their time, as they are shown."""
    timed = time_ms[time_ms != NO_TIME]
    return LogSpan(int(timed.min()), int(timed.max())) if len(timed) else None
