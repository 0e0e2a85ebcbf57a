"""Events to write into .evtx files, drawn by hypothesis, and what readers must find of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from smtpscope.reading.evtx.chunks.record_headers import RecordPlace, walk
from smtpscope.reading.evtx.evtx_layout import parse_chunk_header
from support.evtx_writer import CHUNK_SIZE, FILE_HEADER_SIZE, FIRST_RECORD, EventForm, WrittenEvent

SIX_STRINGS = ("1", "6", "", "xexch50", "504 Need to authenticate first ", "XEXCH50 1028 2 ")

# Characters whose low byte is zero, a pair of surrogates, controls, XML signs: each has been a trap for some reader.
_ODD = "ĀĠ\u0a00\U0001f600\U00010400\x1b\r\n\t&<>\"'ſ\u202e"
# NUL ends an insertion string; a lone surrogate is no text, and the fast decoder drops it.
_TEXT = st.text(st.one_of(st.sampled_from(_ODD), st.characters(codec="utf-8", exclude_characters="\0")), max_size=12)
_PROVIDERS = ("MSExchangeTransport", "msexchangetransport", "smtpsvc", "ESE", "Vendor Service", "MSExchangeTransport2")


_FIRST_TIME = datetime(1980, 1, 1, tzinfo=UTC)


def logs(most: int) -> st.SearchStrategy[list[WrittenEvent]]:
    """Events of one log. Its forms are drawn first, since one forwarded event changes how its whole chunk is read."""
    choices: list[tuple[EventForm, ...]] = [
        ("classic",),
        ("manifest",),
        ("classic", "manifest"),
        ("classic", "manifest", "forwarded"),
    ]
    return st.sampled_from(choices).flatmap(lambda drawn: st.lists(events(drawn), min_size=1, max_size=most))


def events(forms: Sequence[EventForm]) -> st.SearchStrategy[WrittenEvent]:
    return st.builds(
        WrittenEvent,
        provider=st.sampled_from(_PROVIDERS),
        event_id=st.integers(0, 0xFFFF),
        strings=st.lists(_TEXT, max_size=7).map(tuple),
        time=st.integers(0, 10**13).map(lambda micros: _FIRST_TIME + timedelta(microseconds=micros * 300)),
        level=st.integers(0, 16),
        channel=st.sampled_from(["Application", "Exchange Transport"]),
        computer=st.sampled_from(["EXCH01.example.com", "EXCH02.example.com"]),
        binary=st.binary(max_size=9),
        form=st.sampled_from(forms),
    )


def many_events(
    count: int, *, ours_every: int, first: datetime = datetime(2026, 3, 1, tzinfo=UTC)
) -> list[WrittenEvent]:
    """`count` classic events, one a second; one of `ours_every` is of MSExchangeTransport."""
    return [
        WrittenEvent(strings=("1", str(number), *SIX_STRINGS[2:]), time=first + timedelta(seconds=number))
        if number % ours_every == 0
        else WrittenEvent(
            provider="ESE", event_id=101, strings=(f"page {number}",), time=first + timedelta(seconds=number)
        )
        for number in range(count)
    ]


def chunks_of(data: bytes) -> list[tuple[int, bytes]]:
    """The chunks of a written file with the byte at which each begins."""
    starts = range(FILE_HEADER_SIZE, len(data), CHUNK_SIZE)
    return [(start, data[start : start + CHUNK_SIZE]) for start in starts]


def places_of(data: bytes) -> list[tuple[int, RecordPlace]]:
    """The records of a written file: the byte at which each begins, and its place in its chunk."""
    found: list[tuple[int, RecordPlace]] = []
    for start, chunk in chunks_of(data):
        header = parse_chunk_header(chunk)
        assert header is not None
        found.extend((start + offset.offset, offset) for offset in walk(chunk, header.end).places)
    return found


def cut_behind(data: bytes, record_id: int) -> bytes:
    """The same one-chunk log as if what stands behind that record were from an older log."""
    changed = bytearray(data)
    last = next(at for at, offset in places_of(data) if offset.record_id == record_id)
    end = last + next(offset.size for at, offset in places_of(data) if at == last)
    start = FILE_HEADER_SIZE
    for at in (16, 32):
        struct.pack_into("<Q", changed, start + at, record_id)
    checksum = zlib.crc32(changed[start + FIRST_RECORD : end])
    struct.pack_into("<III", changed, start + 44, last - start, end - start, checksum)
    struct.pack_into(
        "<I", changed, start + 124, zlib.crc32(changed[start : start + 120] + changed[start + 128 : start + 512])
    )
    return bytes(changed)
