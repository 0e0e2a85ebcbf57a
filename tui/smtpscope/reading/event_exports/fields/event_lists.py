"""Events as lists of labels: Format-List of PowerShell, evtxexport and evtexport, psloglist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import ClassVar, Final

from smtpscope.errors import Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.blocks.block_text import scan_headers
from smtpscope.reading.event_exports.fields.list_layout import (
    LONGEST,
    ListStart,
    further_starts,
    start_in,
    starts_of,
    text_behind,
    values_in,
)
from smtpscope.reading.event_exports.fields.named_record import named_record, written_time
from smtpscope.reading.event_exports.fields.text_places import TextPlaces
from smtpscope.reading.event_exports.fields.unnamed import LOOKED_AT, names_source, unnamed_problem
from smtpscope.reading.event_exports.messages.event_messages import (
    further_message,
    holds_message,
    scan,
    unfinished,
)
from smtpscope.reading.event_exports.messages.line_records import LineRecords
from smtpscope.reading.event_exports.messages.orphan_messages import OrphanMessages
from smtpscope.reading.event_exports.messages.own_signs import may_be_ours
from smtpscope.reading.explaining import EventSources
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import TextLog, head_of, zone_warnings


class EventListReader(TextLog):
    """Reads one event after the other; text before the first one is read line by line."""

    format: ClassVar[Format] = Format(
        name="event-list",
        title="Events as lists of labels (Format-List, evtxexport, psloglist)",
        recognised_by="a label and its value in each line, among them the event id and the source or the message",
        lacks=("the time zone and the record number, if the command did not print them",),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        text = head_text(head)
        # An entry of Exchange's message tracking also has a source and an event id.
        if "RecipientStatus" in text:
            return False
        # Blocks of an English Event Viewer have their own reader.
        return start_in(text) is not None and not scan_headers(text, final=True).headers

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        file = self._source.name
        sources = self._options.explaining
        batching = Batching(self._source.size, sources=sources)
        times = FileTimes(file, self._options, self._written_times)
        loose, lines = OrphanMessages(file, times), LineRecords(file, times)
        places, problem_log = TextPlaces(file, self._text, "label"), ProblemLog(file)
        start = self._start()
        for block, stream in self._text.blocks():
            starts, rest = _scan(block.text, start, final=block.final)
            if not starts and not block.final:
                rest = unfinished(block.text, rest)
            batching.records += lines.between(block, 0, starts[0] if starts else rest)
            for begin, end in pairwise((*starts, rest)):
                if not _may_be_ours(block.text, begin, end, sources):
                    batching.unrelated_records += 1
                    if batching.due:
                        yield batching.take(block.offset(end))
                    continue
                values = values_in(block.cut(begin, end))
                offset = block.offset(begin)
                if text_behind(values):
                    problem_log.add(
                        f"byte {block.offset(end - 1):#x}", "text without a label follows the event", "noted"
                    )
                record = named_record(values, file=file, offset=offset, times=times, places=places, sources=sources)
                found = loose.records(block, begin, end) if record is None else [record]
                further = further_message(block.text, begin, end)
                if record is not None and further is not None:
                    reason = "another message follows the first one: the labels of its event are lost"
                    problem_log.add(f"byte {block.offset(further):#x}", reason, "recovered")
                    found += loose.records(block, further, end)
                batching.records += found
                batching.unrelated_records += not found
                if batching.full:
                    batching.problems += times.take_problems() + places.take_problems()
                    yield batching.take(block.offset(end))
            stream.keep_from(rest)
            batching.problems += times.take_problems() + places.take_problems() + problem_log.take(final=block.final)
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

    def first_unnamed(self) -> Problem | None:
        """See `TellsUnnamed`."""
        block, _ = next(self._text.blocks())
        starts, rest = _scan(block.text, self._start(), final=True)
        for begin, end in islice(pairwise((*starts, rest)), LOOKED_AT):
            values = values_in(block.cut(begin, end))
            if not names_source(values):
                return unnamed_problem(self._source.name, block.text.count("\n", 0, begin) + 1, values)
        return None

    def raw(self, offset: int) -> str:
        """The event as written."""
        block = self._text.at(offset, LONGEST)
        starts, rest = _scan(block.text, self._start(), final=True)
        first, following = (*starts, rest, rest)[:2]
        if first > 0:
            # A line of text, before the first event.
            sentences = scan(block.text, final=True, stop=first).sentences
            return block.cut(0, sentences[0].end if sentences else first).strip("\r\n")
        return block.cut(0, following).strip("\r\n")

    def information(self) -> FileInformation:
        return self._described(warnings=zone_warnings(next(self._written_times(), None)))


# Of an event that names no source, 7002, 7004 and 7010 alone may be ours: also printed for people, or in hexadecimal.
_OUR_NUMBERS: Final = re.compile(r"7[,.\s\xa0]?0(?:02|04|10)|1[Bb](?:5[AaCc]|62)")


def _may_be_ours(text: str, begin: int, end: int, sources: EventSources) -> bool:
    """Whether the event between the indices may be ours or one of `sources`, told without taking it apart."""
    if _OUR_NUMBERS.search(text, begin, end) is not None or holds_message(text, begin, end):
        return True
    event = text[begin:end]
    return may_be_ours(event) or sources.mentioned_in(event)


def _scan(text: str, start: ListStart | None, *, final: bool) -> tuple[list[int], int]:
    """Where events begin, and the index at which the next block has to begin."""
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
