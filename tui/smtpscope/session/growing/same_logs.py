"""Whether a log is still the one that was read, so that no other record is shown for one of its events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from smtpscope.errors import LogError, Problem
from smtpscope.reading.record import LogReader, Source
from smtpscope.reading.sources.file_source import FileSource
from smtpscope.reading.text.text_log import head_of
from smtpscope.reading.windows_event.event_values import time_of

if TYPE_CHECKING:
    from smtpscope.parsing.smtp_exchange import SmtpExchange

_HEAD: Final = 4_096
_PLACES: Final = 4
_AT_A_PLACE: Final = 256
_WRITTEN_OVER: Final = {"evtx": 4_608 + _AT_A_PLACE, "evt": 48 + _AT_A_PLACE}
"""Windows rewrites the beginning of these while they remain the same log; their records are numbered. Their first
record is before this place: it is the last one that is written over.
"""

_PARTS: Final = tuple(
    map(
        re.compile,
        (
            r"<EventRecordID>(\d{1,20})<",
            r"<EventID(?: [^>]{0,64})?>(\d{1,10})<",
            r'<TimeCreated SystemTime="([^"]{1,64})"',
            r'<Provider Name="([^"&]{1,256})"',
            r"<Computer>([^<&]{1,256})<",
        ),
    )
)


class _Trace(Struct, frozen=True):
    """How a log began, and some bytes at places evenly spread over its first `size` bytes, the last at their end."""

    head: bytes
    size: int
    places: tuple[bytes, ...]


class SameLogs:
    """Remembers some bytes of each log as it was read."""

    def __init__(self) -> None:
        self._traces: dict[str, _Trace] = {}
        self._files: dict[str, tuple[object, int]] = {}
        self._first_records: dict[str, tuple[int, bytes]] = {}

    def note(self, source: Source, reader: LogReader) -> None:
        """Remembers `source`, which is about to be read. Raises LogError if it can't be read."""
        if isinstance(source, FileSource):
            self._files[source.name] = source.identity, source.size
        place = _WRITTEN_OVER.get(reader.format.name)
        if place is None:
            self._traces[source.name] = _trace(source, source.size)
        else:
            self._first_records[source.name] = place, _bytes_before(source, place)[0]

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

    def changed_meanwhile(self, source: Source) -> Problem | None:
        """What happened to a log between `note` and now, when all of it is read; None if nothing did. Never raises."""
        try:
            identity, size = self._files.get(source.name, (None, 0))
            now = source.identity if isinstance(source, FileSource) else None
            same = (identity, True) == (now, source.size >= size) and self.has(source)
            place, record = self._first_records.get(source.name, (0, b""))
            if same and (not place or _bytes_before(source, place)[0] == record):
                return None
            reason = (
                "The log was replaced or truncated while it was read: some of it may be missing, or be of the new one"
            )
        except (LogError, OSError) as error:
            reason = f"The log can't be found any more after it was read, some of it may be missing: {error}"
        return Problem(source.name, "whole file", reason, "skipped")

    def check(self, source: Source) -> None:
        """Raises LogError if the log is no longer as it was when it was read, or can't be read."""
        if not self.has(source):
            raise replaced(source.name)


def check_record(raw: str, exchange: SmtpExchange, reader: LogReader) -> None:
    """Raises LogError if `raw`, in a log that Windows writes over, is not the record of `exchange`."""
    if reader.format.name not in _WRITTEN_OVER:
        return
    known = (exchange.record_id, exchange.event_id, exchange.time_ms, exchange.provider, exchange.computer)
    number, event, time, provider, computer = (found[1] if (found := part.search(raw)) else None for part in _PARTS)
    event_id = None if event is None else int(event) & 0xFFFF
    there = (None if number is None else int(number), event_id, time_of(time), provider, computer)
    if any(None not in (one, other) and one != other for one, other in zip(known, there, strict=True)):
        raise replaced(exchange.file)


def no_more_of(file: str, error: OSError) -> LogError:
    """Why a file that was opened can't be read on."""
    return LogError(
        where=file,
        what=f"the file can't be read any more ({error.strerror or error})",
        remedy="Copy it to a local disk and open the copy",
    )


def replaced(file: str) -> LogError:
    """Why nothing more can be said of what was read from `file`."""
    return LogError(
        where=file,
        what="the log was replaced or restarted since it was read",
        remedy="Open the old log under its new name",
    )


def _trace(source: Source, size: int) -> _Trace:
    places = [size * number // _PLACES for number in range(1, _PLACES + 1)]
    return _Trace(head_of(source)[: min(_HEAD, size)], size, _bytes_before(source, *places))


def _bytes_before(source: Source, *places: int) -> tuple[bytes, ...]:
    found = []
    with source.open() as stream:
        try:
            for place in places:
                stream.seek(max(0, place - _AT_A_PLACE))
                found.append(stream.read(min(_AT_A_PLACE, place)))
        except OSError as error:
            raise no_more_of(source.name, error) from error
    return tuple(found)
