"""What a reader of chunks hands out."""

from __future__ import annotations

from dataclasses import dataclass, field

from smtpscope.errors import Problem
from smtpscope.reading.log_span import LogSpan, merge_spans
from smtpscope.reading.record import EventRecord


@dataclass(slots=True)
class ChunkRead:
    """What chunks held: records that may be ours, how many others, and what was wrong.

    `used` counts the chunks that were more than zeros. `span` is from when to when the records go, ours or not.
    """

    records: list[EventRecord] = field(default_factory=list)
    unrelated_records: int = 0
    problems: list[Problem] = field(default_factory=list)
    used: int = 1
    span: LogSpan | None = None

    def add(self, other: ChunkRead) -> None:
        """Takes in what another chunk held."""
        self.records += other.records
        self.unrelated_records += other.unrelated_records
        self.problems += other.problems
        self.used += other.used
        self.span = merge_spans(self.span, other.span)
