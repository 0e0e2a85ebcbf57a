"""Is a log that is read again still the one that was read? A log that was rotated keeps its name, not its content."""

from __future__ import annotations

from typing import Final

from smtpscope.errors import LogError
from smtpscope.reading.record import LogReader, Source
from smtpscope.reading.text_source import head_of

_HEAD: Final = 4_096
_WRITTEN_OVER: Final = frozenset({"evtx", "evt"})
"""Windows writes over the beginning of these while they are the same log; their records have numbers of their own."""


class SameLogs:
    """Remembers how each log began when it was read."""

    def __init__(self) -> None:
        self._heads: dict[str, bytes] = {}

    def note(self, source: Source, reader: LogReader) -> None:
        """The log of `source` is read from its beginning now. Raises LogError when it can't be read."""
        if reader.format.name not in _WRITTEN_OVER:
            self._heads[source.name] = _head(source)

    def note_if_new(self, source: Source, reader: LogReader) -> None:
        """The same, where the log was begun anew since. Raises LogError."""
        known = self._heads.get(source.name)
        if known is not None and not _head(source).startswith(known):
            self.note(source, reader)

    def check(self, source: Source) -> None:
        """Raises LogError when the log begins in another way than when it was read, or can't be read."""
        known = self._heads.get(source.name)
        if known is not None and not _head(source).startswith(known):
            raise LogError(
                where=source.name,
                what="this is another log than the one that was read: it was replaced or begun anew",
                remedy="Open the older log under the name it has now",
            )


def _head(source: Source) -> bytes:
    return head_of(source)[:_HEAD]
