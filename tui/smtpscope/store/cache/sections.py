"""Several blocks of bytes in one file, each with its checksum: an incomplete file counts as missing."""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

_MAGIC: Final = b"smtpscop"
_HEADER_SIZE: Final = 24
_ALIGNMENT: Final = 16
"""numpy reads aligned numbers fastest."""
_LARGEST_INDEX: Final = 1 << 20


class _Section(msgspec.Struct, frozen=True, array_like=True):
    name: str
    offset: int
    size: int
    checksum: int


class _Index(msgspec.Struct, frozen=True, array_like=True):
    key: str
    sections: tuple[_Section, ...]


_index_decoder = msgspec.msgpack.Decoder(_Index)


def write_sections(path: Path, key: str, sections: Mapping[str, Sequence[bytes | memoryview]]) -> None:
    """Writes `sections` (name -> pieces) to `path`, atomically; readable only by the user. Raises OSError."""
    listed: list[_Section] = []
    offset = 0
    for name, pieces in sections.items():
        size = sum(memoryview(piece).nbytes for piece in pieces)
        checksum = 0
        for piece in pieces:
            checksum = zlib.crc32(piece, checksum)
        listed.append(_Section(name, offset, size, checksum))
        offset += size + -size % _ALIGNMENT
    index = msgspec.msgpack.encode(_Index(key, tuple(listed)))
    # A local import, as it loads three compression libraries.
    import tempfile

    # mkstemp creates a file readable only by its owner: the data contains mailboxes.
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(_MAGIC + len(index).to_bytes(8, "little") + zlib.crc32(index).to_bytes(8, "little"))
            stream.write(index + bytes(-(_HEADER_SIZE + len(index)) % _ALIGNMENT))
            for pieces, section in zip(sections.values(), listed, strict=True):
                for piece in pieces:
                    stream.write(piece)
                stream.write(bytes(-section.size % _ALIGNMENT))
        Path(unfinished).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(unfinished).unlink()
        raise


class DamagedCacheError(Exception):
    """The file is incomplete, or was not written by `write_sections`."""


def read_sections(path: Path, key: str) -> dict[str, memoryview] | None:
    """The data written with this `key`; None if it was another one. Raises DamagedError and OSError."""
    with path.open("rb") as stream:
        index, start = _read_index(stream)
        if index.key != key:
            return None
        stream.seek(start)
        content = memoryview(stream.read())
    found: dict[str, memoryview] = {}
    for section in index.sections:
        piece = content[section.offset : section.offset + section.size]
        if len(piece) != section.size or zlib.crc32(piece) != section.checksum:
            raise DamagedCacheError(section.name)
        found[section.name] = piece
    return found


def _read_index(stream: BinaryIO) -> tuple[_Index, int]:
    """The index, and the start of the sections."""
    header = stream.read(_HEADER_SIZE)
    size = int.from_bytes(header[8:16], "little")
    if len(header) != _HEADER_SIZE or header[:8] != _MAGIC or size > _LARGEST_INDEX:
        raise DamagedCacheError("header")
    index = stream.read(size)
    if len(index) != size or zlib.crc32(index) != int.from_bytes(header[16:24], "little"):
        raise DamagedCacheError("index")
    try:
        return _index_decoder.decode(index), _HEADER_SIZE + size + -(_HEADER_SIZE + size) % _ALIGNMENT
    except msgspec.DecodeError as cause:
        raise DamagedCacheError("index") from cause
