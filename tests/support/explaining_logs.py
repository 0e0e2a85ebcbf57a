"""Events that tell no refusal and may explain some, in every form in which a log of Windows can come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from support.event_tables import table
from support.event_texts import american
from support.evt_writer import LegacyEvent, evt_bytes
from support.evtx_writer import EventForm, WrittenEvent, evtx_bytes


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """An event of `provider`; `time` is in UTC."""

    provider: str
    event_id: int
    time: datetime
    strings: tuple[str, ...] = ()
    computer: str = "EXCH01.example.com"
    binary: bytes = b""
    form: EventForm = "classic"

    @property
    def written(self) -> WrittenEvent:
        """The event for an .evtx."""
        return WrittenEvent(
            self.provider,
            self.event_id,
            self.strings,
            self.time,
            computer=self.computer,
            binary=self.binary,
            form=self.form,
        )

    @property
    def legacy(self) -> LegacyEvent:
        """The event for an .evt."""
        return LegacyEvent(
            self.strings, self.event_id, 2, self.provider, self.computer, self.time.replace(microsecond=0), self.binary
        )

    @property
    def message(self) -> str:
        return " ".join(self.strings) or "No description."


def _xml(event: OtherEvent) -> str:
    data = "".join(f"<Data>{text}</Data>" for text in event.strings)
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        f"<Provider Name='{event.provider}'/>"
        f"<EventID Qualifiers='32772'>{event.event_id}</EventID><Level>3</Level>"
        f"<TimeCreated SystemTime='{event.time:%Y-%m-%dT%H:%M:%S}.000000000Z'/><EventRecordID>7</EventRecordID>"
        f"<Channel>Application</Channel><Computer>{event.computer}</Computer></System><EventData>{data}"
        f"<Binary>{event.binary.hex()}</Binary></EventData></Event>"
    )


def _winlogbeat(event: OtherEvent) -> str:
    return json.dumps(
        {
            "@timestamp": f"{event.time:%Y-%m-%dT%H:%M:%S}.000Z",
            "winlog": {
                "provider_name": event.provider,
                "event_id": str(event.event_id),
                "channel": "Application",
                "computer_name": event.computer,
                "record_id": "7",
            },
            "event": {"code": str(event.event_id), "provider": event.provider},
            "log": {"level": "warning"},
            "message": event.message,
        }
    )


def _block(event: OtherEvent) -> str:
    date, clock = american(event.time)
    return (
        f"Log Name:      Application\nSource:        {event.provider}\nDate:          {date} {clock}\n"
        f"Event ID:      {event.event_id}\nTask Category: None\nLevel:         Warning\n"
        f"Keywords:      Classic\nUser:          N/A\nComputer:      {event.computer}\nDescription:\n{event.message}\n"
    )


def _list(event: OtherEvent) -> str:
    return (
        f"\nTimeCreated  : {event.time:%Y-%m-%d %H:%M:%S}\nProviderName : {event.provider}\n"
        f"Id           : {event.event_id}\nMachineName  : {event.computer}\n"
        f"LevelDisplayName : Warning\nMessage      : {event.message}\n"
    )


def _splunk(event: OtherEvent) -> str:
    return (
        f"{event.time:%m/%d/%Y %I:%M:%S %p}\nLogName=Application\nSourceName={event.provider}\n"
        f"EventCode={event.event_id}\nEventType=3\nType=Warning\nComputerName={event.computer}\nTaskCategory=None\n"
        f"OpCode=None\nRecordNumber=7\nKeywords=Classic\nMessage={event.message}\n"
    )


def _csv(events: Iterable[OtherEvent]) -> str:
    head = ("TimeCreated", "ProviderName", "Id", "MachineName", "LevelDisplayName", "RecordId", "Message")
    rows = [
        (
            f"{event.time:%Y-%m-%dT%H:%M:%S}Z",
            event.provider,
            str(event.event_id),
            event.computer,
            "Warning",
            "7",
            event.message,
        )
        for event in events
    ]
    return table([head, *rows], quoting="all")


def _text(form: Callable[[OtherEvent], str], end: str = "\n") -> Callable[[Iterable[OtherEvent]], bytes]:
    return lambda events: "".join(form(event) + end for event in events).encode()


FORMS: Final[Mapping[str, Callable[[Iterable[OtherEvent]], bytes]]] = {
    "evtx": lambda events: evtx_bytes([event.written for event in events]),
    "evt": lambda events: evt_bytes([event.legacy for event in events]),
    "xml": _text(_xml),
    "json": _text(_winlogbeat),
    "event-viewer": _text(_block),
    "list": _text(_list),
    "splunk": _text(_splunk),
    "csv": lambda events: _csv(events).encode(),
}
"""Name of a form -> the log of some events in it; without zone the time is that of UTC."""

PRESSURE: Final = OtherEvent(
    "MSExchangeTransport",
    15006,
    datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    ("The available disk space is below the configured threshold.",),
)
STOPPED: Final = OtherEvent(
    "Service Control Manager",
    7036,
    datetime(2026, 3, 2, 9, 5, tzinfo=UTC),
    ("Microsoft Exchange Transport", "stopped"),
    binary="MSExchangeTransport/1\0".encode("utf-16-le"),
)


def refused_at(time: datetime, *, computer: str = "EXCH01.example.com", client: str = "203.0.113.9") -> WrittenEvent:
    """Our server refuses a client for lack of space."""
    strings = ("1", "6", client, "mail", "452 4.3.1 Insufficient system resources ", "MAIL FROM:<a@b.example> ")
    return WrittenEvent("MSExchangeTransport", 7010, strings, time, computer=computer)
