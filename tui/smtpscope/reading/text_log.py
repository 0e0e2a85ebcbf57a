"""What readers of text logs have in common: the text of the file, and what the file says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from smtpscope.reading.dates import WrittenTime
from smtpscope.reading.encodings import BLOCK_SIZE
from smtpscope.reading.record import FileInformation, Format, ReadOptions, Source
from smtpscope.reading.text_source import TextSource

NO_ZONE: Final = "The times have no zone."


def zone_warnings(written: WrittenTime | None) -> tuple[str, ...]:
    """A warning where a time of the log names no zone."""
    return (NO_ZONE,) if written is not None and written.zone_minutes is None else ()


class TextLog:
    """One text log; nothing is read before it is asked for."""

    format: ClassVar[Format]

    def __init__(self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE) -> None:
        self._source = source
        self._options = options
        self._text = TextSource(source, block_size)

    def _described(self, *facts: tuple[str, str], warnings: Iterable[str] = ()) -> FileInformation:
        """The information of the file: its encoding, and `facts` as label and value behind it."""
        return FileInformation(
            path=self._source.name,
            format_name=self.format.title,
            size=self._source.size,
            facts=(("Encoding", self._text.encoding.title), *facts),
            warnings=tuple(warnings),
        )

    def information(self) -> FileInformation:
        """See `LogReader`; for a log that says no more of itself than its encoding."""
        return self._described()
