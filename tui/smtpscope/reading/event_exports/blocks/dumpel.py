"""Output of dumpel (Windows Resource Kit): an event per line, with insertion strings instead of the message.

Columns: date, time, number of the event type, number of the category, event id, source, user, computer, strings;
separated by a space, a tab or another character, as are the strings.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final

from smtpscope.reading.batching import Batching
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.providers import OUR_PROVIDERS
from smtpscope.reading.record import Batch, EventRecord, FileInformation, Format
from smtpscope.reading.text.date_order_evidence import DateOrderEvidence
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.encodings import TextBlock, head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import NO_ZONE, TextLog
from smtpscope.reading.windows_event.levels import level_of_type

LONGEST: Final = 1 << 16
"""Characters of one event."""
_DATE: Final = r"\"?\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\"?[ \t,;|]"
_START = re.compile(_DATE)
# Searching for a line end is four times as fast as searching for the beginning of a line.
_FOLLOWING = re.compile(rf"\n(?={_DATE})")
_CLOCK_REACH: Final = 40
"""Characters that contain date and time."""
_BETWEEN: Final = r"\"?(?:[\t,;|]|[ ]+)\"?"
_NUMBERS = re.compile(
    r"\"?(?P<separator>[\t,;|]|[ ]+)\"?(?P<type>1|2|4|8|16)"
    rf"{_BETWEEN}\d{{1,5}}{_BETWEEN}(?P<id>\d{{1,10}}){_BETWEEN}(?=[^\s\"])"
)
_OURS = re.compile("|".join(map(re.escape, sorted(OUR_PROVIDERS, key=len, reverse=True))), re.IGNORECASE)
# A user may be two words (NT AUTHORITY\SYSTEM) even if spaces separate the columns.
_USER_AND_COMPUTER = re.compile(
    r"[ ]+(?:N/A|[^ \\]{1,64}(?: [^ \\]{1,64})?\\[^ ]{1,64}|[^ ]{1,64})[ ]+([^ ]{1,255})[ ]?"
)
_VERB_REACH: Final = 32


class DumpelReader(TextLog):
    """Reads one file; events of other sources are counted without being parsed."""

    format: ClassVar[Format] = Format(
        name="dumpel",
        title="Events printed by dumpel (Resource Kit)",
        recognised_by="lines of date, time, three numbers, source, user, computer and strings",
        lacks=(
            "the text of the event's message",
            "record number",
            "the time zone",
            "the values of events other than 7002, 7004 and 7010, if separated by spaces only",
        ),
    )

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        text = head_text(head).lstrip("\ufeff\r\n")
        first = text[: text.find("\n") % (len(text) + 1)]
        return _START.match(first) is not None and _head_of(first) is not None

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        batching = Batching(self._source.size)
        times = FileTimes(self._source.name, self._options, self._proving_times)
        problem_log = ProblemLog(self._source.name)
        for block, stream in self._text.blocks():
            begins, rest = _begins(block)
            ours = _may_be_ours(block.text, begins)
            batching.unrelated_records += max(0, len(begins) - 1) - len(ours)
            for begin, end in ours:
                record = _record(self._source.name, block, begin, end, times)
                if record is not None:
                    batching.records.append(record)
                elif _head_of(block.cut(begin, end)) is None:
                    offset = f"byte {block.offset(begin):#x}"
                    problem_log.add(offset, "The line lacks some of the columns: date, time, three numbers", "skipped")
                else:
                    batching.unrelated_records += 1
                if batching.full:
                    batching.problems += times.take_problems()
                    yield batching.take(block.offset(end))
            stream.keep_from(rest)
            batching.problems += times.take_problems() + problem_log.take(final=block.final)
            if block.final or batching.due:
                yield batching.take(block.offset(rest))

    def _proving_times(self) -> Iterator[WrittenTime]:
        """The times that may prove the order of day and month."""
        for block, stream in self._text.blocks():
            begins, rest = _begins(block)
            text, done = block.text, 0
            proofs = DateOrderEvidence(text)
            while done < len(begins) - 1 and (proof := proofs.following(begins[done])) < len(text):
                number = bisect_right(begins, proof) - 1
                if number < len(begins) - 1:
                    written = find_time(text[begins[number] : begins[number] + _CLOCK_REACH])
                    if written is not None:
                        yield written
                done = number + 1
            stream.keep_from(rest)

    def raw(self, offset: int) -> str:
        """The event's line, with those that its strings continue in."""
        block = self._text.at(offset, LONGEST)
        begins = _starts(block.text)
        end = begins[1] if len(begins) > 1 else len(block.text)
        return block.cut(0, end).strip("\r\n")

    def information(self) -> FileInformation:
        return self._described(warnings=(NO_ZONE,))


