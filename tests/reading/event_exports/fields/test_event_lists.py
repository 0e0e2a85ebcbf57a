"""Events as lists of labels, whole, among others and in other hands."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.event_exports.fields.event_lists import EventListReader
from smtpscope.reading.record import EventRecord, ReadOptions
from support.event_texts import TextEvent, log_line
from support.event_tool_texts import format_list, tabbed_list
from support.memory_source import MemorySource, problems_of, records_of

TIME = datetime(2026, 11, 23, 13, 4, 34)  # noqa: DTZ001 - Format-List prints no zone
EVENT = TextEvent(TIME, reply="550 5.7.1 No \x1b[31m & <b> _x000D_")
OTHER = "Message          : Faulting application\nId               : 1000\nProviderName     : Application Error\n\n"


def reader(data: str | bytes, block_size: int = 1 << 20) -> EventListReader:
    return EventListReader(
        MemorySource(data.encode() if isinstance(data, str) else data), ReadOptions(), block_size=block_size
    )


def only(data: str | bytes) -> EventRecord:
    (record,) = records_of(reader(data))
    return record


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_format_list_gives_the_message_with_its_wrapped_lines_joined(codec: str) -> None:
    record = only(format_list(EVENT, 60).encode(codec))
    assert (record.event_id, record.level, record.provider, record.channel, record.computer) == (
        7004,
        "error",
        "MSExchangeTransport",
        "Application",
        "EXCH01",
    )
    assert (record.time_ms, record.time_assumed) == (1_795_439_074_000, True)
    assert record.message is not None
    assert " ".join(record.message.split()) == " ".join(EVENT.sentence.split())


def test_evtxexport_gives_the_strings() -> None:
    record = only(tabbed_list(EVENT))
    assert (record.event_id, record.level, record.time_assumed) == (7004, "error", False)
    assert record.strings == EVENT.strings


def test_other_events_are_counted() -> None:
    (batch,) = reader(OTHER + format_list(EVENT) + OTHER).batches()
    assert (len(batch.records), batch.unrelated_records) == (1, 2)


@pytest.mark.parametrize("events", [1, 2])
@pytest.mark.parametrize("lines", [1, 3])
@pytest.mark.parametrize("block_size", [300, 512, 1 << 20])
def test_lines_before_the_first_event_are_read_too(lines: int, events: int, block_size: int) -> None:
    log = reader(log_line(EVENT) * lines + format_list(EVENT) * events, block_size)
    records = records_of(log)
    assert [record.message is not None for record in records] == [True] * (lines + events)
    assert len({record.offset for record in records}) == lines + events
    assert log.raw(records[0].offset) == log_line(EVENT).rstrip("\n")
    assert log.raw(records[-1].offset) == format_list(EVENT).strip("\n")


@pytest.mark.parametrize("block_size", [512, 4_096])
def test_an_event_may_lie_in_two_blocks(block_size: int) -> None:
    data = (OTHER + format_list(EVENT)) * 40
    found = records_of(reader(data, block_size))
    assert len(found) == 40
    assert [record.offset for record in found] == [record.offset for record in records_of(reader(data))]
    assert problems_of(reader(data, block_size)) == []


def test_the_record_at_an_offset_is_the_list_as_printed() -> None:
    data = OTHER + format_list(EVENT)
    log = reader(data + OTHER)
    (record,) = records_of(log)
    assert log.raw(record.offset) == format_list(EVENT).strip("\n")


def test_a_log_whose_times_have_no_zone_says_so() -> None:
    assert reader(format_list(EVENT)).information().warnings == ("The times have no zone.",)
    assert reader(tabbed_list(EVENT)).information().warnings == ()


@settings(max_examples=60)
@given(st.integers(0, 2_000), st.text(max_size=20))
def test_damage_never_ends_the_run(at: int, dirt: str) -> None:
    data = tabbed_list(EVENT) + format_list(EVENT) + OTHER
    log = reader(data[:at] + dirt + data[at:])
    for record in records_of(log):
        log.raw(record.offset)


def test_what_is_left_of_an_event_does_not_lengthen_the_command_of_the_one_before() -> None:
    events = [tabbed_list(EVENT), tabbed_list(EVENT), tabbed_list(EVENT)]
    second = events[1]
    left = second[second.index("\n", second.index("\n") + 1) - 20 :]
    text = f"{events[0]}{left}{events[2]}"
    found = records_of(reader(text))
    assert [record.strings for record in found] == [only(events[0]).strings] * len(found)
    assert len(found) >= 2
    assert [problem.outcome for problem in problems_of(reader(text))] != []
