"""Events as JSON: lines of Winlogbeat, NXLog and OpenTelemetry, arrays of PowerShell's ConvertTo-Json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, ClassVar, Final

import msgspec
from msgspec.structs import replace

from smtpscope.errors import Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.fields.repeats import Repeats, is_of_timeline
from smtpscope.reading.event_exports.fields.text_places import TextPlaces, text_beside
from smtpscope.reading.event_exports.fields.unnamed import LOOKED_AT, names_source, unnamed_problem
from smtpscope.reading.event_exports.json.broken_objects import objects_within, pieces_of
from smtpscope.reading.event_exports.json.json_events import record_of, rows_of, time_value, unwrapped
from smtpscope.reading.event_exports.json.json_objects import (
    EVENT_KEY,
    LONGEST,
    JsonObject,
    NoObjectError,
    ObjectScan,
    decoded_object,
    is_lines,
    swallowed,
    wrapper_length,
)
from smtpscope.reading.event_exports.json.json_otlp import ROOT, log_bodies
from smtpscope.reading.event_exports.messages.event_messages import lines_between
from smtpscope.reading.event_exports.messages.last_look import GUESS, problem_of_words
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
from smtpscope.reading.text.text_log import LineOffsets, TextLog, TextSource, head_of
from smtpscope.reading.windows_event.decoder_json import event_record as exported_record
from smtpscope.reading.windows_event.event_fields import fields_of

# A prefix of syslog, then an object.
_BEGINNING = re.compile(r"(?:\xef\xbb\xbf|\ufeff)?\s{0,64}(?:\[\s{0,64}\{|\{)|[^\n{}]{1,256}\{\s?\"")
_UNKNOWN_NAMES: Final = (
    "The object names an SMTP event source, but no field is known to hold the event's text or values"
)
# Of XML, Splunk and pages of answers, whose events are within.
_HOLDS_SOURCE: Final = re.compile(r"SourceName|[Pp]rovider|\"hits\"|\"rows\"|\"results?\"|<Event")
_CUT_OFF: Final = "The event has no end: its JSON is cut off"
_HOLDS_ANOTHER: Final = "The event holds another one: a bracket is missing"
_CLOSED: Final = ("}\n", "}\r\n", "},\n", "},\r\n")
_ENDS: Final = ("}", "},", "]", "],")
_NO_SOURCE: Final = "no field names an SMTP event source"
_DEEPEST_PAGE: Final = 4
# How far from the start of a line the offset of an event in it may be.
_LOOKED_BACK: Final = 1 << 14

# Entries of Exchange's message tracking have an EventId and a Source as well.
_OF_TRACKING = re.compile(r"\"(?:RecipientStatus|InternalMessageId)\"\s{0,8}:", re.IGNORECASE)


class EventJsonReader(TextLog):
    """Reads one file of JSON events; a broken one does not spoil the others."""

    format: ClassVar[Format] = Format(
        name="json",
        title="Events as JSON (Winlogbeat, NXLog, OpenTelemetry, Splunk, ConvertTo-Json)",
        recognised_by="JSON objects with the names that these programs give to source and event id",
        lacks=("the level, the record number or the insertion strings, if the program omitted them",),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head):
            return False
        text = head_text(head)
        # Our own conversions use names that other programs use too.
        if _BEGINNING.match(text) is None or _OF_TRACKING.search(text) is not None:
            return False
        return EVENT_KEY.search(text) is not None and not is_converted(text)

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        sources = self._options.explaining
        batching = Batching(self._source.size, sources=sources)
        times = FileTimes(self._source.name, self._options, self._written_times)
        head = head_text(head_of(self._source))
        one_a_line, scan = is_lines(head), ObjectScan(wrapper_length(head))
        records = _ObjectRecords(self._source.name, times, batching, self._text, sources)
        for block, stream in self._text.blocks():
            done = 0
            records.lines.begin(block)
            found, rest = (_in_lines(block, sources), len(block.text)) if one_a_line else scan.objects(block)
            for each in found:
                if one_a_line:
                    records.pass_over(block, done, each.start)
                    done = each.end + 1
                records.take(block, each)
                if batching.full:
                    batching.problems += times.take_problems()
                    yield batching.take(block.offset(each.end))
            if one_a_line:
                records.pass_over(block, done, rest)
            records.lines.done(rest)
            stream.keep_from(rest)
            batching.problems += times.take_problems() + records.take_problems(final=block.final)
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

    def first_unnamed(self) -> Problem | None:
        """See `TellsUnnamed`."""
        block, _ = next(self._text.blocks())
        found, _ = ObjectScan(wrapper_length(head_text(head_of(self._source)))).objects(block)
        for each in islice(found, LOOKED_AT):
            text = block.cut(each.start, each.end)
            try:
                event = unwrapped(decoded_object(text[max(0, text.find("{")) :]))
            except NoObjectError:
                continue
            if not (_HOLDS_SOURCE.search(text) or names_source(event)):
                return unnamed_problem(self._source.name, block.text.count("\n", 0, each.start) + 1, event)
        return None

    def raw(self, offset: int) -> str:
        """The event's JSON as written, with whatever precedes it in its line."""
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

    def __init__(
        self, file: str, times: FileTimes, batching: Batching, text: TextSource, sources: EventSources
    ) -> None:
        self._sources = sources
        # Bytes of the smallest character in the file.
        self._unit = text.encoding.unit
        self.places = TextPlaces(file, text)
        self.problem_log = ProblemLog(file)
        self.lines = LineOffsets()
        self._file = file
        self._times = times
        self._batching = batching
        self._loose = OrphanMessages(file, times)
        self._repeats = Repeats()
        self._timeline = False
        self._by_words, self._first_by_words = 0, ""

    def take_problems(self, *, final: bool) -> list[Problem]:
        """The problems with objects since the last call."""
        problems = self.problem_log.take(final=final) + self.places.take_problems()
        if final and self._by_words:
            problems.append(problem_of_words(self._file, self._by_words, self._first_by_words, _NO_SOURCE))
        return problems

    def pass_over(self, block: TextBlock, begin: int, end: int) -> None:
        """Lines between the indices that are surely of others, but for objects without an end."""
        count = lines_between(block.text, begin, end)
        closed = sum(block.text.count(sign, begin, end) for sign in _CLOSED)
        if count > closed:
            for start in _open_lines(block.text, begin, end):
                self.problem_log.add(self.lines.at(start), _CUT_OFF)
                count -= 1
        self._batching.unrelated_records += count

    def take(self, block: TextBlock, found: JsonObject, depth: int = 0) -> None:
        """One object; a broken one with the message of an SMTP event is read like a line of text."""
        offset = block.offset(found.start)
        if found.whole and found.end - found.start == 2:
            # After its results, Splunk writes an empty object (no highlighted words), which is not an event.
            return
        try:
            ours = False
            if not found.whole:
                raise NoObjectError(_CUT_OFF)
            if depth and swallowed(block.text, found.start, found.end) is not None:
                raise NoObjectError(_HOLDS_ANOTHER)
            ours = may_be_ours(block.text[found.start : found.end])
            records = self._records(block.cut(found.start, found.end), offset) if ours else self._others(block, found)
        except NoObjectError as error:
            begin = max(found.start, block.text.find("{", found.start, found.end))
            pieces = pieces_of(block.text, begin, found.end) if depth < _DEEPEST_PAGE else []
            if any(piece.whole for piece in pieces):
                if all(piece.whole for piece in pieces):
                    self.problem_log.add(
                        self.lines.at(found.start), f"{error}; its events were read one by one", "recovered"
                    )
                for piece in pieces:
                    self.take(block, piece, _DEEPEST_PAGE)
                return
            loose = self._loose.records(block, found.start, found.end)
            self._batching.records += loose
            self.problem_log.add(self.lines.at(found.start), str(error), "recovered" if loose else "skipped")
            return
        if ours and not any(records) and depth < _DEEPEST_PAGE:
            # A page of answers, or a list of pages: the events are inside.
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
        """Whether an object with our source or message, but not the shape of an event, could be read as text.

        Notes a problem if it has no other source and no message, since nothing else will.
        """
        loose = [replace(each, guess=GUESS) for each in self._loose.records(block, found.start, found.end)]
        text = block.cut(found.start, found.end)
        event = decoded_object(text[max(0, text.find("{")) :])
        provider = fields_of(event).word("provider")
        if provider is not None and not is_ours(provider):
            return False
        if loose:
            beside = text_beside(event, sure=True)
            self._first_by_words = self._first_by_words or (
                self.lines.at(found.start) + (f" in the field {beside[0]}" if beside and beside[0] else "")
            )
            self._by_words += len(loose)
            self._batching.records += loose
            return True
        self.problem_log.add(self.lines.at(found.start), _UNKNOWN_NAMES, "skipped")
        return True

    def _repeated(self, record: EventRecord) -> bool:
        return self._timeline and self._repeats.has(record)

    def _records(self, text: str, offset: int) -> list[EventRecord | None]:
        """The record of each event in an object, None for an event of another source."""
        text = text[max(0, text.find("{")) :]
        event = decoded_object(text)
        if ROOT in event:
            try:
                bodies = list(log_bodies(event))
            except RecursionError as error:
                raise NoObjectError("The event nests too deep") from error
            # Each needs its own offset; `raw` finds the line they share.
            places = range(offset, offset + len(bodies) * self._unit, self._unit)
            return [self._record(body, each) for body, each in zip(bodies, places, strict=True)]
        self._timeline = is_of_timeline(event)
        rows = list(rows_of(event))
        if rows:
            places = range(offset, offset + len(rows) * self._unit, self._unit)
            return [self._record(row, each) for row, each in zip(rows, places, strict=True)]
        if '"#attributes"' in text and isinstance(event.get("Event"), dict):
            # The form of the Rust decoder, recognised in a quarter of the time.
            try:
                record = exported_record(text, file=self._file, offset=offset, filetime=0, sources=self._sources)
            except msgspec.DecodeError:
                record = None
            if record is not None and (record.strings or record.message):
                return [record]
        return [self._record(event, offset)]

    def _record(self, event: dict[str, Any], offset: int) -> EventRecord | None:
        return record_of(
            event, file=self._file, offset=offset, times=self._times, places=self.places, sources=self._sources
        )


def _open_lines(text: str, begin: int, end: int) -> Iterator[int]:
    """Where lines between the indices begin that hold the beginning of an object and not its end."""
    while begin < end:
        stop = text.find("\n", begin, end)
        stop = end if stop < 0 else stop
        line = text[begin:stop].strip(" \t\r\0")
        if "{" in line and not line.endswith(_ENDS):
            yield begin
        begin = stop + 1


def _in_lines(block: TextBlock, sources: EventSources) -> list[JsonObject]:
    return [JsonObject(begin, end, True) for begin, end in lines(block.text, sources)]
