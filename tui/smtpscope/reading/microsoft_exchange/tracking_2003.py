"""Exchange 2000 and 2003 message tracking logs: they hold no replies, and the reader says where those are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import ClassVar, Final

from smtpscope.errors import Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.log_span import LogSpan, span_of
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, Source
from smtpscope.reading.text.encodings import BLOCK_SIZE, head_text
from smtpscope.reading.text.text_kind import is_text
from smtpscope.reading.text.text_log import TextLog, head_of

_HEADER: Final = re.compile(r"\s{0,16}#\s?(?:Message Tracking Log File\b|Date\tTime\tclient-ip\t)", re.IGNORECASE)
_VERSION: Final = re.compile(r"#\s?Exchange System Attendant Version\s+([\w.\-]{1,32})", re.IGNORECASE)
# KB 246965: the ninth of twenty columns is the number of the event.
_EVENT: Final = 8
_COLUMNS: Final = 9
# The first two columns: 2003-10-14 and 0:0:4 GMT.
_STAMP: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\t(\d{1,2}):(\d{1,2}):(\d{1,2})(?: GMT)?\t", re.ASCII)
_LINES_LOOKED_AT: Final = 64
"""Characters at each end of a block that are searched for a time."""
# KB 821905: the event numbers of non-delivery reports; they come without a reply.
_FAILURES: Final = {
    "34": "report generated, a delivery receipt or a non-delivery report",
    "1030": "non-delivery report generated",
}
_KINDS: Final = 1_000
_SAYS: Final = (
    "This tracking log has no SMTP replies, only recipients and event numbers. The reply of a refusal is "
    "in the SMTP protocol log (exYYMMDD.log under LogFiles\\SmtpSvcN) or in the Application log"
)


class Tracking2003Reader(TextLog):
    """Counts the rows of one log by the number of their event; no row is an exchange."""

    format: ClassVar[Format] = Format(
        name="tracking-2003",
        service=True,
        title="Exchange 2000 and 2003 message tracking log (yyyymmdd.log)",
        recognised_by='the line "# Message Tracking Log File"',
        lacks=("replies and commands, so it has no exchanges: open the SMTP protocol log or the Application log",),
    )

    def __init__(self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE) -> None:
        super().__init__(source, options, block_size=block_size)
        self._events: Counter[str] = Counter()

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return is_text(head) and _HEADER.match(head_text(head)) is not None

    def batches(self) -> Iterator[Batch]:
        self._events = Counter()
        batching = Batching(self._source.size)
        problems = ProblemLog(self._source.name)
        batching.problems.append(Problem(self._source.name, "whole file", _SAYS, "noted"))
        before = 0
        for block, _ in self._text.blocks():
            lines = block.text.split("\n")
            for number, line in enumerate(lines, before + 1):
                if line[:1] != "#" and line.strip("\r\0 "):
                    batching.unrelated_records += 1
                    self._count(line, number, problems)
            batching.extend_log_span(_span(lines))
            # After the last line end, there is an empty piece, which is not a line.
            before += len(lines) - (not lines[-1])
            batching.problems += problems.take(final=block.final)
            if block.final or batching.due:
                yield batching.take(block.end)

    def _count(self, line: str, number: int, problems: ProblemLog) -> None:
        fields = line.split("\t", _COLUMNS)
        if len(fields) < _COLUMNS or not fields[_EVENT].isdecimal():
            problems.add(f"line {number}", "not a row of this log: it has no event number in its ninth column")
        elif len(self._events) < _KINDS or fields[_EVENT] in self._events:
            self._events[fields[_EVENT]] += 1

    def raw(self, offset: int) -> str:
        """The line at `offset`."""
        block = self._text.at(offset, 1 << 16)
        return block.cut(0, block.text.find("\n") % (len(block.text) + 1)).rstrip("\r")

    def information(self) -> FileInformation:
        """The events are counted while the log is read; before that, there are no counts."""
        version = _VERSION.search(head_text(head_of(self._source))[:4096])
        counts = sorted(self._events.items(), key=lambda item: (item[0] not in _FAILURES, -item[1], item[0]))
        return self._described(
            *((("Version", version.group(1)),) if version else ()),
            *((f"Event {event}", _counted(event, count)) for event, count in counts),
            warnings=(f"{_SAYS}.",),
        )


def _span(lines: list[str]) -> LogSpan | None:
    ends = lines[:_LINES_LOOKED_AT], reversed(lines[-_LINES_LOOKED_AT:])
    return span_of(map(_first_time, ends))


def _first_time(lines: Iterable[str]) -> int | None:
    """The first time in `lines`, in milliseconds since 1970-01-01 UTC."""
    for line in lines:
        stamp = _STAMP.match(line)
        if stamp is not None:
            with suppress(ValueError):
                year, month, day, hour, minute, second = map(int, stamp.groups())
                return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * 1_000
    return None


def _counted(event: str, count: int) -> str:
    rows = "1 row" if count == 1 else f"{count:,} rows"
    return f"{rows} ({_FAILURES[event]})" if event in _FAILURES else rows
