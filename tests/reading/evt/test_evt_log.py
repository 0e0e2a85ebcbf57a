"""Legacy event logs (.evt): whole, gone round, cut off, damaged."""

from __future__ import annotations

import contextlib
import io
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pyevt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError, Problem
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.reading.evt.evt_log import EvtReader
from smtpscope.reading.record import EventRecord, ReadOptions
from support.changed import replace
from support.evt_writer import DIRTY, HEADER_SIZE, LegacyEvent, evt_bytes, record_bytes
from support.memory_source import MemorySource, problems_of, records_of

TIME = datetime(2009, 1, 26, 13, 4, 34, tzinfo=UTC)
EVENT = LegacyEvent(time=TIME)
EVENTS = [replace(EVENT, strings=("1", str(number), "", "rcpt", "550 no", "")) for number in range(10, 16)]
SIZE = len(record_bytes(EVENTS[0], 1))


def reader(data: bytes) -> EvtReader:
    return EvtReader(MemorySource(data, "old.evt"), ReadOptions())


def connections(data: bytes) -> list[str]:
    return [(record.strings or ())[1] for record in records_of(reader(data))]


def others(data: bytes) -> int:
    return sum(batch.unrelated_records for batch in reader(data).batches())


def lost(data: bytes) -> int:
    return sum(problem.records or 0 for problem in problems_of(reader(data)) if problem.outcome == "skipped")


def test_an_event_is_read_with_all_that_the_log_has() -> None:
    assert records_of(reader(evt_bytes([EVENT], first_number=77))) == [
        EventRecord(
            file="old.evt",
            offset=HEADER_SIZE,
            time_ms=round(TIME.timestamp() * 1000),
            time_assumed=False,
            record_id=77,
            event_id=7004,
            level="error",
            provider="MSExchangeTransport",
            channel=None,
            computer="EXCH01",
            strings=("1", "6", "", "xexch50", "504 Need to authenticate first ", "XEXCH50 1028 2 "),
            message=None,
        )
    ]


def test_a_whole_log_has_no_problems() -> None:
    assert problems_of(reader(evt_bytes(EVENTS))) == []


@pytest.mark.parametrize(
    ("event_type", "level"), [(0, "information"), (1, "error"), (2, "warning"), (4, "information"), (16, "information")]
)
def test_the_type_of_the_event_is_its_level(event_type: int, level: str) -> None:
    (record,) = records_of(reader(evt_bytes([replace(EVENT, event_type=event_type)])))
    assert record.level == level


@pytest.mark.parametrize(
    ("event_id", "direction"),
    [(7002, Direction.OUTBOUND), (7004, Direction.OUTBOUND), (7010, Direction.INBOUND)],
)
def test_the_strings_become_an_exchange(event_id: int, direction: Direction) -> None:
    (record,) = records_of(reader(evt_bytes([replace(EVENT, event_id=event_id)])))
    exchange = SmtpExchangeParser().parse(record)
    assert exchange is not None
    assert (exchange.event_id, exchange.direction, exchange.connection) == (event_id, direction, 6)
    assert (exchange.remote_host.verbatim, exchange.command.verb, exchange.reply.code) == ("", "XEXCH50", 504)
    assert exchange.reply.verbatim == "504 Need to authenticate first "
    assert exchange.command.full == "XEXCH50 1028 2 "


def test_events_of_other_sources_are_counted() -> None:
    data = evt_bytes(
        [EVENT, replace(EVENT, source="ESE", strings=("a",)), replace(EVENT, source="W32Time", strings=())]
    )
    assert len(records_of(reader(data))) == 1
    assert others(data) == 2


@pytest.mark.parametrize("rest", [0, 4, 20, 60, 96])
def test_a_log_that_went_round_is_read_from_its_oldest_record(rest: int) -> None:
    data = evt_bytes(EVENTS, size=HEADER_SIZE + 40 + 3 * SIZE + rest)
    assert connections(data)[-1] == "15"
    assert connections(data) == sorted(connections(data))
    assert len(connections(data)) >= 2
    assert problems_of(reader(data)) == []


def test_a_log_in_use_is_read_by_the_marks_of_its_records() -> None:
    data = bytearray(evt_bytes(EVENTS, flags=DIRTY))
    data[16:32] = bytes(16)  # the header of a running log is stale
    found = problems_of(reader(bytes(data)))
    assert connections(bytes(data)) == ["10", "11", "12", "13", "14", "15"]
    assert [(problem.outcome, problem.records) for problem in found] == [("noted", None), ("recovered", 6)]
    assert "not closed properly" in found[0].reason


def test_a_record_without_its_mark_is_told_and_the_rest_is_read() -> None:
    data = bytearray(evt_bytes(EVENTS))
    data[HEADER_SIZE + 2 * SIZE + 4 : HEADER_SIZE + 2 * SIZE + 8] = b"XXXX"
    assert connections(bytes(data)) == ["10", "11", "13", "14", "15"]
    assert lost(bytes(data)) == 1


def test_a_log_that_is_cut_off_tells_how_many_records_are_missing() -> None:
    data = evt_bytes(EVENTS)[: HEADER_SIZE + 3 * SIZE + 10]
    assert connections(data) == ["10", "11", "12"]
    assert lost(data) == 3


