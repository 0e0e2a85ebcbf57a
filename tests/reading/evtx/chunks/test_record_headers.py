"""Where the records of a chunk lie, sound or damaged."""

from __future__ import annotations

import struct
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.evtx.chunks.record_headers import walk
from smtpscope.reading.evtx.evtx_layout import CHUNK_SIZE, FIRST_RECORD

_MAGIC = b"\x2a\x2a\0\0"


def record(record_id: int, size: int = 64) -> bytes:
    return struct.pack("<4sIQQ", _MAGIC, size, record_id, 7).ljust(size - 4, b"\x11") + struct.pack("<I", size)


def chunk_with(body: bytes) -> tuple[bytes, int]:
    """A chunk with `body` as its records, and where they end."""
    return (bytes(FIRST_RECORD) + body).ljust(CHUNK_SIZE, b"\0"), FIRST_RECORD + len(body)


def test_records_that_follow_each_other_are_all_found() -> None:
    found = walk(*chunk_with(record(5) + record(6, 128) + record(7)))
    assert [(offset.offset, offset.size, offset.record_id, offset.state) for offset in found.places] == [
        (512, 64, 5, "whole"),
        (576, 128, 6, "whole"),
        (704, 64, 7, "whole"),
    ]
    assert found.gaps == []


def test_a_record_magic_inside_a_record_is_not_taken_for_one() -> None:
    inner = record(9, 48)
    outer = bytearray(record(5, 128))
    outer[32 : 32 + len(inner)] = inner
    assert [offset.record_id for offset in walk(*chunk_with(bytes(outer) + record(6))).places] == [5, 6]


def test_an_impossible_size_reaches_to_the_next_whole_record() -> None:
    broken = bytearray(record(6))
    broken[4:8] = b"\xff\xff\xff\xff"
    found = walk(*chunk_with(record(5) + bytes(broken) + record(7)))
    assert [(offset.record_id, offset.size, offset.state) for offset in found.places] == [
        (5, 64, "whole"),
        (6, 64, "broken"),
        (7, 64, "whole"),
    ]


def test_a_stretch_without_a_header_is_a_gap() -> None:
    found = walk(*chunk_with(record(5) + b"\x11" * 40 + record(7)))
    assert [offset.record_id for offset in found.places] == [5, 7]
    assert found.gaps == [(576, 616)]


def test_a_record_whose_size_is_not_repeated_is_torn() -> None:
    torn = record(6)[:-4] + bytes(4)
    assert [offset.state for offset in walk(*chunk_with(record(5) + torn + record(7))).places] == [
        "whole",
        "torn",
        "whole",
    ]


def test_a_chunk_without_records_has_none() -> None:
    assert walk(*chunk_with(b"")).places == []


_PIECES = st.one_of(
    st.integers(4, 40).map(lambda words: record(words, words * 8)),
    st.binary(max_size=40),
    st.just(_MAGIC),
    st.just(bytes(16)),
    st.integers(0, 2**32 - 1).map(lambda size: _MAGIC + struct.pack("<I", size)),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_PIECES, max_size=30).map(b"".join), st.integers(0, CHUNK_SIZE))
def test_any_bytes_give_places_in_order_that_do_not_overlap(body: bytes, end: int) -> None:
    chunk, body_end = chunk_with(body)
    for stop in (end, body_end):
        found = walk(chunk, stop)
        stretches = sorted([(offset.offset, offset.offset + offset.size) for offset in found.places] + found.gaps)
        assert all(first[1] <= second[0] for first, second in pairwise(stretches))
        assert all(FIRST_RECORD <= start < finish <= stop for start, finish in stretches)
