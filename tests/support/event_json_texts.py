"""Events as JSON, as collectors and PowerShell write them; times are UTC where the format has a zone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from support.event_texts import TextEvent

_NUMBERS = {"Error": 2, "Warning": 3, "Information": 4}
_TYPES = {"Error": 1, "Warning": 2, "Information": 4}


def _parameters(event: TextEvent, *, empty_too: bool = True) -> dict[str, str]:
    values = {f"param{number}": value for number, value in enumerate(event.strings, 1)}
    return values if empty_too else {name: value for name, value in values.items() if value}


def winlogbeat(event: TextEvent) -> dict[str, Any]:
    """Version 7 and later; empty values are left out."""
    return {
        "@timestamp": f"{event.time:%Y-%m-%dT%H:%M:%S}.000Z",
        "winlog": {
            "provider_name": "MSExchangeTransport",
            "event_id": str(event.event_id),
            "channel": "Application",
            "computer_name": event.computer,
            "record_id": str(1000 + event.connection),
            "task": "SMTP Protocol",
            "event_data": dict(reversed(_parameters(event, empty_too=False).items())),
        },
        "event": {"code": str(event.event_id), "provider": "MSExchangeTransport"},
        "log": {"level": event.level.lower()},
        "message": event.sentence,
    }


def flat_winlogbeat(event: TextEvent) -> dict[str, Any]:
    """The same with dots in the names, below `_source`, as Elasticsearch exports it."""
    new = winlogbeat(event)
    flat = {f"winlog.{name}": value for name, value in new["winlog"].items() if name != "event_data"}
    flat |= {f"winlog.event_data.{name}": value for name, value in new["winlog"]["event_data"].items()}
    return {"_index": "winlogbeat", "_source": {"@timestamp": new["@timestamp"], "log.level": "error", **flat}}


def old_winlogbeat(event: TextEvent) -> dict[str, Any]:
    """Version 6 and older."""
    return {
        "@timestamp": f"{event.time:%Y-%m-%dT%H:%M:%S}.000Z",
        "source_name": "MSExchangeTransport",
        "event_id": event.event_id,
        "level": event.level,
        "log_name": "Application",
        "computer_name": event.computer,
        "record_number": str(1000 + event.connection),
        "event_data": _parameters(event, empty_too=False),
        "message": event.sentence,
    }


def open_telemetry(event: TextEvent) -> dict[str, Any]:
    return {
        "event_id": {"id": event.event_id, "qualifiers": 49156},
        "provider": {"name": "MSExchangeTransport", "guid": "", "event_source": ""},
        "system_time": f"{event.time:%Y-%m-%dT%H:%M:%S}.0000000Z",
        "computer": event.computer,
        "channel": "Application",
        "record_id": 1000 + event.connection,
        "level": event.level,
        "message": event.sentence,
        "event_data": _parameters(event),
    }


def _any_value(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"kvlistValue": {"values": [{"key": key, "value": _any_value(each)} for key, each in value.items()]}}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_any_value(each) for each in value]}}
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}


def open_telemetry_export(events: Iterable[TextEvent]) -> dict[str, Any]:
    """One line of the file exporter; the values are a list of pairs, as newer versions have them."""
    bodies = []
    for event in events:
        body = open_telemetry(event)
        body["event_data"] = {"data": [{name: value} for name, value in body["event_data"].items()], "name": "x"}
        bodies.append({"timeUnixNano": "1", "body": _any_value(body), "traceId": ""})
    return {"resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {}, "logRecords": bodies}]}]}


def nxlog(event: TextEvent) -> dict[str, Any]:
    """Without strings, its time local."""
    return {
        "EventTime": f"{event.time:%Y-%m-%d %H:%M:%S}",
        "Hostname": event.computer,
        "Keywords": -9187343239835811840,
        "EventType": event.level.upper(),
        "SeverityValue": 4,
        "Severity": event.level.upper(),
        "EventID": event.event_id,
        "SourceName": "MSExchangeTransport",
        "RecordNumber": 1000 + event.connection,
        "Channel": "Application",
        "Message": event.sentence.replace("\n", "\r\n"),
    }


def get_win_event(event: TextEvent) -> dict[str, Any]:
    milliseconds = round(event.time.replace(tzinfo=UTC).timestamp() * 1000)
    return {
        "Id": event.event_id,
        "Version": None,
        "Qualifiers": 49156,
        "Level": _NUMBERS[event.level],
        "RecordId": 1000 + event.connection,
        "ProviderName": "MSExchangeTransport",
        "LogName": "Application",
        "MachineName": event.computer,
        "TimeCreated": f"/Date({milliseconds})/",
        "LevelDisplayName": event.level,
        "Properties": [{"Value": value} for value in event.strings],
        "Message": event.sentence,
    }


def get_event_log(event: TextEvent) -> dict[str, Any]:
    milliseconds = round(event.time.replace(tzinfo=UTC).timestamp() * 1000)
    return {
        "EventID": event.event_id,
        "MachineName": event.computer,
        "Index": 1000 + event.connection,
        "EntryType": _TYPES[event.level],
        "Source": "MSExchangeTransport",
        "ReplacementStrings": list(event.strings),
        "InstanceId": 0xC004_0000 + event.event_id,
        "TimeGenerated": {"value": f"/Date({milliseconds}+0100)/", "DisplayHint": 2},
        "Message": event.sentence,
    }


def rust_export(event: TextEvent) -> dict[str, Any]:
    """As evtx_dump prints it."""
    return {
        "Event": {
            "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
            "System": {
                "Provider": {"#attributes": {"Name": "MSExchangeTransport"}},
                "EventID": {"#attributes": {"Qualifiers": 49156}, "#text": event.event_id},
                "Level": _NUMBERS[event.level],
                "TimeCreated": {"#attributes": {"SystemTime": f"{event.time:%Y-%m-%dT%H:%M:%S}.000000Z"}},
                "EventRecordID": 1000 + event.connection,
                "Channel": "Application",
                "Computer": event.computer,
            },
            "EventData": {"Data": {"#text": list(event.strings)}},
        }
    }


def json_lines(events: Iterable[dict[str, Any]], *, prefix: str = "") -> str:
    return "".join(f"{prefix}{json.dumps(event, ensure_ascii=False)}\n" for event in events)


def converted(events: Iterable[dict[str, Any]]) -> str:
    """An array as ConvertTo-Json of Windows PowerShell 5 writes it."""
    text = json.dumps(list(events), indent=4, ensure_ascii=False)
    return text.replace("/Date(", "\\/Date(").replace(')/"', ')\\/"').replace("<", "\\u003c").replace("\n", "\r\n")
