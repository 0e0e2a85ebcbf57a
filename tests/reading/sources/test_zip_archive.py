"""The members of zip archives, sound, cut off and hostile."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.sources.unpacking import DamagedArchiveError
from smtpscope.reading.sources.zip_archive import Listing, Member, listing, member_pieces
from support.packed_logs import log, overlapping_zip, streamed_zip, zipped

LOG = log(0, 300)
OTHER = log(300, 310)


def listed(data: bytes) -> Listing:
    return listing(io.BytesIO(data))


def content(data: bytes, member: Member) -> bytes:
    return b"".join(piece.data for piece in member_pieces(io.BytesIO(data), member))


def until_damage(data: bytes, member: Member) -> tuple[bytes, DamagedArchiveError | None]:
    found = b""
    try:
        for piece in member_pieces(io.BytesIO(data), member):
            found += piece.data
    except DamagedArchiveError as damage:
        return found, damage
    return found, None


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_each_member_comes_out_as_it_was(method: int) -> None:
    data = zipped({"a/mail.log": LOG, "b.log": OTHER}, method)
    found = listed(data)
    assert not found.by_headers
    assert [(member.name, content(data, member)) for member in found.members] == [("a/mail.log", LOG), ("b.log", OTHER)]


def test_a_streamed_archive_without_its_directory_is_listed_by_its_headers() -> None:
    data = streamed_zip({"a.log": LOG, "b.log": OTHER})
    cut = data[: data.index(b"PK\x01\x02")]
    found = listed(cut)
    assert found.by_headers
    assert [(member.name, content(cut, member)) for member in found.members] == [("a.log", LOG), ("b.log", OTHER)]


@pytest.mark.parametrize("write", [zipped, streamed_zip])
def test_an_archive_that_is_cut_off_gives_what_stands_before_the_cut(
    write: Callable[[dict[str, bytes]], bytes],
) -> None:
    data = write({"a.log": OTHER, "b.log": LOG})
    cut = data[: data.index(b"PK\x01\x02") - len(data) // 3]
    first, second = listed(cut).members
    assert content(cut, first) == OTHER
    found, damage = until_damage(cut, second)
    assert LOG.startswith(found)
    assert len(found) > 10_000
    assert damage is not None
    assert damage.offset == len(cut)


def test_a_wrong_checksum_is_told_behind_the_whole_content() -> None:
    data = bytearray(zipped({"a.log": LOG}, zipfile.ZIP_STORED))
    data[data.index(b"mx7.example.com")] ^= 1
    (member,) = listed(bytes(data)).members
    found, damage = until_damage(bytes(data), member)
    assert len(found) == len(LOG)
    assert damage is not None
    assert damage.reason == "The checksum is wrong: some of it is damaged"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a/./b/../c", "a/b/c"),
        ("red\x1b[31m\u202egol", "red\\x1b[31m\\u202egol"),
        ("...", "(no name)"),
        ("x" * 1000, "x" * 200),
    ],
)
def test_the_name_of_a_member_is_no_path_and_harmless(name: str, shown: str) -> None:
    assert [member.name for member in listed(zipped({name: b"x"})).members] == [shown]


def test_members_of_one_name_are_told_apart() -> None:
    data = zipped({"a.log": b"1", "/a.log": b"2", "./a.log": b"3"})
    assert [member.name for member in listed(data).members] == ["a.log", "a.log (2)", "a.log (3)"]


def test_what_can_not_be_unpacked_says_why() -> None:
    plain = zipped({"a.log": LOG})
    directory = plain.index(b"PK\x01\x02")
    encrypted = bytearray(plain)
    encrypted[directory + 8] |= 1
    foreign = bytearray(plain)
    foreign[directory + 10] = 9
    hindrances = [listed(bytes(data)).members[0].hindrance for data in (plain, encrypted, foreign)]
    assert hindrances == [
        None,
        "It is encrypted: unpack it and open the file inside",
        "It is packed by a method that is not read here (Deflate64): unpack it and open the file inside",
    ]


def test_folders_are_no_members() -> None:
    assert [member.name for member in listed(zipped({"logs/": b"", "logs/a.log": b"x"})).members] == ["logs/a.log"]


@settings(max_examples=50)
@given(st.binary(max_size=120), st.integers(0, 200), st.booleans())
def test_no_dirt_in_an_archive_is_more_than_damage(dirt: bytes, offset: int, streamed: bool) -> None:
    data = (streamed_zip if streamed else zipped)({"a.log": b"abc" * 20, "b": b"d"})
    offset %= len(data)
    data = data[:offset] + dirt + data[offset + len(dirt) :]
    for member in listed(data).members:
        if member.hindrance is None:
            found, damage = until_damage(data, member)
            assert damage is not None or member.checksum in (None, zlib.crc32(found))


def test_members_of_the_same_bytes_are_unpacked_once() -> None:
    found = listed(overlapping_zip(500, LOG)).members
    assert [member.overlaps for member in found] == [False] + [True] * 499
    assert "another file in the archive" in (found[1].hindrance or "")


def test_one_wrong_number_in_the_directory_hides_no_other_member() -> None:
    data = bytearray(zipped({"a.log": LOG, "b.log": OTHER, "c.log": OTHER}))
    at = data.rindex(b"PK\x01\x02", 0, data.index(b"PK\x05\x06"))
    data[at + 42 : at + 46] = bytes(4)
    found = listed(bytes(data)).members
    assert [member.name for member in found] == ["a.log", "b.log", "c.log"]
    assert [member.overlaps for member in found] == [False, False, False]
    assert content(bytes(data), found[1]) == OTHER


def test_a_sound_archive_of_stored_files_has_no_overlap() -> None:
    files = {f"{number}.log": OTHER for number in range(20)}
    found = listed(zipped(files, zipfile.ZIP_STORED)).members
    assert not any(member.overlaps for member in found)
