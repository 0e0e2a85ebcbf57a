"""Streams all exchanges of an analysis, so a log of any size is converted with the memory of one batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from smtpscope.export.conversion.convert_columns import DiagnosedExchange
from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.session.analysis import Analysis
from smtpscope.session.view_values import LoadedBatch
from smtpscope.store.encoding import ReplyMatcher, decoded
from smtpscope.store.event_store import EncodedBatch, EventStore

_MOST_TEXTS: Final = 50_000


class TransientStore(EventStore):
    """A store that keeps no rows, and drops its texts once there are too many."""

    keeps_rows = False

    def __init__(self, matcher: ReplyMatcher) -> None:
        super().__init__(matcher)
        self._matcher = matcher
        self.passed = 0

    def append(self, batch: EncodedBatch) -> None:
        """Only counts the rows of `batch`."""
        self.passed += len(batch)

    def explain(self, events: Sequence[ExplainingEvent]) -> None:
        """Keeps none: nobody asks for incidents."""

    @property
    def is_full(self) -> bool:
        """Whether the texts are too many."""
        words = self.words
        return len(words.commands) + len(words.replies) + len(words.hosts) + len(words.contexts) > _MOST_TEXTS

    def forget(self) -> None:
        """Starts over. Rows encoded so far can no longer be decoded."""
        super().__init__(self._matcher)


def exchanges(analysis: Analysis, filter_text: str = "") -> Iterator[DiagnosedExchange]:
    """Reads the logs of `session`, opened but not yet read, in reading order.

    Duplicate events are yielded twice. Without a filter nothing stays in memory; with one, all rows do, since a filter
    may depend on the whole log (`since:7d`). Raises LogError when no log could be read at all, and FilterError.
    """
    return _filtered(analysis, filter_text) if filter_text.strip() else _passing(analysis)


def _passing(analysis: Analysis) -> Iterator[DiagnosedExchange]:
    store = analysis.loader.store = TransientStore(analysis.knowledge)
    for batch in analysis.read():
        analysis.add(batch)
        yield from _of_batch(store, batch)
        if store.is_full:
            store.forget()
            analysis.loader.forget_texts()
    analysis.loader.check_read(store.passed)


def _of_batch(store: EventStore, batch: LoadedBatch) -> Iterator[DiagnosedExchange]:
    words, columns = store.words, batch.encoded
    for row, number in enumerate(columns.judgement.tolist()):
        yield DiagnosedExchange.of(decoded(words, columns, row), words.judgements[number])


def _filtered(analysis: Analysis, filter_text: str) -> Iterator[DiagnosedExchange]:
    analysis.count_duplicates = True
    analysis.read_all()
    rows = analysis.view(filter_text, grouping="none").tree.order
    store = analysis.store
    for row in np.sort(rows).tolist():
        yield DiagnosedExchange.of(store.exchange(row), store.words.judgements[int(store.columns.judgement[row])])
