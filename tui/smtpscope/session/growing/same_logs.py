"""Whether a log is still the one that was read, so that no other record is shown for one of its events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from msgspec import Struct

from smtpscope.errors import LogError
from smtpscope.reading.record import LogReader, Source
from smtpscope.reading.text.text_log import head_of
from smtpscope.reading.windows_event.event_values import time_of

if TYPE_CHECKING:
    from smtpscope.parsing.smtp_exchange import SmtpExchange

_HEAD: Final = 4_096
_PLACES: Final = 4
_AT_A_PLACE: Final = 256
_WRITTEN_OVER: Final = frozenset({"evtx", "evt"})
"""Windows rewrites the beginning of these while they remain the same log; their records are numbered."""

_NUMBER: Final = re.compile(r"<EventRecordID>(\d{1,20})<")
_TIME: Final = re.compile(r'<TimeCreated SystemTime="([^"]{1,64})"')


class _Trace(Struct, frozen=True):
    """How a log began, and some bytes at places evenly spread over its first `size` bytes, the last at their end."""

    head: bytes
    size: int
    places: tuple[bytes, ...]


class SameLogs:
    """Remembers some bytes of each log as it was read."""

    def __init__(self) -> None:
        self._traces: dict[str, _Trace] = {}

    def note(self, source: Source, reader: LogReader) -> None:
        """Remembers `source`, which is about to be read. Raises LogError if it can't be read."""
        if reader.format.name not in _WRITTEN_OVER:
            self._traces[source.name] = _trace(source, source.size)

    def note_if_new(self, source: Source, reader: LogReader) -> None:
        """The same, if the log was replaced since. Raises LogError."""
        if not self.has(source):
            self.note(source, reader)

    def has(self, source: Source) -> bool:
        """Whether the log is still what was read, as far as it is looked at; it may have grown. Raises LogError."""
        known = self._traces.get(source.name)
        if known is None:
            return True
        return source.size >= known.size and _trace(source, known.size) == known

    def check(self, source: Source) -> None:
        """Raises LogError if the log is no longer as it was when it was read, or can't be read."""
        if not self.has(source):
            raise replaced(source.name)


def check_record(raw: str, exchange: SmtpExchange, reader: LogReader) -> None:
    """Raises LogError if `raw`, in a log that Windows writes over, is not the record of `exchange`."""
    if reader.format.name not in _WRITTEN_OVER:
        return
    number, time = _NUMBER.search(raw), _TIME.search(raw)
    moved = number is not None and exchange.record_id not in (None, int(number[1]))
    time_ms = time_of(time[1]) if time is not None else None
    if moved or (time_ms is not None and exchange.time_ms not in (None, time_ms)):
        raise replaced(exchange.file)


def replaced(file: str) -> LogError:
    """Why nothing more can be said of what was read from `file`."""
    return LogError(
        where=file,
        what="the log was replaced or restarted since it was read",
        remedy="Open the old log under its new name",
    )


def _trace(source: Source, size: int) -> _Trace:
    head = head_of(source)[: min(_HEAD, size)]
    with source.open() as stream:
        try:
            places = tuple(_bytes_at(stream, size * number // _PLACES) for number in range(1, _PLACES + 1))
        except OSError as error:
            raise LogError(
                where=source.name,
                what=f"the file can't be read any more ({error.strerror or error})",
                remedy="Copy it to a local disk and open the copy",
            ) from error
    return _Trace(head, size, places)


def _bytes_at(stream: BinaryIO, end: int) -> bytes:
    stream.seek(max(0, end - _AT_A_PLACE))
    return stream.read(min(_AT_A_PLACE, end))
