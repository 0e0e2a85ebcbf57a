"""Collects records into batches: one is due after 2,000 records or a quarter of a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from smtpscope.errors import Problem
from smtpscope.reading.explaining import NO_SOURCES, EventSources, ExplainingEvent
from smtpscope.reading.explaining_records import explaining_event, explaining_rows
from smtpscope.reading.log_span import LogSpan, merge_spans
from smtpscope.reading.record import Batch, EventRecord, SmtpExchangeRecord
from smtpscope.reading.record_table import MixedRecords

_RECORDS = 2_000
_SECONDS = 0.25


class PendingRecords(Protocol):
    """Records that a reader keeps in its own form until a batch is handed out."""

    @property
    def rows_waiting(self) -> int:
        """How many there are."""
        ...

    def taken(self, singles: list[EventRecord]) -> Sequence[EventRecord]:
        """These records, merged with `singles` from the same part of the file; empties the collection."""
        ...


class Batching:
    """Collects what a reader finds in one file of `bytes_total` bytes; `monotonic` is the clock, in seconds.

    A reader may put records of the wanted `sources` among its records: they are separated when a batch goes out.
    """

    def __init__(
        self,
        bytes_total: int,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        collected: PendingRecords | None = None,
        sources: EventSources = NO_SOURCES,
    ) -> None:
        self.records: list[EventRecord] = []
        self.exchanges: list[SmtpExchangeRecord] = []
        self.problems: list[Problem] = []
        self.explaining: list[ExplainingEvent] = []
        self._sources = sources
        self.unrelated_records = 0
        self._span: LogSpan | None = None
        self._collected = collected
        self._bytes_total = bytes_total
        self._bytes_read = 0
        self._monotonic = monotonic
        self._last = monotonic()

    def add(self, records: Sequence[EventRecord], others: int, problems: Sequence[Problem]) -> None:
        """Collects what was found."""
        self.records += records
        self.unrelated_records += others
        self.problems += problems

    def extend_log_span(self, span: LogSpan | None) -> None:
        """Extends the time span of the log by that of some records, SMTP events or not."""
        self._span = merge_spans(self._span, span)

    @property
    def full(self) -> bool:
        """Whether there are enough records for a batch."""
        waiting = 0 if self._collected is None else self._collected.rows_waiting
        return len(self.records) + len(self.exchanges) + waiting >= _RECORDS

    @property
    def due(self) -> bool:
        """Whether a batch has to be handed out now."""
        return self.full or self._monotonic() - self._last >= _SECONDS

    def take(self, bytes_read: int) -> Batch:
        """Everything collected, as a batch, with the progress at `bytes_read`; progress never goes back."""
        self._bytes_read = max(self._bytes_read, min(bytes_read, self._bytes_total))
        if self._sources:
            self._tell_apart()
        records: Sequence[EventRecord] = self.records
        if self._collected is not None and self._collected.rows_waiting:
            records = self._collected.taken(self.records)
        if self._sources and isinstance(records, MixedRecords):
            self.explaining += explaining_rows(records.table, self._sources)
        read, total = self._bytes_read, self._bytes_total
        batch = Batch(
            records, self.unrelated_records, self.problems, read, total, self.exchanges, self._span, self.explaining
        )
        self.records, self.exchanges, self.problems, self.unrelated_records = [], [], [], 0
        self.explaining = []
        self._span = None
        self._last = self._monotonic()
        return batch

    def _tell_apart(self) -> None:
        """Takes the records that only explain something out of the records, and counts them with the others."""
        sources, ours = self._sources, []
        for record in self.records:
            event = explaining_event(record, sources)
            if event is not None:
                self.explaining.append(event)
            if sources.only_explains(record.provider, record.event_id):
                self.unrelated_records += 1
            else:
                ours.append(record)
        self.records = ours
