"""All formats against all readers: none is taken for another, and the same events give the same exchanges."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from smtpscope.errors import Problem
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log, reader_of, readers
from support import clixml_texts as as_clixml
from support import event_json_texts as as_json
from support import event_tables as as_table
from support import event_tool_texts as as_tool
from support import splunk_exports as splunk
from support.changed import replace
from support.event_texts import TextEvent, block_2003, block_2008, log_line
from support.event_xml_texts import printed_xml, saved_xml
from support.evt_writer import LegacyEvent, evt_bytes
from support.evtx_writer import WrittenEvent, evtx_bytes
from support.memory_source import MemorySource
from support.related_samples import text_events

Events = Sequence[TextEvent]
TYPES = {"Error": 1, "Warning": 2, "Information": 4}
LEVELS = {"Error": 2, "Warning": 3, "Information": 4}
HOSTS = ("mx1.contoso.example", "MX1.contoso.example", "", "198.51.100.25", "[192.0.2.7]", "mail.fabrikam.example.")
REPLIES = (
    "550 5.1.1 User unknown ",
    "550 5.7.1 Service unavailable; Client host [192.0.2.25] blocked, see https://dnsbl.example/?a=1&b=<2>",
    '451 4.3.0 The reply says "try later", responded nobody',
    "451",
    "504 Need to authenticate first\tnow  ",
    "550 5.7.1 {json} [array], \\ and | bars; 'quotes'",
)
COMMANDS = (
    ("rcpt", "RCPT TO:<j.smith@contoso.example>"),
    ("mail", "MAIL FROM:<> SIZE=2550112"),
    ("x-exps", "X-EXPS\n"),
)


def some_events(count: int = 60) -> list[TextEvent]:
    """Events of three weeks, a 13th among their days, so that the order of day and month can be told."""
    chance = random.Random(7002)
    start = datetime(2026, 11, 2)  # noqa: DTZ001 - in the zone of the log, which is UTC here
    events = []
    for number in range(count):
        verb, command = chance.choice(COMMANDS)
        event_id = chance.choice((7002, 7004))
        events.append(
            TextEvent(
                start + timedelta(minutes=500 * number),
                level="Warning" if event_id == 7002 else "Error",
                event_id=event_id,
                connection=40 + number,
                host=chance.choice(HOSTS),
                verb=verb,
                reply=chance.choice(REPLIES),
                command=command,
            )
        )
    return events


def evtx(events: Events) -> bytes:
    return evtx_bytes(
        [
            WrittenEvent(
                "MSExchangeTransport",
                event.event_id,
                event.strings,
                event.time.replace(tzinfo=UTC),
                LEVELS[event.level],
                computer=event.computer,
            )
            for event in events
        ]
    )


def evt(events: Events) -> bytes:
    return evt_bytes(
        [
            LegacyEvent(
                event.strings,
                event.event_id,
                TYPES[event.level],
                computer=event.computer,
                time=event.time.replace(tzinfo=UTC),
            )
            for event in events
        ]
    )


def lines_of(form: Callable[[TextEvent], dict[str, object]], prefix: str = "") -> Callable[[Events], bytes]:
    return lambda events: as_json.json_lines(map(form, events), prefix=prefix).encode()


FORMS: dict[str, tuple[str, Callable[[Events], bytes]]] = {
    "evtx": ("evtx", evtx),
    "evt": ("evt", evt),
    "saved xml": ("xml", lambda events: saved_xml(events).encode()),
    "printed xml": ("xml", lambda events: printed_xml(events).encode("utf-16")),
    "clixml": ("clixml", lambda events: as_clixml.clixml(events).encode("utf-16")),
    "clixml of Get-EventLog": ("clixml", lambda events: as_clixml.clixml_of_event_log(events).encode()),
    "winlogbeat": ("json", lines_of(as_json.winlogbeat)),
    "old winlogbeat": ("json", lines_of(as_json.old_winlogbeat)),
    "OpenTelemetry": ("json", lines_of(as_json.open_telemetry)),
    "OpenTelemetry's file exporter": (
        "json",
        lambda events: as_json.json_lines(
            as_json.open_telemetry_export(events[start : start + 7]) for start in range(0, len(events), 7)
        ).encode("utf-16"),
    ),
    "NXLog": ("json", lines_of(as_json.nxlog, "<14>Nov  2 06:12:41 exch01 nxlog: ")),
    "Rust": ("json", lines_of(as_json.rust_export)),
    "ConvertTo-Json": ("json", lambda events: as_json.converted(map(as_json.get_win_event, events)).encode("utf-16")),
    "attributes apart": ("json", lambda events: json.dumps(list(map(as_tool.attributes_apart, events))).encode()),
    "attributes with at signs": ("json", lines_of(as_tool.at_signs)),
    "a bare System": ("json", lines_of(as_tool.bare_system)),
    "underscores": ("json", lines_of(as_tool.underscores)),
    "JSON within JSON": ("json", lines_of(as_tool.text_within)),
    "alerts of an agent": ("json", lines_of(as_tool.agent_alert)),
    "GELF": ("json", lines_of(as_tool.gelf)),
    "hits of a search": ("json", lines_of(as_tool.search_hit)),
    "pages one behind the other": ("json", lambda events: as_json.json_lines(as_tool.pages(events)).encode()),
    "an array of pages": ("json", lambda events: json.dumps(as_tool.pages(events), indent=1).encode()),
    "several searches": ("json", lambda events: json.dumps({"took": 1, "responses": as_tool.pages(events)}).encode()),
    "Azure Monitor": ("csv", lambda events: as_tool.cloud_table(events).encode("utf-8-sig")),
    "a table with changing headers": ("csv", lambda events: as_tool.changing_table(events).encode()),
    "JSON in cells": ("csv", lambda events: as_tool.json_cells(events).encode()),
    "a timeline": ("csv", lambda events: as_tool.timeline(events).encode()),
    "strings as elements": ("xml", lambda events: as_tool.string_elements(events).encode()),
    "numbered xml": ("xml", lambda events: as_tool.numbered_xml(events).encode()),
    "names with values": ("event-pairs", lambda events: "".join(map(as_tool.pair_line, events)).encode()),
    "Splunk's export": ("json", lambda events: splunk.exported_json(map(splunk.result, events)).encode()),
    "Splunk's answer": ("json", lambda events: splunk.answered_json(map(splunk.result, events)).encode()),
    "Splunk's fields": ("json", lambda events: splunk.exported_json(map(splunk.extracted, events)).encode("utf-16")),
    "XML in Splunk": (
        "json",
        lambda events: splunk.exported_json(splunk.result(each, splunk.raw_xml) for each in events).encode(),
    ),
    "Splunk's CSV": ("csv", lambda events: splunk.csv_export(map(splunk.result, events)).encode()),
    "Splunk's CSV of fields": ("csv", lambda events: splunk.csv_export(map(splunk.extracted, events)).encode()),
    "XML in Splunk's CSV": (
        "csv",
        lambda events: splunk.csv_export(splunk.result(each, splunk.raw_xml) for each in events).encode("utf-16"),
    ),
    "Splunk's raw text": ("splunk", lambda events: splunk.raw_export(events).encode()),
    "WMI in Splunk": ("splunk", lambda events: splunk.raw_export(events, splunk.raw_by_wmi).encode("utf-16")),
    "csv 2003": ("csv", lambda events: as_table.event_viewer_2003(events).encode()),
    "csv 2008": ("csv", lambda events: as_table.event_viewer_2008(events).encode()),
    "txt 2008": ("csv", lambda events: as_table.event_viewer_2008(events, delimiter="\t").encode("utf-16")),
    "Get-WinEvent": ("csv", lambda events: as_table.get_win_event(events).encode("utf-8-sig")),
    "Get-EventLog": ("csv", lambda events: as_table.get_event_log(events).encode()),
    "eventquery": ("csv", lambda events: as_table.eventquery(events).encode()),
    "Log Parser": ("csv", lambda events: as_table.log_parser(events).encode()),
    "blocks 2003": ("event-viewer", lambda events: "\n".join(map(block_2003, events)).encode()),
    "blocks 2008": ("event-viewer", lambda events: "\n".join(map(block_2008, events)).encode()),
    "blocks with xml": (
        "event-viewer",
        lambda events: "\n".join(block_2008(event, record_id=5) for event in events).encode(),
    ),
    "lines": ("text", lambda events: "".join(map(log_line, events)).encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_format_is_recognised_by_its_own_reader_alone(form: str) -> None:
    name, write = FORMS[form]
    for count in (1, 30):
        head = write(some_events(count))[: 1 << 16]
        assert reader_of(MemorySource(head)) is not None
        # Any text that holds a sentence can be read line by line: that reader is asked last.
        claims = [reader.format.name for reader in readers() if reader.sniff(head)]
        assert claims[0] == name
        assert set(claims[1:]) <= {"text"}


def exchanges(data: bytes, problems: list[Problem] | None = None) -> list[SmtpExchange]:
    """What every form can tell; `problems` gets those that were met."""
    parser = SmtpExchangeParser()
    found = []
    for batch in open_log(MemorySource(data), ReadOptions()).batches():
        if problems is not None:
            problems += batch.problems
        for record in batch.records:
            exchange = parser.parse(record)
            assert exchange is not None
            found.append(
                replace(
                    exchange,
                    offset=0,
                    record_id=None,
                    channel=None,
                    computer=None,
                    text_level=None,
                    certainty=None,
                    time_assumed=False,
                )
            )
    return found


@cache
def expected() -> list[SmtpExchange]:
    return exchanges(evt(some_events()))


@pytest.mark.parametrize("form", FORMS)
def test_the_same_events_give_the_same_exchanges(form: str) -> None:
    _, write = FORMS[form]
    problems: list[Problem] = []
    assert len(expected()) == 60
    assert exchanges(write(some_events()), problems) == expected()
    assert problems == []


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_cut_off_gives_the_events_before_the_cut(form: str) -> None:
    _, write = FORMS[form]
    data = write(some_events(40))
    for part in (0.1, 0.5, 0.9, 0.999):
        read = exchanges(data[: int(len(data) * part)])
        whole = [exchange for exchange in read if exchange.problem is None]
        assert len(whole) >= (int(40 * part) - 7 if form != "evtx" or part > 0.99 else 0), part
        assert len(read) <= 40


@cache
def expected_related() -> list[SmtpExchange]:
    return exchanges(evt(text_events(34)))


@pytest.mark.parametrize("form", FORMS)
def test_the_same_related_events_give_the_same_exchanges(form: str) -> None:
    name, write = FORMS[form]
    events = text_events(34)
    data = write(events)
    head = reader_of(MemorySource(data))
    assert head is not None
    assert head.format.name == name
    problems: list[Problem] = []
    assert len(expected_related()) == len(events)
    assert exchanges(data, problems) == expected_related()
    assert problems == []


# Lists lose the line ends of a value, and what they wrap.
LISTS: dict[str, Callable[[TextEvent], str]] = {
    "evtxexport": as_tool.tabbed_list,
    "Format-List": as_tool.format_list,
    "Format-List in a narrow window": lambda event: as_tool.format_list(event, 60),
    "German": lambda event: as_tool.translated_block(event, as_tool.GERMAN),
    "French": lambda event: as_tool.translated_block(event, as_tool.FRENCH),
    "Spanish": lambda event: as_tool.translated_block(event, as_tool.SPANISH),
    "Italian": lambda event: as_tool.translated_block(event, as_tool.ITALIAN),
    "Dutch": lambda event: as_tool.translated_block(event, as_tool.DUTCH),
    "Portuguese": lambda event: as_tool.translated_block(event, as_tool.PORTUGUESE),
}


def told(exchange: SmtpExchange) -> tuple[object, ...]:
    values = (exchange.remote_host.verbatim, exchange.command.full, exchange.reply.verbatim)
    return (exchange.event_id, exchange.level, exchange.time_ms, *(" ".join(value.split()) for value in values))


@cache
def listed() -> tuple[list[TextEvent], list[tuple[object, ...]]]:
    """Events that lists can hold, and what is in them."""
    events = [event for event in some_events(40) if "\n" not in event.command]
    return events, list(map(told, exchanges(evt(events))))


@pytest.mark.parametrize("form", LISTS)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_lists_of_labels_tell_the_same_but_for_their_line_ends(form: str, codec: str) -> None:
    events, expected_of_lists = listed()
    data = "".join(map(LISTS[form], events)).encode(codec)
    assert next(reader.format.name for reader in readers() if reader.sniff(data[: 1 << 16])) == "event-list"
    problems: list[Problem] = []
    assert list(map(told, exchanges(data, problems))) == expected_of_lists
    assert problems == []
    assert len(exchanges(data[: len(data) // 2])) in range(len(events) // 2 - 3, len(events) // 2 + 3)
