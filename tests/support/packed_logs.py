"""A text log of ours, and any bytes packed in each way that is unpacked."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import zstandard

from support.event_texts import TextEvent, log_line

_START: Final = datetime(2026, 11, 9, 6)  # noqa: DTZ001 - the log names no zone

PACKED: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "Zstandard": lambda data: zstandard.ZstdCompressor(write_checksum=True).compress(data),
}


def log(first: int, last: int) -> bytes:
    """A log of ours with the events `first` to `last`, the latter left out; each has a host of its own."""
    return "".join(
        log_line(TextEvent(_START + timedelta(seconds=number), connection=number, host=f"mx{number}.example.com"))
        for number in range(first, last)
    ).encode()


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of `members`, name to content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


def streamed_zip(members: Mapping[str, bytes]) -> bytes:
    """The same as a program writes it to a pipe: sizes and checksums stand behind the members."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

        def seek(self, *_: int) -> int:
            raise OSError

    target = Pipe()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def overlapping_zip(count: int, content: bytes) -> bytes:
    """An archive whose directory names the same bytes `count` times."""
    single = zipped({"a.log": content})
    start = single.index(b"PK\x01\x02")
    entry = single[start : single.index(b"PK\x05\x06")]
    end = bytearray(single[start + len(entry) :])
    end[8:10] = end[10:12] = count.to_bytes(2, "little")
    end[12:16] = (count * len(entry)).to_bytes(4, "little")
    return single[:start] + entry * count + bytes(end)
