"""Legacy event logs of Windows NT to 2003 (.evt)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import ClassVar, Final

from msgspec import Struct

from smtpscope.errors import LogError, Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.evt.evt_layout import (
    HEADER_SIZE,
    SIGNATURE,
    SMALLEST_RECORD,
    EvtHeader,
    LegacyRecord,
    element_of,
    parse_header,
    record_of,
    utc,
)
from smtpscope.reading.evt.evt_records import RingFile, logs_in
from smtpscope.reading.evt.evt_survey import OneRecord, OtherRecords, WholeLog, whole_log
from smtpscope.reading.log_span import LogSpan, span_of
from smtpscope.reading.providers import is_ours
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, Source
from smtpscope.reading.windows_event.event_element import xml_text

_LOOKED_AT_CLOCK_EVERY: Final = 256
_COPY_AGAIN = "Copy the file again, or save the log again in Event Viewer (Save Log File As) on the server"


class EvtReader:
    """Reads one .evt file; see `LogReader`. All its times are in UTC, so `options` has no zone for it."""

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

    def __init__(self, source: Source, options: ReadOptions, *, tables: bool = True) -> None:
        """Without `tables`, all records are looked at one by one, which finds the same."""
        self._source = source
        self._tables = tables
        self._sources = options.explaining

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return head.startswith(SIGNATURE)

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError for a file that ends within its header or is not a legacy event log."""
        name, sources = self._source.name, self._sources
        batching = Batching(self._source.size, sources=sources)
        with self._opened() as logs:
            if len(logs) > 1:
                reason = f"{len(logs)} logs are in this file one after the other; all of them were read"
                batching.problems.append(Problem(name, f"byte {logs[1].ring.start:#x}", reason, "noted"))
            for log in logs:
                if log.header.dirty:
                    reason = "The log was not closed properly, or was copied while it was in use"
                    batching.problems.append(Problem(name, log.place("file header"), reason, "noted"))
                seen = _Seen(log, name)
                others: list[int] = []
                whole = whole_log(log.ring, log.header) if self._tables else None
                for part in seen.records() if whole is None else seen.parts(whole, sources.reads):
                    if isinstance(part, OtherRecords):
                        batching.unrelated_records += part.records
                        others += part.created
                    else:
                        try:
                            found = log.ring.record_or_heading(part.offset, sources.reads, sure=part.sure)
                        except ValueError:
                            batching.problems.append(seen.unreadable(part.number))
                            continue
                        if isinstance(found, LegacyRecord):
                            batching.records.append(record_of(found, name))
                        else:
                            batching.unrelated_records += 1
                        if not is_ours(found.source):
                            others.append(found.created)
                    often = isinstance(part, OneRecord) and part.number % _LOOKED_AT_CLOCK_EVERY
                    if batching.full or (not often and batching.due):
                        batching.extend_log_span(_span(others))
                        others = []
                        yield batching.take(part.offset)
                batching.extend_log_span(_span(others))
                batching.problems += seen.problems()
        yield batching.take(self._source.size)

    def raw(self, place: int) -> str:
        """The event as XML (the schema of newer Windows), or a sentence why there is none."""
        with self._opened() as logs:
            ring = next((log.ring for log in reversed(logs) if log.ring.start <= place), logs[0].ring)
            if not ring.record_size(place):
                return f"There is no record at byte {place:#x}."
            try:
                return xml_text(element_of(ring.record(place)))
            except ValueError:
                return f"The record at byte {place:#x} can't be shown as XML: a part of it is damaged."

    def information(self) -> FileInformation:
        with self._opened() as logs:
            facts = tuple(_facts(logs[0]))
        if len(logs) > 1:
            facts += (("Logs in this file", str(len(logs))),)
        warnings = []
        if any(log.header.dirty for log in logs):
            warnings.append("The log was not closed properly, or was copied while it was in use.")
        if any(log.header.full for log in logs):
            warnings.append("The log was full; newer events may never have been written.")
        return FileInformation(self._source.name, self.format.title, self._source.size, facts, tuple(warnings))

    @contextmanager
    def _opened(self) -> Iterator[list[_Log]]:
        """The logs in the file: one, or several that were put together."""
        with self._source.open() as stream:
            logs = []
            for start, end in logs_in(stream, self._source.size):
                stream.seek(start)
                header = parse_header(stream.read(HEADER_SIZE))
                if header is None:
                    raise LogError(
                        where=self._source.name,
                        what="the file ends within its header, or is not a legacy event log",
                        remedy=_COPY_AGAIN,
                    )
                logs.append(_Log(header, RingFile(stream, start, end)))
            yield logs


