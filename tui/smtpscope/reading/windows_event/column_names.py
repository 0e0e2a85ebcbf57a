"""The names of columns in tables of events, and which one a table lacks."""

from __future__ import annotations

from typing import Final

# The first name in a list that a header has counts. Sources: Get-WinEvent and Get-EventLog (.NET EventRecord and
# EventLogEntry), Event Viewer 2008 and later, eventquery.vbs, Log Parser 2.2 (EVT input), what Splunk extracts.
COLUMN_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "time": (
        "timecreated",
        "timegenerated",
        "date and time",
        "date time",
        "datetime",
        "eventtime",
        "systemtime",
        "@timestamp",
        "_time",
        "timewritten",
        "date",
        "time",
    ),
    "level": ("leveldisplayname", "entrytype", "eventtypename", "level", "type", "event type", "eventtype", "severity"),
    "provider": ("providername", "sourcename", "source", "event source", "provider"),
    "event_id": ("eventid", "event id", "eventcode", "id", "event", "instanceid"),
    "computer": ("machinename", "computername", "computer"),
    "channel": ("logname", "log name", "channel", "eventlog"),
    "record_id": ("recordid", "recordnumber", "eventrecordid", "index"),
    "message": ("message", "description"),
    "strings": ("strings", "insertionstrings"),
    "data": ("data",),
}


def names_in(header: list[str]) -> list[str]:
    """The names of a header, folded, without quotes and spaces around them."""
    return [name.strip().strip('"\ufeff').casefold() for name in header]


def what_lacks(header: list[str]) -> str | None:
    """The required column that `header` lacks; None if it is nothing like a table of events."""
    names = {*names_in(header)}
    found = {what for what, choice in COLUMN_NAMES.items() if not names.isdisjoint(choice)}
    if "message" not in found and "strings" not in found:
        return "the message (Message or Description)" if {"event_id", "provider"} <= found else None
    return None if found & {"event_id", "provider"} or "time" not in found else "the event id or the source"
