"""What is left out of some logs since a span of time was asked for."""

from __future__ import annotations

from contextlib import suppress
from datetime import tzinfo

import numpy as np

from smtpscope.errors import LogError, Problem
from smtpscope.reading.log_span import AskedSpan
from smtpscope.reading.record import LogReader, Source
from smtpscope.store.column_set import NO_TIME, Columns


class LeftOut:
    """Leaves out what is not in `span`, and says so at the end. `zone` is that of logs which name none.

    A record without a time is kept: nobody knows that it is outside.
    """

    def __init__(self, span: AskedSpan | None, zone: tzinfo) -> None:
        self._span = span
        self._zone = zone
        self.logs: list[str] = []
        """The logs that were not read."""
        self.rows = 0
        """The exchanges outside the span in logs that were read."""

    def __bool__(self) -> bool:
        return self._span is not None

    def passes_over(self, source: Source, reader: LogReader) -> bool:
        """Whether no record of `source` is in the span, as far as is known without reading any."""
        if self._span is not None:
            from smtpscope.reading.passing_over import is_outside

            # Whoever reads it says what is wrong with it.
            with suppress(LogError, OSError):
                if is_outside(source, reader.format.name, self._span, self._zone):
                    self.logs.append(source.name)
                    return True
        return False

    def within(self, rows: Columns) -> Columns:
        """Those of `rows` that are in the span or have no time."""
        if self._span is None or not len(rows):
            return rows
        times, kept = rows.time_ms, np.ones(len(rows), np.bool_)
        if self._span.since_ms is not None:
            kept &= times >= self._span.since_ms
        if self._span.until_ms is not None:
            kept &= times < self._span.until_ms
        kept |= times == NO_TIME
        if kept.all():
            return rows
        self.rows += int(np.count_nonzero(~kept))
        return Columns(**{name: getattr(rows, name)[kept] for name in Columns.__struct_fields__})

    def note(self) -> tuple[Problem, ...]:
        """What was left out."""
        if self._span is None or not (self.logs or self.rows):
            return ()
        from smtpscope.store.times import format_time

        since, until = (
            "" if each is None else f" {word} {format_time(each, self._zone)}"
            for word, each in (("from", self._span.since_ms), ("to", self._span.until_ms))
        )
        found: list[Problem] = []
        if self.logs:
            others = len(self.logs) - 1
            also = f", like {others:,} other {'log' if others == 1 else 'logs'}" if others else ""
            reason = f"No record{since}{until}: not read{also}"
            found.append(Problem(self.logs[0], "whole file", reason, "noted"))
        if self.rows:
            what = "1 refusal is" if self.rows == 1 else f"{self.rows:,} refusals are"
            found.append(Problem("all logs", "times", f"{what} not{since}{until}, and left out", "noted"))
        return tuple(found)
