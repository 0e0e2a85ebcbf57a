"""A chunk on which the fast decoder had to be stopped: the second one reads it, and the chunk is named."""

from __future__ import annotations

from smtpscope.errors import Problem
from smtpscope.reading.evtx.chunks.chunk import ChunkReader
from smtpscope.reading.evtx.decoding.chunk_decoder import DecoderStoppedError, FileDecoder
from smtpscope.reading.evtx.decoding.decoder_frames import Decoded
from smtpscope.reading.evtx.evtx_file import Chunk
from smtpscope.reading.explaining import NO_SOURCES, EventSources
from support.evtx_events import chunks_of, many_events, places_of
from support.evtx_writer import FILE_HEADER_SIZE, evtx_bytes

LOG = evtx_bytes(many_events(40, ours_every=2))
CHUNK = Chunk(3, 1_000, chunks_of(LOG)[0][1])


class Stopped:
    def records(self, chunk: bytes, seconds: float, sources: EventSources = NO_SOURCES) -> list[Decoded]:
        raise DecoderStoppedError("The fast decoder did not answer within 3 s")


def reader() -> ChunkReader:
    return ChunkReader("a.evtx", has_checksums=True, decoder=FileDecoder(Stopped()))


def test_all_records_are_the_same_as_from_the_fast_decoder() -> None:
    fast = ChunkReader("a.evtx", has_checksums=True).read(CHUNK)
    second = reader().read(CHUNK)
    assert second.records == fast.records
    assert second.unrelated_records == fast.unrelated_records == 20
    assert fast.problems == []


def test_the_problem_names_chunk_and_reason() -> None:
    reason = "The fast decoder did not answer within 3 s; the second one read record by record"
    assert reader().read(CHUNK).problems == [Problem("a.evtx", "chunk 3", reason, "recovered", 40)]


def test_it_is_told_for_some_chunks_and_not_for_thousands() -> None:
    whole = reader()
    told = [len(whole.read(CHUNK).problems) for _ in range(50)]
    assert told == [1] * 6 + [0] * 44


def test_a_record_that_the_second_one_can_not_read_is_listed_with_its_place() -> None:
    data = bytearray(LOG)
    at = next(at for at, place in places_of(LOG) if place.record_id == 11)
    data[at + 24 + 4 + 10 : at + 24 + 4 + 14] = b"\xff\xff\xff\x7f"
    read = reader().read(Chunk(0, FILE_HEADER_SIZE, bytes(data[FILE_HEADER_SIZE : FILE_HEADER_SIZE + 65_536])))
    (lost,) = [problem for problem in read.problems if problem.outcome == "skipped"]
    assert lost.place == "chunk 0, record 11"
    assert lost.reason.startswith("The second decoder can't read it: ")
    assert len(read.records) + read.unrelated_records == 39
