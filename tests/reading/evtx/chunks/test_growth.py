"""An .evtx that grows while it is read: each record is handed out once, whenever it was written."""

from __future__ import annotations

import struct

import pytest

from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import Batch, EventRecord, ReadOptions
from support.evtx_events import many_events, places_of
from support.evtx_writer import CHUNK_SIZE, FILE_HEADER_SIZE, evtx_bytes
from support.memory_source import MemorySource

LOG = evtx_bytes(many_events(700, ours_every=2))


class Growing:
    """A log in memory and its reader; `grow` gives the log its next form."""

    def __init__(self, data: bytes, *, growing: bool = True) -> None:
        self.source = MemorySource(data)
        self.reader = EvtxReader(self.source, ReadOptions(growing=growing))
        self.unrelated_records = 0
        self.problems: list[str] = []
        self.records = self._taken(list(self.reader.batches()))

    def grow(self, data: bytes) -> list[EventRecord]:
        self.source.data = data
        new = self._taken(list(self.reader.read_new()))
        self.records += new
        return new

    def _taken(self, batches: list[Batch]) -> list[EventRecord]:
        self.unrelated_records += sum(batch.unrelated_records for batch in batches)
        self.problems += [problem.reason for batch in batches for problem in batch.problems]
        return [record for batch in batches for record in batch.records]


def whole(data: bytes) -> list[EventRecord]:
    return [record for batch in EvtxReader(MemorySource(data), ReadOptions()).batches() for record in batch.records]


def with_records(count: int) -> bytes:
    """The log as it was when it had so many records."""
    return evtx_bytes(many_events(count, ours_every=2))


@pytest.mark.parametrize("counts", [(1, 2, 3), (100, 101, 170), (10, 400, 700), (700, 700), (190, 600)])
def test_each_record_is_handed_out_once(counts: tuple[int, ...]) -> None:
    log = Growing(with_records(counts[0]))
    for count in counts[1:]:
        log.grow(with_records(count))
    assert log.records == whole(with_records(counts[-1]))
    assert log.unrelated_records == counts[-1] - len(log.records)
    assert log.problems == []


def test_nothing_is_handed_out_while_nothing_is_added() -> None:
    log = Growing(LOG)
    assert log.grow(LOG) == []
    assert log.unrelated_records == 350


def test_a_copy_that_arrives_byte_by_byte_is_read_chunk_by_chunk() -> None:
    log = Growing(LOG[: FILE_HEADER_SIZE + 300])
    for size in range(FILE_HEADER_SIZE + 300, len(LOG), 30_011):
        log.grow(LOG[:size])
    log.grow(LOG)
    assert log.records == whole(LOG)
    assert log.unrelated_records == 350
    assert log.problems == []


def test_a_log_that_was_cut_off_at_first_is_read_on_without_a_record_twice() -> None:
    log = Growing(LOG[: FILE_HEADER_SIZE + CHUNK_SIZE + 30_000], growing=False)
    log.grow(LOG)
    assert log.records == whole(LOG)
    assert log.unrelated_records == 350


def test_chunks_of_zeros_in_reserve_are_read_when_they_are_filled() -> None:
    reserve = bytes(3 * CHUNK_SIZE)
    log = Growing(with_records(100) + reserve)
    log.grow(with_records(700))
    assert log.records == whole(LOG)


def test_a_log_that_was_begun_anew_is_read_from_its_beginning() -> None:
    log = Growing(LOG)
    again = evtx_bytes(many_events(20, ours_every=2), first_record_id=5_000)
    assert log.grow(again) == whole(again)


def test_a_shorter_file_is_another_log() -> None:
    log = Growing(LOG)
    shorter = with_records(30)
    assert log.grow(shorter) == whole(shorter)


def test_a_header_that_is_written_before_its_records_is_no_loss() -> None:
    at, offset = places_of(LOG)[-1]
    unfinished = bytearray(LOG)
    unfinished[at : at + offset.size] = bytes(offset.size)
    log = Growing(bytes(unfinished))
    before = {record.record_id for record in log.records}
    log.grow(LOG)
    assert {record.record_id for record in log.records} == before | {record.record_id for record in whole(LOG)}
    assert struct.unpack_from("<Q", LOG, at + 8)[0] == 700


def test_a_damaged_chunk_at_the_end_is_read_and_told_once() -> None:
    damaged = bytearray(LOG)
    last = FILE_HEADER_SIZE + (len(LOG) - FILE_HEADER_SIZE) // CHUNK_SIZE * CHUNK_SIZE - CHUNK_SIZE
    damaged[last : last + 8] = b"ElfChnx\0"
    log = Growing(bytes(damaged), growing=False)
    told, others = list(log.problems), log.unrelated_records
    assert told
    for _ in range(3):
        assert log.grow(bytes(damaged)) == []
    assert log.problems == told
    assert log.unrelated_records == others


@pytest.mark.parametrize("bytes_there", [3, 8, 60, 511])
def test_a_log_that_was_cut_off_in_the_header_of_a_chunk_is_read_on(bytes_there: int) -> None:
    log = Growing(LOG[: FILE_HEADER_SIZE + CHUNK_SIZE + bytes_there], growing=False)
    log.grow(LOG)
    assert log.records == whole(LOG)
    assert log.unrelated_records == 350
