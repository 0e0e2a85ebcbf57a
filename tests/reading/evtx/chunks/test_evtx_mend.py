"""A damaged chunk, mended so that the fast decoder reads all that is left of it."""

from __future__ import annotations

import struct

from smtpscope.reading.evtx.chunks.chunk import BRIDGE_ID, mended
from smtpscope.reading.evtx.chunks.record_headers import walk
from smtpscope.reading.evtx.decoding.decoder_process import json_records
from smtpscope.reading.evtx.evtx_layout import CHUNK_SIZE
from support.evtx_events import chunks_of, places_of
from support.evtx_writer import FIRST_RECORD, WrittenEvent, evtx_bytes

LOG = evtx_bytes([WrittenEvent(strings=(str(number),)) for number in range(6)])
CHUNK = chunks_of(LOG)[0][1]
OFFSETS = [offset.offset for _, offset in places_of(LOG)]
END = places_of(LOG)[-1][1].offset + places_of(LOG)[-1][1].size


def read(chunk: bytes | bytearray) -> list[int]:
    """The numbers of the records that the fast decoder reads of `chunk` once it is mended."""
    whole = bytes(chunk)
    found = [record_id for record_id, _ in json_records(mended(whole, walk(whole, END), END))]
    return [record_id for record_id in found if record_id != BRIDGE_ID]


def test_a_sound_chunk_is_read_as_it_is() -> None:
    assert [record_id for record_id, _ in json_records(CHUNK)] == [1, 2, 3, 4, 5, 6]
    assert read(CHUNK) == [1, 2, 3, 4, 5, 6]


def test_a_chunk_without_a_header_is_read() -> None:
    assert read(bytes(FIRST_RECORD) + CHUNK[FIRST_RECORD:]) == [1, 2, 3, 4, 5, 6]


def test_a_record_of_size_zero_is_read_with_all_behind_it() -> None:
    chunk = bytearray(CHUNK)
    struct.pack_into("<I", chunk, OFFSETS[2] + 4, 0)
    assert [record_id for record_id, _ in json_records(bytes(chunk))] == [1, 2]
    assert read(chunk) == [1, 2, 3, 4, 5, 6]


def test_a_gap_is_passed_over() -> None:
    chunk = bytearray(CHUNK)
    chunk[OFFSETS[2] : OFFSETS[4]] = bytes(OFFSETS[4] - OFFSETS[2])
    assert [record_id for record_id, _ in json_records(bytes(chunk))] == [1, 2]
    assert read(chunk) == [1, 2, 5, 6]


def test_the_length_of_a_chunk_does_not_change() -> None:
    assert len(mended(CHUNK, walk(CHUNK, END), END)) == CHUNK_SIZE
