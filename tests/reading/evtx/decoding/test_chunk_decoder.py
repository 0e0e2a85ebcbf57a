"""The process of the fast decoder: it is stopped when it takes too long or too much, and goes when we go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.processes import SECONDS, environment, hear_ctrl_c
from smtpscope.reading.evtx.decoding.chunk_decoder import (
    DecoderMissingError,
    DecoderProcess,
    DecoderStoppedError,
    FileDecoder,
)
from smtpscope.reading.evtx.decoding.decoder_frames import Decoded, Kind
from smtpscope.reading.evtx.decoding.process_memory import memory_of
from smtpscope.reading.explaining import NO_SOURCES, EventSources
from support.evtx_events import chunks_of
from support.evtx_writer import WrittenEvent, evtx_bytes
from support.fake_decoders import command

LOG = evtx_bytes([WrittenEvent(strings=("a", "b")), WrittenEvent(provider="ESE"), WrittenEvent(strings=("c",))])
CHUNK = chunks_of(LOG)[0][1]

Maker = Callable[[str | None], DecoderProcess]
Parent = Callable[..., tuple[subprocess.Popen[str], int]]


@pytest.fixture
def decoder() -> Iterator[Maker]:
    """Makes decoders, fakes by their name and our own for None, and ends them."""
    made: list[DecoderProcess] = []

    def make(name: str | None) -> DecoderProcess:
        made.append(DecoderProcess(None if name is None else command(name)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def process_of(decoder: DecoderProcess) -> subprocess.Popen[bytes]:
    process = decoder._process
    assert process is not None
    return process


def test_a_chunk_is_decoded_and_the_text_of_foreign_events_stays_where_it_is(decoder: Maker) -> None:
    records = decoder(None).records(CHUNK, 30)
    assert [(record.record_id, record.kind, bool(record.text)) for record in records] == [
        (1, Kind.OURS, True),
        (2, Kind.UNRELATED, False),
        (3, Kind.OURS, True),
    ]


def test_the_process_is_started_when_it_is_needed_and_used_again(decoder: Maker) -> None:
    ours = decoder(None)
    assert ours._process is None
    ours.records(CHUNK, 30)
    first = process_of(ours).pid
    ours.records(CHUNK, 30)
    assert process_of(ours).pid == first


def test_a_decoder_that_never_comes_back_is_stopped(decoder: Maker) -> None:
    before = time.monotonic()
    with pytest.raises(DecoderStoppedError, match=r"did not answer within 0\.2 s"):
        decoder("sleeps").records(CHUNK, 0.2)
    assert time.monotonic() - before < SECONDS / 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit")
def test_a_decoder_that_takes_too_much_memory_is_stopped(decoder: Maker) -> None:
    grows = decoder("grows")
    with pytest.raises(DecoderStoppedError, match="exceeded its memory limit"):
        grows.records(CHUNK, 30)


def test_memory_is_watched_where_the_system_sets_no_limit() -> None:
    grows = DecoderProcess(command("grows without a limit"), memory=128 << 20)
    with pytest.raises(DecoderStoppedError, match="exceeded its memory limit"):
        grows.records(CHUNK, 30)
    assert grows._process is None


def test_the_memory_of_a_process_that_has_ended_is_unknown() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert memory_of(ended.pid) in (None, 0)
    assert (memory_of(os.getpid()) or 0) > 1 << 20


def test_a_decoder_that_breaks_off_is_started_again(decoder: Maker) -> None:
    breaks = decoder("breaks off")
    for _ in range(2):
        with pytest.raises(DecoderStoppedError, match=r"ended unexpectedly \(exit code 3\)"):
            breaks.records(CHUNK, 30)


def test_after_a_stop_the_next_chunk_is_decoded(decoder: Maker) -> None:
    once = decoder("sleeps once")
    with pytest.raises(DecoderStoppedError):
        once.records(b"slow", 0.2)
    assert [record.record_id for record in once.records(b"quick", 30)] == [5]


def test_what_the_decoder_prints_does_not_come_between(decoder: Maker) -> None:
    assert [record.record_id for record in decoder("talks").records(CHUNK, 30)] == [1]


def test_a_decoder_that_is_not_installed_is_told_and_not_tried_again(decoder: Maker) -> None:
    missing = decoder("missing")
    for _ in range(2):
        with pytest.raises(DecoderMissingError, match=r"can't be loaded \(No module named 'evtx'\)"):
            missing.records(CHUNK, 30)
    assert missing._process is None


def test_a_program_that_can_not_be_started_is_told() -> None:
    with pytest.raises(DecoderMissingError, match="can't be started"):
        DecoderProcess(["/nowhere/at/all"]).records(CHUNK, 30)


def test_a_program_that_is_none_of_ours_is_told() -> None:
    with pytest.raises(DecoderMissingError, match="can't be"):
        DecoderProcess([sys.executable, "-c", "print('hello')"]).records(CHUNK, 30)


def test_threads_may_share_it(decoder: Maker) -> None:
    ours = decoder(None)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(ours.records(CHUNK, 30)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3] * 8


def test_closing_leaves_no_process_behind(decoder: Maker) -> None:
    ours = decoder(None)
    ours.records(CHUNK, 30)
    process = process_of(ours)
    ours.close()
    assert process.returncode is not None
    ours.close()


CHILD = """
import os, signal, sys, threading, time
from smtpscope.reading.evtx.decoding.chunk_decoder import DecoderProcess
from support.fake_decoders import command
decoder = DecoderProcess(command(sys.argv[1]))
started = decoder._start
def told():
    process = started()
    print(process.pid, flush=True)
    return process
