"""Events copied from Event Viewer as text, one or many in a file, with anything between them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.blocks.block_text import (
    LONGEST,
    BlockHeader,
    BlockParts,
    event_id_of,
    labels_of,
    parts_of,
    scan_headers,
)
from smtpscope.reading.event_exports.blocks.copied_xml import XmlFacts, facts_of
from smtpscope.reading.event_exports.blocks.dumped_data import dumped_data
from smtpscope.reading.event_exports.messages.event_messages import beginnings, scan, unfinished
from smtpscope.reading.event_exports.messages.line_records import LineRecords, plain_message
from smtpscope.reading.explaining import EventSources
from smtpscope.reading.record import Batch, EventRecord, Format, ReadOptions, Source
from smtpscope.reading.text.date_order_evidence import DateOrderEvidence
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.encodings import BLOCK_SIZE, TextBlock, head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import FollowableTextLog
from smtpscope.reading.windows_event.levels import level_of

_QUOTED = re.compile(r"[ \t]*>")
_NO_XML = XmlFacts(None, None, None)


class EventBlockReader(FollowableTextLog):
    """Reads copied events; a message between them without a block is read as a line of text."""

    format: ClassVar[Format] = Format(
        name="event-viewer",
        title="Events copied from Event Viewer",
        recognised_by="the labels Event ID: and Source: or Event Source: at the beginning of lines",
        lacks=("insertion strings, unless the XML was copied too",),
    )

    def __init__(self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE) -> None:
        super().__init__(source, options, block_size=block_size)
        self._sources = options.explaining
        self._times = FileTimes(source.name, options, self._proving_times)

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        return bool(scan_headers(head_text(head), final=True).headers)

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        batching = Batching(self._source.size, sources=self._sources)
        times = self._times
        blocks = _BlockRecords(self._source.name, times, self._sources)
        for block, stream in self._text.blocks(self._done):
            final = block.final and to_the_end
            found = scan_headers(block.text, final=final)
            first = found.headers[0].start if found.headers else found.rest
            rest = found.rest if found.headers or final else unfinished(block.text, found.rest)
            batching.records += blocks.lines.between(block, 0, min(first, rest))
            sentences = beginnings(block.text)
            for header, limit in _with_limits(found.headers, rest):
                if _surely_foreign(header, limit, sentences, self._sources):
                    batching.unrelated_records += 1
                    continue
                records = blocks.records(block, header, limit)
                batching.records += records
                batching.unrelated_records += not records
                if batching.full:
                    batching.problems += times.take_problems()
                    yield batching.take(block.offset(limit))
            stream.keep_from(rest)
            batching.problems += times.take_problems()
            self._done = block.offset(rest)
            if block.final or batching.due:
                yield batching.take(self._done)

    def _proving_times(self) -> Iterator[WrittenTime]:
        """The times that may prove the order of day and month."""
        for block, stream in self._text.blocks():
            text, begin = block.text, 0
            proofs = DateOrderEvidence(text)
            if proofs.following(0) == len(text) and len(text) > LONGEST:
                # Only a block that continues after the end of the text has to be read again.
                begin = text.rfind("\n", 0, len(text) - LONGEST) + 1
            found = scan_headers(text, final=block.final, begin=begin)
            for header in found.headers:
                if proofs.following(header.start) < header.labels_end:
                    written = _written(labels_of(block.cut(header.start, header.labels_end)))
                    if written is not None:
                        yield written
            stream.keep_from(found.rest)

    def raw(self, offset: int) -> str:
        block = self._text.at(offset, LONGEST)
        headers = scan_headers(block.text, final=True).headers
        if headers and not block.text[: headers[0].start].strip(" \t>"):
            limit = headers[1].start if len(headers) > 1 else len(block.text)
            return block.cut(0, _extent(block, headers[0], limit)[1]).strip("\r\n")
        sentences = scan(block.text, final=True).sentences
        end = sentences[0].end if sentences else block.text.find("\n") % (len(block.text) + 1)
        return block.cut(0, end).strip("\r\n")


def _with_limits(headers: list[BlockHeader], rest: int) -> Iterator[tuple[BlockHeader, int]]:
    """Each header with the index at which the next block begins."""
    for header, following in pairwise(headers):
        yield header, following.start
    if headers:
        yield headers[-1], rest


def _surely_foreign(header: BlockHeader, limit: int, sentences: list[int], sources: EventSources) -> bool:
    """Whether the block is of another source, not even one of `sources`, with no SMTP event up to the next one (see
    `beginnings`).
    """
    # A name with other letters has to be decoded first.
    source = header.source
    if not source.isascii() or not source or sources.reads(source, header.event_id):
        return False
    following = bisect_left(sentences, header.description)
    return following == len(sentences) or sentences[following] >= limit


def _written(labels: dict[str, str]) -> WrittenTime | None:
    return find_time(f"{labels.get('date', '')} {labels.get('time', '')}")


def _extent(block: TextBlock, header: BlockHeader, limit: int) -> tuple[BlockParts, int, int]:
    """The parts of a block, the end of all that belongs to it, and the end of its message."""
    parts = parts_of(block.text, header, limit)
    sentences = scan(block.text, final=True, begin=header.description, stop=parts.description_end).sentences
    # The message of a related event may span several lines.
    if not sentences or sentences[0].related:
        return parts, parts.end, parts.description_end
    # Without footer, data or XML, the block ends with its message: prose may follow.
    end = sentences[0].end if parts.description_end == limit else parts.end
    return parts, end, sentences[0].closing


class _BlockRecords:
    """Makes the records of one file of blocks."""

    def __init__(self, file: str, times: FileTimes, sources: EventSources) -> None:
        self._file = file
        self._sources = sources
        self._times = times
        self.lines = LineRecords(file, times)

    def records(self, block: TextBlock, header: BlockHeader, limit: int) -> list[EventRecord]:
        """The record of the block, if its source is right, and those of messages between it and `limit`."""
        labels = labels_of(block.cut(header.start, header.labels_end))
        provider = labels.get("event source") or labels.get("source") or None
        parts, end, message_end = _extent(block, header, limit)
        records = self.lines.between(block, end, limit)
        if provider is None and message_end == parts.description_end:
            return records
        event_id = event_id_of(labels.get("event id", ""))
        if provider is not None and not self._sources.reads(provider, event_id):
            return records
        facts = facts_of(block.cut(*parts.xml)) if parts.xml else _NO_XML
        data = facts.binary or dumped_data(block.cut(header.description, end))
        description = block.cut(header.description, message_end)
        return [self._record(block, header, labels, facts, description, data), *records]

    def _record(
        self,
        block: TextBlock,
        header: BlockHeader,
        labels: dict[str, str],
        facts: XmlFacts,
        description: str,
        data: bytes | None,
    ) -> EventRecord:
        # The XML has the time in UTC, the text in the regional form and zone of whoever copied it.
        written = (find_time(facts.system_time) if facts.system_time else None) or _written(labels)
        milliseconds = self._times.milliseconds(written, block.offset(header.start)) if written is not None else None
        if _QUOTED.match(block.cut(header.start, header.labels_end)):
            description = f"\n{description}"
        message = plain_message(description).strip()
        return EventRecord(
            file=self._file,
            offset=block.offset(header.start),
            time_ms=milliseconds,
            time_assumed=written is not None and milliseconds is not None and written.zone_minutes is None,
            record_id=facts.record_id,
            event_id=event_id_of(labels.get("event id", "")),
            level=level_of(labels.get("event type") or labels.get("level") or labels.get("type") or ""),
            provider=labels.get("event source") or labels.get("source") or None,
            channel=labels.get("log name") or None,
            computer=labels.get("computer") or None,
            strings=facts.strings,
            message=message,
            binary=data,
        )
