"""Decoders that misbehave on harmless chunks, each started as the process of the fast decoder would be."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from smtpscope.reading.evtx.decoding.decoder_process import serve

MEMORY = 256 << 20


def command(name: str) -> list[str]:
    """What starts the fake of that name."""
    folders = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "tui")]
    code = "import sys; sys.path[:0] = sys.argv[2:]; from support.fake_decoders import start; start(sys.argv[1])"
    return [sys.executable, "-c", code, name, *folders]


def _sleeps(chunk: bytes) -> Iterable[tuple[int, str]]:
    time.sleep(3_600)
    return ()


def _grows(chunk: bytes) -> Iterable[tuple[int, str]]:
    kept = []
    while True:
        kept.append(bytearray(16 << 20))


def _grows_slowly(chunk: bytes) -> Iterable[tuple[int, str]]:
    kept = []
    while True:
        kept.append(b"x" * (16 << 20))
        time.sleep(0.005)


def _breaks_off(chunk: bytes) -> Iterable[tuple[int, str]]:
    os._exit(3)


def _talks(chunk: bytes) -> Iterable[tuple[int, str]]:
    os.write(1, b"warning: something odd\n")
    return ((1, json.dumps({"Event": {"System": {}}})),)


def _sleeps_once(chunk: bytes) -> Iterable[tuple[int, str]]:
    if chunk.startswith(b"slow"):
        time.sleep(3_600)
    return ((len(chunk), json.dumps({"Event": {"System": {}}})),)


def _is_missing() -> None:
    raise ImportError("No module named 'evtx'")


def _is_there() -> None:
    pass


_FAKES = {
    "sleeps": _sleeps,
    "grows": _grows,
    "grows without a limit": _grows_slowly,
    "breaks off": _breaks_off,
    "talks": _talks,
    "sleeps once": _sleeps_once,
    "missing": _talks,
}


def start(name: str) -> None:
    """Serves as the fake of that name."""
    if name == "writes nonsense":
        os.write(1, b"hello\n" * 100)
        time.sleep(3_600)
    serve(
        _FAKES[name], _is_missing if name == "missing" else _is_there, 1 << 40 if "without a limit" in name else MEMORY
    )
