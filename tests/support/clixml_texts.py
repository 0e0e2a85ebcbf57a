"""Events as Export-Clixml of PowerShell writes them: of Get-WinEvent with the message added, of Get-EventLog."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from support.event_texts import TextEvent

NAMESPACE = "http://schemas.microsoft.com/powershell/2004/04"
_LEVELS = {"Error": 2, "Warning": 3, "Information": 4}
_TYPES = {"Error": 1, "Warning": 2, "Information": 4}
# Line ends and what XML does not allow are written by number, and so is the underscore that would look like one.
_RECORD = "System.Diagnostics.Eventing.Reader.EventLogRecord"
_ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def text(value: str) -> str:
    return escape(_ESCAPED.sub(lambda sign: f"_x{ord(sign[0]):04X}_", value), {'"': "&quot;"})


def objects(bodies: Iterable[str]) -> str:
    return f'<Objs Version="1.1.0.1" xmlns="{NAMESPACE}">\r\n{"".join(bodies)}</Objs>'


def win_event(event: TextEvent, number: int = 0) -> str:
    properties = "".join(
        f'<Obj RefId="{100 + index}"><TNRef RefId="2" /><ToString>System.Diagnostics.Eventing.Reader.EventProperty'
        f'</ToString><Props><S N="Value">{text(value)}</S></Props></Obj>'
        for index, value in enumerate(event.strings)
    )
    return (
        f'  <Obj RefId="{number}">\r\n    <TN RefId="0">\r\n      <T>{_RECORD}</T>'
        f"<T>System.Object</T></TN>\r\n    <ToString>{_RECORD}</ToString>\r\n"
        f'    <Props><I32 N="Id">{event.event_id}</I32><Nil N="Version" /><I32 N="Qualifiers">49156</I32>'
        f'<By N="Level">{_LEVELS[event.level]}</By><I64 N="RecordId">{1000 + event.connection}</I64>'
        '<S N="ProviderName">MSExchangeTransport</S><Nil N="ProviderId" /><S N="LogName">Application</S>'
        f'<S N="MachineName">{text(event.computer)}</S><Obj N="UserId" RefId="77"><ToString>S-1-5-18</ToString></Obj>'
        f'<DT N="TimeCreated">{event.time:%Y-%m-%dT%H:%M:%S}.0000000Z</DT>'
        f'<S N="LevelDisplayName">{event.level}</S><Obj N="Properties" RefId="88"><TN RefId="1"><T>List</T></TN>'
        f'<LST>{properties}</LST></Obj></Props>\r\n<MS><S N="Message">{text(event.sentence)}</S></MS></Obj>\r\n'
    )


def log_entry(event: TextEvent, number: int = 0, data: str = "") -> str:
    """`data` in base64."""
    strings = "".join(f"<S>{text(value)}</S>" for value in event.strings)
    return (
        f'<Obj RefId="{number}"><TN RefId="0"><T>System.Diagnostics.EventLogEntry</T></TN>'
        f'<ToString>System.Diagnostics.EventLogEntry</ToString><Props><S N="MachineName">{text(event.computer)}</S>'
        f'<BA N="Data">{data}</BA><I32 N="Index">{1000 + event.connection}</I32><S N="Category">SMTP Protocol</S>'
        f'<Obj N="EntryType" RefId="9"><TN RefId="3"><T>System.Diagnostics.EventLogEntryType</T></TN>'
        f"<ToString>{event.level}</ToString><I32>{_TYPES[event.level]}</I32></Obj>"
        f'<S N="Message">{text(event.sentence)}</S><S N="Source">MSExchangeTransport</S>'
        f'<Obj N="ReplacementStrings" RefId="5"><TN RefId="4"><T>System.String[]</T></TN><LST>{strings}</LST></Obj>'
        f'<I64 N="InstanceId">{0xC004_0000 + event.event_id}</I64>'
        f'<DT N="TimeGenerated">{event.time:%Y-%m-%dT%H:%M:%S}+00:00</DT></Props></Obj>'
    )


def clixml(events: Iterable[TextEvent]) -> str:
    return objects(win_event(event, number) for number, event in enumerate(events))


def clixml_of_event_log(events: Iterable[TextEvent]) -> str:
    return objects(log_entry(event, number) for number, event in enumerate(events))
