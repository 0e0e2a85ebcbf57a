"""The files that our writer makes are read alike by three readers that know nothing of each other."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from typing import Any

import pyevtx
import pytest
from evtx import PyEvtxParser
from Evtx.Evtx import ChunkHeader, FileHeader

from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import ReadOptions
from support.evtx_events import SIX_STRINGS, chunks_of, many_events
from support.evtx_writer import CHUNK_SIZE, ChunkWriter, WrittenEvent, evtx_bytes
from support.memory_source import MemorySource, records_of

_NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"

EVENTS = [
    WrittenEvent(strings=SIX_STRINGS),
    WrittenEvent(strings=("", "", "x", ""), provider="smtpsvc", event_id=4000, level=2),
    WrittenEvent(strings=("Ā\u0a00 Ġ", "\U0001f600 \U00010400", "a&b <c> \"d\" 'e'"), computer="EXCH02.example.com"),
    WrittenEvent(strings=("with data",), binary=bytes(range(40))),
    WrittenEvent(strings=("x" * 20_000, "end")),
    WrittenEvent(strings=("named", "", "values"), form="manifest"),
    WrittenEvent(provider="ESE", event_id=101, strings=("other",), time=datetime(2004, 2, 29, 23, 59, 59, tzinfo=UTC)),
]


@pytest.fixture(scope="module")
def data() -> bytes:
    return evtx_bytes(EVENTS, first_record_id=41_000)


def test_the_fast_decoder_reads_every_string(data: bytes) -> None:
    found = []
    for record in PyEvtxParser(io.BytesIO(data), indent=False).records():
        assert record is not None
        event = ElementTree.fromstring(record["data"])
        found.append(tuple(element.text or "" for element in event.iter(f"{_NAMESPACE}Data")))
    assert found == [event.strings for event in EVENTS]


def test_libevtx_reads_every_string(data: bytes) -> None:
    file = pyevtx.file()
    file.open_file_object(io.BytesIO(data))
    records = [file.get_record(index) for index in range(file.get_number_of_records())]
    found = [tuple(record.get_string(at) or "" for at in range(record.get_number_of_strings())) for record in records]
    # libevtx takes the content of the Binary element for one more string.
    expected = [event.strings + ((event.binary.hex().upper(),) if event.binary else ()) for event in EVENTS]
    assert found == expected
    assert [record.get_source_name() for record in records] == [event.provider for event in EVENTS]
    assert [record.get_identifier() for record in records] == list(range(41_000, 41_000 + len(EVENTS)))


def test_python_evtx_finds_headers_checksums_and_records_in_order(data: bytes) -> None:
    assert FileHeader(data, 0).verify()
    numbers: list[Any] = []
    for start, _ in chunks_of(data):
        chunk = ChunkHeader(data, start)
        assert chunk.verify()
        numbers.extend(record.record_num() for record in chunk.records() if record.verify())
    assert numbers == list(range(41_000, 41_000 + len(EVENTS)))


def test_python_evtx_renders_plain_events_as_xml(data: bytes) -> None:
    record = next(ChunkHeader(data, chunks_of(data)[0][0]).records())
    event = ElementTree.fromstring(record.xml())
    assert event.findtext(f"{_NAMESPACE}System/{_NAMESPACE}EventID") == "7002"


def test_our_reader_finds_what_was_written(data: bytes) -> None:
    found = records_of(EvtxReader(MemorySource(data), ReadOptions()))
    written = [event for event in EVENTS if event.provider != "ESE"]
    assert [record.strings for record in found] == [event.strings for event in written]
    assert [(record.provider, record.event_id, record.computer) for record in found] == [
        (event.provider, event.event_id, event.computer) for event in written
    ]


def test_a_template_has_the_same_guid_in_every_chunk() -> None:
    data = evtx_bytes(many_events(700, ours_every=2))
    guids = []
    for start, chunk in chunks_of(data):
        offsets = [ChunkHeader(data, start).unpack_dword(0x180 + 4 * at) for at in range(32)]
        guids.append({chunk[offset + 4 : offset + 20] for offset in offsets if offset})
    assert len(guids) > 2
    assert all(each == guids[0] for each in guids)


def test_an_event_that_does_not_fit_is_left_to_the_next_chunk() -> None:
    writer = ChunkWriter(1)
    long = WrittenEvent(strings=("x" * 20_000,))
    assert writer.add(long, 1)
    assert not writer.add(long, 2)
    before = writer.finish()
    assert len(before) == CHUNK_SIZE
    assert writer.count == 1


def test_the_same_events_give_the_same_bytes() -> None:
    assert evtx_bytes(EVENTS) == evtx_bytes(EVENTS)
