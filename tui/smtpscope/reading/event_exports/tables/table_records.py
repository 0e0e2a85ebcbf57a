"""Records from the rows of a table of events; rows with too many or too few fields are repaired or noted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

from smtpscope.errors import Problem
from smtpscope.reading.event_exports.blocks.dumped_data import dumped_data
from smtpscope.reading.event_exports.fields.named_record import named_record
from smtpscope.reading.event_exports.fields.repeats import Repeats, is_of_timeline
from smtpscope.reading.event_exports.fields.text_places import GUESS, TextPlaces
from smtpscope.reading.event_exports.messages.event_messages import OPENING, holds_message
from smtpscope.reading.event_exports.messages.orphan_messages import OrphanMessages
from smtpscope.reading.event_exports.splunk.splunk_raw import epoch_milliseconds, is_windows_event, raw_record
from smtpscope.reading.event_exports.tables.table_columns import EventTableColumns, event_id_in_cell, is_type_line
from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.problem_log import Outcome, ProblemLog
from smtpscope.reading.record import EventRecord, Level
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.table_rows import Row, true_text
from smtpscope.reading.text.text_log import TextSource
from smtpscope.reading.windows_event.event_values import binary_of, integer
from smtpscope.reading.windows_event.event_values import level_of as level_of_number
from smtpscope.reading.windows_event.levels import level_of, level_of_type

_STRINGS: Final = 6
_FIRST_WORDS: Final = "This is an SMTP protocol"
_LONGEST_LABELS: Final = 256
_NUMBER = re.compile(r"-?\d{1,10}")


def written_time(fields: list[str], columns: EventTableColumns) -> WrittenTime | None:
    """The time in a row with all its fields, None if there is none."""
    if columns.time is None:
        return None
    date = fields[columns.time]
    if columns.names and columns.clock is not None and (whole := find_time(date)) is not None:
        return whole
    return find_time(date if columns.clock is None else f"{date} {fields[columns.clock]}")


class Misshapen:
    """Rows with too many or too few fields: repaired if it is certain how, else noted."""

    def __init__(self, file: str, columns: EventTableColumns) -> None:
        self._columns = columns
        self._file = file
        self._problem_log = ProblemLog(file)
        self._recovering = False
        self._outside = 0
        self._first_outside = 0

    def begin(self, columns: EventTableColumns) -> None:
        """From now on, rows have other columns."""
        self._columns = columns

    def joined(self, row: Row, delimiter: str) -> list[str] | None:
        """The fields of `row`, as many as the table has columns; None if it is not certain which is which."""
        columns, fields = self._columns, row.fields
        more = len(fields) - columns.count
        if not more:
            return fields
        if more < 0 or row.broken:
            return None
        if more >= columns.count - 2 and any(find_time(field) is not None for field in fields[columns.count - 1 :]):
            # As many fields as two rows have, one of which was cut off.
            return None
        if columns.whole and columns.message is not None and not is_windows_event(fields[columns.message]):
            # Splunk always quotes an event: its row hangs together with another one.
            return None
        if columns.message is not None:
            # Unquoted separators are in the message: it is the only column of free text.
            end = columns.message + more + 1
            message = delimiter.join(fields[columns.message : end])
            joined = [*fields[: columns.message], message, *fields[end:]]
            if columns.event_id is None or _NUMBER.fullmatch(joined[columns.event_id].strip()):
                return joined
        return None if any(fields[columns.count :]) else fields[: columns.count]

    def add(self, row: Row, found: Sequence[EventRecord], *, right: bool) -> None:
        """Notes what is wrong with `row`, which gave the records `found`: `right` if its fields were right."""
        read = bool(found)
        outcome: Outcome = "recovered" if right or read else "skipped"
        if any(each.message is not None and _hangs_together(each.message) for each in found):
            reason = "another message begins within this one: two rows may have become one"
            self._problem_log.add(f"line {row.line}", reason, "noted")
        elif not right and not read and self._stands_outside(row):
            self._first_outside = self._first_outside or row.line
            self._outside += not self._recovering
        elif row.broken:
            self._problem_log.add(f"line {row.line}", "quotes opened here are never closed", outcome)
        elif not right and not self._recovering and not is_type_line(row.fields[0]):
            reason = f"{_counted(len(row.fields))}, the table has {self._columns.count}"
            self._problem_log.add(f"line {row.line}", reason, outcome)
        elif row.misquoted:
            self._problem_log.add(
                f"line {row.line}", "a quote stands where none can: two rows may have become one", "noted"
            )
        # After an unclosed quote comes the rest of its message: noted already.
        self._recovering = row.broken or (self._recovering and not right)

    def passed_over(self) -> None:
        """Notes that complete rows were skipped."""
        self._recovering = False

    def take_problems(self, *, final: bool = False) -> list[Problem]:
        """The problems since the last call; at the end, also how many were not listed."""
        problems = self._problem_log.take(final=final)
        if final and self._outside:
            lines = "1 line belongs" if self._outside == 1 else f"{self._outside} lines belong"
            reason = f"{lines} to no row, as of a message of several lines that has no quotes around it"
            problems.append(Problem(self._file, f"from line {self._first_outside}", reason, "noted"))
        return problems

    def _stands_outside(self, row: Row) -> bool:
        """Whether a row with too few fields lacks even the time that its table has before the message."""
        columns = self._columns
        if columns.time is None or columns.message is None or columns.message < columns.time:
            return False
        if len(row.fields) >= columns.count:
            return False
        last = max(columns.time, columns.clock or 0)
        return len(row.fields) <= last or written_time(row.fields, columns) is None


def _hangs_together(message: str) -> bool:
    """Whether `message` begins as one and goes on as another, whose own row has a time."""
    places = [found.start() for found in islice(OPENING.finditer(message), 2)]
    if not places or not places[-1]:
        return False
    before = message[: places[-1]]
    return len(places) > 1 or message.count(_FIRST_WORDS) > 1 or find_time(before[-_LONGEST_LABELS:]) is not None


def _counted(fields: int) -> str:
    return "1 field" if fields == 1 else f"{fields} fields"


class RowRecords:
    """Makes the records of one table."""

    def __init__(
        self,
        file: str,
        columns: EventTableColumns,
        text: TextSource,
        times: FileTimes,
        sources: EventSources = NO_SOURCES,
    ) -> None:
        self._sources = sources
        self.places = TextPlaces(file, text, "column")
        self._file = file
        self._columns = columns
        self._header: list[str] = []
        self._encoding = text.encoding
        self._times = times
        self._loose = OrphanMessages(file, times)
        self._repeats = Repeats()
        self._timeline = is_of_timeline(columns.names)

    def loose(self, row: Row) -> list[EventRecord]:
        """The records of the messages in a row whose fields can't be separated."""
        if self._columns.whole and (whole := self._whole(row)):
            return whole
        codec = "latin-1" if self._encoding.unit == 1 else self._encoding.codec
        data = row.text.encode(codec, "replace")
        block = TextBlock(data, start=row.offset, encoding=self._encoding, final=True)
        return self._loose.records(block, 0, len(block.text))

    def _whole(self, row: Row) -> list[EventRecord]:
        """The events that Splunk stored, from a row with other ones: the times in front may not be theirs."""
        cells = [true_text(cell, self._encoding) for cell in row.fields if is_windows_event(cell)]
        found = [
            raw_record(cell, file=self._file, offset=row.offset, times=self._times, sources=self._sources)
            for cell in cells
        ]
        return [record for record in found if record is not None]

    def record(self, row: Row, fields: list[str]) -> EventRecord | None:
        """The record in `fields`, None if it is certainly not an SMTP event."""
        columns = self._columns
        if columns.names:
            return self._named(row, fields)
        provider = self._value(fields, columns.provider)
        message = None if columns.message is None else fields[columns.message]
        strings = self._strings(fields)
        if columns.whole:
            raw, indexed = true_text(message or "", self._encoding), self._indexed(fields)
            return raw_record(
                raw, file=self._file, offset=row.offset, times=self._times, indexed=indexed, sources=self._sources
            )
        event_id = event_id_in_cell(self._value(fields, columns.event_id))
        if provider is not None:
            if not self._sources.reads(provider, event_id):
                return None
        elif strings is None and not self._holds_message(message, fields):
            return None
        guess = None
        has_text = message is not None and holds_message(message)
        if strings is None and not has_text and (beside := self._beside(row, fields)) is not None:
            message, guess = beside, GUESS
        written = self._indexed(fields)
        milliseconds = self._times.milliseconds(written, row.offset) if isinstance(written, WrittenTime) else written
        return EventRecord(
            file=self._file,
            offset=row.offset,
            time_ms=milliseconds,
            time_assumed=isinstance(written, WrittenTime) and milliseconds is not None and written.zone_minutes is None,
            record_id=integer(self._value(fields, columns.record_id)),
            event_id=event_id,
            level=self._level(fields),
            provider=provider,
            channel=self._value(fields, columns.channel),
            computer=self._value(fields, columns.computer),
            strings=strings,
            message=true_text(message, self._encoding).replace("\r\n", "\n").strip("\n") if message else None,
            binary=binary_of(self._value(fields, columns.data)) or dumped_data(message or ""),
            guess=guess,
        )

    def header(self, names: list[str]) -> None:
        """The names of the columns in the table."""
        self._header = names

    def _holds_message(self, message: str | None, fields: list[str]) -> bool:
        return holds_message(message) if message else any(map(holds_message, fields))

    def _beside(self, row: Row, fields: list[str]) -> str | None:
        """The message in a row whose column for it is empty."""
        index = next((index for index, cell in enumerate(fields) if holds_message(cell)), None)
        if index is None:
            return None
        named = [true_text(name, self._encoding).strip('\ufeff "') for name in self._header]
        taken = named[index] if index < len(named) else f"column {index + 1}"
        empty = self._columns.message
        is_empty = empty is not None and empty < len(named) and not fields[empty]
        self.places.note(taken, named[empty or 0] if is_empty else "", row.offset)
        return fields[index]

    def begin(self, columns: EventTableColumns) -> None:
        """From now on, rows have other columns: several tables were written in a row."""
        self._columns = columns
        self._timeline = is_of_timeline(columns.names)

    def _named(self, row: Row, fields: list[str]) -> EventRecord | None:
        names = self._columns.names
        cells = {name: true_text(cell, self._encoding) for name, cell in zip(names, fields, strict=False)}
        return named_record(
            cells, file=self._file, offset=row.offset, times=self._times, places=self.places, sources=self._sources
        )

    def is_repeated(self, record: EventRecord) -> bool:
        """Whether the table is a timeline that has listed the same event before."""
        return self._timeline and self._repeats.has(record)

    def _indexed(self, fields: list[str]) -> WrittenTime | int | None:
        time = self._columns.time
        return written_time(fields, self._columns) or (None if time is None else epoch_milliseconds(fields[time]))

    def _value(self, fields: list[str], index: int | None) -> str | None:
        return None if index is None else true_text(fields[index], self._encoding).strip() or None

    def _level(self, fields: list[str]) -> Level | None:
        text = self._value(fields, self._columns.level)
        if text is None:
            return None
        number = integer(text)
        if number is not None:
            return level_of_type(number) if self._columns.legacy_types else level_of_number(number)
        # Log Parser writes "Error event".
        return level_of(text) or level_of(text.split()[0])

    def _strings(self, fields: list[str]) -> tuple[str, ...] | None:
        """The strings as Log Parser joins them; a bar in the reply leaves more parts than strings."""
        if self._columns.strings is None or not fields[self._columns.strings]:
            return None
        parts = true_text(fields[self._columns.strings], self._encoding).split("|")
        if len(parts) > _STRINGS:
            parts = [*parts[:4], "|".join(parts[4:-1]), parts[-1]]
        return tuple(parts)
