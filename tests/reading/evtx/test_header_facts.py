"""What an .evtx file says of itself."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime

import pytest

from smtpscope.errors import LogError
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import FileInformation, ReadOptions
from support.evtx_events import many_events
from support.evtx_writer import WrittenEvent, evtx_bytes
from support.memory_source import MemorySource


def information(data: bytes | bytearray) -> FileInformation:
    return EvtxReader(MemorySource(bytes(data), "a.evtx"), ReadOptions()).information()


def test_a_sound_log_tells_its_facts() -> None:
    data = evtx_bytes(many_events(500, ours_every=2), first_record_id=101)
    found = information(data)
    assert (found.path, found.size, found.warnings) == ("a.evtx", len(data), ())
    assert found.facts == (
        ("Version", "EVTX 3.1"),
        ("State", "closed properly"),
        ("Chunks", "3 (the header counts 3)"),
        ("Records", "101 to 600"),
        ("Oldest event", "2026-03-01 00:00:00 UTC"),
        ("Newest event", "2026-03-01 00:08:19 UTC"),
        ("Checksums", "file header agrees, 3 of 3 chunk headers agree"),
    )


def test_a_log_that_was_not_closed_and_is_full_warns() -> None:
    found = information(evtx_bytes([WrittenEvent()], flags=3))
    assert dict(found.facts)["State"] == "not closed properly, full"
    assert len(found.warnings) == 2


def test_checksums_that_are_off_are_told() -> None:
    found = information(evtx_bytes([WrittenEvent()], flags=4))
    assert dict(found.facts)["Checksums"] == "switched off"
    assert "turned off" in found.warnings[0]


def test_wrong_checksums_are_told() -> None:
    data = bytearray(evtx_bytes([WrittenEvent()]))
    data[124] ^= 1
    data[4_096 + 60] ^= 1
    assert dict(information(data).facts)["Checksums"] == "file header is wrong, 0 of 1 chunk headers agree"
    assert len(information(data).warnings) == 2


def test_missing_chunks_are_told() -> None:
    data = bytearray(evtx_bytes([WrittenEvent()]))
    struct.pack_into("<H", data, 42, 5)
    struct.pack_into("<I", data, 124, zlib.crc32(data[:120]))
    assert information(data).warnings == ("The header counts 5 chunks, 1 are there.",)


def test_a_time_before_1970_is_told() -> None:
    data = evtx_bytes([WrittenEvent(time=datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC))])
    assert dict(information(data).facts)["Oldest event"] == "1969-12-31 23:59:59 UTC"


def test_an_empty_log_has_no_records_and_no_times() -> None:
    assert [name for name, _ in information(evtx_bytes([])).facts] == ["Version", "State", "Chunks", "Checksums"]


def test_what_is_no_log_is_refused() -> None:
    with pytest.raises(LogError):
        information(b"PK\3\4" + bytes(200))