def _span(created: list[int]) -> LogSpan | None:
    """The span of times in seconds since 1970 UTC; 0 is none."""
    return span_of([1_000 * time or None for time in created])


class _Log(Struct, frozen=True):
    """One log in a file."""

    header: EvtHeader
    ring: RingFile

    def place(self, words: str) -> str:
        """`words`, and where this log begins if others come before it."""
        return f"{words} at byte {self.ring.start:#x}" if self.ring.start else words

    def listed(self) -> Iterator[int]:
        """Where the records of the log's own list begin."""
        return self.ring.listed(self.ring.start + self.header.first_offset)


class _Seen:
    """The record numbers read from one log, to report missing ones and count none twice."""

    def __init__(self, log: _Log, file: str) -> None:
        self._log = log
        self._file = file
        self._listed: set[int] = set()
        self._numbers: set[int] = set()
        self._whole = range(0)
        self._oldest: int | None = None
        self._found: list[int] = []
        self._unreadable = 0

    def records(self) -> Iterator[OneRecord]:
        """All records: first those in the log's own list, then the others."""
        return map(OneRecord, count(), self._offsets())

    def parts(self, whole: WholeLog, wanted: Callable[[str, int], bool]) -> Iterator[OtherRecords | OneRecord]:
        """The same for a log that is `whole`: only some have to be read."""
        self._whole = whole.numbers
        return whole.parts(wanted)

    def _offsets(self) -> Iterator[int]:
        ring = self._log.ring
        for offset in self._log.listed():
            number = ring.number(offset)
            self._listed.add(offset)
            self._numbers.add(number)
            self._oldest = number if self._oldest is None else min(self._oldest, number)
            yield offset
        for offset in ring.found(self._listed):
            if self._is_fresh(ring.number(offset)):
                self._found.append(offset)
                yield offset

    def _is_fresh(self, number: int) -> bool:
        """Whether a record outside the list belongs to this log, and is not left over from what was overwritten."""
        if number in self._numbers or (self._oldest is not None and number < self._oldest):
            return False
        self._numbers.add(number)
        return True

    def unreadable(self, number: int) -> Problem:
        """The problem for the record that is `number`-th (from 0) in the file."""
        self._unreadable += 1
        return Problem(
            self._file, self._log.place(f"record {number + 1} of the file"), "The record is damaged", "skipped", 1
        )

    def problems(self) -> Iterator[Problem]:
        """Problems that follow from the numbers of all records."""
        name, size = self._file, self._log.ring.end - self._log.ring.start
        if self._found:
            reason = "The record list breaks off; these were found by their signatures"
            place = f"byte {min(self._found):#x} to {max(self._found):#x}"
            yield Problem(name, place, reason, "recovered", len(self._found))
        missing = self._missing()
        if missing > size // SMALLEST_RECORD:
            yield Problem(
                name,
                self._log.place("whole file"),
                "The record numbers make no sense: some records may be missing",
                "noted",
            )
        elif missing > 0:
            reason = "The record numbers have gaps: these records are missing or damaged"
            yield Problem(name, self._log.place("whole file"), reason, "skipped", missing)

    def _missing(self) -> int:
        """How many records are missing, besides those reported one by one."""
        numbers = self._numbers
        expected = max(numbers) - min(numbers) + 1 if numbers else len(self._whole)
        if not self._log.header.dirty and 0 < self._log.header.oldest_number < self._log.header.next_number:
            expected = max(expected, self._log.header.next_number - self._log.header.oldest_number)
        return expected - len(numbers or self._whole) - self._unreadable


def _facts(log: _Log) -> Iterator[tuple[str, str]]:
    header, ring = log.header, log.ring
    yield "Version", f"EVT {header.version}"
    yield "State", "not closed properly" if header.dirty else "closed properly"
    listed = list(log.listed())
    yield "Records", str(len(listed))
    known = set(listed)
    others = sum(1 for _ in ring.found(known))
    if others:
        yield "Records outside the list", str(others)
    if header.wrapped:
        yield "Oldest records", "overwritten by newer ones"
    if not listed:
        return
    try:
        ends = [ring.record(offset) for offset in (listed[0], listed[-1])]
    except ValueError:
        return
    times = [record.created for record in ends]
    yield "Record numbers", f"{ends[0].number} to {ends[1].number}"
    yield "Oldest event", f"{utc(min(times)):%Y-%m-%d %H:%M:%S} UTC"
    yield "Newest event", f"{utc(max(times)):%Y-%m-%d %H:%M:%S} UTC"
