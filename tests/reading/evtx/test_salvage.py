"""Records behind the last one of a chunk: no events of the log, unless they are asked for."""

from __future__ import annotations

from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import EventRecord, ReadOptions
from support.changed import replace
from support.evtx_events import cut_behind, many_events, places_of
from support.evtx_writer import FILE_HEADER_SIZE, FIRST_RECORD, WrittenEvent, evtx_bytes
from support.memory_source import MemorySource

LIVE = evtx_bytes(many_events(40, ours_every=1))
PLACES = places_of(LIVE)


def records(data: bytes, *, salvage: bool) -> list[EventRecord]:
    reader = EvtxReader(MemorySource(data), ReadOptions(salvage=salvage))
    return [record for batch in reader.batches() for record in batch.records]


def test_what_lies_behind_the_last_record_is_no_event() -> None:
    assert [record.record_id for record in records(cut_behind(LIVE, 30), salvage=False)] == list(range(1, 31))


def test_with_salvage_it_is_read_too_and_marked() -> None:
    found = records(cut_behind(LIVE, 30), salvage=True)
    assert [record.record_id for record in found] == list(range(1, 41))
    assert [record.salvaged for record in found] == [False] * 30 + [True] * 10
    assert [replace(record, salvaged=False) for record in found] == records(LIVE, salvage=False)


def test_a_record_that_is_still_in_the_log_is_not_salvaged_from_its_copy() -> None:
    data = bytearray(LIVE)
    at, offset = PLACES[5]
    end = PLACES[-1][0] + PLACES[-1][1].size
    data[end : end + offset.size] = data[at : at + offset.size]
    assert records(bytes(data), salvage=True) == records(LIVE, salvage=False)


def test_a_template_that_was_written_over_is_known_by_its_name_from_elsewhere() -> None:
    data = bytearray(evtx_bytes([WrittenEvent(provider="ESE", strings=("x",))] * 150 + many_events(150, ours_every=1)))
    lost = [record for record in records(bytes(data), salvage=False) if record.offset > FILE_HEADER_SIZE + 65_536]
    second = FILE_HEADER_SIZE + 65_536
    first_of_second = next(at for at, _ in places_of(bytes(data)) if at >= second)
    keep = next(offset.size for at, offset in places_of(bytes(data)) if at == first_of_second)
    # The second chunk was begun anew with one record of another log, which lies on the template of the others.
    other = evtx_bytes([WrittenEvent(provider="ESE", strings=("y" * (keep // 2),))], first_record_id=900)
    size = places_of(other)[0][1].size
    data[second : second + FIRST_RECORD + size] = other[FILE_HEADER_SIZE : FILE_HEADER_SIZE + FIRST_RECORD + size]
    found = [record for record in records(bytes(data), salvage=True) if record.salvaged]
    assert found
    expected = {record.record_id: record for record in lost}
    assert all(replace(record, salvaged=False) == expected[record.record_id] for record in found)


def test_records_of_others_and_pieces_of_records_are_left_where_they_are() -> None:
    data = bytearray(cut_behind(evtx_bytes(many_events(40, ours_every=40)), 20))
    end = next(at for at, offset in places_of(evtx_bytes(many_events(40, ours_every=40))) if offset.record_id == 21)
    data[end + 8] ^= 0xFF
    assert [record.salvaged for record in records(bytes(data), salvage=True)] == [False]
