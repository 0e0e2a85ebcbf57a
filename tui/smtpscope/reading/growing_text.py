"""A text log that is read to its end and, when it has grown since, on from there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from smtpscope.reading.encodings import BLOCK_SIZE
from smtpscope.reading.record import Batch, ReadOptions, Source
from smtpscope.reading.text_log import TextLog


class GrowingText(TextLog, ABC):
    """What readers of such logs have in common; `_done` is the byte up to which the log was read."""

    def __init__(self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE) -> None:
        super().__init__(source, options, block_size=block_size)
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Forgets what was read; called before the first byte is read."""
        self._done = 0

    @abstractmethod
    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        """What stands from `_done` on; a line without its end counts only where `to_the_end` says so."""

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        self._begin_anew()
        return self._batches(to_the_end=not self._options.growing)

    def more(self) -> Iterator[Batch]:
        """See `GrowingLog`; a line without its end is left for later."""
        size = self._source.size
        if size < self._done:
            self._begin_anew()
        return self._batches(to_the_end=False) if size > self._done else iter(())
