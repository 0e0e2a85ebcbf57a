from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.log_span import LogSpan, merge_spans
from smtpscope.reading.record import ReadOptions
from support.evtx_events import chunks_of, many_events, places_of
from support.evtx_writer import CHUNK_SIZE, FILE_HEADER_SIZE, WrittenEvent, evtx_bytes, filetime
from support.memory_source import MemorySource

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
NO_CHECKSUMS = 0x4


def ms(time: datetime) -> int:
    return int(time.timestamp()) * 1_000


def covered(data: bytes, *, quick: bool = True) -> LogSpan | None:
    span = None
    for batch in EvtxReader(MemorySource(data), ReadOptions(), quick=quick).batches():
        span = merge_spans(span, batch.span)
    return span


def quiet_log(*, flags: int = 0) -> bytes:
    """Records of others only, one a second, in several chunks."""
    return evtx_bytes(many_events(1_000, ours_every=2_000)[1:], flags=flags)


@pytest.mark.parametrize("quick", [True, False])
def test_a_log_covers_the_records_of_others(quick: bool) -> None:
    log = evtx_bytes([WrittenEvent(provider="ESE", time=FIRST - timedelta(days=3)), *many_events(900, ours_every=300)])
    assert covered(log, quick=quick) == LogSpan(ms(FIRST - timedelta(days=3)), ms(FIRST + timedelta(seconds=899)))


@pytest.mark.parametrize("flags", [0, NO_CHECKSUMS])
def test_a_log_of_nothing_of_ours_has_a_span(flags: int) -> None:
    log = evtx_bytes(many_events(5, ours_every=9)[1:], flags=flags)
    assert covered(log) == LogSpan(ms(FIRST + timedelta(seconds=1)), ms(FIRST + timedelta(seconds=4)))


def with_time(log: bytes, number: int, time: datetime, *, sealed: bool = False) -> bytes:
    """`log` with another time in the header of its record `number`; `sealed` makes the checksum right again."""
    changed = bytearray(log)
    at = places_of(log)[number][0]
    struct.pack_into("<Q", changed, at + 16, filetime(time))
    if sealed:
        start = FILE_HEADER_SIZE + (at - FILE_HEADER_SIZE) // CHUNK_SIZE * CHUNK_SIZE
        (end,) = struct.unpack_from("<I", changed, start + 48)
        struct.pack_into("<I", changed, start + 52, zlib.crc32(changed[start + 512 : start + end]))
        header = changed[start : start + 120] + changed[start + 128 : start + 512]
        struct.pack_into("<I", changed, start + 124, zlib.crc32(header))
    return bytes(changed)


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize(("number", "year"), [(-1, 2061), (-1, 1999), (0, 1999), (0, 2061), (-1, 2201)])
def test_a_damaged_time_does_not_make_a_log_years_longer(quick: bool, number: int, year: int) -> None:
    log = quiet_log()
    damaged = with_time(log, number, datetime(year, 1, 1, tzinfo=UTC))
    span, whole = covered(damaged, quick=quick), covered(log)
    assert span is not None
    assert whole is not None
    assert whole.first_ms <= span.first_ms < span.last_ms <= whole.last_ms


@pytest.mark.parametrize("quick", [True, False])
def test_a_server_that_was_silent_for_years_has_a_log_of_years(quick: bool) -> None:
    log = with_time(quiet_log(), -1, datetime(2031, 1, 1, tzinfo=UTC), sealed=True)
    span = covered(log, quick=quick)
    assert span is not None
    assert span.last_ms == ms(datetime(2031, 1, 1, tzinfo=UTC))


def test_a_chunk_whose_last_record_is_not_where_its_header_says_has_the_time_of_its_first() -> None:
    log = bytearray(quiet_log(flags=NO_CHECKSUMS))
    for start, _ in chunks_of(bytes(log)):
        struct.pack_into("<I", log, start + 44, 40_000)
    span = covered(bytes(log))
    assert span is not None
    assert span.first_ms == ms(FIRST + timedelta(seconds=1))


def test_any_place_of_the_last_record_is_survived() -> None:
    random = np.random.default_rng(7010)
    log = bytearray(quiet_log(flags=NO_CHECKSUMS))
    for offset in [0, 511, 65_508, 65_509, 65_535, 1 << 31, (1 << 32) - 1, *random.integers(0, 1 << 32, 8).tolist()]:
        struct.pack_into("<I", log, FILE_HEADER_SIZE + 44, offset)
        assert covered(bytes(log)) is not None


def test_what_is_added_to_a_log_makes_it_longer() -> None:
    events = many_events(40, ours_every=50)
    source = MemorySource(evtx_bytes(events[:30]))
    reader = EvtxReader(source, ReadOptions())
    list(reader.batches())
    source.data = evtx_bytes(events)
    spans = [batch.span for batch in reader.read_new()]
    assert spans[-1] is not None
    assert spans[-1].last_ms == ms(FIRST + timedelta(seconds=39))
