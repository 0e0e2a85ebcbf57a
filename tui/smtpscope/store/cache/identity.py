"""Detects whether a file has changed, by metadata and samples of its content; and whether a zone's rules have."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

_BLOCK: Final = 65_536
_SAMPLE: Final = 512
_FILE_HEADER: Final = 4_096
"""An .evtx has its header there, and then chunks of 64 KiB; the first 512 bytes of each hold its checksums."""
_FIRST_DAY: Final = datetime(1999, 1, 1, 12)  # noqa: DTZ001 - wall-clock time is what is asked about
_DAYS: Final = 40 * 366


def file_identity(path: Path) -> str:
    """A digest that changes with the file at `path`: size, times, the first and the last 64 KiB, samples.

    The samples are the beginning of each 64 KiB between: Windows writes an open log without updating the file's times,
    but every write changes the checksum at the start of a chunk. Raises OSError.
    """
    digest = hashlib.blake2b(digest_size=20)
    with path.open("rb") as stream:
        status = os.fstat(stream.fileno())
        # On Windows st_ctime is the creation time; elsewhere it changes with content and times.
        digest.update(repr((status.st_size, status.st_mtime_ns, status.st_ctime_ns)).encode())
        digest.update(stream.read(_BLOCK))
        last = max(_BLOCK, status.st_size - _BLOCK)
        stream.seek(last)
        digest.update(stream.read(_BLOCK))
        if last > _BLOCK:
            _sample(stream.fileno(), digest, last)
    return digest.hexdigest()


def _sample(descriptor: int, digest: hashlib.blake2b, end: int) -> None:
    for offset in range(_FILE_HEADER + _BLOCK, end, _BLOCK):
        os.lseek(descriptor, offset, os.SEEK_SET)
        digest.update(os.read(descriptor, _SAMPLE))


def zone_identity(zone: tzinfo) -> str:
    """A text that differs between zones in which a wall-clock time may be a different moment."""
    if isinstance(zone, ZoneInfo) and zone.key:
        return zone.key
    if isinstance(zone, timezone):
        return str(zone)
    # The local zone has no name that identifies its rules, so sample them at noon of each day.
    digest = hashlib.blake2b(digest_size=20)
    for day in range(_DAYS):
        digest.update(str(zone.utcoffset(_FIRST_DAY + timedelta(days=day))).encode())
    return digest.hexdigest()
