"""Bytes that can be read only once, in order, copied to an unnamed file as far as they were needed."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, Protocol

from smtpscope.errors import LogError
from smtpscope.reading.sources.unpacking import DamagedArchiveError, UnpackedPiece

STREAM_BUFFER: Final = 1 << 16
_FROM_OUTSIDE: Final = "zstandard"
_IN_MEMORY: Final = 1 << 20
_LOOKED_AT_DISK_EVERY: Final = 64 << 20
_DISK_LEFT: Final = 256 << 20
_DISK_PART_LEFT: Final = 20
_NO_ROOM: Final = "Save the input to a file on another disk, unpacked, and open that file"


class Allowance(Protocol):
    """Decides how much may be read."""

    def spend(self, name: str, filled: int, consumed: int) -> None:
        """Checks that `filled` bytes for `name`, from `consumed` packed ones, are not too many. Raises LogError."""
        ...


class Spool:
    """The content of `pieces`, as far as it was needed. The file disappears with this object, however the process ends.

    `damage` says where and why the pieces ended too early, None if they did not.
    """

    def __init__(self, name: str, pieces: Iterator[UnpackedPiece], allowance: Allowance) -> None:
        self._name = name
        self._pieces = pieces
        self._allowance = allowance
        self._memory = bytearray()
        self._file: BinaryIO | None = None
        self._lock = threading.RLock()
        self._look_at_disk_at = 0
        self.filled = 0
        self.consumed = 0
        self.complete = False
        self.damage: DamagedArchiveError | None = None
        self._failure: LogError | None = None

    def take_in(self) -> bool:
        """Reads one more piece; False at the end.

        Raises LogError if the input can't be read, is larger than allowed, or does not fit on the disk.
        """
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self.complete:
                return False
            try:
                return self._take_in()
            except LogError as failure:
                # The next piece would be in the wrong place.
                self._failure = failure
                raise

    def _take_in(self) -> bool:
        try:
            piece = next(self._pieces, None)
        except DamagedArchiveError as damage:
            self.damage = damage
            piece = None
        except ImportError as error:
            library = error.name or str(error)
            raise LogError(
                where=self._name,
                what=f"unpacking it needs {library}, which is not installed",
                remedy=f"Install it (pip install {library}), or unpack the file and open what is in it"
                if library == _FROM_OUTSIDE
                else "Use a Python that was built with it, or unpack the file and open what is in it",
            ) from error
        except OSError as error:
            raise LogError(
                where=self._name,
                what=f"can't be read ({error.strerror or error})",
                remedy="Copy the file to a local disk and open the copy",
            ) from error
        if piece is None:
            self.complete = True
            return False
        self.consumed = piece.consumed
        if piece.data:
            self._allowance.spend(self._name, self.filled + len(piece.data), piece.consumed)
            self._keep(piece.data)
        return True

    def read_at(self, offset: int, size: int) -> bytes:
        """At most `size` bytes from `offset` on, fewer only at the end. Raises LogError as `take_in` does."""
        while self.filled < offset + size and self.take_in():
            pass
        # Most of it is there already while another thread reads more, and needs no lock.
        file = self._file
        if file is not None and hasattr(os, "pread"):
            return _read_whole(file.fileno(), offset, size)
        with self._lock:
            if self._file is None:
                return bytes(self._memory[offset : offset + size])
            self._file.seek(offset)
            return self._file.read(size)

    def _keep(self, data: bytes) -> None:
        if self._file is None and self.filled + len(data) <= _IN_MEMORY:
            self._memory += data
            self.filled += len(data)
            return
        import tempfile

        try:
            if self._file is None:
                # Nobody else sees it, and the system removes it when the process ends.
                file: BinaryIO = tempfile.TemporaryFile(prefix="smtpscope-", buffering=0)  # noqa: SIM115
                _write_whole(file, self._memory)
                self._file = file
                self._memory.clear()
            self._look_at_disk(self._file)
            self._file.seek(self.filled)
            _write_whole(self._file, data)
        except OSError as error:
            raise LogError(where=self._name, what="no disk space to buffer the input", remedy=_NO_ROOM) from error
        self.filled += len(data)

    def _look_at_disk(self, file: BinaryIO) -> None:
        """A full disk hurts every other program."""
        if self.filled < self._look_at_disk_at:
            return
        import shutil
        import tempfile

        self._look_at_disk_at = self.filled + _LOOKED_AT_DISK_EVERY
        usage = shutil.disk_usage(tempfile.gettempdir())
        if usage.free < min(_DISK_LEFT, usage.total // _DISK_PART_LEFT):
            raise OSError("the disk is nearly full")


def _write_whole(file: BinaryIO, data: bytes | bytearray) -> None:
    view = memoryview(data)
    done = 0
    while done < len(view):
        done += file.write(view[done:])
    view.release()


def _read_whole(descriptor: int, offset: int, size: int) -> bytes:
    data = os.pread(descriptor, size, offset)
    while len(data) < size:
        more = os.pread(descriptor, size - len(data), offset + len(data))
        if not more:
            break
        data += more
    return data


class ReadAt(Protocol):
    """The content of a stream."""

    def read_at(self, offset: int, size: int) -> bytes: ...

    @property
    def size(self) -> int: ...


class _RawStream(io.RawIOBase):
    def __init__(self, content: ReadAt) -> None:
        self._content = content
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position}.get(whence)
        position = (self._content.size if base is None else base) + offset
        if position < 0:
            raise OSError("a place before the beginning")
        self._position = position
        return position

    def readinto(self, buffer: Any, /) -> int:
        data = self._content.read_at(self._position, len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def stream_over(content: ReadAt) -> BinaryIO:
    """A seekable stream over `content` from its first byte on; seeking from the end reads all of it."""
    return io.BufferedReader(_RawStream(content), STREAM_BUFFER)
