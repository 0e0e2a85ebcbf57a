"""The data of an event below its text, and the same data in every form that keeps it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.event_exports.blocks.dumped_data import dumped_data
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from support.evt_writer import LegacyEvent, evt_bytes
from support.evtx_writer import EventForm, WrittenEvent, evtx_bytes
from support.memory_source import MemorySource, records_of

COMMAND = b"XEXCH50 1020 2\r\n"
DUMP = "Data:\n0000: 58 45 58 43 48 35 30 20   XEXCH50 \n0008: 31 30 32 30 20 32 0d 0a   1020 2..\n"
LABELS = {
    "Event Type": "Warning",
    "Event Source": "SmtpEvt",
    "Event Category": "None",
    "Event ID": "20031",
    "Date": "1/26/2009",
    "Time": "1:04:34 PM",
    "User": "N/A",
    "Computer": "ISA01",
}
BLOCK = "".join(f"{name}:\t{value}\n" for name, value in LABELS.items()) + "Description:\nAn unknown SMTP command \n"
XML = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='SmtpEvt'/>"
    "<EventID Qualifiers='32768'>20031</EventID><Level>3</Level><TimeCreated SystemTime='2009-01-26T13:04:34Z'/>"
    f"</System><EventData><Binary>{COMMAND.hex()}</Binary></EventData></Event>"
)
WRITTEN = WrittenEvent("SmtpEvt", 20031, (), datetime(2009, 1, 26, tzinfo=UTC), binary=COMMAND)
JSON_EVENT = {
    "winlog": {"provider_name": "SmtpEvt", "event_id": 20031, "event_data": {"Binary": COMMAND.hex().upper()}},
    "message": "An unknown SMTP command",
}
GET_EVENT_LOG = {"Source": "SmtpEvt", "InstanceId": 20031, "EventID": 20031, "Message": "", "Data": list(COMMAND)}
FORMS: dict[str, bytes] = {
    "evtx": evtx_bytes([WRITTEN]),
    "evtx forwarded": evtx_bytes([WrittenEvent("SmtpEvt", 20031, (), binary=COMMAND, form="forwarded")]),
    "evt": evt_bytes([LegacyEvent((), 20031, 2, "SmtpEvt", data=COMMAND)]),
    "xml": XML.encode(),
    "block": (BLOCK + DUMP).encode(),
    "quoted block": "".join(f"> {line}\n" for line in (BLOCK + DUMP).splitlines()).encode(),
    "winlogbeat": json.dumps(JSON_EVENT).encode(),
    "Get-EventLog": json.dumps([GET_EVENT_LOG]).encode(),
    "csv": b"EventID,SourceName,Message,Data\n20031,SmtpEvt,An unknown SMTP command," + COMMAND.hex().encode() + b"\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_command_that_isa_server_stopped_is_read_from_every_form(form: str) -> None:
    (record,) = records_of(open_log(MemorySource(FORMS[form]), ReadOptions()))
    assert record.binary == COMMAND
    exchange = SmtpExchangeParser().parse(record)
    assert exchange is not None
    assert (exchange.command.verb, exchange.command.full, exchange.direction) == (
        "XEXCH50",
        COMMAND.decode(),
        "inbound",
    )


@pytest.mark.parametrize("form", ["classic", "forwarded"])
@pytest.mark.parametrize("strings", [(), ("1", "2", "mx.example.com", "rcpt", "550 No", "RCPT")])
def test_data_is_read_in_every_way_through_an_evtx(form: EventForm, strings: tuple[str, ...]) -> None:
    events = [
        WrittenEvent(strings=strings, binary=binary, form=form) for binary in (b"\1\2\3", b"", b"\0" * 9, b"\xff", b"")
    ]
    data = evtx_bytes(events)
    for quick in (True, False):
        records = records_of(EvtxReader(MemorySource(data), ReadOptions(), quick=quick))
        assert [record.binary for record in records] == [event.binary or None for event in events]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DUMP, COMMAND),
        (DUMP.replace("\n", "\r\n"), COMMAND),
        ("Data:\n0000: 80070005 0000000a \n", bytes.fromhex("050007800a000000")),
        ("Data: 0000: 05 00 07 80               ...\x80    ", b"\x05\x00\x07\x80"),
        ("Data:\n0000: 41 42   BB cc dd\n", b"AB"),
        ("Data:\nnone\n0000: 41", None),
        ("0000: 41 42", None),
        ("", None),
    ],
)
def test_a_dump_gives_its_bytes(text: str, expected: bytes | None) -> None:
    assert dumped_data(text) == expected


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=1, max_size=60), st.text(max_size=20))
def test_any_data_comes_back_from_its_dump(data: bytes, before: str) -> None:
    lines = [
        f"{start:04x}: {data[start : start + 8].hex(' '):<24} {'.' * len(data[start : start + 8])}"
        for start in range(0, len(data), 8)
    ]
    assert dumped_data(before + "\nData:\n" + "\n".join(lines)) == data
    dumped_data(before)
