"""Events as JSON: lines of Winlogbeat, NXLog and OpenTelemetry, arrays of PowerShell's ConvertTo-Json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar, Final

from smtpscope.errors import Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.fields.unnamed import LOOKED_AT, names_source, unnamed_problem
from smtpscope.reading.event_exports.json.json_events import time_value, unwrapped
from smtpscope.reading.event_exports.json.json_objects import (
    EVENT_KEY,
    LONGEST,
    JsonObject,
    NoObjectError,
    ObjectScan,
    decoded_object,
    is_lines,
    wrapper_length,
)
from smtpscope.reading.event_exports.json.object_records import ObjectRecords
from smtpscope.reading.event_exports.messages.own_signs import lines
from smtpscope.reading.explaining import EventSources
from smtpscope.reading.record import Batch, FileInformation, Format
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import TextBlock, head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_converted, is_text
from smtpscope.reading.text.text_log import TextLog, head_of

# A prefix of syslog, then an object.
_BEGINNING = re.compile(r"(?:\xef\xbb\xbf|\ufeff)?\s{0,64}(?:\[\s{0,64}\{|\{)|[^\n{}]{1,256}\{\s?\"")
# Of XML, Splunk and pages of answers, whose events are within.
_HOLDS_SOURCE: Final = re.compile(r"SourceName|[Pp]rovider|\"hits\"|\"rows\"|\"results?\"|<Event")
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
        records = ObjectRecords(self._source.name, times, batching, self._text, sources)
        for block, stream in self._text.blocks():
            done = 0
            records.begin(block, one_a_line=one_a_line)
            found, rest = (_in_lines(block, sources), len(block.text)) if one_a_line else scan.objects(block)
            for each in found:
                if one_a_line:
                    records.pass_over(block, done, each.start)
                    done = each.end + 1
                else:
                    records.take_between(block, done, each.start)
                    done = each.end
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


def _in_lines(block: TextBlock, sources: EventSources) -> list[JsonObject]:
    return [JsonObject(line.begin, line.end, True, line.ours) for line in lines(block.text, sources)]
