"""Events as XML: saved by Event Viewer, printed by wevtutil or by PowerShell's ToXml, with or without a root."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from msgspec.structs import replace

from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.fields.text_places import GUESS, TextPlaces
from smtpscope.reading.event_exports.messages.event_messages import scan
from smtpscope.reading.event_exports.messages.orphan_messages import OrphanMessages
from smtpscope.reading.event_exports.xml.event_xml_record import (
    UnreadableEventError,
    event_record,
    names_another_provider,
)
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, EventRecord, Format, ReadOptions
from smtpscope.reading.text.encodings import TextBlock, head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.text.text_log import LineOffsets, TextLog, TextSource
from smtpscope.reading.text.xml_elements import LONGEST, XmlElement, up_to_the_end

# Not <Events>, <EventData>, <EventID>: a space or the end of the tag follows the name.
_TAG = re.compile(r"<Event(?=[\s/>])|</Event\s{0,8}>")
_LONGEST_TAG = 24
# Tools write a line before each event (`Record 1`), or before the first one (their name and version).
_BEGINNING = re.compile(
    r"(?:\xef\xbb\xbf|\ufeff)?(?:[ \t]*\r?\n|[\w#=*-][\w .,#()/\\=*-]{0,120}\r?\n){0,12}"
    r"\s{0,64}<(?:\?xml|!--|!DOCTYPE\s(?!html)|Events?[\s/>])"
)
_SYSTEM = re.compile(r"<Event[\s>][^<]{0,512}<System[\s>]")
_NO_EVENT = re.compile(r"<Events[^<>]{0,256}(?:/>|>\s{0,64}</Events\s{0,8}>)")

_NAME = re.compile(r"[\w.:-]{1,60}")
_STRINGS_OF_A_SENTENCE = 5

# The ampersand last, so that nothing is resolved twice.
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


class EventXmlReader(TextLog):
    """Reads one file of events in XML, event by event: a broken one does not spoil the others.

    No entity is ever resolved and nothing outside the file is ever opened, since each event is read alone, without
    the declarations that a file may have before it. All times are in UTC.
    """

    format: ClassVar[Format] = Format(
        name="xml",
        title="Events as XML (Event Viewer, wevtutil, ToXml)",
        recognised_by="XML with the elements Event and System",
        lacks=(
            "the text of the event's message, unless it was saved as rendered text; its insertion strings are there",
        ),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head):
            return False
        text = head_text(head)
        if _BEGINNING.match(text) is None:
            return False
        return _SYSTEM.search(text) is not None or _NO_EVENT.search(text) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        batching = Batching(self._source.size, sources=self._options.explaining)
        records = _ElementRecords(self._source.name, self._options, batching, self._text)
        for block, stream in self._text.blocks():
            found, rest = _scan(block)
            records.lines.begin(block)
            for event in found:
                records.take(block, event)
                if batching.full:
                    yield batching.take(block.offset(event.end))
            records.lines.done(rest)
            stream.keep_from(rest)
            batching.problems += records.problem_log.take(final=block.final) + records.places.take_problems()
            if block.final or batching.due:
                yield batching.take(block.offset(rest))

    def raw(self, offset: int) -> str:
        """The event's XML as written."""
        block = self._text.at(offset, LONGEST)
        found, _ = _scan(block)
        if not found or found[0].start:
            return f"There is no event at byte {offset:#x}."
        return block.cut(0, found[0].end).strip()


class _ElementRecords:
    """Makes the records of one file and puts them into its batches."""

    def __init__(self, file: str, options: ReadOptions, batching: Batching, text: TextSource) -> None:
        self.problem_log = ProblemLog(file)
        self.places = TextPlaces(file, text, "element")
        self.lines = LineOffsets()
        self._file = file
        self._batching = batching
        self._sources = options.explaining
        # The time before a loose message is that of its own XML, which is unambiguous.
        self._loose = OrphanMessages(file, FileTimes(file, options, tuple))

    def take(self, block: TextBlock, event: XmlElement) -> None:
        """One event; a broken one with the message of an SMTP event is read like a line of text."""
        offset = block.offset(event.start)
        try:
            if not event.whole:
                raise UnreadableEventError("The event has no end: its XML is cut off")
            xml = block.cut(event.start, event.end)
            record, mended = None, False
            if not names_another_provider(xml, self._sources):
                record, mended = event_record(xml, file=self._file, offset=offset, sources=self._sources)
        except UnreadableEventError as error:
            loose = self._loose.records(block, event.start, event.end)
            self._batching.records += [replace(each, message=_plain(each.message or "")) for each in loose]
            self.problem_log.add(self.lines.at(event.start), str(error), "recovered" if loose else "skipped")
            return
        if record is None:
            self._batching.unrelated_records += 1
            return
        if record.message is None and len(record.strings or ()) < _STRINGS_OF_A_SENTENCE:
            record = self._with_text_beside(record, block, event)
        self._batching.records.append(record)
        if mended:
            reason = "The event has characters that XML does not allow; each is shown as \ufffd"
            self.problem_log.add(self.lines.at(event.start), reason, "recovered")

    def _with_text_beside(self, record: EventRecord, block: TextBlock, event: XmlElement) -> EventRecord:
        """`record`, which has no text, with the message found in another element of its event."""
        loose = self._loose.records(block, event.start, event.end)
        if not loose:
            return record
        opening = scan(block.text, final=True, begin=event.start, stop=event.end).sentences[0].opening
        tag = block.text.rfind("<", event.start, opening)
        name = _NAME.match(block.text, tag + 1, opening)
        self.places.note("an unknown element" if name is None else name[0], "", record.offset)
        return replace(record, strings=None, message=_plain(loose[0].message or ""), guess=GUESS)


def _plain(text: str) -> str:
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text


def _scan(block: TextBlock) -> tuple[list[XmlElement], int]:
    """The events in `block` in order, and the index at which the next block has to begin."""
    found: list[XmlElement] = []
    opened: int | None = None
    for tag in _TAG.finditer(block.text):
        if tag[0] == "<Event":
            if opened is not None:
                found.append(XmlElement(opened, tag.start(), False))
            opened = tag.start()
        elif opened is not None:
            found.append(XmlElement(opened, tag.end(), True))
            opened = None
    return up_to_the_end(block, found, opened, _LONGEST_TAG)
