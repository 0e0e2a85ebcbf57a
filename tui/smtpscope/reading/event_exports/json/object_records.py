"""The records of JSON objects: whole ones, pages of them, and what broken ones have left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from smtpscope.errors import Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.fields.repeats import Repeats, is_of_timeline
from smtpscope.reading.event_exports.fields.text_places import TextPlaces, text_beside
from smtpscope.reading.event_exports.json.json_events import record_of, rows_of, time_value
from smtpscope.reading.event_exports.json.json_objects import (
    EVENT_KEY,
    JsonObject,
    NoObjectError,
    decoded_object,
    objects_within,
)
from smtpscope.reading.event_exports.json.json_parts import (
    ObjectParts,
    holds_several,
    listed_objects,
    lists_events,
    names_twice,
)
from smtpscope.reading.event_exports.messages.event_messages import holds_message, lines_between
from smtpscope.reading.event_exports.messages.last_look import GUESS, problem_of_words
from smtpscope.reading.event_exports.messages.orphan_messages import OrphanMessages
from smtpscope.reading.event_exports.messages.own_signs import may_be_ours
from smtpscope.reading.explaining import EventSources
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.providers import is_ours
from smtpscope.reading.record import EventRecord
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_log import LineOffsets, TextSource
from smtpscope.reading.windows_event.decoder_json import event_record as exported_record
from smtpscope.reading.windows_event.event_fields import fields_of
from smtpscope.reading.wrappers.otlp_records import ROOT, log_bodies

_UNKNOWN_NAMES: Final = (
    "The object names an SMTP event source, but no field is known to hold the event's text or values"
)
_RUN_TOGETHER: Final = "Two events run into each other: the text between them is lost"
_SHORTEST: Final = 64
"""Characters between two objects that may hold an event."""
_COMPARED: Final = 160
# JSON may write any sign as an escape.
_NO_LETTERS = re.compile(r"\\u[0-9A-Fa-f]{4}|\\[a-z]|[^A-Za-z0-9]")
_CUT_OFF: Final = "The event has no end: its JSON is cut off"
_CLOSED: Final = ("}\n", "}\r\n", "},\n", "},\r\n")
_ENDS: Final = ("}", "},", "]", "],")
_NO_SOURCE: Final = "no field names an SMTP event source"
_DEEPEST_PAGE: Final = 4


class ObjectRecords:
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
        self._parts = ObjectParts()
        self._repeats = Repeats()
        self._timeline = False
        self._tidy = False
        self._by_words, self._first_by_words = 0, ""

    def take_problems(self, *, final: bool) -> list[Problem]:
        """The problems with objects since the last call."""
        problems = self.problem_log.take(final=final) + self.places.take_problems()
        if final and self._by_words:
            problems.append(problem_of_words(self._file, self._by_words, self._first_by_words, _NO_SOURCE))
        return problems

    def begin(self, block: TextBlock, *, one_a_line: bool) -> None:
        """From now on, objects are in `block`."""
        self.lines.begin(block)
        text = block.text
        # Each line is a whole object, so there are no others to be looked for between those that are read.
        self._tidy = one_a_line and text.count("}\n") == text.count("\n")

    def pass_over(self, block: TextBlock, begin: int, end: int) -> None:
        """Lines between the indices that are surely of others, but for objects without an end."""
        if self._tidy and end - begin > 1 and block.text[end - 1] == "\n":
            self._batching.unrelated_records += block.text.count("\n", begin, end) - (block.text[begin] == "\n")
            return
        count = lines_between(block.text, begin, end)
        missing = count
        for sign in _CLOSED:
            if missing <= 0:
                break
            missing -= block.text.count(sign, begin, end)
        if missing > 0:
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
            ours = may_be_ours(block.text[found.start : found.end]) if found.ours is None else found.ours
            records = self._records(block.cut(found.start, found.end), offset) if ours else self._others(block, found)
        except NoObjectError as error:
            self._take_parts(block, found, str(error), depth)
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
        before = len(self._batching.records)
        self._batching.records += [record for record in records if record is not None and not self._repeated(record)]
        self._batching.unrelated_records += records.count(None)
        text = block.text[found.start : found.end]
        if ours and (holds_several(text, len(records)) or (len(records) == 1 and lists_events(text))):
            self._take_swallowed(block, found, before)

    def _take_parts(self, block: TextBlock, found: JsonObject, reason: str, depth: int) -> None:
        """The whole objects in a text that is not one object, and the messages between them."""
        before = len(self._batching.records)
        parts, broken = self._parts.within(block, found.start, found.end) if depth < _DEEPEST_PAGE else ([], True)
        begin = found.start
        for part in parts:
            # Without a time it is a part of an event.
            if part.nested and time_value(part.event) is None:
                continue
            broken = self._take_loose(block, begin, part.start, before) or broken
            self.take(block, JsonObject(part.start, part.end, True), depth + 1)
            begin = part.end
        broken = self._take_loose(block, begin, found.end, before) or broken
        if broken:
            recovered = len(self._batching.records) > before
            self.problem_log.add(self.lines.at(found.start), reason, "recovered" if recovered else "skipped")

    def _take_loose(self, block: TextBlock, begin: int, end: int, known: int) -> bool:
        """The messages of a broken text, but not those of records since the first `known` ones; whether it has any."""
        found = self._loose.records(block, begin, end)
        others = self._batching.records[known:]
        self._batching.records += [record for record in found if not any(_is_of(record, each) for each in others)]
        return bool(found)

    def _take_swallowed(self, block: TextBlock, found: JsonObject, before: int) -> None:
        """Events that follow in the same object because a part of the text is lost; `before` as `known` above."""
        known = len(self._batching.records)
        text = block.cut(found.start, found.end)
        text = text[max(0, text.find("{")) :]
        first = block.offset(found.start) + self._unit
        outer = self._batching.records[before] if known == before + 1 else None
        for index, event in enumerate(listed_objects(decoded_object(text))):
            record = self._record(event, first + index * self._unit)
            if record is None or record.time_ms is None:
                continue
            if outer is not None and _is_of(record, outer) and record.time_ms != outer.time_ms:
                # All that was said in the outer one was lost: it has only what is said in this one.
                self._batching.records.remove(outer)
                self._batching.unrelated_records += 1
                known, outer = known - 1, None
            if not any(_is_of(record, each) for each in self._batching.records[before:]):
                self._batching.records.append(record)
        if names_twice(text):
            self._take_loose(block, found.start, found.end, before)
        if len(self._batching.records) > known:
            self.problem_log.add(self.lines.at(found.start), _RUN_TOGETHER, "recovered")

    def take_between(self, block: TextBlock, begin: int, end: int) -> None:
        """The text between two objects, which has an event only if its braces are lost."""
        if end - begin <= _SHORTEST or not may_be_ours(block.text[begin:end]):
            return
        if EVENT_KEY.search(block.text, begin, end) or holds_message(block.text, begin, end):
            self.take(block, JsonObject(begin, end, False))

    def _others(self, block: TextBlock, found: JsonObject) -> list[EventRecord | None]:
        """Of an object that is not ours the records that are wanted as others, None for each that is not."""
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
        # A text that begins with a brace may hold an object; JSON may write the brace as an escape.
        flat = '"{' not in text and "\\u007" not in text
        if ROOT in event:
            try:
                bodies = list(log_bodies(event))
            except RecursionError as error:
                raise NoObjectError("The event nests too deep") from error
            # Each needs its own offset; `raw` finds the line they share.
            places = range(offset, offset + len(bodies) * self._unit, self._unit)
            return [self._record(body, each, flat=flat) for body, each in zip(bodies, places, strict=True)]
        self._timeline = is_of_timeline(event)
        rows = list(rows_of(event)) if "rows" in event or "tables" in event else []
        if rows:
            places = range(offset, offset + len(rows) * self._unit, self._unit)
            return [self._record(row, each, flat=flat) for row, each in zip(rows, places, strict=True)]
        if '"#attributes"' in text and isinstance(event.get("Event"), dict):
            # The form of the Rust decoder, recognised in a quarter of the time.
            try:
                record = exported_record(text, file=self._file, offset=offset, filetime=0, sources=self._sources)
            except msgspec.DecodeError:
                record = None
            if record is not None and (record.strings or record.message):
                return [record]
        return [self._record(event, offset, flat=flat)]

    def _record(self, event: dict[str, Any], offset: int, *, flat: bool = False) -> EventRecord | None:
        return record_of(
            event,
            file=self._file,
            offset=offset,
            times=self._times,
            places=self.places,
            sources=self._sources,
            flat=flat,
        )


def _is_of(one: EventRecord, other: EventRecord) -> bool:
    """Whether both have the same message, as far as escapes and lost words let one see it."""
    if other.message is None and one.message is not None:
        one, other = other, one
    compared = _squeezed(other.message or " ".join(other.strings or ()))
    if one.message is not None:
        return _squeezed(one.message)[:_COMPARED] == compared[:_COMPARED]
    return bool(one.strings) and all(_squeezed(each) in compared for each in one.strings or ())


def _squeezed(text: str) -> str:
    return _NO_LETTERS.sub("", text)


def _open_lines(text: str, begin: int, end: int) -> Iterator[int]:
    """Where lines between the indices begin that hold the beginning of an object and not its end."""
    while begin < end:
        stop = text.find("\n", begin, end)
        stop = end if stop < 0 else stop
        line = text[begin:stop].strip(" \t\r\0")
        if "{" in line and not line.endswith(_ENDS):
            yield begin
        begin = stop + 1
