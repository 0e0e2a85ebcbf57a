"""Is it the same file, unchanged? What a file looks like from outside, samples of its content, and a zone's rules."""

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
    """A digest that differs when the file at `path` was changed: size, times, the first and the last 64 KiB, samples.

    The samples are the beginning of each 64 KiB between: Windows writes a log that is in use without touching the
    file's times, but what it writes changes the checksum at the beginning of a chunk. Raises OSError.
    """
    digest = hashlib.blake2b(digest_size=20)
    with path.open("rb") as stream:
        status = os.fstat(stream.fileno())
        # On Windows st_ctime is when the file was made; elsewhere it changes with each change of content or times.
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
    """A text that differs for zones in which a wall-clock time may be another moment."""
    if isinstance(zone, ZoneInfo) and zone.key:
        return zone.key
    if isinstance(zone, timezone):
        return str(zone)
    # The zone of this computer has no name that tells its rules, so they are tried out, at noon of each day.
    digest = hashlib.blake2b(digest_size=20)
    for day in range(_DAYS):
        digest.update(str(zone.utcoffset(_FIRST_DAY + timedelta(days=day))).encode())
    return digest.hexdigest()
