"""What comes in once is kept, in memory or in a file without a name, and read while it still comes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from smtpscope.errors import LogError
from smtpscope.reading.sources.packed import Unpacking
from smtpscope.reading.sources.spool import Spool
from smtpscope.reading.sources.unpacking import DamagedArchiveError, UnpackedPiece

MEBIBYTE = 1 << 20


def pieces(count: int, size: int = MEBIBYTE) -> Iterator[UnpackedPiece]:
    for number in range(count):
        yield UnpackedPiece(bytes([number]) * size, (number + 1) * size)


def spool_of(source: Iterator[UnpackedPiece]) -> Spool:
    return Spool("-", source, Unpacking().of_pipe())


@pytest.mark.parametrize("size", [1_000, MEBIBYTE])
def test_only_what_is_asked_for_is_taken_in(size: int) -> None:
    spool = spool_of(pieces(5, size))
    assert spool.read_at(0, 10) == bytes(10)
    assert (spool.filled, spool.complete) == (size, False)
    assert spool.read_at(2 * size - 2, 4) == b"\1\1\2\2"
    assert spool.filled == 3 * size
    assert spool.read_at(5 * size - 1, 10) == b"\4"
    assert spool.complete
    assert spool.read_at(9 * size, 1) == b""


def test_damage_ends_it_and_is_kept() -> None:
    def damaged() -> Iterator[UnpackedPiece]:
        yield UnpackedPiece(b"abc", 3)
        raise DamagedArchiveError(3, "It is cut off")

    spool = spool_of(damaged())
    assert spool.read_at(0, 10) == b"abc"
    assert spool.damage is not None
    assert (spool.damage.offset, spool.damage.reason) == (3, "It is cut off")


def test_a_failure_stays_a_failure() -> None:
    def failing() -> Iterator[UnpackedPiece]:
        yield UnpackedPiece(b"abc", 3)
        raise OSError(5, "Input/output error")

    spool = spool_of(failing())
    for _ in range(2):
        with pytest.raises(LogError, match="Input/output error"):
            spool.read_at(0, 10)
    assert spool.read_at(0, 3) == b"abc"


def test_a_disk_that_is_nearly_full_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Usage(1_000_000, 10))
    spool = spool_of(pieces(3))
    with pytest.raises(LogError, match="no disk space to buffer the input"):
        spool.read_at(0, 3 * MEBIBYTE)


class _Usage:
    def __init__(self, total: int, free: int) -> None:
        self.total = total
        self.free = free


def test_one_thread_reads_what_is_there_while_another_one_waits_for_more() -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[UnpackedPiece]:
        yield from pieces(2)
        asked.set()
        go_on.wait(20)
        yield UnpackedPiece(b"end", 3 * MEBIBYTE)

    spool = spool_of(slow())
    found: list[bytes] = []
    waiting = threading.Thread(target=lambda: found.append(spool.read_at(2 * MEBIBYTE, 3)), daemon=True)
    waiting.start()
    assert asked.wait(20)
    if hasattr(os, "pread"):
        assert spool.read_at(MEBIBYTE - 1, 2) == b"\0\1"
    go_on.set()
    waiting.join(20)
    assert found == [b"end"]
