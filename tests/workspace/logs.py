"""Logs in memory and incident keys, for the tests of the workspace."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import strategies as st

from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.grouping.incident import IncidentKey
from smtpscope.workspace.log_identity import LogIdentity
from smtpscope.workspace.workspace import Log, Workspace


@dataclass(frozen=True)
class MemoryLog:
    """A source with its content in memory."""

    name: str
    content: bytes

    def open(self) -> BinaryIO:
        return io.BytesIO(self.content)


@dataclass(frozen=True)
class BrokenLog:
    """A source that can't be read."""

    name: str

    def open(self) -> BinaryIO:
        raise PermissionError(13, "Permission denied")


def lines(first: int, last: int) -> bytes:
    """A text log of events that are all different."""
    return "".join(
        f"2026-11-18 22:{number:04}  550 5.7.1 Unable to relay, {number}\n" for number in range(first, last)
    ).encode()


def evtx(first_record: int, *, records: int) -> bytes:
    """As much of an .evtx as tells which log it is; the headers count the records."""
    header = b"ElfFile\0" + struct.pack("<QQQ", 0, records // 100, first_record + records)
    chunk = b"ElfChnk\0" + struct.pack("<QQ", first_record, first_record + records - 1)
    record = b"**\0\0" + struct.pack("<IQQ", 600, first_record, 133_000_000_000_000_000 + first_record)
    return header.ljust(4096, b"\0") + chunk.ljust(512, b"\0") + record.ljust(600, b"\1") * records


def identity(*logs: tuple[str, bytes]) -> LogIdentity:
    return LogIdentity.of(MemoryLog(name, content) for name, content in logs)


def log_of(workspace: Workspace, name: str = "/logs/a.txt", content: bytes = lines(0, 200)) -> Log:
    return workspace.log(identity((name, content)))


RELAY = IncidentKey(Direction.OUTBOUND, "mx.contoso.example", 550, "relay-denied")
BUSY = IncidentKey(Direction.OUTBOUND, "mx.fabrikam.example", 421, "rate-limited")
NAMELESS = IncidentKey(Direction.INBOUND, "", None, "unparsed")

HOSTILE = "\x1b]52;c;eA==\x07 \u202e [/] '; DROP TABLE note; -- \0 \ud7ff\U0001f4ec\r\n"

ANY_TEXT = st.text(st.characters(codec=None), max_size=40)
"""Lone surrogates and NUL included: a log may hold anything."""

KEYS = st.builds(
    IncidentKey, st.sampled_from(Direction), ANY_TEXT, st.none() | st.integers(0, 999), st.sampled_from(["spam", "tls"])
)


class Ticking:
    """A clock that goes on by one with every look."""

    def __init__(self) -> None:
        self.now_ms = 0

    def __call__(self) -> int:
        self.now_ms += 1
        return self.now_ms


def opened(path: Path | None) -> Workspace:
    """A workspace with a clock of its own."""
    return Workspace.open(path, clock=Ticking())


def refuses(action: Callable[[], object], error: type[Exception]) -> str:
    """The text of the error that `action` must raise."""
    with pytest.raises(error) as caught:
        action()
    return str(caught.value)
