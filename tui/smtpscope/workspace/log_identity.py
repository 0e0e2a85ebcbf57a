"""Which log this is: known again when it has grown, was moved, or is one of several."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, Final, Protocol

from smtpscope.errors import SmtpscopeError

HEAD_SIZE: Final = 4096
TELLING_SIZE: Final = 256
"""Two files of the same name that agree in so many bytes are one log; with fewer they must have the same path."""

_EVTX_MAGIC: Final = b"ElfFile\0"
_EVTX_FIRST_RECORD: Final = 4096 + 512
_EVTX_RECORD_MAGIC: Final = b"**\0\0"
_EVT_MAGIC: Final = b"\x30\0\0\0LfLe"
_EVT_FIRST_RECORD: Final = 48
_RECORD_HEAD: Final = 24


class ReadableLog(Protocol):
    """A log to be identified: every source of the readers is one."""

    @property
    def name(self) -> str: ...

    def open(self) -> BinaryIO: ...


@dataclass(frozen=True, slots=True, order=True)
class FileIdentity:
    """One file. `head` are bytes from its beginning that stay when events are added, b"" where there are none yet."""

    name: str
    path: str
    head: bytes


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """The files that are open together, in a fixed order and each once."""

    files: tuple[FileIdentity, ...]

    @classmethod
    def of(cls, sources: Iterable[ReadableLog]) -> LogIdentity:
        """Reads the first 8 KiB of each; a file that can't be read is known by its path. Never raises."""
        return cls(tuple(sorted({_file_identity(source) for source in sources})))


def _file_identity(source: ReadableLog) -> FileIdentity:
    try:
        with source.open() as stream:
            head = lasting_head(stream.read(2 * HEAD_SIZE))
    except (OSError, ValueError, SmtpscopeError):
        head = b""
    try:
        path = os.path.normcase(os.path.realpath(source.name))
    except (OSError, ValueError):
        path = source.name
    return FileIdentity(os.path.normcase(PurePath(source.name).name), path, head)


def lasting_head(beginning: bytes) -> bytes:
    """What of the first 8 KiB of a file stays the same while events are added to the log.

    Text only grows at its end. An .evtx and an .evt count in their headers (and an .evtx in that of the first chunk
    too), so there it is the head of the first record: size, number, time.
    """
    if beginning.startswith(_EVTX_MAGIC):
        return _stretched(beginning[_EVTX_FIRST_RECORD:], _EVTX_RECORD_MAGIC, 0)
    if beginning.startswith(_EVT_MAGIC):
        return _stretched(beginning[_EVT_FIRST_RECORD:], b"LfLe", 4)
    return beginning[:HEAD_SIZE]


def _stretched(record: bytes, magic: bytes, offset: int) -> bytes:
    """The head of `record` made long enough to tell by itself; b"" where no record begins."""
    head = record[:_RECORD_HEAD]
    if len(head) < _RECORD_HEAD or not head.startswith(magic, offset):
        return b""
    return hashlib.shake_256(head).digest(TELLING_SIZE)
