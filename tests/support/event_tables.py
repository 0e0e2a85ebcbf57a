"""Events as tables: what Event Viewer, PowerShell, eventquery.vbs and Log Parser write."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Literal

from support.event_texts import TextEvent, american

Quoting = Literal["needed", "all"]


def table(rows: Iterable[Sequence[object]], *, delimiter: str = ",", quoting: Quoting = "needed") -> str:
    """The rows as Windows writes them: CR LF, quotes doubled."""
    target = io.StringIO(newline="")
    if quoting == "all":
        csv.writer(target, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(target, delimiter=delimiter).writerows(rows)
    return target.getvalue()


HEADER_2008 = ("Level", "Date and Time", "Source", "Event ID", "Task Category")
FOOTER = "\r\n\r\nFor more information, click http://www.microsoft.com/contentredirect.asp.\r\n"


def event_viewer_2003(events: Iterable[TextEvent], *, delimiter: str = ",") -> str:
    """Without header; the date and the time of day are two columns."""
    rows = [
        (
            *american(event.time),
            "MSExchangeTransport",
            event.level,
            "SMTP Protocol ",
            event.event_id,
            "N/A",
            event.computer,
            event.sentence + FOOTER,
        )
        for event in events
    ]
    return table(rows, delimiter=delimiter)


def event_viewer_2008(events: Iterable[TextEvent], *, delimiter: str = ",", header: Sequence[str] = HEADER_2008) -> str:
    """Five names, six values."""
    rows = [
        (
            event.level,
            " ".join(american(event.time)),
            "MSExchangeTransport",
            event.event_id,
            "SMTP Protocol",
            event.sentence + FOOTER,
        )
        for event in events
    ]
    return table([header, *rows], delimiter=delimiter)


def get_win_event(events: Iterable[TextEvent], *, type_line: bool = True) -> str:
    """`Get-WinEvent | Export-Csv`."""
    header = "Message Id Version Qualifiers Level Task Opcode Keywords RecordId ProviderName LogName MachineName UserId"
    rows = [
        (
            event.sentence,
            event.event_id,
            "",
            49156,
            {"Error": 2, "Warning": 3, "Information": 4}[event.level],
            1,
            "",
            36028797018963968,
            1000 + event.connection,
            "MSExchangeTransport",
            "Application",
            event.computer,
            "",
            " ".join(american(event.time)),
            event.level,
        )
        for event in events
    ]
    start = "#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n" if type_line else ""
    return start + table([(*header.split(), "TimeCreated", "LevelDisplayName"), *rows], quoting="all")


def get_event_log(events: Iterable[TextEvent]) -> str:
    """`Get-EventLog | Export-Csv`."""
    header = "EventID MachineName Data Index Category CategoryNumber EntryType Message Source ReplacementStrings"
    rows = [
        (
            event.event_id,
            event.computer,
            "System.Byte[]",
            1000 + event.connection,
            "SMTP Protocol",
            1,
            event.level,
            event.sentence,
            "MSExchangeTransport",
            "System.String[]",
            0xC004_0000 + event.event_id,
            " ".join(american(event.time)),
        )
        for event in events
    ]
    return table([(*header.split(), "InstanceId", "TimeGenerated"), *rows], quoting="all")


def eventquery(events: Iterable[TextEvent]) -> str:
    """`eventquery.vbs /fo csv /v` of Windows 2003."""
    header = ("Type", "Event", "Date Time", "Source", "ComputerName", "Category", "User", "Description")
    rows = [
        (
            event.level,
            event.event_id,
            " ".join(american(event.time)),
            "MSExchangeTransport",
            event.computer,
            "SMTP Protocol",
            "N/A",
            event.sentence,
        )
        for event in events
    ]
    return "\r\n" + table([header, *rows], quoting="all")


def log_parser(events: Iterable[TextEvent]) -> str:
    """Log Parser 2.2 with EVT input; the strings are one value with bars between them."""
    header = (
        "EventLog RecordNumber TimeGenerated EventID EventType EventTypeName SourceName Strings ComputerName Message"
    )
    rows = [
        (
            "Application",
            1000 + event.connection,
            f"{event.time:%Y-%m-%d %H:%M:%S}",
            event.event_id,
            {"Error": 1, "Warning": 2, "Information": 4}[event.level],
            f"{event.level} event",
            "MSExchangeTransport",
            "|".join(event.strings),
            event.computer,
            event.sentence,
        )
        for event in events
    ]
    return table([header.split(), *rows])
