"""Identifies a log, even after it has grown or moved, or when it is one of several."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import PurePath
from typing import BinaryIO, Final, Protocol

from msgspec import Struct

from smtpscope.errors import SmtpscopeError

HEAD_SIZE: Final = 4096
TELLING_SIZE: Final = 256
"""Files of the same name that share this many bytes are the same log; with fewer, the path must match too."""

_EVTX_MAGIC: Final = b"ElfFile\0"
_EVTX_FIRST_RECORD: Final = 4096 + 512
_EVTX_RECORD_MAGIC: Final = b"**\0\0"
_EVT_MAGIC: Final = b"\x30\0\0\0LfLe"
_EVT_FIRST_RECORD: Final = 48
_RECORD_HEAD: Final = 24


class ReadableLog(Protocol):
    """A log to identify; every source of a reader is one."""

    @property
    def name(self) -> str: ...

    def open(self) -> BinaryIO: ...


class FileIdentity(Struct, frozen=True, order=True):
    """One file. `head` is the part of its beginning that does not change when events are added, b"" if there is none
    yet.
    """

    name: str
    path: str
    head: bytes


class LogIdentity(Struct, frozen=True):
    """The files opened together, sorted, without duplicates."""

    files: tuple[FileIdentity, ...]

    @classmethod
    def of(cls, sources: Iterable[ReadableLog]) -> LogIdentity:
        """Reads the first 8 KiB of each; an unreadable file is identified by its path. Never raises."""
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
    """The part of the first 8 KiB that does not change while events are added to the log.

    Text only grows at its end. An .evtx and an .evt keep counts in their headers (an .evtx also in the first chunk's),
    so for them it is the head of the first record: size, number, time.
    """
    if beginning.startswith(_EVTX_MAGIC):
        return _stretched(beginning[_EVTX_FIRST_RECORD:], _EVTX_RECORD_MAGIC, 0)
    if beginning.startswith(_EVT_MAGIC):
        return _stretched(beginning[_EVT_FIRST_RECORD:], b"LfLe", 4)
    return beginning[:HEAD_SIZE]


def _stretched(record: bytes, magic: bytes, offset: int) -> bytes:
    """The head of `record`, stretched until it is long enough to identify a log; b"" if no record begins there."""
    head = record[:_RECORD_HEAD]
    if len(head) < _RECORD_HEAD or not head.startswith(magic, offset):
        return b""
    return hashlib.shake_256(head).digest(TELLING_SIZE)
