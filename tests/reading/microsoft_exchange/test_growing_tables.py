"""Logs that grow are read on by tables as they are row by row."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

import pytest

from smtpscope.errors import Problem
from smtpscope.reading.microsoft_exchange.connectivity_log import ConnectivityLogReader
from smtpscope.reading.microsoft_exchange.message_tracking import MessageTrackingReader
from smtpscope.reading.microsoft_exchange.protocol_log import ProtocolLogReader
from smtpscope.reading.record import ReadOptions, SmtpExchangeRecord
from support.both_ways import with_dirt
from support.memory_source import MemorySource
from support.protocol_logs import connectivity_log, protocol_log
from support.tracking_logs import tracking_log, tracking_rows

Reader = type[ProtocolLogReader] | type[ConnectivityLogReader] | type[MessageTrackingReader]
LOGS: Final[dict[Reader, Callable[[int], str]]] = {
    ProtocolLogReader: lambda seed: protocol_log("Receive", sessions=8, seed=seed),
    ConnectivityLogReader: lambda seed: connectivity_log(sessions=12, seed=seed),
    MessageTrackingReader: lambda seed: tracking_log(tracking_rows(20, seed)),
}


def followed(
    kind: Reader, data: bytes, cuts: list[int], *, tables: bool
) -> tuple[list[SmtpExchangeRecord], list[Problem], int]:
    """What is read of `data` that has grown to each of the `cuts` in turn."""
    source = MemorySource(data[: cuts[0]])
    reader = kind(source, ReadOptions(growing=True), block_size=3_000, tables=tables)
    exchanges: list[SmtpExchangeRecord] = []
    problems: list[Problem] = []
    others = 0
    for cut in cuts:
        source.data = data[:cut]
        for batch in reader.batches() if cut == cuts[0] else reader.read_new():
            exchanges += batch.exchanges
            problems += batch.problems
            others += batch.unrelated_records
    return exchanges, problems, others


@pytest.mark.parametrize("kind", LOGS)
def test_what_is_appended_is_read_the_same_both_ways(kind: Reader) -> None:
    found = 0
    for seed in range(25):
        chance = Random(seed)
        lines = LOGS[kind](seed).encode().splitlines(keepends=True)
        header, rows = b"".join(lines[:6]), b"".join(lines[6:])
        data = header + (with_dirt(rows, chance) if seed % 2 else rows)
        cuts = sorted(chance.randint(len(header), len(data)) for _ in range(4))
        one_by_one = followed(kind, data, cuts, tables=False)
        assert followed(kind, data, cuts, tables=True) == one_by_one, seed
        found += len(one_by_one[0])
    assert found
