"""Targets that are not regular files: devices, FIFOs, sockets and open descriptors are written to, never replaced."""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final, cast

_DESCRIPTOR: Final = re.compile(r"/(?:dev|proc/self)/fd/(\d{1,6})")
_STANDARD: Final = {"/dev/stdout": 1, "/dev/stderr": 2}
_MOST_LINKS: Final = 40
"""The limit of Linux."""


class _Target(io.RawIOBase):
    """A write-only stream that tracks its own position, since devices have none."""

    def __init__(self, send: Callable[[bytes], object]) -> None:
        self._send = send
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(memoryview(cast("bytes", data)))
        self._send(piece)
        self._written += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._written


def is_special(path: Path) -> bool:
    """Whether `path` is, or links to, a target to write to directly."""
    if _descriptor_of(path) is not None:
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def write_into(path: Path, write: Callable[[BinaryIO], None]) -> int | None:
    """Writes to a target that is not a regular file, as `sort -o` and `curl -o` do. Returns the number of bytes, None
    if it is a regular file.

    A link is followed. Raises OSError when the system refuses.
    """
    descriptor = _descriptor_of(path)
    if descriptor is not None:
        with os.fdopen(os.dup(descriptor), "wb", buffering=0) as stream:
            return _written(stream.write, write)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISSOCK(mode):
        import socket

        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
            connection.connect(os.fspath(path.resolve()))
            return _written(connection.sendall, write)
    if not (stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)):
        return None
    with path.open("wb", buffering=0) as stream:
        return _written(stream.write, write)


def _written(send: Callable[[bytes], object], write: Callable[[BinaryIO], None]) -> int:
    def send_all(data: bytes) -> None:
        # A device may accept fewer bytes.
        view = memoryview(data)
        while view:
            taken = send(bytes(view))
            view = view[taken if isinstance(taken, int) else len(view) :]

    target = _Target(send_all)
    write(cast("BinaryIO", target))
    return target.tell()


def _descriptor_of(path: Path) -> int | None:
    """The open descriptor that `path` names, perhaps through links: /dev/stdout, /dev/fd/3. None otherwise."""
    name = os.path.abspath(path)  # noqa: PTH100 - a link is not to be followed yet
    for _ in range(_MOST_LINKS):
        found = _DESCRIPTOR.fullmatch(name)
        if found is not None or name in _STANDARD:
            return _STANDARD[name] if found is None else int(found[1])
        if not os.path.islink(name):  # noqa: PTH114 - text until the last link
            return None
        name = os.path.normpath(os.path.join(os.path.dirname(name), os.readlink(name)))  # noqa: PTH115, PTH118, PTH120
    return None
