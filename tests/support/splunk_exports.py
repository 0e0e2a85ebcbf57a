"""Events of Windows as Splunk indexes and exports them: raw text, JSON and CSV, whole or taken apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from support.event_tables import table
from support.event_texts import TextEvent
from support.event_xml_texts import xml_event

_LEVELS = {"Error": 2, "Warning": 3, "Information": 4}
Raw = Callable[[TextEvent], str]


def raw(event: TextEvent, *, source: str = "MSExchangeTransport") -> str:
    """A WinEventLog event; the month first, on whatever Windows."""
    return (
        f"{event.time:%m/%d/%Y %I:%M:%S %p}\nLogName=Application\nSourceName={source}\nEventCode={event.event_id}\n"
        f"EventType={_LEVELS[event.level]}\nType={event.level}\nComputerName={event.computer}\n"
        f"TaskCategory=SMTP Protocol\nOpCode=None\nRecordNumber={1000 + event.connection}\nKeywords=Classic\n"
        f"Message={event.sentence}"
    )


def raw_by_wmi(event: TextEvent) -> str:
    """The names in the order of the alphabet, the time in the form of WMI."""
    time = f"{event.time:%Y%m%d%H%M%S}.000000"
    return (
        f"{time}\nCategory=7\nCategoryString=SMTP Protocol\nComputerName={event.computer}\nEventCode={event.event_id}\n"
        f"EventIdentifier={0xC0040000 + event.event_id}\nEventType=1\nLogfile=Application\nMessage={event.sentence}\n"
        f"RecordNumber={1000 + event.connection}\nSourceName=MSExchangeTransport\nTimeGenerated={time}-000\n"
        f"TimeWritten={time}-000\nType={event.level}\nUser=NULL\nwmi_type=WinEventLog:Application"
    )


def raw_xml(event: TextEvent) -> str:
    """An XmlWinEventLog event: on one line, single quotes around its attributes."""
    return xml_event(event)


def result(event: TextEvent, form: Raw = raw) -> dict[str, Any]:
    return {
        "_time": f"{event.time:%Y-%m-%dT%H:%M:%S}.000+00:00",
        "host": event.computer,
        "index": "wineventlog",
        "linecount": "12",
        "source": "WinEventLog:Application",
        "sourcetype": "WinEventLog",
        "tag": ["error", "windows"],
        "_raw": form(event),
    }


def extracted(event: TextEvent) -> dict[str, Any]:
    """What a search gives that asks for these fields: no event as a whole."""
    return {
        "_time": f"{event.time:%Y-%m-%d %H:%M:%S}.000 UTC",
        "ComputerName": event.computer,
        "EventCode": str(event.event_id),
        "EventType": str(_LEVELS[event.level]),
        "Message": event.sentence,
        "RecordNumber": str(1000 + event.connection),
        "SourceName": "MSExchangeTransport",
        "Type": event.level,
        "host": event.computer,
        "source": "WinEventLog:Application",
    }


def exported_json(results: Iterable[dict[str, Any]]) -> str:
    """What the export endpoint streams: a line for each result."""
    return "".join(
        json.dumps({"preview": False, "offset": number, "result": each}) + "\n" for number, each in enumerate(results)
    )


def answered_json(results: Iterable[dict[str, Any]]) -> str:
    """What the results endpoint answers, in one line."""
    return json.dumps(
        {
            "preview": False,
            "init_offset": 0,
            "messages": [{"type": "DEBUG", "text": "base lispy: []"}],
            "fields": [{"name": "_raw"}, {"name": "EventCode", "groupby_rank": "0"}, {"name": "SourceName"}],
            "results": list(results),
            "highlighted": {},
        }
    )


def csv_export(results: Iterable[dict[str, Any]]) -> str:
    rows = [{**each, "tag": "error\nwindows"} for each in results]
    return table([list(rows[0]), *(list(each.values()) for each in rows)], quoting="all")


def raw_export(events: Iterable[TextEvent], form: Raw = raw, *, between: str = "\n") -> str:
    return "".join(form(event) + between for event in events)


def write_raw_export(target: BinaryIO, size: int, events: Iterable[TextEvent]) -> int:
    """About `size` bytes: each event of ours among nine of other sources. The number of events of ours."""
    parts = []
    for event in events:
        parts.append((raw(event) + "\n").encode())
        foreign = raw(event, source="MSExchangeIS Mailbox Store").replace("SMTP protocol", "information store")
        parts += [(foreign + "\n").encode()] * 9
    written = ours = 0
    while written < size:
        for number, part in enumerate(parts):
            written += target.write(part)
            ours += number % 10 == 0
    return ours