decoder._start = told
try:
    decoder.records(b"chunk", float(sys.argv[2]))
    print("decoded", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def gone(pid: int) -> bool:
    until = time.monotonic() + SECONDS
    while running(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def parent() -> Iterator[Parent]:
    started: list[subprocess.Popen[str]] = []

    def start(name: str, seconds: float = 30) -> tuple[subprocess.Popen[str], int]:
        folders = [str(Path(__file__).parents[3]), environment()["PYTHONPATH"]]
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, name, str(seconds)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(PYTHONPATH=os.pathsep.join(folders)),
            preexec_fn=hear_ctrl_c,
        )
        started.append(process)
        assert process.stdout is not None
        return process, int(process.stdout.readline())

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_a_decoder_that_hangs_at_once(
    parent: Parent,
) -> None:
    process, decoder = parent("sleeps")
    before = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.read() == "interrupted\n"
    assert process.wait(SECONDS) == 0
    assert gone(decoder)
    assert time.monotonic() - before < 20


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_decoder_that_hangs_ends_itself_when_nobody_does(parent: Parent) -> None:
    process, decoder = parent("sleeps", 0.3)
    process.kill()
    process.wait()
    assert gone(decoder)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_decoder_goes_when_its_parent_was_killed(
    parent: Parent,
) -> None:
    process, decoder = parent("talks")
    assert process.stdout is not None
    assert process.stdout.readline() == "decoded\n"
    process.kill()
    process.wait()
    assert gone(decoder)


class Stopped:
    """Decodes nothing, and remembers for how long it would have been waited for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def records(self, chunk: bytes, seconds: float, sources: EventSources = NO_SOURCES) -> list[Decoded]:
        self.seconds.append(seconds)
        raise DecoderStoppedError("It was stopped")


def test_a_file_that_stops_the_decoder_again_and_again_is_read_without_it() -> None:
    stopped = Stopped()
    decoder = FileDecoder(stopped)
    said = []
    for _ in range(20):
        with pytest.raises(DecoderStoppedError) as caught:
            decoder.records(CHUNK)
        said.append(str(caught.value))
    assert said == ["It was stopped"] * 5 + ["It was stopped, and is not asked again for this file"] + [""] * 14
    assert sum(stopped.seconds) < 10
