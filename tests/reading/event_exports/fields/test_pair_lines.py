"""Events as lines of names with values, whole, among others and damaged."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.event_exports.fields.pair_lines import EventPairReader
from smtpscope.reading.record import EventRecord, ReadOptions
from support.event_texts import TextEvent, log_line
from support.event_tool_texts import pair_line
from support.memory_source import MemorySource, problems_of, records_of

TIME = datetime(2026, 11, 23, 13, 4, 34)  # noqa: DTZ001 - the lines have their zone
EVENT = TextEvent(TIME, reply="550 5.7.1 No \x1b[31m & <b> 'quoted' _x000D_")
OTHER = 'level=info msg="nothing of ours" ts=2026-11-23T13:04:34Z\n'


def reader(data: str | bytes, block_size: int = 1 << 20) -> EventPairReader:
    return EventPairReader(
        MemorySource(data.encode() if isinstance(data, str) else data), ReadOptions(), block_size=block_size
    )


def only(data: str | bytes) -> EventRecord:
    (record,) = records_of(reader(data))
    return record


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_line_is_an_event_with_all_its_values(codec: str) -> None:
    record = only(pair_line(EVENT).encode(codec))
    assert (record.event_id, record.level, record.provider, record.computer) == (
        7004,
        "error",
        "MSExchangeTransport",
        "EXCH01",
    )
    assert (record.time_ms, record.time_assumed) == (1_795_439_074_000, False)
    assert record.strings == EVENT.strings


def test_other_lines_are_counted() -> None:
    (batch,) = reader(OTHER + pair_line(EVENT) + OTHER * 2).batches()
    assert (len(batch.records), batch.unrelated_records) == (1, 3)


def test_a_line_without_pairs_that_holds_the_message_is_read_too() -> None:
    records = records_of(reader(pair_line(EVENT) + log_line(EVENT)))
    assert [(record.time_ms, record.message is not None) for record in records] == [
        (1_795_439_074_000, False),
        (1_795_439_074_000, True),
    ]


@pytest.mark.parametrize("block_size", [300, 1 << 20])
def test_a_line_may_lie_in_two_blocks_and_its_record_is_the_line(block_size: int) -> None:
    log = reader((OTHER + pair_line(EVENT)) * 30, block_size)
    records = records_of(log)
    assert len(records) == len({record.offset for record in records}) == 30
    assert {log.raw(record.offset) for record in records} == {pair_line(EVENT).rstrip("\n")}
    assert problems_of(log) == []


@settings(max_examples=60)
@given(st.integers(0, 800), st.text(max_size=20))
def test_damage_never_ends_the_run(at: int, dirt: str) -> None:
    data = pair_line(EVENT) + OTHER + pair_line(EVENT)
    log = reader(data[:at] + dirt + data[at:])
    for record in records_of(log):
        log.raw(record.offset)
