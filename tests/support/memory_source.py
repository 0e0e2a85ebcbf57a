"""A log in memory that readers take for a file, and all records of a reader."""

from __future__ import annotations

import io
from typing import BinaryIO

from smtpscope.errors import Problem
from smtpscope.reading.record import EventRecord, LogReader


class MemorySource:
    """`data` under a name, opened as often as wanted."""

    def __init__(self, data: bytes, name: str = "memory.log") -> None:
        self.data = data
        self.name = name

    @property
    def size(self) -> int:
        return len(self.data)

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)


def records_of(reader: LogReader) -> list[EventRecord]:
    return [record for batch in reader.batches() for record in batch.records]


def problems_of(reader: LogReader) -> list[Problem]:
    return [problem for batch in reader.batches() for problem in batch.problems]
