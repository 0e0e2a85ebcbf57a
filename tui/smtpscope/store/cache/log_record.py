"""One log in the cache: loaded from it, or recorded while being read and saved at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smtpscope.errors import Problem
from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.reading.log_span import LogSpan, merge_spans
from smtpscope.store.column_set import Columns
from smtpscope.store.encoding import Encoder

if TYPE_CHECKING:
    from smtpscope.store.cache.log_cache import KeptLog, LogCache


class LogRecord:
    """Made before the log called `name` is read, for the store of `words`; for the reading thread.

    Without a cache it does nothing.
    """

    def __init__(self, cache: LogCache | None, name: str, words: Encoder) -> None:
        self._cache = cache
        self._name = name
        self._words = words
        self._key = None if cache is None else cache.key(name)
        self._batches: list[Columns] = []
        self._problems: list[Problem] = []
        self._others = 0
        self._span: LogSpan | None = None
        self._explaining: list[ExplainingEvent] = []

    def found(self) -> KeptLog | None:
        """The cached data of the unchanged log; None if it must be read."""
        if self._cache is None or self._key is None:
            return None
        return self._cache.find(self._key, self._words, self._name)

    def add(
        self,
        columns: Columns,
        others: int,
        problems: Sequence[Problem],
        span: LogSpan | None = None,
        explaining: Sequence[ExplainingEvent] = (),
    ) -> None:
        """Records what was read since the last call."""
        if self._key is not None:
            self._batches.append(columns)
            self._others += others
            self._problems += problems
            self._span = merge_spans(self._span, span)
            self._explaining += explaining

    def keep(self) -> None:
        """Saves the recorded data; call it when the log has been read to its end, not after an abort.

        A loss of unknown size may be due to the disk or network, and the next attempt may succeed: such a log is not
        cached.
        """
        if self._cache is None or self._key is None:
            return
        if any(problem.outcome == "skipped" and problem.records is None for problem in self._problems):
            return
        read = (self._batches, self._others, self._problems, self._span, self._explaining)
        self._cache.keep(self._key, self._name, self._words, *read)
