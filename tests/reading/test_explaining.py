"""Events of other sources that a reader hands out when it is told which: the same from every form of a log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.explaining import NO_SOURCES, EventSources, ExplainingEvent
from smtpscope.reading.record import Batch, ReadOptions
from smtpscope.reading.registry import open_log
from support.changed import replace
from support.evtx_events import SIX_STRINGS
from support.evtx_writer import CHUNK_SIZE, FILE_HEADER_SIZE, EventForm, WrittenEvent, evtx_bytes
from support.explaining_logs import FORMS, PRESSURE, STOPPED, OtherEvent
from support.memory_source import MemorySource

SOURCES = EventSources(
    {
        "MSExchangeTransport": {15004: (), 15006: (), 12014: ()},
        "ESE": {428: (), 474: ()},
        "srv": {2013: ()},
        "Microsoft-Windows-DNS-Client": {1014: ()},
        "Service Control Manager": {7036: ("MSExchangeTransport/1", "Microsoft Exchange Transport stopped")},
    }
)
WHEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REFUSAL = WrittenEvent(strings=SIX_STRINGS, time=WHEN)
DISK = OtherEvent("ESE", 428, WHEN, ("Information Store", "2604"))
PAGES = OtherEvent("ESE", 101, WHEN, ("Information Store", "2604"))
OTHER_SERVICE = OtherEvent("Service Control Manager", 7036, WHEN, ("Windows Update", "stopped"))


def batches(data: bytes, *, sources: EventSources = SOURCES, quick: bool = True) -> list[Batch]:
    if data.startswith(b"ElfFile"):
        return list(EvtxReader(MemorySource(data), ReadOptions(explaining=sources), quick=quick).batches())
    return list(open_log(MemorySource(data), ReadOptions(explaining=sources)).batches())


def explaining(data: bytes, *, quick: bool = True) -> list[ExplainingEvent]:
    return [event for batch in batches(data, quick=quick) for event in batch.explaining]


def told(event: ExplainingEvent) -> tuple[str, int, int, str]:
    return event.provider, event.event_id, event.time_ms, event.computer


def counted(found: list[Batch]) -> tuple[int, int]:
    return sum(len(batch.records) for batch in found), sum(batch.unrelated_records for batch in found)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_the_same(form: str) -> None:
    log = FORMS[form]([PRESSURE, DISK, PAGES, STOPPED, OTHER_SERVICE])
    expected = [
        (event.provider, event.event_id, int(event.time.timestamp() * 1000), event.computer)
        for event in (PRESSURE, DISK, STOPPED)
    ]
    assert sorted(map(told, explaining(log))) == sorted(expected)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_counted_is_the_same_with_and_without(form: str) -> None:
    log = FORMS[form]([PRESSURE, DISK, PAGES, STOPPED, OTHER_SERVICE])
    assert counted(batches(log)) == counted(batches(log, sources=NO_SOURCES))
    assert not [event for batch in batches(log, sources=NO_SOURCES) for event in batch.explaining]


def test_a_time_without_zone_says_so() -> None:
    (event,) = explaining(FORMS["event-viewer"]([DISK]))
    assert event.time_assumed
    (event,) = explaining(FORMS["xml"]([DISK]))
    assert not event.time_assumed


def test_a_name_of_a_source_that_is_the_name_of_a_host_hides_no_refusal() -> None:
    sentence = (
        "This is an SMTP protocol error log for virtual server ID 1, connection #43. The remote host "
        '\\"mx1.example.com\\", responded to the SMTP command \\"rcpt\\" with \\"550 5.1.1 User unknown \\". The full '
        'command sent was \\"RCPT TO:<a@example.com> \\".  This will probably cause the connection to fail.'
    )
    log = f'{{"source": "srv", "event_id": 2013, "@timestamp": "2026-03-02T09:00:00Z", "message": "{sentence}"}}\n'
    found = batches(log.encode())
    assert counted(found)[0] == counted(batches(log.encode(), sources=NO_SOURCES))[0] == 1
    assert not [event for batch in found for event in batch.explaining]


_EVENTS = st.lists(
    st.builds(
        OtherEvent,
        provider=st.sampled_from(["ESE", "ese", "SRV", "srv2", "MSExchangeTransport", "Microsoft-Windows-DNS-Client"]),
        event_id=st.sampled_from([428, 101, 2013, 1014, 15004, 7002, 0, 65535]),
        time=st.integers(0, 86_400).map(lambda seconds: WHEN + timedelta(seconds=seconds)),
        strings=st.lists(st.sampled_from(["", "a", "Information Store", "x" * 300]), max_size=7).map(tuple),
        computer=st.sampled_from(["EXCH01", "EXCH02.example.com"]),
        form=st.sampled_from(["classic", "manifest", "forwarded"]),
    ),
    max_size=60,
)


@settings(max_examples=60)
@given(events=_EVENTS)
def test_the_quick_way_finds_what_the_thorough_one_finds(events: list[OtherEvent]) -> None:
    log = evtx_bytes([event.written for event in events] + [REFUSAL])
    assert sorted(map(told, explaining(log))) == sorted(map(told, explaining(log, quick=False)))
    assert counted(batches(log)) == counted(batches(log, quick=False))


@pytest.mark.parametrize("form", ["classic", "manifest", "forwarded"])
def test_one_of_our_own_sources_tells_it_once(form: EventForm) -> None:
    log = evtx_bytes([replace(PRESSURE, strings=(), form=form).written, REFUSAL])
    assert len(explaining(log)) == len(explaining(log, quick=False)) == 1


def test_a_log_of_other_events_alone_is_read_quickly_and_completely() -> None:
    events = [
        replace((DISK, PAGES, STOPPED, OTHER_SERVICE)[number % 4], time=WHEN + timedelta(seconds=number))
        for number in range(2_000)
    ]
    log = evtx_bytes([event.written for event in events])
    found = explaining(log)
    assert len(found) == 1_000
    assert sorted(map(told, found)) == sorted(map(told, explaining(log, quick=False)))
    assert counted(batches(log)) == (0, 2_000)


def test_a_damaged_chunk_costs_no_refusal_and_invents_nothing() -> None:
    data = bytearray(evtx_bytes([DISK.written, PAGES.written, REFUSAL]))
    place = FILE_HEADER_SIZE + CHUNK_SIZE - 1
    data[place - 1_000] ^= 0xFF
    assert counted(batches(bytes(data))) == counted(batches(bytes(data), sources=NO_SOURCES))
    assert [told(event)[:2] for event in explaining(bytes(data))] == [("ESE", 428)]


def test_a_growing_log_hands_them_out_once() -> None:
    first, second = evtx_bytes([REFUSAL]), evtx_bytes([REFUSAL, DISK.written])
    source = MemorySource(first)
    reader = EvtxReader(source, ReadOptions(explaining=SOURCES, growing=True))
    assert not [event for batch in reader.batches() for event in batch.explaining]
    source.data = second
    assert [event.event_id for batch in reader.read_new() for event in batch.explaining] == [428]
    assert not [event for batch in reader.read_new() for event in batch.explaining]


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ('{"provider": "ESE", "id": 428}', True),
        ('{"Provider": "Ese", "id": "0x1AC"}', True),
        ('{"provider": "ESE", "InstanceId": 3221225900}', True),
        ('{"provider": "ESE", "id": 101}', False),
        ('{"provider": "Service Control Manager", "id": "7,036"}', True),
        ('{"provider": "Service Control Manager", "id": "7 036"}', True),
        ('{"provider": "Service Control Manager", "id": 7040}', False),
        ('{"provider": "ESE BACKUP", "id": 428}', False),
        ('{"provider": "Userenv", "text": "428"}', False),
    ],
)
def test_a_text_is_read_for_a_source_and_one_of_its_numbers(text: str, may_be: bool) -> None:
    sources = EventSources({"ESE": {428: ()}, "Service Control Manager": {7036: ()}})
    assert sources.may_be_in(text) is may_be


def test_the_fraction_of_a_second_is_no_number_of_an_event() -> None:
    text = '<s n="providername">ese</s><dt>2026-03-02t09:00:00.1234567z</dt><i32 n="id">{}</i32>'
    numbers = (101, 428, 3221225900, "9.000000")
    assert [SOURCES.may_be_numbered("ese", text.format(each)) for each in numbers] == [False, True, True, True]
