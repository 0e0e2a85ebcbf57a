"""The content of a zip archive (PKWARE's APPNOTE): by the directory at its end, or by the headers of its members."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from msgspec import Struct
from msgspec.structs import replace

from smtpscope.harmless import shown
from smtpscope.reading.sources.unpacking import (
    BZIP2,
    PIECE_SIZE,
    XZ,
    ZIP_MAGICS,
    ZSTANDARD,
    ByteReader,
    DamagedArchiveError,
    Packing,
    UnpackedPiece,
    decoded_by,
    raw_deflate,
    unpacked,
)

_LOCAL_MAGIC: Final = b"PK\x03\x04"
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_ENCRYPTED: Final = 0x1
_SIZES_BEHIND: Final = 0x8
_UTF8_NAME: Final = 0x800
_STORED: Final = 0
_DEFLATED: Final = 8
_PACKINGS: Final[dict[int, Packing]] = {12: BZIP2, 93: ZSTANDARD, 95: XZ}
_METHOD_NAMES: Final = {1: "Shrink", 6: "Implode", 9: "Deflate64", 14: "LZMA", 97: "WavPack", 98: "PPMd", 99: "AES"}
_LONGEST_NAME: Final = 200
_UNKNOWN_SIZE: Final = 0xFFFF_FFFF
_LOOKED_THROUGH: Final = 4 << 30


class Member(Struct, frozen=True):
    """One file in an archive. `name` is harmless, and not a path; `header` is the byte where it begins.

    `packed_size` and `checksum` are as given in the archive; None if only unpacking can tell. `overlaps` is set if its
    bytes belong to an earlier member, in an archive whose members are larger than the archive itself.
    """

    name: str
    header: int
    method: int
    encrypted: bool
    packed_size: int | None
    checksum: int | None
    overlaps: bool = False

    @property
    def hindrance(self) -> str | None:
        """Why it can't be unpacked here and what to do, None if it can."""
        unpack = "unpack it and open the file inside"
        if self.encrypted:
            return f"It is encrypted: {unpack}"
        if self.overlaps:
            return "Its bytes belong to another file in the archive too, as in a zip bomb"
        if self.method in (_STORED, _DEFLATED) or self.method in _PACKINGS:
            return None
        method = _METHOD_NAMES.get(self.method, self.method)
        return f"It is packed by a method that is not read here ({method}): {unpack}"


class Listing(Struct, frozen=True):
    """`members` in order. `by_headers` is set if the directory is missing: the archive is cut off or damaged."""

    members: tuple[Member, ...]
    by_headers: bool


def listing(stream: BinaryIO) -> Listing:
    """The members of the archive in `stream`, without folders. Raises OSError if the stream can't be read."""
    try:
        with zipfile.ZipFile(stream) as archive:
            found = [_listed(entry) for entry in archive.infolist() if not entry.is_dir()]
        found = _overlaps_marked(found, stream.seek(0, 2))
        return Listing(_with_unique_names(found), by_headers=False)
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, EOFError, OverflowError, IndexError):
        return Listing(_with_unique_names(list(_by_headers(stream))), by_headers=True)


def _listed(entry: zipfile.ZipInfo) -> Member:
    return Member(
        name=_harmless(entry.filename),
        header=max(0, entry.header_offset),
        method=entry.compress_type,
        encrypted=bool(entry.flag_bits & _ENCRYPTED),
        packed_size=entry.compress_size,
        checksum=entry.CRC,
    )


def _overlaps_marked(members: list[Member], archive_size: int) -> list[Member]:
    """The same, with those marked that overlap an earlier member.

    Only if all together are larger than the archive: one wrong number in its directory is damage and must not hide
    others.
    """
    if sum(member.packed_size or 0 for member in members) <= archive_size:
        return members
    marked: dict[int, bool] = {}
    end = 0
    for index in sorted(range(len(members)), key=lambda index: members[index].header):
        member = members[index]
        marked[index] = member.header < end
        if not marked[index]:
            end = member.header + _LOCAL.size + (member.packed_size or 0)
    return [replace(member, overlaps=marked[index]) for index, member in enumerate(members)]


def _harmless(name: str) -> str:
    """`name` on one line, without anything that would make it a path."""
    parts = [part for part in name.replace("\\", "/").split("/") if part.strip(" .")]
    return shown("/".join(parts)[-_LONGEST_NAME:]) or "(no name)"


def _with_unique_names(members: list[Member]) -> tuple[Member, ...]:
    """With unique names: an archive may have two members of one name."""
    seen: dict[str, int] = {}
    found = []
    for member in members:
        number = seen[member.name] = seen.get(member.name, 0) + 1
        name = member.name if number == 1 else f"{member.name} ({number})"
        seen.setdefault(name, 1)
        found.append(replace(member, name=name))
    return tuple(found)


