"""The process in which the fast decoder runs: it reads chunks from standard input and writes their records.

The decoder is native code that reads untrusted data. On some damage it never returns, and nothing in the same process
could stop it. Here it has a memory limit, a timer that ends the process from outside the interpreter, and its input
ends with its parent.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO, Final

from smtpscope.reading.evtx.decoding.decoder_frames import (
    MISSING,
    READY,
    RECORDS,
    TOO_LARGE,
    Decoded,
    Kind,
    asked,
    packed,
    read_frame,
    write_frame,
)
from smtpscope.reading.explaining import NO_SOURCES, EventSources

MEMORY: Final = 1 << 30
"""Bytes that the process may have: enforced on Linux, watched by the parent elsewhere."""
_MOST_TEXT: Final = 1 << 27
"""Characters of output for one chunk of 64 KiB: an honest one has less than a hundredth."""
_MOST_FAILURES: Final = 4_000
"""More than the records a chunk can have: a decoder that fails more often is in a loop."""
_GRACE: Final = 2.0
"""Seconds beyond the limit after which the process ends itself, if nobody else has."""

_FILE_MAGIC: Final = b"ElfFile\0"
_BLOCK_SIZE: Final = 4096
_NO_CHECKSUMS: Final = 0x4

Decode = Callable[[bytes], Iterable[tuple[int, str]]]


def _file_header() -> bytes:
    """The header of a file with one chunk. The file's own may be damaged, and counts other chunks than we pass on."""
    block = bytearray(_BLOCK_SIZE)
    struct.pack_into("<8sQQQIHHHH", block, 0, _FILE_MAGIC, 0, 0, 1, 128, 1, 3, _BLOCK_SIZE, 1)
    struct.pack_into("<I", block, 120, _NO_CHECKSUMS)
    return bytes(block)


_FILE_HEADER: Final = _file_header()


def json_records(chunk: bytes) -> Iterator[tuple[int, str]]:
    """The records of `chunk` (64 KiB), number and JSON, in order; those that the decoder rejects are missing."""
    from evtx import PyEvtxParser

    iterator = PyEvtxParser(BytesIO(_FILE_HEADER + chunk), number_of_threads=1).records_json()
    failures = 0
    while failures < _MOST_FAILURES:
        try:
            record = next(iterator)
        except StopIteration:
            return
        except MemoryError:
            raise
        except Exception:
            # The decoder gives no offset; the caller finds the missing record by the record headers.
            failures += 1
            continue
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            return
        if record is not None:
            yield record["event_record_id"], record["data"]


def sorted_out(records: Iterable[tuple[int, str]], sources: EventSources = NO_SOURCES) -> Iterator[Decoded]:
    """The kind of each of `records`, with text only for possible SMTP events and `sources`. Raises MemoryError."""
    import msgspec

    from smtpscope.reading.windows_event import decoder_json

    size = 0
    for record_id, text in records:
        size += len(text)
        if size > _MOST_TEXT:
            raise MemoryError
        try:
            ours = decoder_json.event_record(text, file="", offset=0, filetime=0, sources=sources) is not None
        except msgspec.DecodeError:
            yield Decoded(record_id, Kind.ODD, "")
        else:
            yield Decoded(record_id, Kind.OURS, text) if ours else Decoded(record_id, Kind.UNRELATED, "")


def load() -> None:
    """Imports everything needed for a chunk in advance. Raises ImportError if it is not installed."""
    import evtx  # noqa: F401

    import smtpscope.reading.windows_event.decoder_json  # noqa: F401


def serve(decode: Decode = json_records, prepare: Callable[[], None] = load, memory: int = MEMORY) -> None:
    """Answers chunk after chunk until the input ends; `decode` is the decoder, which `prepare` loads."""
    requests, answers = _streams()
    # ctrl+c is for the parent, which ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(memory)
    try:
        prepare()
    except ImportError as error:
        write_frame(answers, MISSING, str(error).encode())
        return
    with suppress(OSError):
        write_frame(answers, READY)
        while (frame := read_frame(requests)) is not None:
            chunk, seconds, sources = asked(frame)
            # Its thread does not need the interpreter, so it fires even in native code.
            faulthandler.dump_traceback_later(seconds + _GRACE, exit=True, file=sys.stderr)
            try:
                answer = RECORDS, packed(sorted_out(decode(chunk), sources))
            except MemoryError:
                answer = TOO_LARGE, b""
            faulthandler.cancel_dump_traceback_later()
            write_frame(answers, *answer)


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent. Output of the decoder itself must not get between the answers."""
    answers = os.fdopen(os.dup(1), "wb")
    with suppress(OSError):
        os.dup2(2, 1)
    return sys.stdin.buffer, answers


def _limit_memory(memory: int) -> None:
    try:
        import resource
    except ImportError:
        return
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with suppress(OSError, ValueError):
        # No core dump for a forced end.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
