"""The quick way through a log gives the same as decoding every record, and as a decoder that shares nothing with it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtpscope.errors import Problem
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.evtx.templates.fallback_decoder import FallbackDecoder
from smtpscope.reading.record import EventRecord, ReadOptions
from smtpscope.reading.windows_event import event_element
from support.evtx_events import chunks_of, logs, many_events, places_of
from support.evtx_writer import CHUNK_SIZE, FILE_HEADER_SIZE, EventForm, WrittenEvent, evtx_bytes
from support.memory_source import MemorySource
from support.related_samples import RELATED

Reading = tuple[list[EventRecord], int, list[Problem]]


def read(data: bytes, *, quick: bool) -> Reading:
    records: list[EventRecord] = []
    others = 0
    problems: list[Problem] = []
    for batch in EvtxReader(MemorySource(data), ReadOptions(), quick=quick).batches():
        records += batch.records
        others += batch.unrelated_records
        problems += batch.problems
    return records, others, problems


def read_by_python_evtx(data: bytes) -> tuple[list[EventRecord], int]:
    readers = {start: FallbackDecoder(chunk) for start, chunk in chunks_of(data)}
    found = [
        event_element.event_record(
            readers[at - offset.offset].event(offset.offset), file="memory.log", offset=at, filetime=offset.filetime
        )
        for at, offset in places_of(data)
    ]
    records = [record for record in found if record is not None]
    return records, len(found) - len(records)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(logs(25))
def test_three_ways_give_the_same_records_in_the_same_order(written: list[WrittenEvent]) -> None:
    data = evtx_bytes(written)
    quick, thorough = read(data, quick=True), read(data, quick=False)
    assert quick == thorough
    assert quick[:2] == read_by_python_evtx(data)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([1, 2, 7, 50, 10**6]), min_size=1, max_size=3))
def test_chunks_of_any_density_give_the_same(densities: list[int]) -> None:
    written = [event for density in densities for event in many_events(400, ours_every=density)]
    data = evtx_bytes(written)
    assert read(data, quick=True) == read(data, quick=False)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_changed_byte_is_treated_alike(data: st.DataObject) -> None:
    log = bytearray(evtx_bytes(many_events(120, ours_every=2)))
    at = data.draw(st.integers(FILE_HEADER_SIZE, FILE_HEADER_SIZE + CHUNK_SIZE - 1))
    log[at] ^= data.draw(st.integers(1, 255))
    assert read(bytes(log), quick=True) == read(bytes(log), quick=False)


def test_a_log_of_others_is_counted_without_decoding() -> None:
    data = evtx_bytes(many_events(2_000, ours_every=10**6)[1:])
    assert read(data, quick=True) == ([], 1_999, [])


def test_malformed_utf16_keeps_its_place_as_a_replacement_character() -> None:
    data = evtx_bytes([WrittenEvent(strings=("mail\ud800.example.com", "x"))])
    assert [record.strings for record in read(data, quick=True)[0]] == [("mail\ufffd.example.com", "x")]


@pytest.mark.parametrize("form", ["classic", "manifest", "forwarded"])
@pytest.mark.parametrize("strings", [(), ("",)])
def test_one_empty_string_counts_as_none_in_every_way(form: EventForm, strings: tuple[str, ...]) -> None:
    data = evtx_bytes([WrittenEvent(strings=strings, form=form)])
    for records in (read(data, quick=True)[0], read(data, quick=False)[0], read_by_python_evtx(data)[0]):
        assert [record.strings for record in records] == [()]


def test_manifest_events_of_others_beside_ours_are_only_counted() -> None:
    others = [WrittenEvent(provider="ESE", form="manifest", strings=("x",))] * 5
    data = evtx_bytes([*others, WrittenEvent(form="manifest", strings=("ours",)), WrittenEvent(strings=("ours",))])
    records, count, problems = read(data, quick=True)
    assert ([record.strings for record in records], count, problems) == ([("ours",)] * 2, 5, [])


def test_many_different_sources_are_told_apart() -> None:
    written = [WrittenEvent(provider=f"Source {number}", strings=("x",)) for number in range(60)]
    written.insert(30, WrittenEvent(strings=("ours",)))
    data = evtx_bytes(written * 3)
    records, others, problems = read(data, quick=True)
    assert ([record.strings for record in records], others, problems) == ([("ours",)] * 3, 180, [])


@pytest.mark.parametrize("strings", [RELATED[2].strings, ()])
def test_a_forwarded_event_with_its_rendering_is_read_in_every_way(strings: tuple[str, ...]) -> None:
    related = RELATED[2]
    written = WrittenEvent(
        "MSExchangeTransport",
        related.event_id,
        strings,
        level=4,
        channel="ForwardedEvents",
        form="forwarded",
        rendered=related.sentence,
    )
    data = evtx_bytes([written])
    for records in (read(data, quick=True)[0], read(data, quick=False)[0], read_by_python_evtx(data)[0]):
        assert [(record.strings, record.message) for record in records] == [(strings, related.sentence)]
        exchange = SmtpExchangeParser().parse(records[0])
        assert exchange is not None
        assert (exchange.reply.code, exchange.connector, exchange.channel) == (550, "Internet", "ForwardedEvents")
