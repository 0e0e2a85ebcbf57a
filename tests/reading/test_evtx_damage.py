"""Damaged .evtx files, each made of a sound one at a named byte: what is read, and what is said of the rest."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection

import pytest

from smtpscope.errors import Problem
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import EventRecord, ReadOptions
from support.evtx_events import many_events, places_of
from support.evtx_writer import CHUNK_SIZE, FILE_HEADER_SIZE, WrittenEvent, evtx_bytes
from support.memory_source import MemorySource, problems_of, records_of

# Three chunks, every second record ours.
LOG = evtx_bytes(many_events(500, ours_every=2))
PLACES = places_of(LOG)
CHUNKS = (len(LOG) - FILE_HEADER_SIZE) // CHUNK_SIZE

_FREE_OFFSET = 48
_DATA_CHECKSUM = 52
_FLAGS = 120
_HEADER_CHECKSUM = 124


def reader(data: bytes | bytearray, *, quick: bool = True) -> EvtxReader:
    return EvtxReader(MemorySource(bytes(data), "a.evtx"), ReadOptions(), quick=quick)


def ids(records: list[EventRecord]) -> list[int]:
    return [record.record_id or 0 for record in records]


def ours(ids_lost: Collection[int] = ()) -> list[int]:
    """The numbers of our records in LOG, without some."""
    return [number for number in range(1, 501, 2) if number not in ids_lost]


def flat(problems: list[Problem]) -> list[tuple[str, str, int | None]]:
    return [(problem.outcome, problem.place, problem.records) for problem in problems]


def counted(data: bytes | bytearray) -> int:
    return sum(len(batch.records) + batch.unrelated_records for batch in reader(data).batches())


def chunk_start(number: int) -> int:
    return FILE_HEADER_SIZE + number * CHUNK_SIZE


def chunk_of(byte: int) -> int:
    return (byte - FILE_HEADER_SIZE) // CHUNK_SIZE


def place_of(record_id: int) -> int:
    """The byte at which that record begins in LOG."""
    return next(at for at, place in PLACES if place.record_id == record_id)


def with_sound_checksums(data: bytearray) -> bytearray:
    """The same with the checksums of its chunks made right, as if Windows itself had written the damage."""
    for start in range(FILE_HEADER_SIZE, len(data), CHUNK_SIZE):
        (end,) = struct.unpack_from("<I", data, start + _FREE_OFFSET)
        struct.pack_into("<I", data, start + _DATA_CHECKSUM, zlib.crc32(data[start + 512 : start + end]))
        header = data[start : start + 120] + data[start + 128 : start + 512]
        struct.pack_into("<I", data, start + _HEADER_CHECKSUM, zlib.crc32(header))
    return data


def test_the_log_to_damage_is_sound_and_has_three_chunks() -> None:
    assert CHUNKS == 3
    assert (ids(records_of(reader(LOG))), problems_of(reader(LOG)), counted(LOG)) == (ours(), [], 500)


def test_a_record_of_size_zero_and_all_behind_it_are_read() -> None:
    data = bytearray(LOG)
    at = place_of(51)
    data[at + 4 : at + 8] = bytes(4)
    assert ids(records_of(reader(data))) == ours()
    assert counted(data) == 500
    assert flat(problems_of(reader(data))) == [("noted", "chunk 0", None), ("recovered", "chunk 0, record 51", 1)]


def test_a_destroyed_record_header_costs_one_record() -> None:
    data = bytearray(LOG)
    at = place_of(51)
    data[at : at + 4] = b"\xff\xff\xff\xff"
    assert ids(records_of(reader(data))) == ours({51})
    assert counted(data) == 499
    skipped = [problem for problem in problems_of(reader(data)) if problem.outcome == "skipped"]
    assert [problem.records for problem in skipped] == [1]
    assert "holds no record header" in skipped[0].reason


def test_a_page_that_was_never_written_is_told_with_the_number_of_lost_records() -> None:
    data = bytearray(LOG)
    start, stop = place_of(21), place_of(41)
    data[start:stop] = bytes(stop - start)
    assert ids(records_of(reader(data))) == ours(set(range(21, 41)))
    (problem,) = [problem for problem in problems_of(reader(data)) if problem.outcome == "skipped"]
    assert problem.reason == "This part of the chunk was never written to disk"
    assert problem.records == 20


def test_a_torn_record_is_read_and_marked_as_doubtful() -> None:
    data = bytearray(LOG)
    # The record's last bytes and all that follows in its page are zeros.
    stop = place_of(41)
    data[stop - 4 : place_of(60)] = bytes(place_of(60) - stop + 4)
    torn = [problem for problem in problems_of(reader(data)) if problem.place == "chunk 0, record 40"]
    assert [(problem.outcome, "may be incomplete" in problem.reason) for problem in torn] == [("noted", True)]


def test_a_destroyed_chunk_header_costs_no_record() -> None:
    data = bytearray(LOG)
    data[chunk_start(1) : chunk_start(1) + 512] = bytes(512)
    assert ids(records_of(reader(data))) == ours()
    assert counted(data) == 500
    (problem,) = problems_of(reader(data))
    assert problem.outcome == "recovered"
    assert problem.place.startswith("chunk 1, records ")
    assert problem.records == sum(chunk_of(at) == 1 for at, _ in PLACES)


def test_a_chunk_of_garbage_is_skipped_and_the_others_are_read() -> None:
    data = bytearray(LOG)
    data[chunk_start(1) : chunk_start(2)] = b"\x55" * CHUNK_SIZE
    lost = {place.record_id for at, place in PLACES if chunk_of(at) == 1}
    assert ids(records_of(reader(data))) == ours(lost)
    assert flat(problems_of(reader(data))) == [("skipped", "chunk 1", None)]


def test_binary_xml_that_nobody_understands_is_skipped_with_its_place() -> None:
    data = bytearray(LOG)
    at = place_of(51)
    # The number of values: more than there can be.
    values = at + 24 + 4 + 10
    data[values : values + 4] = b"\xff\xff\xff\x7f"
    assert ids(records_of(reader(data))) == ours({51})
    checksum, problem = problems_of(reader(data))
    assert checksum.outcome == "noted"
    assert (problem.outcome, problem.place, problem.records) == ("skipped", "chunk 0, record 51", 1)
    assert problem.reason.startswith("Neither decoder can read it: ")


def test_damage_that_the_checksum_covers_is_found_too() -> None:
    data = bytearray(LOG)
    at = place_of(51)
    data[at + 4 : at + 8] = bytes(4)
    with_sound_checksums(data)
    assert ids(records_of(reader(data))) == ours()
    assert flat(problems_of(reader(data))) == [("recovered", "chunk 0, record 51", 1)]


@pytest.mark.parametrize("quick", [True, False], ids=["quick", "thorough"])
@pytest.mark.parametrize("cut", range(0, CHUNK_SIZE, 9_001))
def test_a_file_that_ends_in_the_middle_of_a_chunk_is_read_up_to_there(cut: int, quick: bool) -> None:
    data = LOG[: chunk_start(2) + cut]
    whole = {place.record_id for at, place in PLACES if at + place.size <= len(data)}
    assert ids(records_of(reader(data, quick=quick))) == [number for number in ours() if number in whole]
    skipped = [problem for problem in problems_of(reader(data, quick=quick)) if problem.outcome == "skipped"]
    assert skipped
    assert any("ends" in problem.reason for problem in skipped)


def test_missing_chunks_are_told_from_the_header() -> None:
    (problem,) = problems_of(reader(LOG[: chunk_start(2)]))
    assert problem == Problem(
        "a.evtx", "file header", "The header counts 3 chunks, the file ends after 2: 1 are missing", "skipped"
    )


def test_a_counted_chunk_of_zeros_is_missed() -> None:
    data = bytearray(LOG)
    data[chunk_start(1) : chunk_start(2)] = bytes(CHUNK_SIZE)
    (problem,) = problems_of(reader(data))
    assert (problem.place, problem.outcome) == ("file header", "skipped")
    assert "1 of them were never written" in problem.reason


def with_header(**fields: int) -> bytearray:
    data = bytearray(LOG)
    if "chunk_count" in fields:
        struct.pack_into("<H", data, 42, fields["chunk_count"])
    struct.pack_into("<I", data, _FLAGS, fields.get("flags", 0))
    struct.pack_into("<I", data, _HEADER_CHECKSUM, zlib.crc32(data[:120]) ^ fields.get("wrong", 0))
    return data


def test_a_log_that_was_not_closed_is_read_beyond_what_its_header_counts() -> None:
    data = with_header(chunk_count=1, flags=1)
    assert ids(records_of(reader(data))) == ours()
    assert [problem.outcome for problem in problems_of(reader(data))] == ["noted", "noted"]
    reasons = " ".join(problem.reason for problem in problems_of(reader(data)))
    assert "not closed properly" in reasons
    assert "counts 1 chunks, 3 hold records" in reasons


def test_a_wrong_checksum_of_the_file_header_is_noted() -> None:
    (problem,) = problems_of(reader(with_header(wrong=1)))
    assert (problem.outcome, problem.reason) == ("noted", "The checksum of the file header is wrong")


def test_a_wrong_checksum_of_a_chunk_header_is_noted_and_nothing_is_lost() -> None:
    data = bytearray(LOG)
    data[chunk_start(1) + 60] ^= 1
    assert ids(records_of(reader(data))) == ours()
    assert flat(problems_of(reader(data))) == [("noted", "chunk 1", None)]


def test_checksums_that_are_switched_off_are_noted_once_and_not_compared() -> None:
    data = with_header(flags=4)
    for number in range(CHUNKS):
        struct.pack_into("<I", data, chunk_start(number) + _DATA_CHECKSUM, 0)
        struct.pack_into("<I", data, chunk_start(number) + _HEADER_CHECKSUM, 0)
    assert ids(records_of(reader(data))) == ours()
    assert counted(data) == 500
    (problem,) = problems_of(reader(data))
    assert "turned off" in problem.reason


def test_without_checksums_a_broken_record_is_found_all_the_same() -> None:
    data = with_header(flags=4)
    at = place_of(52)
    data[at + 4 : at + 8] = bytes(4)
    assert counted(data) == 500
    assert ("recovered", "chunk 0, record 52", 1) in flat(problems_of(reader(data)))


def test_an_unknown_format_version_is_noted_and_read() -> None:
    data = bytearray(LOG)
    struct.pack_into("<H", data, 38, 4)
    struct.pack_into("<I", data, _HEADER_CHECKSUM, zlib.crc32(data[:120]))
    assert ids(records_of(reader(data))) == ours()
    (problem,) = problems_of(reader(data))
    assert "4.1" in problem.reason


def test_tables_that_lead_in_circles_do_not_stop_the_reader() -> None:
    data = bytearray(LOG)
    start = chunk_start(0)
    for table, count in ((128, 64), (384, 32)):
        for index in range(count):
            (offset,) = struct.unpack_from("<I", data, start + table + 4 * index)
            if offset:
                struct.pack_into("<I", data, start + offset, offset)
    assert counted(data) == 500
    assert ids(records_of(reader(data))) == ours()
    log = reader(data)
    assert "<Event" in log.raw(place_of(51))


def test_old_records_behind_the_end_of_a_chunk_are_not_read() -> None:
    written = many_events(10, ours_every=2)
    data = bytearray(evtx_bytes(written))
    (end,) = struct.unpack_from("<I", data, chunk_start(0) + _FREE_OFFSET)
    at, place = places_of(bytes(data))[-2]
    stale = data[at : at + place.size]
    data[chunk_start(0) + end : chunk_start(0) + end + len(stale)] = stale
    assert counted(data) == 10
    assert problems_of(reader(data)) == []


def test_an_event_stored_in_a_template_of_another_with_the_same_guid_is_not_lost() -> None:
    # A program that writes logs may give all its templates one GUID; Windows never does.
    written = [WrittenEvent(provider="ESE", strings=("x",)), WrittenEvent(strings=("ours",))]
    data = bytearray(evtx_bytes(written))
    first, second = (at + 38 for at, _ in places_of(bytes(data)))
    data[second + 4 : second + 20] = data[first + 4 : first + 20]
    with_sound_checksums(data)
    assert [record.strings for record in records_of(reader(data))] == [("ours",)]
    assert counted(data) == 2
