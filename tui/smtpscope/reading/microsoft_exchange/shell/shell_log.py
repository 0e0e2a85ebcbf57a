"""The base of readers for output of the Exchange Management Shell: objects in, refusals out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from smtpscope.errors import LogError, Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.log_span import span_of
from smtpscope.reading.microsoft_exchange.shell.shell_exchanges import ObjectExchanges, exchanges_in, time_of
from smtpscope.reading.microsoft_exchange.shell.shell_object import ShellObject, kind_of
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, FileInformation, SmtpExchangeRecord
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.text_log import NO_ZONE, TextLog, head_of

_LONGEST_TIME: Final = 64
LACKS: Final = ("the commands and the rest of the SMTP session", "the time zone (message traces use UTC)")


class ShellReader(TextLog):
    """Reads one file; an object with a refusal is an exchange for each of its recipients."""

    @classmethod
    @abstractmethod
    def sniff(cls, head: bytes) -> bool:
        """See `LogReader`."""

    @abstractmethod
    def _objects(self) -> Iterator[ShellObject]:
        """All objects of the file, in order."""

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`. Raises LogError if the file has no such object."""
        head = head_of(self._source)
        if head and not self.sniff(head):
            raise LogError(
                where=self._source.name,
                what="not output of Exchange cmdlets: it has no recipient status, last error or SMTP response",
                remedy="Print it with Format-List, or omit --read-as",
            )
        return self._batches()

    def _batches(self) -> Iterator[Batch]:
        batching = Batching(self._source.size)
        times = FileTimes(self._source.name, self._options, self._written_times)
        problems: dict[str, tuple[int, int]] = {}
        damaged = ProblemLog(self._source.name)
        timeless = without_reply = 0
        for each in self._objects():
            if each.damage:
                damaged.add(f"line {each.line}", each.damage, "noted")
            found_in_object = exchanges_in(self._source.name, each)
            if found_in_object is None or not found_in_object.records:
                batching.unrelated_records += 1
                without_reply += found_in_object is not None and found_in_object.without_reply
            else:
                found = self._timed(each, found_in_object, times)
                batching.exchanges += found
                timeless += found[0].time_ms is None
                batching.extend_log_span(span_of([found[0].time_ms], assumed=found[0].time_assumed))
                problems.update(
                    (reason, (each.line, 0)) for reason in found_in_object.problems if reason not in problems
                )
                problems.update(
                    (reason, (problems[reason][0], problems[reason][1] + 1)) for reason in found_in_object.problems
                )
            if batching.due:
                batching.problems += times.take_problems() + damaged.take()
                yield batching.take(each.end)
        batching.problems += times.take_problems() + damaged.take(final=True)
        batching.problems += [
            Problem(self._source.name, f"line {line}", reason, "noted", count)
            for reason, (line, count) in problems.items()
        ]
        batching.problems += self._counted(timeless, without_reply)
        yield batching.take(self._source.size)

    def _timed(self, each: ShellObject, found_in_object: ObjectExchanges, times: FileTimes) -> list[SmtpExchangeRecord]:
        """The exchanges of an object with their time, each at a different byte of the object."""
        written = find_time(found_in_object.time.text[:_LONGEST_TIME])
        if written is not None and written.zone_minutes is None and found_in_object.time.is_utc:
            written = written._replace(zone_minutes=0)
        time_ms = None if written is None else times.milliseconds(written, each.offset)
        assumed = written is not None and written.zone_minutes is None
        unit, last = self._text.encoding.unit, max(each.offset, each.end - 1)
        return [
            replace(record, offset=min(each.offset + number * unit, last), time_ms=time_ms, time_assumed=assumed)
            for number, record in enumerate(found_in_object.records)
        ]

    def _counted(self, timeless: int, without_reply: int) -> list[Problem]:
        name, problems = self._source.name, []
        if timeless:
            reason = "the output has no time of the refusal (Timestamp, LastRetryTime): print it with all properties"
            problems.append(Problem(name, "whole file", reason, "noted", timeless))
        if without_reply:
            what = "1 object tells" if without_reply == 1 else f"{without_reply:,} objects tell"
            reason = (
                f"{what} of a delivery that failed or waits, without a reply of the other side: it is in the detail of "
                "the trace (Get-MessageTraceDetailV2), in RecipientStatus or in LastError"
            )
            problems.append(Problem(name, "whole file", reason, "noted", without_reply))
        return problems

    def _written_times(self) -> Iterator[WrittenTime]:
        for each in self._objects():
            kind = kind_of(each.values)
            written = None if kind is None else find_time(time_of(each, kind).text[:_LONGEST_TIME])
            if written is not None:
                yield written

    def raw(self, offset: int) -> str:
        """The object with the byte `offset`, as written."""
        for each in self._objects():
            if each.end > offset:
                if each.offset > offset:
                    break
                block = self._text.at(each.offset, (each.end - each.offset) // self._text.encoding.unit)
                return block.cut(0, len(block.text)).strip("\r\n")
        return f"There is no object at byte {offset:#x}."

    def information(self) -> FileInformation:
        names = next((each.values for each in self._objects() if kind_of(each.values) is not None), {})
        written = next(self._written_times(), None)
        zone = () if written is None or written.zone_minutes is not None else (NO_ZONE,)
        return self._described(("Properties", ", ".join(names)), warnings=zone)
