"""Logs that are read by tables of rows and row by row, and the damage that must not make a difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final, NamedTuple

from smtpscope.errors import LogError, Problem
from smtpscope.reading.log_span import LogSpan, merge_spans
from smtpscope.reading.record import EventRecord, LogReader, ReadOptions, SmtpExchangeRecord
from support.memory_source import MemorySource

DIRT: Final = (
    b",", b",,", b'"', b'""', b'","', b',"', b'",', b"\0", b"\r", b"\n", b"\r\n", b"\t", b" ", b"  ", b"\xff",
    b"\xef\xbb\xbf", b"\xef\xbb\xbf#", b"#", b"-", b"+", b"<", b">", b"*", b"0", b"45", b"550", b"550 ", b"550-",
    b"250 ok", b"354 go", "r\u00e9sum\u00e9 \u20ac".encode(), "550 no".encode("utf-16-le"), b"Z,",
    b"2026-11-09T05:00:00Z,", b"FAILED to connect",
)  # fmt: skip
"""Bytes that mean something to a reader of rows, or to its proof that rows are plain."""
_MOST: Final = 12


class Read(NamedTuple):
    """All that was read of a log; batches may end anywhere, so they are put together."""

    exchanges: list[SmtpExchangeRecord]
    records: list[EventRecord]
    unrelated_records: int
    problems: list[Problem]
    span: LogSpan | None
    bytes_read: int
    explaining: int
    error: str


def all_of(reader: LogReader) -> Read:
    """Reads the log to its end, or to the error that ends it."""
    exchanges: list[SmtpExchangeRecord] = []
    records: list[EventRecord] = []
    problems: list[Problem] = []
    others = done = explaining = 0
    span: LogSpan | None = None
    error = ""
    try:
        for batch in reader.batches():
            exchanges += batch.exchanges
            records += batch.records
            problems += batch.problems
            others += batch.unrelated_records
            span = merge_spans(span, batch.span)
            done = batch.bytes_read
            explaining += len(batch.explaining)
    except LogError as raised:
        error = str(raised)
    return Read(exchanges, records, others, problems, span, done, explaining, error)


class BothWays(NamedTuple):
    """A reader whose `tables` can be off, logs of its format, and sizes of blocks; `dirt` as in `with_dirt`."""

    reader: Callable[..., LogReader]
    logs: Sequence[bytes]
    blocks: Sequence[int]
    dirt: Sequence[bytes] = DIRT

    def read(self, data: bytes, *, tables: bool, block_size: int = 1 << 20, growing: bool = False) -> Read:
        options = ReadOptions(growing=growing)
        return all_of(self.reader(MemorySource(data), options, block_size=block_size, tables=tables))

    def differs(self, number: int) -> bool:
        """Whether the two ways find something else in the damaged log of that number."""
        chance = Random(number)
        data = with_dirt(chance.choice(self.logs), chance, self.dirt)
        size, growing = chance.choice(self.blocks), chance.random() < 0.1
        one_by_one = self.read(data, tables=False, block_size=size, growing=growing)
        return self.read(data, tables=True, block_size=size, growing=growing) != one_by_one


def with_dirt(data: bytes, chance: Random, dirt: Sequence[bytes] = DIRT) -> bytes:
    """`data` with a few bytes or lines changed, added, moved, lost or cut off."""
    for _ in range(chance.randint(0, _MOST)):
        lines = data.split(b"\n")
        number = chance.randrange(len(lines))
        line = lines[number]
        at = chance.randint(0, len(line))
        fields = line.split(b",")
        swapped = fields[:]
        swapped[chance.randrange(len(fields))] = chance.choice((*dirt, chance.choice(chance.choice(lines).split(b","))))
        kind = chance.randrange(12)
        if kind < 4:
            lines[number] = line[:at] + chance.choice(dirt) + line[at:]
        elif kind < 7:
            lines[number] = b",".join(swapped)
        else:
            lines[number : number + 1] = (
                [line[:at] + line[at + chance.randint(1, 30) :]],
                [line, lines[chance.randrange(len(lines))]],
                [lines[chance.randrange(min(6, len(lines)))], line],
                [] if len(lines) > 1 else [line],
                [line[:at], line[at:]],
            )[kind - 7]
        data = b"\n".join(lines)
    return data[: chance.randint(0, len(data))] if chance.random() < 0.1 else data
