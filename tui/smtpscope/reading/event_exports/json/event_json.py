"""Events as JSON: lines of Winlogbeat, NXLog and OpenTelemetry, arrays of PowerShell's ConvertTo-Json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar, Final

import msgspec

from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.fields.repeats import Repeats, is_of_timeline
from smtpscope.reading.event_exports.json.json_events import record_of, rows_of, time_value
from smtpscope.reading.event_exports.json.json_objects import (
    EVENT_KEY,
    LONGEST,
    JsonObject,
    NoObjectError,
    ObjectScan,
    decoded_object,
    is_lines,
    objects_within,
    wrapper_length,
)
from smtpscope.reading.event_exports.json.json_otlp import ROOT, log_bodies
from smtpscope.reading.event_exports.messages.event_messages import lines_between
from smtpscope.reading.event_exports.messages.last_look import GUESS
from smtpscope.reading.event_exports.messages.orphan_messages import OrphanMessages
from smtpscope.reading.event_exports.messages.own_signs import lines, may_be_ours
from smtpscope.reading.explaining import EventSources
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.providers import is_ours
from smtpscope.reading.record import Batch, EventRecord, FileInformation, Format
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import TextBlock, head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_converted, is_text
from smtpscope.reading.text.text_log import LineOffsets, TextLog, head_of
from smtpscope.reading.windows_event.decoder_json import event_record as exported_record
from smtpscope.reading.windows_event.event_fields import fields_of

# A prefix of syslog, then an object.
_BEGINNING = re.compile(r"(?:\xef\xbb\xbf|\ufeff)?\s{0,64}(?:\[\s{0,64}\{|\{)|[^\n{}]{1,256}\{\s?\"")
_UNKNOWN_NAMES: Final = "The object names a source of ours, but no field is known as the event's text or values"
_DEEPEST_PAGE: Final = 4
# How far behind the beginning of its line the place of one of many events in that line may lie.
_LOOKED_BACK: Final = 1 << 14


class EventJsonReader(TextLog):
    """Reads one file of JSON events; a broken one does not cost the others."""

    format: ClassVar[Format] = Format(
        name="json",
        title="Events as JSON (Winlogbeat, NXLog, OpenTelemetry, Splunk, ConvertTo-Json)",
        recognised_by="JSON objects with the names that these programs give to source and event id",
        lacks=("the level, the record number or the insertion strings, where the program left them out",),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head):
            return False
        text = head_text(head)
        # What was converted has our own names, some of which other programs have too.
        return _BEGINNING.match(text) is not None and EVENT_KEY.search(text) is not None and not is_converted(text)

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        sources = self._options.explaining
        batching = Batching(self._source.size, sources=sources)
        times = FileTimes(self._source.name, self._options, self._written_times)
        head = head_text(head_of(self._source))
        one_a_line, scan = is_lines(head), ObjectScan(wrapper_length(head))
        records = _ObjectRecords(self._source.name, times, batching, self._text.encoding.unit, sources)
        for block, stream in self._text.blocks():
            done = 0
            records.lines.begin(block)
            found, rest = (_in_lines(block, sources), len(block.text)) if one_a_line else scan.objects(block)
            for each in found:
                if one_a_line:
                    batching.unrelated_records += lines_between(block.text, done, each.start)
                    done = each.end + 1
                records.take(block, each)
                if batching.full:
                    batching.problems += times.take_problems()
                    yield batching.take(block.offset(each.end))
            if one_a_line:
                batching.unrelated_records += lines_between(block.text, done, rest)
            records.lines.done(rest)
            stream.keep_from(rest)
            batching.problems += times.take_problems() + records.told.take(final=block.final)
            if block.final or batching.due:
                yield batching.take(block.offset(rest))

    def _written_times(self) -> Iterator[WrittenTime]:
        head = head_text(head_of(self._source))
        one_a_line, scan = is_lines(head), ObjectScan(wrapper_length(head))
        for block, stream in self._text.blocks():
            found, rest = (
                (_in_lines(block, self._options.explaining), len(block.text)) if one_a_line else scan.objects(block)
            )
            for each in found:
                text = block.cut(each.start, each.end)
                try:
                    written = time_value(decoded_object(text[max(0, text.find("{")) :]))
                except NoObjectError:
                    continue
                if isinstance(written, WrittenTime):
                    yield written
            stream.keep_from(rest)

    def raw(self, offset: int) -> str:
        """The event's JSON as it stands in the file, with what stands before it in its line."""
        if is_lines(head_text(head_of(self._source))):
            encoding = self._text.encoding
            begin = max(encoding.mark, offset - _LOOKED_BACK * encoding.unit)
            before = self._text.at(begin, (offset - begin) // encoding.unit)
            start = before.offset(before.text.rfind("\n") + 1)
            block = self._text.at(start, LONGEST)
            return block.cut(0, block.text.find("\n") % (len(block.text) + 1)).strip()
        block = self._text.at(offset, LONGEST)
        found, _ = ObjectScan().objects(block)
        if not found or found[0].start:
            return f"There is no event at byte {offset:#x}."
        return block.cut(0, found[0].end)

    def information(self) -> FileInformation:
        form = "one event a line" if is_lines(head_text(head_of(self._source))) else "objects over several lines"
        return self._described(("Form", form))


class _ObjectRecords:
    """Makes the records of one file and puts them into its batches."""

    def __init__(self, file: str, times: FileTimes, batching: Batching, unit: int, sources: EventSources) -> None:
        """`unit` is how many bytes the smallest character of the file has."""
        self._unit = unit
        self._sources = sources
        self.told = ProblemLog(file)
        self.lines = LineOffsets()
        self._file = file
        self._times = times
        self._batching = batching
        self._loose = OrphanMessages(file, times)
        self._repeats = Repeats()
        self._timeline = False

    def take(self, block: TextBlock, found: JsonObject, depth: int = 0) -> None:
        """One object; a broken one that holds our sentence is read as a line of text is."""
        offset = block.offset(found.start)
        if found.whole and found.end - found.start == 2:
            # Behind its results Splunk says in an empty object that no word is highlighted: that is no event.
            return
        try:
            ours = False
            if not found.whole:
                raise NoObjectError("The event has no end: its JSON is cut off")
            ours = may_be_ours(block.text[found.start : found.end])
            records = self._records(block.cut(found.start, found.end), offset) if ours else self._others(block, found)
        except NoObjectError as error:
            loose = self._loose.records(block, found.start, found.end)
            self._batching.records += loose
            self.told.add(self.lines.at(found.start), str(error), "recovered" if loose else "skipped")
            return
        if ours and not any(records) and depth < _DEEPEST_PAGE:
            # A page of answers, or a list of pages: the events are within.
            begin = found.start + max(0, block.text[found.start : found.end].find("{"))
            within = objects_within(block.text, begin, found.end)
            if within and any(may_be_ours(block.text[each.start : each.end]) for each in within):
                for each in within:
                    self.take(block, each, depth + 1)
                return
        if ours and not any(records) and self._read_by_its_words(block, found):
            return
        self._batching.records += [record for record in records if record is not None and not self._repeated(record)]
        self._batching.unrelated_records += records.count(None)

    def _others(self, block: TextBlock, found: JsonObject) -> list[EventRecord | None]:
        """Of an object that is none of ours the records that are wanted as others, None for each that is not."""
        if self._sources.may_be_in(block.text[found.start : found.end]):
            with suppress(NoObjectError):
                return self._records(block.cut(found.start, found.end), block.offset(found.start))
        return [None]

    def _read_by_its_words(self, block: TextBlock, found: JsonObject) -> bool:
        """Whether an object that names a source of ours or holds a sentence, but is no event, could be read as text.

        What is neither of another source nor has a sentence is told: nobody else will.
        """
        loose = [replace(each, guess=GUESS) for each in self._loose.records(block, found.start, found.end)]
        text = block.cut(found.start, found.end)
        provider = fields_of(decoded_object(text[max(0, text.find("{")) :])).word("provider")
        if provider is not None and not is_ours(provider):
            return False
        if loose:
            self._batching.records += loose
            self.told.add(self.lines.at(found.start), f"{_UNKNOWN_NAMES}: read by its words alone", "recovered")
            return True
        self.told.add(self.lines.at(found.start), _UNKNOWN_NAMES, "skipped")
        return True

    def _repeated(self, record: EventRecord) -> bool:
        return self._timeline and self._repeats.has(record)

    def _records(self, text: str, offset: int) -> list[EventRecord | None]:
        """The record of each event in an object, None for an event that is none of ours."""
        text = text[max(0, text.find("{")) :]
        event = decoded_object(text)
        if ROOT in event:
            try:
                bodies = list(log_bodies(event))
            except RecursionError as error:
                raise NoObjectError("The event nests too deep") from error
            # Each needs a place of its own; `raw` finds the line that all stand in.
            places = range(offset, offset + len(bodies) * self._unit, self._unit)
            return [self._record(body, each) for body, each in zip(bodies, places, strict=True)]
        self._timeline = is_of_timeline(event)
        rows = list(rows_of(event))
        if rows:
            places = range(offset, offset + len(rows) * self._unit, self._unit)
            return [self._record(row, each) for row, each in zip(rows, places, strict=True)]
        if '"#attributes"' in text and isinstance(event.get("Event"), dict):
            # The form of the Rust decoder, which is told in a quarter of the time.
            try:
                record = exported_record(text, file=self._file, offset=offset, filetime=0, sources=self._sources)
            except msgspec.DecodeError:
                record = None
            if record is not None and (record.strings or record.message):
                return [record]
        return [self._record(event, offset)]

    def _record(self, event: dict[str, Any], offset: int) -> EventRecord | None:
        return record_of(event, file=self._file, offset=offset, times=self._times, sources=self._sources)


def _in_lines(block: TextBlock, sources: EventSources) -> list[JsonObject]:
    return [JsonObject(begin, end, True) for begin, end in lines(block.text, sources)]
