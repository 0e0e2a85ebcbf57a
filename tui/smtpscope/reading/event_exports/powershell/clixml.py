"""Events that PowerShell's Export-Clixml wrote: one object per event, from Get-WinEvent or Get-EventLog.

Each object is read alone, as the text between its tags: declarations before them are never read, so no entity is
resolved. Source of the elements: [MS-PSRP] section 2.2.5 (serialization).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.json.json_events import record_of, time_value
from smtpscope.reading.event_exports.messages.orphan_messages import OrphanMessages
from smtpscope.reading.event_exports.messages.own_signs import TextSigns
from smtpscope.reading.event_exports.powershell.clixml_object import UnreadableObjectError, properties_of
from smtpscope.reading.explaining import EventSources
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, EventRecord, Format
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import TextBlock, head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.text.text_log import LineOffsets, TextLog
from smtpscope.reading.text.xml_elements import LONGEST, XmlElement, up_to_the_end

# With the number of the type that follows: its declaration, or a reference to it.
_TAG = re.compile(r"</Obj>|<Obj(?=[\s/>])[^<>]{0,256}?(/?)>(?:\s{0,64}<TN(?:Ref)?\s{1,8}RefId=[\"'](\d{1,9})[\"'])?")
_LONGEST_TAG: Final = 300
_BEGINNING = re.compile(r"(?:\xef\xbb\xbf|\ufeff)?\s{0,64}(?:<\?xml[^<>]{0,200}>\s{0,64})?<Objs\b")
_EVENT_NAME = re.compile(r"N=[\"'](?:ProviderName|InstanceId|EventID|LogName|Message)[\"']")


class ClixmlReader(TextLog):
    """Reads one file, object by object: a broken one does not spoil the others."""

    format: ClassVar[Format] = Format(
        name="clixml",
        title="Events as PowerShell objects (Export-Clixml)",
        recognised_by="XML with the element Objs, whose objects have the properties of events",
        lacks=("the level, the record number or the insertion strings, if the objects lack them",),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head):
            return False
        text = head_text(head)
        return _BEGINNING.match(text) is not None and _EVENT_NAME.search(text) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        sources = self._options.explaining
        batching = Batching(self._source.size, sources=sources)
        times = FileTimes(self._source.name, self._options, self._written_times)
        objects = _ObjectRecords(self._source.name, times, batching, sources)
        for block, stream in self._text.blocks():
            found, rest = _scan(block)
            objects.lines.begin(block)
            signs = TextSigns(block.text, sources)
            for each in found:
                objects.take(block, each, signs)
                if batching.full:
                    batching.problems += times.take_problems()
                    yield batching.take(block.offset(each.end))
            objects.lines.done(rest)
            stream.keep_from(rest)
            batching.problems += times.take_problems() + objects.problem_log.take(final=block.final)
            if block.final or batching.due:
                yield batching.take(block.offset(rest))

    def _written_times(self) -> Iterator[WrittenTime]:
        for block, stream in self._text.blocks():
            found, rest = _scan(block)
            for each in found:
                try:
                    written = time_value(properties_of(block.cut(each.start, each.end)))
                except UnreadableObjectError:
                    continue
                if isinstance(written, WrittenTime):
                    yield written
            stream.keep_from(rest)

    def raw(self, offset: int) -> str:
        """The object's XML as written."""
        block = self._text.at(offset, LONGEST)
        found, _ = _scan(block)
        if not found or found[0].start:
            return f"There is no object at byte {offset:#x}."
        return block.cut(0, found[0].end)


class _ObjectRecords:
    """Makes the records of one file and puts them into its batches."""

    def __init__(self, file: str, times: FileTimes, batching: Batching, sources: EventSources) -> None:
        self._sources = sources
        self.problem_log = ProblemLog(file)
        self.lines = LineOffsets()
        self._file = file
        self._times = times
        self._batching = batching
        self._loose = OrphanMessages(file, times)

    def take(self, block: TextBlock, found: XmlElement, signs: TextSigns) -> None:
        """One object; a broken one with the message of an SMTP event is read like a line of text."""
        offset = block.offset(found.start)
        try:
            if not found.whole:
                raise UnreadableObjectError("The object has no end: its XML is cut off")
            record = self._record(block, found, offset, signs)
        except UnreadableObjectError as error:
            loose = self._loose.records(block, found.start, found.end)
            self._batching.records += loose
            self.problem_log.add(self.lines.at(found.start), str(error), "recovered" if loose else "skipped")
            return
        if record is None:
            self._batching.unrelated_records += 1
        else:
            self._batching.records.append(record)

    def _record(self, block: TextBlock, found: XmlElement, offset: int, signs: TextSigns) -> EventRecord | None:
        if not signs.ours(found.start, found.end) and not signs.others(found.start, found.end):
            return None
        text = block.cut(found.start, found.end)
        event: dict[str, Any] = properties_of(text)
        # A text that begins with a brace may hold an object; any sign may be written as a number.
        flat = ">{" not in text and "_x007" not in text and "&#" not in text
        return record_of(event, file=self._file, offset=offset, times=self._times, sources=self._sources, flat=flat)


def _scan(block: TextBlock) -> tuple[list[XmlElement], int]:
    """The outermost objects in order, and the index at which the next block has to begin.

    An object of their own type within another one is the next one: the end of the other is lost.
    """
    found: list[XmlElement] = []
    opened, depth, outer = 0, 0, ""
    for tag in _TAG.finditer(block.text):
        closed, kind = tag.groups()
        if closed is None:
            if depth == 0:
                continue  # The end of an object whose beginning is lost.
            depth -= 1
        else:
            if depth == 0:
                opened = tag.start()
                outer = outer or kind or ""
            elif outer and kind == outer:
                found.append(XmlElement(opened, tag.start(), False))
                opened, depth = tag.start(), 0
            depth += not closed
        if depth == 0:
            found.append(XmlElement(opened, tag.end() if closed is None else tag.end(1) + 1, True))
    return up_to_the_end(block, found, opened if depth else None, _LONGEST_TAG)
