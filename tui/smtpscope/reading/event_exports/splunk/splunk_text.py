"""Windows events in Splunk's raw text export: a line with the date, then names with values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final, NamedTuple

from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.messages.event_messages import scan
from smtpscope.reading.event_exports.messages.line_records import LineRecords
from smtpscope.reading.event_exports.splunk.splunk_raw import is_unwanted, raw_record, surely_foreign, written_in
from smtpscope.reading.record import Batch, FileInformation, Format
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import TextLog, zone_warnings

LONGEST: Final = 1 << 16
"""Characters of one event with its message."""
_LABEL_LINES = 16
_HEADER = 2_000
_ANCHOR = re.compile(r"EventCode=\d")
# Not the message: text after it belongs to the message or to the next event.
_LABEL_LINE = re.compile(r"[ \t]{0,8}(?!Message=)[A-Za-z_]\w{0,31}=")
_DATE = r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} \d{1,2}:\d\d:\d\d[^\n,\"=]{0,16}|\d{14}\.\d{6}[^\n,\"=]{0,5})"
_DATE_LINE = re.compile(rf"\s{{0,8}}{_DATE}$", re.MULTILINE)
# The date of an event on the last line of the one before, whose line end was lost.
_JOINED = re.compile(
    rf"[ \t]{{0,8}}(?!\w{{0,24}}(?:Time|Date))\w{{1,32}}=[^=\n]{{0,64}}?(?P<date>{_DATE})\r?$", re.MULTILINE
)
_DATED_BEGINNING = re.compile(rf"{_DATE}(?:\r?\n|[ \t]{{1,8}}[A-Z]\w{{1,31}}=)")
_SURE_BEGINNING = re.compile(rf"{_DATED_BEGINNING.pattern}|(?:LogName|Category)=")
# The names of an event in Splunk's own order: nearly all are like this, and found at once.
_FIRST_NAME: Final = "\nLogName="
_NUMBER_NAME: Final = "EventCode="
_USUAL = re.compile(r"\nLogName=[^\n=\d]*\nSourceName=([^\n\r=\d]*)\r?\nEventCode=(\d{1,10})\r?\n", re.ASCII)
_USUAL_BEFORE_NUMBER: Final = 300
_TELLING = re.compile(r"(?:SourceName|LogName|Logfile)=")


class SplunkTextReader(TextLog):
    """Reads one event after the other; text before the first one is read line by line."""

    format: ClassVar[Format] = Format(
        name="splunk",
        title="Events of Windows exported by Splunk as raw text",
        recognised_by="lines with LogName=, SourceName= and EventCode= below a date",
        lacks=("the time zone (Splunk's CSV and JSON have it)", "insertion strings"),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        text = head_text(head)
        return any(_begins_surely(text, start) for start in _scan(text, final=True).starts)

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        file = self._source.name
        sources = self._options.explaining
        batching = Batching(self._source.size, sources=sources)
        times = FileTimes(file, self._options, self._written_times)
        lines = LineRecords(file, times)
        known: dict[tuple[str, str], bool] = {}
        for block, stream in self._text.blocks():
            text = block.text
            starts, rest, told = _scan(text, final=block.final)
            if not block.final and not starts:
                rest = min(rest, scan(text, final=False).rest)
            found = scan(text, final=True, stop=starts[0] if starts else rest)
            batching.records += [lines.record(block, sentence) for sentence in found.sentences]
            for start, end in pairwise((*starts, rest)):
                record = None
                of_event = told.get(start)
                if of_event is not None:
                    foreign = known.get(of_event)
                    if foreign is None:
                        foreign = known[of_event] = is_unwanted(*of_event, sources)
                else:
                    foreign = surely_foreign(text[start : min(end, start + _HEADER)], sources)
                if not foreign:
                    record = raw_record(
                        block.cut(start, end), file=file, offset=block.offset(start), times=times, sources=sources
                    )
                if record is not None:
                    batching.records.append(record)
                else:
                    batching.unrelated_records += 1
                if batching.full:
                    batching.problems += times.take_problems()
                    yield batching.take(block.offset(end))
            stream.keep_from(rest)
            batching.problems += times.take_problems()
            if block.final or batching.due:
                yield batching.take(block.offset(rest))

    def _written_times(self) -> Iterator[WrittenTime]:
        for block, stream in self._text.blocks():
            starts, rest, _ = _scan(block.text, final=block.final)
            for start in starts:
                written = written_in(block.text[start : start + 80])
                if isinstance(written, WrittenTime):
                    yield written
            stream.keep_from(rest)

    def raw(self, offset: int) -> str:
        """The event as written."""
        block = self._text.at(offset, LONGEST)
        starts = _scan(block.text, final=True).starts
        if not starts or starts[0]:
            return block.cut(0, block.text.find("\n") % (len(block.text) + 1)).strip("\r\n")
        return block.cut(0, starts[1] if len(starts) > 1 else len(block.text)).strip("\r\n")

    def information(self) -> FileInformation:
        return self._described(warnings=zone_warnings(next(self._written_times(), None)))


def _begins_surely(text: str, start: int) -> bool:
    """Whether the event at `start` is part of a raw export.

    In a table it would be in a cell, with a comma or a quote before its date, and its names right below.
    """
    before = text[max(0, start - 4) : start].replace("\r", "")
    return _DATED_BEGINNING.match(text, start) is not None or not start or before.endswith("\n\n")


class _Scan(NamedTuple):
    """Where events begin, and the index at which the next block has to begin.

    `told` is source and number of the events that begin as nearly all do, by where they begin.
    """

    starts: list[int]
    rest: int
    told: dict[int, tuple[str, str]]


def _scan(text: str, *, final: bool) -> _Scan:
    """Unless `final`, the last event is left for later, as it may continue."""
    starts: list[int] = []
    told: dict[int, tuple[str, str]] = {}
    done = 0
    for anchor in _ANCHOR.finditer(text):
        start, of_event = _usual_start(text, done, anchor.start())
        if of_event is not None:
            told[start] = of_event
        else:
            found = _start(text, done, anchor.start())
            if found is None:
                continue
            start = found
        starts.append(start)
        done = anchor.end()
    if final:
        return _Scan(starts, len(text), told)
    if starts and len(text) - starts[-1] < LONGEST:
        return _Scan(starts[:-1], starts[-1], told)
    # The names before the number may be at the end.
    tail = max(done, len(text) - _HEADER)
    return _Scan(starts, max(text.rfind("\n", 0, tail) + 1, done), told)


def _usual_start(text: str, done: int, anchor: int) -> tuple[int, tuple[str, str] | None]:
    """The result of `_start` for an event that begins as nearly all do, with its source and number; else None.

    Neither log nor source have a digit, so no date was joined to them, nor another name with a value.
    """
    line_end = text.rfind(_FIRST_NAME, max(done, anchor - _USUAL_BEFORE_NUMBER), anchor)
    found = _USUAL.match(text, line_end) if line_end >= 0 else None
    if found is None or found.start(2) != anchor + len(_NUMBER_NAME):
        return 0, None
    start = max(text.rfind("\n", max(done, anchor - _HEADER), line_end) + 1, done, anchor - _HEADER)
    if start > line_end or _DATE_LINE.match(text, start, line_end + 1) is None:
        return 0, None
    return start, (found[1], found[2])


def _start(text: str, done: int, anchor: int) -> int | None:
    """The start of the event whose number is at `anchor`, None if it is not an event."""
    if anchor and text[anchor - 1] not in " \t\n":
        return None
    # No further back than names can be: a hostile text has many numbers in one line.
    done = max(done, anchor - _HEADER)
    line = max(text.rfind("\n", done, anchor) + 1, done)
    if text[line:anchor].strip(" \t") and _SURE_BEGINNING.match(text, line) is None:
        return None
    labels = 0
    while labels < _LABEL_LINES:
        joined = _JOINED.match(text, line, anchor)
        if joined is not None:
            return joined.start("date") if _TELLING.search(text, line, anchor + _HEADER) else None
        above = max(text.rfind("\n", done, max(line - 1, done)) + 1, done)
        if above >= line or _LABEL_LINE.match(text, above, line) is None:
            break
        line, labels = above, labels + 1
    else:
        return None
    above = max(text.rfind("\n", done, max(line - 1, done)) + 1, done)
    dated = above < line and _DATE_LINE.match(text, above, line) is not None
    if not dated and not labels and _SURE_BEGINNING.match(text, line) is None:
        return None
    start = above if dated else line
    return start if _TELLING.search(text, start, anchor + _HEADER) else None
