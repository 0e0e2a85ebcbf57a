"""Legacy event logs of Windows NT to 2003 (.evt), read by libevt."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from smtpscope.errors import LogError, Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.evt.evt_layout import (
    SIGNATURE,
    SMALLEST_RECORD,
    EvtHeader,
    element_of,
    parse_header,
    record_of,
    time_of,
    utc,
)
from smtpscope.reading.log_span import span_of
from smtpscope.reading.providers import is_ours
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, Source
from smtpscope.reading.text.text_log import head_of
from smtpscope.reading.windows_event.event_element import xml_text

_LOOKED_AT_CLOCK_EVERY: Final = 256
_COPY_AGAIN = "Copy the file again, or save the log again in Event Viewer (Save Log File As) on the server"


class EvtReader:
    """Reads one .evt file; see `LogReader`. All its times are in UTC, so `options` is not used."""

    format: ClassVar[Format] = Format(
        name="evt",
        title="Legacy Windows event log (.evt)",
        recognised_by="LfLe after the first four bytes",
        lacks=(
            "the text of the event's message, which is in a file on the server; its insertion strings are there",
            "the name of the log",
            "fractions of a second",
        ),
    )

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self._source = source
        self._sources = options.explaining

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return head.startswith(SIGNATURE)

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError for a file that ends within its header or is not a legacy event log."""
        batching = Batching(self._source.size, sources=self._sources)
        with self._opened() as (header, log):
            if header.dirty:
                reason = "The log was not closed properly, or was copied while it was in use"
                batching.problems.append(Problem(self._source.name, "file header", reason, "noted"))
            seen = _Seen(header, self._source)
            total = log.number_of_records + log.number_of_recovered_records
            for number, record in enumerate(_records(log, seen)):
                if isinstance(record, OSError):
                    batching.problems.append(seen.unreadable(number))
                    continue
                try:
                    ours = is_ours(record.source_name)
                    if ours or self._explains(record):
                        batching.records.append(record_of(record, self._source.name))
                    else:
                        batching.unrelated_records += 1
                    if not ours:
                        batching.extend_log_span(span_of([time_of(record)]))
                except (OSError, ValueError):
                    batching.problems.append(seen.unreadable(number))
                if batching.full or (number % _LOOKED_AT_CLOCK_EVERY == 0 and batching.due):
                    yield batching.take(self._source.size * number // total)
            batching.problems += seen.problems()
        yield batching.take(self._source.size)

    def _explains(self, record: Any) -> bool:
        return self._sources.named(record.source_name) and self._sources.wants(
            record.source_name, record.event_identifier & 0xFFFF
        )

    def raw(self, place: int) -> str:
        """The event as XML (the schema of newer Windows), or a sentence why there is none."""
        with self._opened() as (header, log):
            try:
                for record in _records(log, _Seen(header, self._source)):
                    if not isinstance(record, OSError) and record.offset == place:
                        return xml_text(element_of(record))
            except (OSError, ValueError):
                return f"The record at byte {place:#x} can't be shown as XML: a part of it is damaged."
        return f"There is no record at byte {place:#x}."

    def information(self) -> FileInformation:
        with self._opened() as (header, log):
            facts = tuple(_facts(header, log))
        warnings = []
        if header.dirty:
            warnings.append("The log was not closed properly, or was copied while it was in use.")
        if header.full:
            warnings.append("The log was full; newer events may never have been written.")
        return FileInformation(self._source.name, self.format.title, self._source.size, facts, tuple(warnings))

    @contextmanager
    def _opened(self) -> Iterator[tuple[EvtHeader, Any]]:
        name = self._source.name
        header = parse_header(head_of(self._source))
        if header is None:
            raise LogError(
                where=name, what="the file ends within its header, or is not a legacy event log", remedy=_COPY_AGAIN
            )
        # Few logs are of this kind, and no others need the library.
        log: Any = importlib.import_module("pyevt").file()
        with self._source.open() as stream:
            try:
                log.open_file_object(stream)
            except OSError as error:
                raise LogError(where=name, what="the legacy event log can't be opened", remedy=_COPY_AGAIN) from error
            try:
                yield header, log
            finally:
                log.close()


def _records(log: Any, seen: _Seen) -> Iterator[Any]:
    """Each pyevt record, or the OSError in its place: first those in the log's own list, then the others."""
    for number in range(log.number_of_records):
        try:
            record = log.get_record(number)
            seen.add(record.identifier)
        except OSError as error:
            yield error
        else:
            yield record
    for number in range(log.number_of_recovered_records):
        try:
            record = log.get_recovered_record(number)
            # A part that can't be read here was not a record, but looked like the beginning of one.
            fresh = seen.add_found(record.identifier, record.offset)
        except OSError:
            continue
        if fresh:
            yield record


class _Seen:
    """Which record numbers of one file were read, to report missing ones and count none twice."""

    def __init__(self, header: EvtHeader, source: Source) -> None:
        self._header = header
        self._source = source
        self._numbers: set[int] = set()
        self._oldest: int | None = None
        self._found: list[int] = []
        self._unreadable = 0

    def add(self, number: int) -> None:
        self._numbers.add(number)
        self._oldest = number if self._oldest is None else min(self._oldest, number)

    def add_found(self, number: int, offset: int) -> bool:
        """Whether the record outside the list belongs to this log, and is not a remnant of an overwritten one."""
        if number in self._numbers or (self._oldest is not None and number < self._oldest):
            return False
        self._numbers.add(number)
        self._found.append(offset)
        return True

    def unreadable(self, number: int) -> Problem:
        """The problem for the record that is `number`-th (from 0) in the file."""
        self._unreadable += 1
        return Problem(self._source.name, f"record {number + 1} of the file", "The record is damaged", "skipped", 1)

    def problems(self) -> Iterator[Problem]:
        """Problems that follow from the numbers of all records."""
        name = self._source.name
        if self._found:
            reason = "The record list breaks off; these were found by their signatures"
            place = f"byte {min(self._found):#x} to {max(self._found):#x}"
            yield Problem(name, place, reason, "recovered", len(self._found))
        missing = self._missing()
        if missing > self._source.size // SMALLEST_RECORD:
            yield Problem(name, "whole file", "The record numbers make no sense: some records may be missing", "noted")
        elif missing > 0:
            reason = "The record numbers have gaps: these records are missing or damaged"
            yield Problem(name, "whole file", reason, "skipped", missing)

    def _missing(self) -> int:
        """How many records are missing, besides those reported one by one."""
        numbers = self._numbers
        expected = max(numbers) - min(numbers) + 1 if numbers else 0
        if not self._header.dirty and 0 < self._header.oldest_number < self._header.next_number:
            expected = max(expected, self._header.next_number - self._header.oldest_number)
        return expected - len(numbers) - self._unreadable


def _facts(header: EvtHeader, log: Any) -> Iterator[tuple[str, str]]:
    yield "Format", f"EVT {header.version}"
    yield "State", "not closed properly" if header.dirty else "closed properly"
    count = log.number_of_records
    yield "Records", str(count)
    if log.number_of_recovered_records:
        yield "Records outside the list", str(log.number_of_recovered_records)
    if header.wrapped:
        yield "Oldest records", "overwritten by newer ones"
    try:
        ends = [log.get_record(number) for number in (0, count - 1)] if count else []
        times = [record.get_creation_time_as_integer() for record in ends]
        numbers = [record.identifier for record in ends]
    except OSError:
        return
    if ends:
        yield "Record numbers", f"{numbers[0]} to {numbers[1]}"
        yield "Oldest event", f"{utc(min(times)):%Y-%m-%d %H:%M:%S} UTC"
        yield "Newest event", f"{utc(max(times)):%Y-%m-%d %H:%M:%S} UTC"