def test_what_an_older_log_left_behind_is_not_read_again() -> None:
    data = evt_bytes(EVENTS, first_number=50)
    stale = record_bytes(replace(EVENT, strings=("1", "99")), 7) + record_bytes(EVENTS[0], 50)
    assert connections(data + stale) == ["10", "11", "12", "13", "14", "15"]


def test_a_log_without_records_is_no_error() -> None:
    assert records_of(reader(evt_bytes([]))) == []
    assert problems_of(reader(evt_bytes([]))) == []


@pytest.mark.parametrize("data", [b"", evt_bytes(EVENTS)[:30], b"ElfFile\0" + bytes(100)])
def test_a_file_that_ends_in_its_header_is_refused(data: bytes) -> None:
    with pytest.raises(LogError, match="header"):
        records_of(reader(data))


def test_the_raw_event_is_xml_as_a_newer_event_viewer_makes_it() -> None:
    data = evt_bytes([EVENT, replace(EVENT, data=b"\x05\x07")])
    second = records_of(reader(data))[1]
    root = ElementTree.fromstring(reader(data).raw(second.offset))
    space = "{http://schemas.microsoft.com/win/2004/08/events/event}"
    number = root.find(f"{space}System/{space}EventID")
    assert number is not None
    assert (number.text, number.get("Qualifiers")) == ("7004", str(0xC004))
    assert [each.text or "" for each in root.iter(f"{space}Data")] == list(EVENT.strings)
    assert [each.text for each in root.iter(f"{space}Binary")] == ["0507"]
    assert "no record" in reader(data).raw(5)


def test_the_file_tells_its_state_and_its_times() -> None:
    events = [replace(EVENT, time=TIME + timedelta(days=day)) for day in range(3)]
    told = reader(evt_bytes(events, flags=DIRTY, first_number=5)).information()
    facts = dict(told.facts)
    assert facts["Records"] == "3"
    assert facts["Record numbers"] == "5 to 7"
    assert (facts["Oldest event"], facts["Newest event"]) == ("2009-01-26 13:04:34 UTC", "2009-01-28 13:04:34 UTC")
    assert "not closed properly" in told.warnings[0]


def test_logs_one_after_the_other_are_all_read_and_told() -> None:
    first, second = evt_bytes(EVENTS), evt_bytes([replace(EVENT, strings=("1", "77")), EVENTS[0]], flags=DIRTY)
    assert connections(first + second + first) == [*connections(first), "77", "10", *connections(first)]
    noted = problems_of(reader(first + second + first))
    assert [(problem.place, problem.reason.partition(";")[0]) for problem in noted] == [
        (f"byte {len(first):#x}", "3 logs are in this file one after the other"),
        (f"file header at byte {len(first):#x}", "The log was not closed properly, or was copied while it was in use"),
    ]
    for record in records_of(reader(first + second)):
        assert "<Event" in reader(first + second).raw(record.offset)
    assert dict(reader(first + second).information().facts)["Logs in this file"] == "2"


@pytest.mark.parametrize("size", [None, HEADER_SIZE + 40 + 3 * SIZE, HEADER_SIZE + 40 + 3 * SIZE + 20])
def test_the_list_is_that_of_libevt(size: int | None) -> None:
    data = evt_bytes(EVENTS, size=size)
    log = pyevt.file()
    log.open_file_object(io.BytesIO(data))
    theirs = [log.get_record(number) for number in range(log.number_of_records)]
    ours = records_of(reader(data))
    assert [(record.offset, record.record_id, record.provider, record.computer) for record in ours] == [
        (record.offset, record.identifier, record.source_name, record.computer_name) for record in theirs
    ]
    log.close()


# All that UTF-16 can hold; to name the codec would have Hypothesis try each character for 3 seconds.
_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(_TEXT, max_size=7).map(tuple), min_size=1, max_size=4))
def test_any_strings_come_back_with_the_empty_ones_in_their_place(drawn: list[tuple[str, ...]]) -> None:
    data = evt_bytes([replace(EVENT, strings=strings) for strings in drawn])
    assert [record.strings for record in records_of(reader(data))] == drawn


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_damage_ends_in_records_and_problems(data: st.DataObject) -> None:
    log = bytearray(evt_bytes(EVENTS))
    at = data.draw(st.integers(8, len(log) - 4))
    log[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4))
    with contextlib.suppress(LogError):
        read = reader(bytes(log))
        found = [*read.batches()]
        assert all(isinstance(problem, Problem) for batch in found for problem in batch.problems)
        assert found[-1].bytes_read == len(log)
        for batch in found:
            for record in batch.records:
                assert read.raw(record.offset)
        read.information()


def test_a_damaged_source_is_told_and_those_around_it_are_read() -> None:
    events = [LegacyEvent(source="ESE", event_id=101), *(LegacyEvent() for _ in range(3))]
    data = evt_bytes([*events, LegacyEvent(source="ESE", event_id=101)])
    name = "ESE".encode("utf-16-le")
    # The last source loses the end of its name, and with it the text after it.
    at = data.rindex(name) + len(name)
    damaged = data[:at] + b"x\0" + data[at + 2 :]
    batches = list(EvtReader(MemorySource(damaged), ReadOptions()).batches())
    assert sum(len(batch.records) for batch in batches) == 3
    assert (
        sum(batch.unrelated_records for batch in batches)
        + sum(problem.records or 0 for batch in batches for problem in batch.problems if problem.outcome == "skipped")
        == 2
    )
