"""Unpacks bytes (gzip, bzip2, xz, Zstandard, the methods of zip) in pieces that fit into memory.

Sizes given in an archive are never trusted: the caller decides at each piece whether to continue.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from bz2 import BZ2Decompressor
    from lzma import LZMADecompressor

PIECE_SIZE: Final = 1 << 16
_READ_SIZE: Final = 1 << 15
_LONGEST_MAGIC: Final = 6
_XZ_MEMORY: Final = 256 << 20
_ZSTANDARD_WINDOW: Final = 256 << 20
# The Zstandard decoder has no limit for its output; 2 KiB can't become more than 64 MiB.
_ZSTANDARD_STEP: Final = 2_048


class DamagedArchiveError(Exception):
    """Unpacking can't continue at about byte `offset` of the packed bytes, because of `reason`."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


class ByteReader(Protocol):
    """A source of packed bytes."""

    def read(self, size: int, /) -> bytes: ...


class Decoder(Protocol):
    """Unpacks one stream of bytes. `ended` is set at its end; `unused` are the bytes after it."""

    @property
    def ended(self) -> bool: ...

    @property
    def unused(self) -> bytes: ...

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The bytes unpacked from `data`."""
        ...


class UnpackedPiece(Struct, frozen=True):
    """Unpacked `data`; `consumed` is the total of packed bytes read so far."""

    data: bytes
    consumed: int


class _Zlib:
    def __init__(self, window: int) -> None:
        self._decoder = zlib.decompressobj(window)

    @property
    def ended(self) -> bool:
        return self._decoder.eof

    @property
    def unused(self) -> bytes:
        return self._decoder.unused_data

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while True:
            before = self._decoder.copy()
            try:
                piece = self._decoder.decompress(data, PIECE_SIZE)
            except zlib.error:
                # A decoder that finds damage keeps what it unpacked before: feeding single bytes gets it out.
                for position in range(len(data)):
                    yield before.decompress(data[position : position + 1])
                raise
            if piece:
                yield piece
            data = self._decoder.unconsumed_tail
            if self._decoder.eof or (not data and len(piece) < PIECE_SIZE):
                return


class _Limited:
    """The decoders of bzip2 and xz, which share an interface; `failure` is the exception they raise."""

    def __init__(self, decoder: BZ2Decompressor | LZMADecompressor, failure: type[Exception]) -> None:
        self._decoder = decoder
        self._failure = failure

    @property
    def ended(self) -> bool:
        return self._decoder.eof

    @property
    def unused(self) -> bytes:
        return self._decoder.unused_data

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while not self._decoder.eof:
            try:
                piece = self._decoder.decompress(data, PIECE_SIZE)
            except self._failure as error:
                raise ValueError(str(error)) from error
            data = b""
            if piece:
                yield piece
            if self._decoder.needs_input:
                return


class _Zstandard:
    def __init__(self) -> None:
        import zstandard

        self.failure = zstandard.ZstdError
        self._decoder: Any = zstandard.ZstdDecompressor(max_window_size=_ZSTANDARD_WINDOW).decompressobj()
        self._behind = b""

    @property
    def ended(self) -> bool:
        return bool(self._decoder.eof)

    @property
    def unused(self) -> bytes:
        return bytes(self._decoder.unused_data) + self._behind

    def pieces(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTANDARD_STEP):
            try:
                piece = self._decoder.decompress(data[start : start + _ZSTANDARD_STEP])
            except self.failure as error:
                raise ValueError(str(error)) from error
            if piece:
                yield piece
            if self._decoder.eof:
                self._behind = data[start + _ZSTANDARD_STEP :]
                return


class Packing(Struct, frozen=True):
    """A way to pack a single file; `magic` begins each of the streams that may follow one another in it."""

    name: str
    magic: tuple[bytes, ...]
    decoder: Callable[[], Decoder]


# Each library is imported only when needed: most logs are not packed at all.


def _bzip2() -> Decoder:
    import bz2

    return _Limited(bz2.BZ2Decompressor(), OSError)


def _xz() -> Decoder:
    import lzma

    return _Limited(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY), lzma.LZMAError)


def raw_deflate() -> Decoder:
    """Deflate without a header (RFC 1951), as in zip archives."""
    return _Zlib(-zlib.MAX_WBITS)


GZIP: Final = Packing("gzip", (b"\x1f\x8b\x08",), lambda: _Zlib(zlib.MAX_WBITS | 16))
BZIP2: Final = Packing("bzip2", (b"BZh",), _bzip2)
XZ: Final = Packing("xz", (b"\xfd7zXZ\0",), _xz)
# The first frame may be followed by others, and by frames to be skipped (RFC 8878, 3.1.2).
ZSTANDARD: Final = Packing(
    "Zstandard",
    (b"\x28\xb5\x2f\xfd", *(bytes((first, 0x2A, 0x4D, 0x18)) for first in range(0x50, 0x60))),
    _Zstandard,
)
ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04")
"""What a zip archive begins with: its first member, its end if it is empty, or the mark of a split one."""

_PACKINGS: Final = (GZIP, BZIP2, XZ, ZSTANDARD)


def packing_of(head: bytes) -> Packing | None:
    """How a file that begins with `head` is packed, None if it is not packed in a known way."""
    return next((packing for packing in _PACKINGS if head.startswith(packing.magic)), None)


def unpacked(stream: ByteReader, packing: Packing) -> Iterator[UnpackedPiece]:
    """All of `stream`, including several packed streams in a row (RFC 1952, 2.2).

    Raises DamagedError if it ends in the middle, is damaged, or continues with something else; OSError if the stream
    can't be read.
    """
    consumed = streams = 0
    pending = b""
    while True:
        # Zeros fill up the last block on a tape, and xz files.
        pending = pending.lstrip(b"\0") if streams else pending
        if len(pending) < _LONGEST_MAGIC:
            data = stream.read(_READ_SIZE)
            consumed += len(data)
            pending += data
            if data:
                continue
            if not pending:
                return
        if not pending.startswith(packing.magic):
            raise DamagedArchiveError(consumed - len(pending), f"What follows there is not packed by {packing.name}")
        decoder = packing.decoder()
        for piece in decoded_by(decoder, stream, pending, consumed):
            consumed = piece.consumed
            yield piece
        pending = decoder.unused
        streams += 1


def decoded_by(
    decoder: Decoder, stream: ByteReader, pending: bytes = b"", consumed: int = 0
) -> Iterator[UnpackedPiece]:
    """One packed stream to its end; `pending` was read from `stream` already, `consumed` bytes were read in total.

    The last piece may be empty: it gives the bytes consumed. Raises DamagedError, OSError as `unpacked` does.
    """
    while not decoder.ended:
        data = pending or stream.read(_READ_SIZE)
        if not data:
            raise DamagedArchiveError(consumed, "It is cut off: the packed data have no end")
        if not pending:
            consumed += len(data)
        pending = b""
        pieces = decoder.pieces(data)
        while True:
            try:
                piece = next(pieces, None)
            except (zlib.error, EOFError, ValueError, MemoryError) as error:
                raise DamagedArchiveError(max(0, consumed - len(data)), _words(error)) from error
            if piece is None:
                break
            yield UnpackedPiece(piece, consumed)
    yield UnpackedPiece(b"", consumed)


def _words(error: Exception) -> str:
    text = str(error)
    if "incorrect" in text or "check" in text.lower():
        return "The packed data are damaged: their checksum is wrong"
    if isinstance(error, MemoryError) or "emory" in text:
        return "Unpacking this would take more memory than is allowed here"
    return "The packed data are damaged"
