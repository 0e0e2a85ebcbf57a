"""The reader of .evtx files: what it hands out of a sound log, and how it fails on what is none."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import BinaryIO

import pytest
from typing_extensions import Buffer

from smtpscope.errors import LogError
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import Batch, EventRecord, LogReader, ReadOptions
from support.evtx_events import SIX_STRINGS, many_events, places_of
from support.evtx_writer import CHUNK_SIZE, WrittenEvent, evtx_bytes
from support.memory_source import MemorySource, problems_of, records_of


def reader(data: bytes, *, quick: bool = True) -> EvtxReader:
    return EvtxReader(MemorySource(data, "Application.evtx"), ReadOptions(), quick=quick)


def others(batches: list[Batch]) -> int:
    return sum(batch.unrelated_records for batch in batches)


both_ways = pytest.mark.parametrize("quick", [True, False], ids=["quick", "thorough"])


@both_ways
def test_an_event_has_all_its_parts(quick: bool) -> None:
    moment = datetime(2026, 3, 1, 8, 0, 7, 123_999, tzinfo=UTC)
    event = WrittenEvent("MSExchangeTransport", 7004, SIX_STRINGS, moment, level=2)
    assert records_of(reader(evtx_bytes([event], first_record_id=41_207), quick=quick)) == [
        EventRecord(
            file="Application.evtx",
            offset=4_096 + 512,
            time_ms=1_772_352_007_123,
            time_assumed=False,
            record_id=41_207,
            event_id=7004,
            level="error",
            provider="MSExchangeTransport",
            channel="Application",
            computer="EXCH01.example.com",
            strings=SIX_STRINGS,
            message=None,
        )
    ]


def test_the_reader_keeps_the_contract() -> None:
    checked: LogReader = reader(evtx_bytes([]))
    assert checked.format.name == "evtx"


@both_ways
def test_events_of_others_are_counted_and_not_handed_out(quick: bool) -> None:
    batches = list(reader(evtx_bytes(many_events(900, ours_every=100)), quick=quick).batches())
    assert sum(len(batch.records) for batch in batches) == 9
    assert others(batches) == 891


@both_ways
def test_the_place_of_a_record_is_the_byte_where_it_begins(quick: bool) -> None:
    data = evtx_bytes(many_events(500, ours_every=3))
    records = records_of(reader(data, quick=quick))
    places = {offset.record_id: at for at, offset in places_of(data)}
    assert [record.offset for record in records] == [places[record.record_id or 0] for record in records]
    assert {data[record.offset : record.offset + 4] for record in records} == {b"\x2a\x2a\0\0"}


@pytest.mark.parametrize("name", ["msexchangetransport", "SMTPSVC", "MSExchangeFrontEndTransport", "SmtpEvt"])
def test_capitals_of_the_provider_do_not_matter(name: str) -> None:
    assert [record.provider for record in records_of(reader(evtx_bytes([WrittenEvent(provider=name)])))] == [name]


@pytest.mark.parametrize(
    ("number", "level"),
    [(0, "information"), (1, "critical"), (2, "error"), (3, "warning"), (4, "information"), (5, "verbose"), (16, None)],
)
def test_a_level_number_becomes_a_word(number: int, level: str | None) -> None:
    assert [record.level for record in records_of(reader(evtx_bytes([WrittenEvent(level=number)])))] == [level]


def test_a_sound_log_has_no_problem() -> None:
    assert problems_of(reader(evtx_bytes(many_events(600, ours_every=4)))) == []


def test_batches_hold_about_two_thousand_records_and_progress_never_goes_back() -> None:
    data = evtx_bytes([WrittenEvent(strings=("1",))] * 5_000)
    batches = list(reader(data).batches())
    progress = [batch.bytes_read for batch in batches]
    assert len(batches) >= 3
    assert progress == sorted(progress)
    assert {batch.bytes_total for batch in batches} == {len(data)}
    assert progress[-1] == len(data)


class WatchedSource(MemorySource):
    """Keeps the streams it gave out."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.streams: list[BinaryIO] = []

    def open(self) -> BinaryIO:
        self.streams.append(super().open())
        return self.streams[-1]


