"""Events as lines of names with values, `Provider_Name='X' EventID=7002`: rdump, logfmt, RFC 5424."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import ClassVar, Final

from smtpscope.reading.batching import Batching
from smtpscope.reading.event_exports.fields.named_record import named_record, written_time
from smtpscope.reading.event_exports.fields.text_places import TextPlaces
from smtpscope.reading.event_exports.messages.event_messages import holds_message, lines_between
from smtpscope.reading.event_exports.messages.line_labels import read_labels
from smtpscope.reading.event_exports.messages.orphan_messages import OrphanMessages
from smtpscope.reading.event_exports.messages.own_signs import SignedLine, lines
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.encodings import head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import TextLog, zone_warnings
from smtpscope.reading.windows_event.event_fields import Fact, meaning_of

_NAME: Final = r"[A-Za-z_@][\w.@-]{0,60}"
_PAIR: Final = re.compile(
    rf"(?:(?<=[\s,\[<{{|])|\A)({_NAME})="
    rf"(?:'((?:[^'\\\n]|\\.)*)'(?=[\s,\]>}}]|\Z)|\"((?:[^\"\\\n]|\\.)*)\"(?=[\s,\]>}}]|\Z)"
    # A bare value continues to the next name, since a time has a space in it.
    rf"|([^\n]*?)(?=,?\s{{1,4}}{_NAME}=|[\]>]|\s*\Z))"
)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))")
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t"}
_LONGEST: Final = 1 << 16
_MOST_PAIRS: Final = 200
_LOOKED_AT: Final = 200
_SURE_BEGINNING: Final = 12
"""Characters of a beginning that no value holds by chance."""
_JOINED: Final = "the line end before this event is lost"
_NEEDED: Final[frozenset[Fact]] = frozenset({"event_id", "provider"})


class EventPairReader(TextLog):
    """Reads one event per line; other lines are skipped without being parsed."""

    format: ClassVar[Format] = Format(
        name="event-pairs",
        title="Events as lines of names with values (rdump, logfmt, structured syslog)",
        recognised_by="lines with name=value for the source and the event id",
        lacks=("anything the writing program omitted",),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        text = head_text(head)
        found = (text[line.begin : line.end] for line in lines(text))
        return any(_is_event(line) for line, _ in zip(found, range(_LOOKED_AT), strict=False))

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        file = self._source.name
        sources = self._options.explaining
        batching = Batching(self._source.size, sources=sources)
        times = FileTimes(file, self._options, self._written_times)
        loose, places = OrphanMessages(file, times), TextPlaces(file, self._text)
        told = ProblemLog(file)
        for block, stream in self._text.blocks():
            text, done = block.text, 0
            rest = len(text) if block.final else text.rfind("\n") + 1
            for begin, end in _events_in(text, lines(text[:rest])):
                batching.unrelated_records += lines_between(text, done, begin)
                if begin and begin == done:
                    told.add(f"byte {block.offset(begin):#x}", _JOINED, "noted")
                done = end
                line = block.cut(begin, end)
                offset = block.offset(begin)
                record = named_record(
                    values_in(line), file=file, offset=offset, times=times, places=places, sources=sources
                )
                found = loose.records(block, begin, end) if record is None else [record]
                batching.records += found
                batching.unrelated_records += not found
                if batching.full:
                    batching.problems += times.take_problems() + places.take_problems()
                    yield batching.take(block.offset(end))
            batching.unrelated_records += lines_between(text, done, rest)
            stream.keep_from(rest)
            batching.problems += times.take_problems() + places.take_problems() + told.take(final=block.final)
            if block.final or batching.due:
                yield batching.take(block.offset(rest))

    def _written_times(self) -> Iterator[WrittenTime]:
        for block, stream in self._text.blocks():
            rest = len(block.text) if block.final else block.text.rfind("\n") + 1
            for begin, end, _ in lines(block.text[:rest]):
                written = written_time(values_in(block.cut(begin, end)))
                if isinstance(written, WrittenTime):
                    yield written
            stream.keep_from(rest)

    def raw(self, offset: int) -> str:
        """The line as written."""
        block = self._text.at(offset, _LONGEST)
        return block.cut(0, block.text.find("\n") % (len(block.text) + 1)).strip("\r\n")

    def information(self) -> FileInformation:
        return self._described(warnings=zone_warnings(next(self._written_times(), None)))


def _events_in(text: str, found: Iterable[SignedLine]) -> Iterator[tuple[int, int]]:
    """The events in the lines `found`: several in one whose line end was lost, each with the same beginning."""
    for begin, end, _ in found:
        beginning = text[begin : text.find("=", begin, end) + 1]
        while len(beginning) >= _SURE_BEGINNING and (again := text.find(beginning, begin + 1, end)) >= 0:
            yield begin, again
            begin = again
        yield begin, end


def values_in(line: str) -> dict[str, str]:
    """The values of the pairs in a line by name; text after the last one is the message if it is that of an SMTP
    event.
    """
    values: dict[str, str] = {}
    begin, end = len(line), 0
    for count, pair in enumerate(_PAIR.finditer(line[:_LONGEST])):
        if count == _MOST_PAIRS:
            break
        quoted = pair[2] if pair[2] is not None else pair[3]
        value = (pair[4] or "").strip() if quoted is None else _ESCAPE.sub(_unescaped, quoted)
        if quoted is not None or value != "None":
            values.setdefault(pair[1], value)
        begin, end = min(begin, pair.start()), pair.end()
    header = line[:begin]
    written = find_time(header)
    if written is not None:
        # From a syslog daemon; time and computer in the event itself take precedence.
        values.setdefault("timestamp", header[written.begin : written.end])
        host = read_labels(f"{header[: written.begin]} {header[written.end :]}").computer
        if host is not None:
            values.setdefault("host", host)
    rest = line[end:]
    if holds_message(rest):
        values["Message"] = rest.lstrip("]> \t\ufeff")
    return values


def _unescaped(escape: re.Match[str]) -> str:
    number = escape[1] or escape[2]
    if number:
        sign = chr(int(number, 16))
        return sign if not "\ud800" <= sign <= "\udfff" else "\ufffd"
    return _LETTERS.get(escape[3], escape[3])


def _is_event(line: str) -> bool:
    pairs = islice(_PAIR.finditer(line[:_LONGEST]), _MOST_PAIRS)
    facts = {fact for pair in pairs for fact, _ in meaning_of(pair[1])}
    return facts >= _NEEDED