def _by_headers(stream: BinaryIO) -> Iterator[Member]:
    """The members of an archive without a directory, one after the other from its beginning."""
    size = stream.seek(0, 2)
    begin = 4 if _read_at(stream, 0, 8) == ZIP_MAGICS[2] else 0
    while (header := _local_header(stream, begin)) is not None:
        member, data, behind = header
        # The length of the last one may reach beyond the end.
        end = _end_of(stream, member, data, size) if member.packed_size is None else data + member.packed_size
        if not member.name.endswith("/"):
            yield Member(
                _harmless(member.name),
                begin,
                member.method,
                member.encrypted,
                member.packed_size,
                None if behind else member.checksum,
            )
        if end is None or end >= size:
            return
        begin = end + (_description_size(stream, end) if behind else 0)


def _local_header(stream: BinaryIO, begin: int) -> tuple[Member, int, bool] | None:
    """Reads the header of a member: the member, the start of its data, whether sizes and checksum follow them."""
    data = _read_at(stream, begin, _LOCAL.size)
    if len(data) < _LOCAL.size or not data.startswith(_LOCAL_MAGIC):
        return None
    _, _, flags, method, _, _, checksum, packed_size, _, name_length, extra_length = _LOCAL.unpack(data)
    name = _read_at(stream, begin + _LOCAL.size, name_length)
    text = name.decode("utf-8" if flags & _UTF8_NAME else "cp437", errors="replace")
    behind = bool(flags & _SIZES_BEHIND)
    unknown = behind or packed_size == _UNKNOWN_SIZE
    member = Member(
        name=text,
        header=begin,
        method=method,
        encrypted=bool(flags & _ENCRYPTED),
        packed_size=None if unknown else packed_size,
        checksum=None if unknown else checksum,
    )
    return member, begin + _LOCAL.size + name_length + extra_length, behind


def _end_of(stream: BinaryIO, member: Member, data: int, size: int) -> int | None:
    """The end of the data of a member without sizes: only deflated data show it."""
    if member.encrypted or member.method != _DEFLATED:
        return None
    stream.seek(data)
    decoder = raw_deflate()
    consumed = unpacked_size = 0
    try:
        for piece in decoded_by(decoder, stream):
            consumed = piece.consumed
            unpacked_size += len(piece.data)
            if unpacked_size > _LOOKED_THROUGH:
                return None
    except DamagedArchiveError:
        return None
    return data + consumed - len(decoder.unused)


def _description_size(stream: BinaryIO, begin: int) -> int:
    """The bytes of the data descriptor at `begin`; its magic may be left out, its sizes may have 64 bits."""
    head = _read_at(stream, begin, 28)
    for size in (16, 12, 24, 20):
        if head[size : size + 2] == b"PK":
            return size
    return 16


def _read_at(stream: BinaryIO, begin: int, size: int) -> bytes:
    stream.seek(begin)
    return stream.read(size)


class _Part:
    """`size` bytes of a stream from its current position; with None, to its end."""

    def __init__(self, stream: ByteReader, size: int | None) -> None:
        self._stream = stream
        self._left = size

    def read(self, size: int, /) -> bytes:
        if self._left is None:
            return self._stream.read(size)
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data


def member_pieces(stream: BinaryIO, member: Member) -> Iterator[UnpackedPiece]:
    """The content of `member` of the archive in `stream`, checked by its checksum at the end.

    Raises DamagedError with a place in the archive, OSError if the stream can't be read.
    """
    header = _local_header(stream, member.header)
    if header is None:
        raise DamagedArchiveError(member.header, "The member's own header is damaged or missing")
    _, begin, _ = header
    stream.seek(begin)
    checksum = consumed = 0
    try:
        for piece in _unchecked(_Part(stream, member.packed_size), member):
            checksum = zlib.crc32(piece.data, checksum)
            consumed = piece.consumed
            yield piece
    except DamagedArchiveError as error:
        raise DamagedArchiveError(begin + error.offset, error.reason) from error
    if member.checksum is not None and checksum != member.checksum:
        raise DamagedArchiveError(begin + consumed, "The checksum is wrong: some of it is damaged")


def _unchecked(part: _Part, member: Member) -> Iterator[UnpackedPiece]:
    if member.method == _DEFLATED:
        return decoded_by(raw_deflate(), part)
    if member.method == _STORED:
        return _stored(part, member.packed_size)
    return unpacked(part, _PACKINGS[member.method])


def _stored(part: _Part, size: int | None) -> Iterator[UnpackedPiece]:
    read = 0
    while data := part.read(PIECE_SIZE):
        read += len(data)
        yield UnpackedPiece(data, read)
    if size is not None and read < size:
        raise DamagedArchiveError(read, "It is cut off")
