"""The result of reading chunks."""

from __future__ import annotations

from msgspec import Struct, field

from smtpscope.errors import Problem
from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.reading.log_span import LogSpan, merge_spans
from smtpscope.reading.record import EventRecord


class ChunkRead(Struct):
    """The content of chunks: records that may be SMTP events, the number of others, and problems.

    `explaining` are of records that were read only for them and are counted with the others; those of the records are
    not in it. `used` counts the chunks that are not just zeros. `span` is the time span of all records.
    """

    records: list[EventRecord] = field(default_factory=list)
    unrelated_records: int = 0
    problems: list[Problem] = field(default_factory=list)
    explaining: list[ExplainingEvent] = field(default_factory=list)
    used: int = 1
    span: LogSpan | None = None

    def add(self, other: ChunkRead) -> None:
        """Adds the content of another chunk."""
        self.records += other.records
        self.unrelated_records += other.unrelated_records
        self.problems += other.problems
        self.explaining += other.explaining
        self.used += other.used
        self.span = merge_spans(self.span, other.span)