def test_closing_the_generator_closes_the_file() -> None:
    source = WatchedSource(evtx_bytes([WrittenEvent(strings=("1",))] * 5_000))
    batches = EvtxReader(source, ReadOptions()).batches()
    next(batches)
    assert not source.streams[0].closed
    batches.close()  # type: ignore[attr-defined]
    assert source.streams[0].closed


def test_nothing_is_opened_before_the_first_batch() -> None:
    source = WatchedSource(evtx_bytes([]))
    EvtxReader(source, ReadOptions()).batches()
    assert source.streams == []


def test_a_file_is_recognised_by_its_first_eight_bytes() -> None:
    assert EvtxReader.sniff(evtx_bytes([])[:64])
    assert not EvtxReader.sniff(b"ElfChnk\0" + bytes(100))
    assert not EvtxReader.sniff(b"")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "the file is empty"),
        (b"PK\3\4" + bytes(5_000), "the first eight bytes are not ElfFile"),
        (evtx_bytes([])[:100], "in the middle of its header"),
    ],
    ids=["empty", "another format", "cut off in the header"],
)
def test_a_file_that_is_no_log_is_refused_with_place_reason_and_remedy(data: bytes, what: str) -> None:
    with pytest.raises(LogError) as caught:
        list(reader(data).batches())
    assert what in caught.value.what
    assert "Application.evtx" in caught.value.where
    assert caught.value.remedy


def test_a_log_without_a_chunk_is_empty_and_says_so() -> None:
    (problem,) = problems_of(reader(evtx_bytes([])))
    assert problem.outcome == "noted"
    assert "empty" in problem.reason


@both_ways
def test_chunks_kept_in_reserve_are_no_problem(quick: bool) -> None:
    data = evtx_bytes(many_events(50, ours_every=2)) + bytes(3 * CHUNK_SIZE)
    assert problems_of(reader(data, quick=quick)) == []
    assert len(records_of(reader(data, quick=quick))) == 25


class FailingStream(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 0:
            raise OSError(5, "Input/output error")
        return super().read(size)

    def readinto(self, buffer: Buffer, /) -> int:
        data = self.read(len(memoryview(buffer)))
        memoryview(buffer)[: len(data)] = data
        return len(data)


def test_a_disk_that_fails_becomes_a_problem() -> None:
    source = MemorySource(evtx_bytes(many_events(50, ours_every=2)))
    source.open = lambda: FailingStream(source.data)  # type: ignore[method-assign]
    problems = problems_of(EvtxReader(source, ReadOptions()))
    assert [(problem.outcome, problem.reason) for problem in problems] == [
        ("skipped", "Reading stopped: Input/output error")
    ]


def test_raw_gives_the_event_as_xml() -> None:
    event = WrittenEvent(strings=("a&b", "", "<c>"), time=datetime(2026, 3, 1, 8, tzinfo=UTC))
    log = reader(evtx_bytes([WrittenEvent(provider="ESE"), event]))
    assert log.raw(records_of(log)[0].offset).splitlines() == [
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">',
        "  <System>",
        '    <Provider Name="MSExchangeTransport"/>',
        '    <EventID Qualifiers="32772">7002</EventID>',
        "    <Level>3</Level>",
        "    <Task>2</Task>",
        "    <Keywords>0x80000000000000</Keywords>",
        '    <TimeCreated SystemTime="2026-03-01T08:00:00.000000Z"/>',
        "    <EventRecordID>2</EventRecordID>",
        "    <Channel>Application</Channel>",
        "    <Computer>EXCH01.example.com</Computer>",
        "    <Security/>",
        "  </System>",
        "  <EventData>",
        "    <Data>a&amp;b</Data>",
        "    <Data/>",
        "    <Data>&lt;c&gt;</Data>",
        "  </EventData>",
        "</Event>",
    ]


@pytest.mark.parametrize("offset", [0, 4_096, 4_097, 5_000, 69_631, 69_632, 10**9, -1])
def test_raw_of_a_place_without_a_record_says_so(offset: int) -> None:
    text = reader(evtx_bytes([WrittenEvent(strings=SIX_STRINGS)])).raw(offset)
    assert f"{offset:#x}" in text
    assert "<Event" not in text
