"""All logs of the SMTP service with damaged bytes: what was found in them can be looked at, whatever stands around."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError
from smtpscope.reading.record import LogReader, ReadOptions
from smtpscope.reading.registry import readers
from support.every_format import SERVICE_LOGS
from support.memory_source import MemorySource

READERS: Final = {reader.format.name: reader for reader in readers()}
DIRT: Final = (b",", b'"', b"\0", b"\r", b"\t", b"\x1b[31m", b"\xff\xfe", b" ", b"[", b"{", b"#")


def damaged(data: bytes, chance: Random) -> bytes:
    """`data` with some lines cut, lost, doubled, or with a byte of theirs changed."""
    lines = data.split(b"\n")[:120]
    for _ in range(chance.randint(1, 40)):
        number = chance.randrange(len(lines))
        line = lines[number]
        at = chance.randint(0, len(line))
        lines[number : number + 1] = chance.choice(
            (
                [line[:at]],
                [line[:at] + bytes([chance.randrange(256)]) + line[at + 1 :]],
                [line[:at] + chance.choice(DIRT) + line[at:]],
                [line, line],
                [lines[chance.randrange(min(6, len(lines)))], line],
                [] if len(lines) > 1 else [line],
            )
        )
    return b"\n".join(lines)


def look_at(reader: LogReader, offset: int) -> None:
    """Both ways to look at what stands at a place; LogError is the one exception that may leave them."""
    for ask in (reader.raw, getattr(reader, "smtp_session", reader.raw)):
        with suppress(LogError):
            ask(offset)


@pytest.mark.parametrize("form", SERVICE_LOGS)
@settings(max_examples=3, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_is_found_in_a_damaged_log_can_be_looked_at(form: str, chance: Random) -> None:
    name, write = SERVICE_LOGS[form]
    data = damaged(write(), chance)
    reader = READERS[name](MemorySource(data), ReadOptions())
    try:
        exchanges = [exchange for batch in reader.batches() for exchange in batch.exchanges]
    except LogError:
        return
    for exchange in exchanges[:6]:
        assert 0 <= exchange.offset < len(data)
        look_at(reader, exchange.offset)
    for _ in range(3):
        look_at(reader, chance.randrange(len(data)))
