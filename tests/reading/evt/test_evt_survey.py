"""A log that is surveyed at once is read as one whose records are looked at one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.evt import evt_survey
from smtpscope.reading.evt.evt_log import EvtReader
from smtpscope.reading.evt.evt_records import RingFile
from smtpscope.reading.explaining import EventSources
from smtpscope.reading.record import ReadOptions
from support.both_ways import Read, all_of
from support.evt_writer import DIRTY, HEADER_SIZE, LegacyEvent, evt_bytes
from support.memory_source import MemorySource

SOURCES: Final = (
    "MSExchangeTransport", "smtpsvc", "SMTPSVC", "Tcpip", "W32Time", "Service Control Manager", "MSExchangeTransport2",
    "", "A source whose name is as long as 31", "A source whose name is as long as 32 l", "Ереванъ", "T",
)  # fmt: skip
EXPLAINING: Final = EventSources({"Tcpip": {4227: ()}, "W32Time": {36: ()}})
TIMES: Final = (0, 1, 1_232_975_074, 1_300_000_000, 4_294_967_295)


def log_of(chance: Random, most: int = 60) -> bytes:
    events = [
        LegacyEvent(
            strings=tuple(chance.choices(("1", "", "550 no", "LfLe", "\u4c66\u654c"), k=chance.randrange(7))),
            event_id=chance.choice((7002, 7004, 4227, 36, 1)),
            event_type=chance.choice((1, 2, 4)),
            source=chance.choice(SOURCES),
            computer=chance.choice(("EXCH01", "M", "")),
            time=datetime.fromtimestamp(chance.choice(TIMES), UTC),
            data=chance.choice((b"", b"LfLe", b"<\0\0\0LfLe" + bytes(52) + b"<\0\0\0", bytes(9))),
        )
        for _ in range(chance.randrange(most))
    ]
    size = chance.choice((None, None, None, 4_096))
    return evt_bytes(events, size=size, flags=chance.choice((0, 0, DIRTY)), first_number=chance.choice((1, 900)))


def damaged(data: bytes, chance: Random) -> bytes:
    copy = bytearray(data)
    for _ in range(chance.choice((0, 0, 1, 4))):
        at = chance.randrange(len(copy))
        kind = chance.randrange(4)
        if kind == 0:
            copy[at] = chance.randrange(256)
        elif kind == 1:
            copy[at : at + 4] = b"LfLe"
        elif kind == 2:
            del copy[at : at + chance.choice((1, 4, 80))]
        else:
            copy[at:at] = copy[: chance.choice((4, 60, len(copy)))]
    return bytes(copy)


def read(data: bytes, sources: EventSources, *, tables: bool) -> Read:
    return all_of(EvtReader(MemorySource(data), ReadOptions(explaining=sources), tables=tables))


def differs(number: int) -> bool:
    chance = Random(number)
    data = damaged(log_of(chance), chance)
    sources = chance.choice((EXPLAINING, EventSources({})))
    return read(data, sources, tables=True) != read(data, sources, tables=False)


@pytest.mark.parametrize("block", [1 << 21, 2_000])
def test_any_log_is_read_the_same_both_ways(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evt_survey, "_BLOCK", block)
    assert [number for number in range(80) if differs(number)] == []


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=1_000))
def test_any_other_log_as_well(number: int) -> None:
    assert not differs(number)


def test_records_of_others_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the first of each source, which shows whether its name can be read."""
    events = [LegacyEvent(source=source) for source in ("Tcpip", "MSExchangeTransport", "Tcpip", "W32Time", "Tcpip")]
    looked_at: list[int] = []
    one = RingFile.record_or_heading

    def noting(ring: RingFile, offset: int, *given: object, **named: object) -> object:
        looked_at.append(offset)
        return one(ring, offset, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(RingFile, "record_or_heading", noting)
    found = read(evt_bytes(events * 40), EventSources({}), tables=True)
    assert (len(found.records), found.unrelated_records) == (40, 160)
    assert len(looked_at) == 42
    assert looked_at[0] == HEADER_SIZE