def _starts(text: str) -> list[int]:
    first = [0] if _START.match(text) else []
    return first + [match.end() for match in _FOLLOWING.finditer(text)]


def _begins(block: TextBlock) -> tuple[list[int], int]:
    """Where the events of a block begin and the last one ends, and where the next block has to begin."""
    begins = _starts(block.text)
    if not begins:
        return [], len(block.text) if block.final else block.text.rfind("\n") + 1
    if block.final or len(block.text) - begins[-1] > LONGEST:
        return [*begins, len(block.text)], len(block.text)
    # The last one may continue in the next block.
    return begins, begins[-1]


def _may_be_ours(text: str, begins: list[int]) -> list[tuple[int, int]]:
    """The events (begin and end) that name one of our sources; begins and the last end are `begins`."""
    lowered = text.lower()
    if len(lowered) != len(text):
        # Only a few letters of some languages become two.
        return list(pairwise(begins))
    found: set[int] = set()
    for provider in OUR_PROVIDERS:
        offset = lowered.find(provider)
        while offset >= 0:
            number = bisect_right(begins, offset) - 1
            if 0 <= number < len(begins) - 1:
                found.add(number)
                offset = begins[number + 1] - 1
            offset = lowered.find(provider, offset + 1)
    return [(begins[number], begins[number + 1]) for number in sorted(found)]


def _head_of(line: str) -> tuple[WrittenTime, re.Match[str]] | None:
    """The time and the numbers before the source in one event."""
    written = find_time(line[:_CLOCK_REACH])
    if written is None:
        return None
    numbers = _NUMBERS.match(line, written.end)
    return None if numbers is None else (written, numbers)


def _record(file: str, block: TextBlock, begin: int, end: int, times: FileTimes) -> EventRecord | None:
    """The record of the event between the indices, None if it is incomplete or of another source."""
    line = block.cut(begin, end).rstrip("\r\n")
    head = _head_of(line)
    if head is None:
        return None
    written, numbers = head
    source = _OURS.match(line, numbers.end())
    if source is None:
        return None
    separator = numbers["separator"][0]
    if separator == " ":
        behind = _USER_AND_COMPUTER.match(line, source.end())
        computer, text = (behind[1], line[behind.end() :]) if behind else ("", line[source.end() :])
    else:
        _, _, computer, *rest = [*line[source.end() :].split(separator, 3), "", ""][:4]
        text = rest[0]
    milliseconds = times.milliseconds(written, block.offset(begin))
    return EventRecord(
        file=file,
        offset=block.offset(begin),
        time_ms=milliseconds,
        time_assumed=milliseconds is not None and written.zone_minutes is None,
        record_id=None,
        event_id=int(numbers["id"]) & 0xFFFF,
        level=level_of_type(int(numbers["type"])),
        provider=source[0],
        channel=None,
        computer=computer.strip('" ') or None,
        strings=_strings(text.strip('"'), separator),
        message=None,
    )


def _strings(text: str, separator: str) -> tuple[str, ...]:
    """The strings of 7002 and its kin: four values without a separator, the reply, the full command.

    The full command begins at the last place where its verb follows a separator.
    """
    if not all(part.strip().isdecimal() for part in text.split(separator, 2)[:2]):
        # The strings are separated by spaces, whatever separates the columns, or are those of another event.
        separator = separator if separator in text and separator == "\t" else " "
    if separator == "\t":
        return tuple(text.split("\t"))
    *four, rest = text.split(separator, 4)
    if len(four) < 4:
        return tuple(text.split(separator))
    verb = f"{separator}{four[3].casefold()}"[:_VERB_REACH]
    cut = rest.casefold().rfind(verb) if len(verb) > 1 else -1
    return (*four, rest, "") if cut < 0 else (*four, rest[:cut], rest[cut + 1 :])
