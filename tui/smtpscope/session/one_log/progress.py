"""Overall progress, including time spent unpacking or reading a pipe.

A reader needs the size of its log first, so such a log is buffered completely: that is the first half of its share. The
size of piped input is unknown in advance.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from smtpscope.reading.record import Batch, Source
from smtpscope.reading.sources.packed import BufferedSource
from smtpscope.session.view_values import Progress

_SECONDS: Final = 0.25


class ReadingProgress:
    """Counts stored bytes; for a packed log, its packed size. Never decreases."""

    def __init__(self) -> None:
        self._sizes: dict[str, int | None] = {}
        self._buffered: set[str] = set()
        self._before = 0
        # A log that another process could not read to its end is read again here.
        self._furthest = 0

    def add(self, source: Source) -> None:
        """Queues `source`, after those added before. Raises LogError if it is gone."""
        self._sizes[source.name] = source.stored_size if isinstance(source, BufferedSource) else source.size

    def size(self, source: Source) -> int:
        """The stored bytes of `source`, as far as known."""
        return self._sizes[source.name] or 0

    @property
    def _total(self) -> int:
        return sum(size or 0 for size in self._sizes.values())

    def buffering(self, source: Source, stored: int) -> Progress:
        """`stored` bytes of `source` are buffered."""
        self._buffered.add(source.name)
        size = self._sizes[source.name]
        if size is None:
            return self._at(source, stored, None)
        return self._at(source, min(stored, size) // 2, self._total)

    def buffered(self, source: Source) -> Progress:
        """All of `source` is buffered."""
        if self._sizes[source.name] is None:
            self._sizes[source.name] = source.size
            self._buffered.discard(source.name)
        return self._at(source, self._done_before(source), self._total)

    def reading(self, source: Source, batch: Batch) -> Progress:
        """`batch` of `source` was read."""
        rest = self.size(source) - self._done_before(source)
        done = rest * batch.bytes_read // max(1, batch.bytes_total)
        return self._at(source, self._done_before(source) + done, self._total)

    def elsewhere(self, source: Source, done: int) -> Progress:
        """Another process has read `done` bytes of `source`, the next one."""
        return self._at(source, min(done, self.size(source)), self._total)

    def ended(self, source: Source) -> Progress:
        """`source` was read to its end, or as far as possible; the next one follows."""
        self._before += self.size(source)
        return self._at(source, 0, self._total)

    def ended_all(self, source: Source) -> Progress:
        """All logs were read, `source` at last."""
        return self._at(source, 0, self._total)

    def _at(self, source: Source, done: int, total: int | None) -> Progress:
        """`done` bytes of `source` are read, and all before it."""
        if total is None:
            return Progress(source.name, self._before + done, None)
        self._furthest = max(self._furthest, self._before + done)
        return Progress(source.name, self._furthest, total)

    def _done_before(self, source: Source) -> int:
        return self.size(source) // 2 if source.name in self._buffered else 0


def ingest(
    source: Source, progress: ReadingProgress, monotonic: Callable[[], float] = time.monotonic
) -> Iterator[Progress]:
    """Buffers the unpacked or piped data of `source`, reporting progress every quarter second. Raises LogError."""
    if not isinstance(source, BufferedSource):
        return
    last = monotonic()
    for stored in source.fill():
        if monotonic() - last >= _SECONDS:
            yield progress.buffering(source, stored)
            last = monotonic()
    yield progress.buffered(source)
