"""The fast decoder for readers: it returns the records of a chunk, or the reason why it had to be stopped.

The process is started when first needed, serves all files, and ends with ours. Most logs never need it.
"""

from __future__ import annotations

import atexit
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final, Protocol

import smtpscope
from smtpscope.reading.evtx.decoding.decoder_frames import (
    MISSING,
    READY,
    RECORDS,
    TOO_LARGE,
    Decoded,
    read_frame,
    request,
    unpacked,
    write_frame,
)
from smtpscope.reading.evtx.decoding.decoder_process import MEMORY
from smtpscope.reading.evtx.decoding.process_memory import memory_of
from smtpscope.reading.explaining import NO_SOURCES, EventSources

_SECONDS: Final = 3.0
"""A chunk takes some milliseconds."""
_LEAST_SECONDS: Final = 0.5
_SECONDS_TO_START: Final = 20.0
_LOOKS_EVERY: Final = 0.1
"""Seconds between two looks at its memory."""
_TOO_MUCH_MEMORY: Final = "The fast decoder exceeded its memory limit"
_MOST_STOPS: Final = 6
"""Stops per file; after them, the second decoder reads the rest, or a file could take an hour."""

FROZEN_WORD: Final = "decode-chunks-for-another-smtpscope"
"""The argument with which a single executable starts itself as this process; see `__main__`."""

_CODE: Final = """\
import sys
sys.path[:] = sys.argv[1:]
from smtpscope.reading.evtx.decoding.decoder_process import serve
serve()
"""


class DecoderStoppedError(Exception):
    """The fast decoder did not answer; the message says why, as the first half of a sentence.

    It is empty if that was reported before.
    """


class DecoderMissingError(DecoderStoppedError):
    """There is no fast decoder, and no point in trying again."""


class ChunkDecoder(Protocol):
    """Reads the records of a chunk."""

    def records(self, chunk: bytes, seconds: float, sources: EventSources = NO_SOURCES) -> list[Decoded]:
        """The records of `chunk` (64 KiB) in order; those that the decoder rejects are missing. `sources` are wanted
        besides ours.

        Raises DecoderStoppedError, after `seconds` at the latest.
        """
        ...


def _command() -> list[str]:
    """How the process is started: with our module path, and nothing that Python's start-up adds."""
    if getattr(sys, "frozen", False):
        return [sys.executable, FROZEN_WORD]
    package = str(Path(smtpscope.__file__).parents[1])
    places = [path for path in sys.path if path and path != package]
    return [sys.executable, "-s", "-S", "-P", "-c", _CODE, package, *places]


class DecoderProcess:
    """A process with the fast decoder; threads may share it."""

    def __init__(self, command: Sequence[str] | None = None, memory: int = MEMORY) -> None:
        """`command` starts another decoder than ours; `memory` is how many bytes it may have.

        On Linux, the process has that limit itself; elsewhere, only this watch sees to it.
        """
        self._command = command
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._missing: str | None = None
        self._alone = Lock()

    def records(self, chunk: bytes, seconds: float, sources: EventSources = NO_SOURCES) -> list[Decoded]:
        """See `ChunkDecoder`. Raises DecoderStoppedError."""
        with self._alone:
            if self._missing is not None:
                raise DecoderMissingError(self._missing)
            process = self._process
            if process is None or process.poll() is not None:
                process = self._start()
            answer = self._answer(process, seconds, *request(chunk, seconds, sources))
        if answer[:1] == TOO_LARGE:
            raise DecoderStoppedError(_TOO_MUCH_MEMORY)
        try:
            if answer[:1] != RECORDS:
                raise ValueError
            return list(unpacked(answer, 1))
        except (struct.error, ValueError):
            self.close()
            raise DecoderStoppedError("The fast decoder returned an invalid answer") from None

    def _answer(self, process: subprocess.Popen[bytes], seconds: float, *parts: bytes) -> bytes:
        """The answer of the process to `parts`, or without parts, to its start."""
        assert process.stdin is not None
        assert process.stdout is not None
        answered = Event()
        stopped: list[str] = []
        watch = Thread(target=self._watch, args=(process, seconds, answered, stopped), daemon=True)
        watch.start()
        try:
            if parts:
                with suppress(OSError):
                    write_frame(process.stdin, *parts)
            answer = read_frame(process.stdout)
        except BaseException:
            # ctrl+c, or no memory: later output from the pipe would be taken for the next answer.
            self.close()
            raise
        finally:
            answered.set()
        if answer is None:
            code = self.close()
            raise DecoderStoppedError(stopped[0] if stopped else _broken_off(code))
        return answer

    def _watch(self, process: subprocess.Popen[bytes], seconds: float, answered: Event, stopped: list[str]) -> None:
        """Ends the process when it has too much memory or `seconds` are over; `stopped` gets the reason."""
        until = time.monotonic() + seconds
        while not answered.wait(max(0.0, min(_LOOKS_EVERY, until - time.monotonic()))):
            if time.monotonic() >= until:
                stopped.append(_time_is_over(seconds))
            elif (memory_of(process.pid) or 0) > self._memory:
                stopped.append(_TOO_MUCH_MEMORY)
            else:
                continue
            process.kill()
            return

    def _start(self) -> subprocess.Popen[bytes]:
        self.close()
        flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
        try:
            process = self._process = subprocess.Popen(
                _command() if self._command is None else list(self._command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # In a separate session, so that ctrl+c reaches only us.
                start_new_session=True,
                creationflags=flags,
            )
            atexit.register(self.close)
            answer = self._answer(process, _SECONDS_TO_START)
        except (OSError, ValueError) as error:
            self._missing = f"The fast decoder can't be started ({getattr(error, 'strerror', None) or error})"
        except DecoderStoppedError:
            self._missing = "The fast decoder can't be started (its process ends, or does not begin to answer)"
        else:
            if answer == READY:
                return process
            missing = answer.removeprefix(MISSING).decode(errors="replace")
            self._missing = f"The fast decoder can't be loaded ({missing})"
        self.close()
        raise DecoderMissingError(self._missing)

    def close(self) -> int | None:
        """Ends the process, if there is one, and cleans up; returns its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        atexit.unregister(self.close)
        process.kill()
        code = process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        return code


def _time_is_over(seconds: float) -> str:
    return f"The fast decoder did not answer within {seconds:g} s"


def _broken_off(code: int | None) -> str:
    return f"The fast decoder ended unexpectedly ({f'signal {-code}' if code and code < 0 else f'exit code {code}'})"


SHARED: Final = DecoderProcess()
"""The process that all files share."""


class FileDecoder:
    """The fast decoder for one file: with a shorter timeout after each stop, and no longer used after some."""

    def __init__(self, decoder: ChunkDecoder = SHARED) -> None:
        self._decoder = decoder
        self._stops = 0

    def records(self, chunk: bytes, sources: EventSources = NO_SOURCES) -> list[Decoded]:
        """See `ChunkDecoder`. Raises DecoderStoppedError."""
        if self._stops >= _MOST_STOPS:
            raise DecoderStoppedError
        try:
            return self._decoder.records(chunk, max(_LEAST_SECONDS, _SECONDS / 2**self._stops), sources)
        except DecoderStoppedError as cause:
            self._stops = _MOST_STOPS if isinstance(cause, DecoderMissingError) else self._stops + 1
            if self._stops < _MOST_STOPS:
                raise
            raise DecoderStoppedError(f"{cause}, and is not asked again for this file") from cause
