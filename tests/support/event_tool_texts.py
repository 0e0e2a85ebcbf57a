"""Events as forensic, cloud and collecting tools print them; times are in UTC."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any, Final
from xml.sax.saxutils import escape

from support.event_texts import TextEvent

_SOURCE: Final = "MSExchangeTransport"
_NUMBERS: Final = {"Error": 2, "Warning": 3, "Information": 4}
_TYPES: Final = {"Error": 1, "Warning": 2, "Information": 4}


def _time(event: TextEvent) -> str:
    return f"{event.time:%Y-%m-%dT%H:%M:%S}.000Z"


def _record(event: TextEvent) -> int:
    return 1000 + event.connection


def attributes_apart(event: TextEvent) -> dict[str, Any]:
    """Attributes beside their element, as evtx_dump prints them when asked to keep them apart."""
    system = {
        "Provider_attributes": {"Name": _SOURCE},
        "EventID_attributes": {"Qualifiers": 49156},
        "EventID": event.event_id,
        "Level": _NUMBERS[event.level],
        "TimeCreated_attributes": {"SystemTime": _time(event)},
        "EventRecordID": _record(event),
        "Channel": "Application",
        "Computer": event.computer,
    }
    return {"Event": {"System": system, "EventData": {"Data": {"#text": list(event.strings)}, "Binary": None}}}


def at_signs(event: TextEvent) -> dict[str, Any]:
    """Attributes with an at sign, all values text, as xmltodict makes them."""
    system = {
        "Provider": {"@Name": _SOURCE},
        "EventID": {"@Qualifiers": "49156", "#text": str(event.event_id)},
        "Level": str(_NUMBERS[event.level]),
        "TimeCreated": {"@SystemTime": _time(event)},
        "EventRecordID": str(_record(event)),
        "Channel": "Application",
        "Computer": event.computer,
    }
    return {"Event": {"System": system, "EventData": {"Data": [text or None for text in event.strings]}}}


def bare_system(event: TextEvent) -> dict[str, Any]:
    """Without Event around it, the id below Value, the time in seconds, as parse_evtx of Velociraptor gives it."""
    system = {
        "Provider": {"Name": _SOURCE},
        "EventID": {"Value": event.event_id, "Qualifiers": 49156},
        "Level": _NUMBERS[event.level],
        "TimeCreated": {"SystemTime": event.time.replace(tzinfo=UTC).timestamp()},
        "EventRecordID": _record(event),
        "Channel": "Application",
        "Computer": event.computer,
    }
    return {"System": system, "EventData": {"Data": [*event.strings, ""]}, "Message": ""}


def underscores(event: TextEvent) -> dict[str, Any]:
    """All names on one level, divided by underscores."""
    return {
        "Provider_Name": _SOURCE,
        "EventID": event.event_id,
        "EventID_Qualifiers": "49156",
        "Level": _NUMBERS[event.level],
        "TimeCreated_SystemTime": f"{event.time:%Y-%m-%d %H:%M:%S}+00:00",
        "EventRecordID": _record(event),
        "Computer": event.computer,
        "Data": list(event.strings),
    }


def text_within(event: TextEvent) -> dict[str, Any]:
    """The whole event as text in one field, as some programs hand on what evtx_dump printed."""
    return {"event_record_id": _record(event), "timestamp": f"{_time(event)} UTC", "data": json.dumps(at_signs(event))}


def agent_alert(event: TextEvent) -> dict[str, Any]:
    """An alert of Wazuh, whose own time and level are not those of the event; the strings are joined."""
    system = {
        "providerName": _SOURCE,
        "eventID": str(event.event_id),
        "level": str(_NUMBERS[event.level]),
        "systemTime": _time(event),
        "eventRecordID": str(_record(event)),
        "computer": event.computer,
        "severityValue": event.level.upper(),
        "message": f'"{event.sentence}"',
    }
    joined = {"data": ", ".join(text for text in event.strings if text)}
    return {
        "timestamp": "2026-12-31T00:00:00.000+0000",
        "rule": {"level": 5, "id": "60602"},
        "data": {"win": {"system": system, "eventdata": joined}},
    }


def gelf(event: TextEvent) -> dict[str, Any]:
    """GELF: the level is that of syslog, names of the sender's own have an underscore in front."""
    return {
        "version": "1.1",
        "host": event.computer,
        "short_message": event.sentence[:16],
        "full_message": event.sentence,
        "timestamp": event.time.replace(tzinfo=UTC).timestamp(),
        "level": {"Error": 3, "Warning": 4, "Information": 6}[event.level],
        "_EventID": event.event_id,
        "_SourceName": _SOURCE,
        "_RecordNumber": _record(event),
    }


