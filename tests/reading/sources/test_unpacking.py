"""Packed bytes unpack to what they were, and as far as they are sound."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.sources.unpacking import PIECE_SIZE, DamagedArchiveError, packing_of, unpacked
from support.packed_logs import PACKED, log

LOG = log(0, 400)


def unpack(data: bytes) -> bytes:
    """What comes out before the end or the damage."""
    packing = packing_of(data)
    assert packing is not None
    found = b""
    try:
        for piece in unpacked(io.BytesIO(data), packing):
            found += piece.data
    except DamagedArchiveError:
        pass
    return found


def damage(data: bytes) -> DamagedArchiveError:
    packing = packing_of(data)
    assert packing is not None
    with pytest.raises(DamagedArchiveError) as caught:
        for _ in unpacked(io.BytesIO(data), packing):
            pass
    return caught.value


@pytest.mark.parametrize("form", PACKED)
def test_what_was_packed_comes_out_again(form: str) -> None:
    data = PACKED[form](LOG)
    packing = packing_of(data)
    assert packing is not None
    assert packing.name == form
    pieces = list(unpacked(io.BytesIO(data), packing))
    assert b"".join(piece.data for piece in pieces) == LOG
    assert pieces[-1].consumed == len(data)


@pytest.mark.parametrize("form", PACKED)
def test_several_packed_streams_one_behind_the_other_are_one(form: str) -> None:
    pack = PACKED[form]
    data = pack(LOG[:1000]) + pack(b"") + pack(LOG[1000:])
    assert unpack(data) == LOG
    assert unpack(data + bytes(512)) == LOG


@pytest.mark.parametrize("form", PACKED)
def test_a_packed_file_that_is_cut_off_gives_what_stands_before_the_cut(form: str) -> None:
    data = PACKED[form](LOG * 2)
    found = unpack(data[: len(data) - 20])
    assert (LOG * 2).startswith(found)
    assert "cut off" in damage(data[: len(data) - 20]).reason


@pytest.mark.parametrize("form", PACKED)
def test_what_follows_a_packed_stream_and_is_none_is_told_with_its_place(form: str) -> None:
    data = PACKED[form](LOG)
    assert unpack(data + b"something else") == LOG
    found = damage(data + b"something else")
    assert (found.offset, found.reason) == (len(data), f"What follows there is not packed by {form}")


def test_a_wrong_checksum_of_gzip_loses_nothing() -> None:
    data = bytearray(PACKED["gzip"](LOG))
    data[-8] ^= 0xFF
    assert unpack(bytes(data)) == LOG
    assert "checksum" in damage(bytes(data)).reason


def test_damage_in_the_middle_of_gzip_keeps_all_that_stands_before_it() -> None:
    data = bytearray(PACKED["gzip"](LOG))
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(64)
    found = unpack(bytes(data))
    assert len(found) > len(LOG) // 4
    assert LOG.startswith(found[: len(LOG) // 4])


def test_no_piece_is_larger_than_fits_into_memory() -> None:
    for form, limit in (("gzip", PIECE_SIZE), ("bzip2", PIECE_SIZE), ("xz", PIECE_SIZE), ("Zstandard", 64 << 20)):
        data = PACKED[form](bytes(4 << 20))
        packing = packing_of(data)
        assert packing is not None
        assert max(len(piece.data) for piece in unpacked(io.BytesIO(data), packing)) <= limit


def test_frames_that_are_to_be_skipped_are_skipped() -> None:
    frame = struct.pack("<II", 0x184D2A50, 5) + b"hello"
    assert unpack(frame + PACKED["Zstandard"](LOG) + frame) == LOG


@settings(max_examples=40)
@given(st.sampled_from(sorted(PACKED)), st.binary(max_size=60), st.integers(0, 100), st.binary(max_size=20))
def test_any_damage_ends_in_one_error_or_none(form: str, content: bytes, offset: int, dirt: bytes) -> None:
    data = PACKED[form](content)
    offset = 10 + offset % len(data)
    assert unpack(data) == content
    unpack(data[:offset] + dirt + data[offset + len(dirt) :])
