"""The frames in the pipes to and from the process of the fast decoder: a length, and that many bytes.

A request is a time limit in seconds, the events that are wanted besides ours, and the bytes of one chunk. An answer
begins with a letter for its kind; the records of a chunk follow as number, kind and text. The first answer needs no
request: the process is ready.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import IO, Final

from msgspec import Struct

from smtpscope.reading.explaining import NO_SOURCES, EventSources, unpacked_sources

_LENGTH = struct.Struct("<I")
_REQUEST = struct.Struct("<dI")
_RECORD = struct.Struct("<QBI")

READY: Final = b"O"
RECORDS: Final = b"R"
TOO_LARGE: Final = b"L"
"""The decoder asked for more memory than it may have, or would have made more text than it may."""
MISSING: Final = b"M"
"""The decoder can't be loaded; the reason follows."""


class Kind(IntEnum):
    """The kind of a record: its text is not an event, it is an unrelated event, or it may be an SMTP event."""

    ODD = 0
    UNRELATED = 1
    OURS = 2


class Decoded(Struct, frozen=True):
    """A record that the decoder could read: its number in the header, and its content as JSON if it may be an SMTP
    event, or is wanted besides.

    For others, `text` is "".
    """

    record_id: int
    kind: Kind
    text: str


def write_frame(stream: IO[bytes], *parts: bytes) -> None:
    """Writes `parts` as one frame. Raises OSError if nobody reads it."""
    stream.write(_LENGTH.pack(sum(map(len, parts))))
    for part in parts:
        stream.write(part)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None if the stream ends too early."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    return content if len(content) == length else None


def request(chunk: bytes, seconds: float, sources: EventSources = NO_SOURCES) -> tuple[bytes, bytes, bytes]:
    """The parts of the frame that asks for the records of `chunk`."""
    wanted = sources.packed
    return _REQUEST.pack(seconds, len(wanted)), wanted, chunk


def asked(frame: bytes) -> tuple[bytes, float, EventSources]:
    """The chunk, the seconds and the sources of a request."""
    seconds, length = _REQUEST.unpack_from(frame)
    start = _REQUEST.size + length
    return frame[start:], seconds, unpacked_sources(frame[_REQUEST.size : start])


def packed(records: Iterable[Decoded]) -> bytes:
    """The records of an answer."""
    parts = []
    for record in records:
        text = record.text.encode("utf-8", "surrogatepass")
        parts.append(_RECORD.pack(record.record_id, record.kind, len(text)))
        parts.append(text)
    return b"".join(parts)


def unpacked(content: bytes, start: int) -> Iterator[Decoded]:
    """The records that begin at `start` of an answer. Raises struct.error or ValueError if it is malformed."""
    while start < len(content):
        record_id, kind, length = _RECORD.unpack_from(content, start)
        start += _RECORD.size
        yield Decoded(record_id, Kind(kind), content[start : start + length].decode("utf-8", "surrogatepass"))
        start += length