def search_hit(event: TextEvent) -> dict[str, Any]:
    """A hit of a search with `fields` instead of `_source`: each value is a list."""
    values = {f"winlog.event_data.param{number}": [text] for number, text in enumerate(event.strings, 1) if text}
    fields = {
        "@timestamp": [_time(event)],
        "winlog.provider_name": [_SOURCE],
        "winlog.event_id": [str(event.event_id)],
        "winlog.computer_name": [event.computer],
        "log.level": [event.level.lower()],
        "message": [event.sentence],
    }
    return {"_index": "winlogbeat", "_id": str(event.connection), "fields": fields | values}


def pages(events: Sequence[TextEvent], each: int = 7) -> list[dict[str, Any]]:
    """Answers to a search, `each` events in one."""
    return [
        {"took": 3, "timed_out": False, "hits": {"hits": [search_hit(event) for event in events[start : start + each]]}}
        for start in range(0, len(events), each)
    ]


def cells(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def cloud_table(events: Iterable[TextEvent]) -> str:
    """The table Event of Azure Monitor: Message is empty, the zone stands in the name of the time."""
    header = (
        "TenantId,TimeGenerated [UTC],Source,EventLog,Computer,EventLevel,EventLevelName,ParameterXml,EventID,"
        "RenderedDescription,Message,Type"
    )
    rows = (
        (
            "0",
            f"{event.time:%m/%d/%Y, %I:%M:%S.000 %p}",
            _SOURCE,
            "Application",
            event.computer,
            _TYPES[event.level],
            event.level,
            "".join(f"<Param>{escape(text)}</Param>" for text in event.strings),
            event.event_id,
            event.sentence,
            "",
            "Event",
        )
        for event in events
    )
    return f"{header}\n{cells(rows)}"


def changing_table(events: Iterable[TextEvent]) -> str:
    """A column for each string; where an event has another number of them the header comes again."""
    text, last = "", -1
    for event in events:
        if len(event.strings) != last:
            last = len(event.strings)
            data = "".join(f"Data_{number}," for number in range(last))
            text += f"hostname,ts,Provider_Name,EventID,Computer,{data}EventRecordID,Level\n"
        time = f"{event.time:%Y-%m-%d %H:%M:%S}+00:00"
        row = ("", time, _SOURCE, event.event_id, event.computer, *event.strings, _record(event))
        text += cells([(*row, _NUMBERS[event.level])])
    return text


def json_cells(events: Iterable[TextEvent]) -> str:
    """The strings as elements in a text in JSON in a cell."""
    header = "record_number,timestamp,event_id,event_level,channel,provider_name,computer,event_data\n"
    rows = (
        (
            _record(event),
            f"{event.time:%Y-%m-%dT%H:%M:%S}+00:00",
            event.event_id,
            _NUMBERS[event.level],
            "Application",
            _SOURCE,
            event.computer,
            json.dumps([{"value": "\n".join(f"<string>{text}</string>" for text in event.strings)}]),
        )
        for event in events
    )
    return header + cells(rows)


def timeline(events: Iterable[TextEvent]) -> str:
    """A timeline of plaso: each event once for each of its two times, all of it in one text."""
    header = "datetime,timestamp_desc,source,source_long,message,parser,display_name,tag\n"
    rows = [
        (
            f"{event.time:%Y-%m-%dT%H:%M:%S}.000000+00:00",
            words,
            "EVT",
            "WinEVTX",
            f"[{event.event_id} / 0x1b5a] Source Name: {_SOURCE} Strings: {[text or None for text in event.strings]} "
            f"Hostname: {event.computer} Record Number: {number} Event Level: {_NUMBERS[event.level]}",
            "winevtx",
            "OS:/evidence/Application.evtx",
            "-",
        )
        for number, event in enumerate(events, 1)
        for words in ("Content Modification Time", "Creation Time")
    ]
    return header + cells(rows)


def string_elements(events: Iterable[TextEvent]) -> str:
    """python-evtx: the strings are elements within one text, what is in them is not escaped a second time."""
    return "\n".join(
        _xml(event, f"<Data>{escape(''.join(f'<string>{text}</string>{chr(10)}' for text in event.strings))}</Data>")
        for event in events
    )


def numbered_xml(events: Iterable[TextEvent]) -> str:
    """A line with the number of the record, and a declaration, before each event."""
    return "".join(
        f'Record {_record(event)}\n<?xml version="1.0" encoding="utf-8"?>\n'
        + _xml(event, "".join(f"<Data>{escape(text)}</Data>" for text in event.strings))
        + "\n"
        for event in events
    )


def _xml(event: TextEvent, data: str) -> str:
    return (
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
        f'<Provider Name="{_SOURCE}"></Provider><EventID Qualifiers="49156">{event.event_id}</EventID>'
        f"<Level>{_NUMBERS[event.level]}</Level>"
        f'<TimeCreated SystemTime="{event.time:%Y-%m-%d %H:%M:%S}.000000 UTC"></TimeCreated>'
        f"<EventRecordID>{_record(event)}</EventRecordID><Computer>{event.computer}</Computer></System>"
        f"<EventData>{data}</EventData></Event>"
    )


def pair_line(event: TextEvent) -> str:
    """rdump: names with values as Python prints them."""
    strings = " ".join(f"Data_{number}={text!r}" for number, text in enumerate(event.strings))
    return (
        f"<filesystem/windows/evtx hostname=None ts={event.time:%Y-%m-%d %H:%M:%S}+00:00 Provider_Name={_SOURCE!r} "
        f"EventID={event.event_id} Computer={event.computer!r} {strings} EventRecordID='{_record(event)}' "
        f"Level='{_NUMBERS[event.level]}' source='/evidence/Application.evtx'>\n"
    )


def tabbed_list(event: TextEvent) -> str:
    """evtxexport: labels, tabs and values, one string a line."""
    labels = (
        ("Event number", f"\t\t\t: {_record(event)}"),
        ("Written time", f"\t\t\t: {event.time:%b %d, %Y %H:%M:%S}.000000000 UTC"),
        ("Event level", f"\t\t\t: {event.level} ({_NUMBERS[event.level]})"),
        ("Computer name", f"\t\t\t: {event.computer}"),
        ("Source name", f"\t\t\t: {_SOURCE}"),
        ("Event identifier", f"\t\t: 0x0000{event.event_id:04x} ({event.event_id})"),
        ("Number of strings", f"\t\t: {len(event.strings)}"),
        *((f"String: {number}", f"\t\t\t: {text}") for number, text in enumerate(event.strings, 1)),
    )
    return "".join(f"{label}{value}\n" for label, value in labels) + "\n"


def format_list(event: TextEvent, width: int = 100) -> str:
    """`Get-WinEvent | Format-List *` in a window of `width` columns."""
    values = {
        "Message": event.sentence,
        "Id": event.event_id,
        "RecordId": _record(event),
        "ProviderName": _SOURCE,
        "LogName": "Application",
        "MachineName": event.computer,
        "TimeCreated": f"{event.time:%m/%d/%Y %I:%M:%S %p}",
        "LevelDisplayName": event.level,
        "Properties": "{System.Diagnostics.Eventing.Reader.EventProperty}",
    }
    lines: list[str] = []
    for name, value in values.items():
        lines += textwrap.wrap(f"{name:<16} : {value}", width, subsequent_indent=" " * 19, break_on_hyphens=False)
    return "\n".join(lines) + "\n\n"


GERMAN: Final = {
    "log": "Protokollname", "source": "Quelle", "time": "Datum", "id": "Ereignis-ID", "level": "Ebene",
    "Error": "Fehler", "Warning": "Warnung", "computer": "Computer", "text": "Beschreibung",
}  # fmt: skip
FRENCH: Final = {
    "log": "Nom du journal", "source": "Source", "time": "Date", "id": "ID de l'événement", "level": "Niveau",
    "Error": "Erreur", "Warning": "Avertissement", "computer": "Ordinateur", "text": "Description",
}  # fmt: skip
SPANISH: Final = {
    "log": "Nombre de registro", "source": "Origen", "time": "Fecha", "id": "Id. del evento", "level": "Nivel",
    "Error": "Error", "Warning": "Advertencia", "computer": "Equipo", "text": "Descripción",
}  # fmt: skip
ITALIAN: Final = {
    "log": "Nome registro", "source": "Origine", "time": "Data", "id": "ID evento", "level": "Livello",
    "Error": "Errore", "Warning": "Avviso", "computer": "Computer", "text": "Descrizione",
}  # fmt: skip
DUTCH: Final = {
    "log": "Logboeknaam", "source": "Bron", "time": "Datum", "id": "Gebeurtenis-id", "level": "Niveau",
    "Error": "Fout", "Warning": "Waarschuwing", "computer": "Computer", "text": "Beschrijving",
}  # fmt: skip
PORTUGUESE: Final = {
    "log": "Nome do registo", "source": "Origem", "time": "Data", "id": "ID do evento", "level": "Nível",
    "Error": "Erro", "Warning": "Aviso", "computer": "Computador", "text": "Descrição",
}  # fmt: skip


def translated_block(event: TextEvent, words: dict[str, str]) -> str:
    """An event copied from an Event Viewer of another language; the sentence is in English there, too."""
    return (
        f"{words['log']}: Application\n{words['source']}:        {_SOURCE}\n"
        f"{words['time']}:         {event.time:%d.%m.%Y %H:%M:%S}\n{words['id']}:   {event.event_id}\n"
        f"{words['level']}:         {words[event.level]}\n{words['computer']}:      {event.computer}\n"
        f"{words['text']}:\n{event.sentence}\n\n"
    )
