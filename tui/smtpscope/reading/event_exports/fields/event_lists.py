"""Events as lists of labels: Format-List of PowerShell, evtxexport and evtexport, psloglist."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.blocks.block_text import scan_headers
from smtpscope.reading.event_exports.fields.list_layout import (
    LONGEST,
    ListStart,
    further_starts,
    start_in,
    starts_of,
    values_in,
)
from smtpscope.reading.event_exports.fields.named_record import named_record, written_time
from smtpscope.reading.event_exports.messages.orphan_messages import OrphanMessages
from smtpscope.reading.record import Batch, FileInformation, Format
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import TextLog, head_of, zone_warnings


class EventListReader(TextLog):
    """Reads one event after the other; what stands before the first one is read as lines of text are."""

    format: ClassVar[Format] = Format(
        name="event-list",
        title="Events as lists of labels (Format-List, evtxexport, psloglist)",
        recognised_by="a label and its value in each line, among them the event id and the source or the message",
        lacks=("the zone of the times and the record number, where the command did not print them",),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        text = head_text(head)
        # An entry of Exchange's message tracking has a source and an event id, too.
        if "RecipientStatus" in text:
            return False
        # The blocks of an English Event Viewer have a reader of their own.
        return start_in(text) is not None and not scan_headers(text, final=True).headers

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        file = self._source.name
        sources = self._options.explaining
        batching = Batching(self._source.size, sources=sources)
        times = FileTimes(file, self._options, self._written_times)
        loose = OrphanMessages(file, times)
        start = self._start()
        for block, stream in self._text.blocks():
            starts, rest = _scan(block.text, start, final=block.final)
            if starts:
                batching.records += loose.records(block, 0, starts[0])
            for begin, end in pairwise((*starts, rest)):
                values = values_in(block.cut(begin, end))
                record = named_record(values, file=file, offset=block.offset(begin), times=times, sources=sources)
                found = loose.records(block, begin, end) if record is None else [record]
                batching.records += found
                batching.unrelated_records += not found
                if batching.full:
                    batching.problems += times.take_problems()
                    yield batching.take(block.offset(end))
            stream.keep_from(rest)
            batching.problems += times.take_problems()
            if block.final or batching.due:
                yield batching.take(block.offset(rest))

    def _start(self) -> ListStart | None:
        return start_in(head_text(head_of(self._source)))

    def _written_times(self) -> Iterator[WrittenTime]:
        start = self._start()
        for block, stream in self._text.blocks():
            starts, rest = _scan(block.text, start, final=block.final)
            for begin, end in pairwise((*starts, rest)):
                written = written_time(values_in(block.cut(begin, end)))
                if isinstance(written, WrittenTime):
                    yield written
            stream.keep_from(rest)

    def raw(self, offset: int) -> str:
        """The event as it stands in the file."""
        block = self._text.at(offset, LONGEST)
        starts, rest = _scan(block.text, self._start(), final=True)
        end = starts[1] if len(starts) > 1 else rest
        return block.cut(0, end).strip("\r\n")

    def information(self) -> FileInformation:
        return self._described(warnings=zone_warnings(next(self._written_times(), None)))


def _scan(text: str, start: ListStart | None, *, final: bool) -> tuple[list[int], int]:
    """Where events begin, and the index from which the text has to be seen again together with what follows it."""
    starts = [] if start is None else starts_of(text, start)
    if start is not None:
        others = [each for begin, end in pairwise((*starts, len(text))) for each in further_starts(text, begin, end)]
        others += further_starts(text, 0, starts[0] if starts else len(text), at_begin=True)
        starts = sorted({*starts, *others}) if others else starts
    if final:
        return starts, len(text)
    if starts and len(text) - starts[-1] < LONGEST:
        return starts[:-1], starts[-1]
    return starts, max(text.rfind("\n", 0, max(len(text) - 1, 0)) + 1, starts[-1] + 1 if starts else 0)
