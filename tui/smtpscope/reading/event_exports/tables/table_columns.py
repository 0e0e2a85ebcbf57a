"""The meaning of the columns in a table of events: by the names in its header, else by the shape of its rows."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from smtpscope.reading.event_exports.splunk.splunk_raw import is_windows_event
from smtpscope.reading.event_exports.tables.named_columns import is_plain, names_of
from smtpscope.reading.text.dates import find_time
from smtpscope.reading.windows_event.column_names import COLUMN_NAMES, names_in
from smtpscope.reading.windows_event.event_fields import meaning_of
from smtpscope.reading.windows_event.levels import level_of

LOOKED_AT: Final = 8
"""How many rows at the beginning of a table have to be examined."""
_LEGACY_TYPE = "eventtype"
_NUMBER: Final = re.compile(r"-?\d{1,10}")
_NO_COLUMNS: Final = ("count", "header_rows", "legacy_types", "whole", "names")
_RAW: Final = "_raw"
# Splunk's names for the origin and kind of an event; the number in EventType is a level in newer versions, a type in
# older ones.
_OF_SPLUNK: Final = frozenset({"source", "index", "eventtype", "id", "event", "level"})
_TYPE_LINE = re.compile(r"#TYPE\b|sep=.\s*$")


class EventTableColumns(Struct, frozen=True):
    """The index of each column, None if the table does not have it.

    `count` is how many fields a row has; `clock` is the column of the time of day if it is separate from the date;
    `legacy_types` means that the level is the number of the event type (1 error, 2 warning, 4 information), `whole`
    that the message is the whole event as Splunk stores it. `names` are those of all columns if an event has more than
    the columns above (see `named_columns.py`).
    """

    count: int
    header_rows: int
    time: int | None = None
    clock: int | None = None
    level: int | None = None
    provider: int | None = None
    event_id: int | None = None
    computer: int | None = None
    channel: int | None = None
    record_id: int | None = None
    message: int | None = None
    strings: int | None = None
    data: int | None = None
    legacy_types: bool = False
    whole: bool = False
    names: tuple[str, ...] = ()

    def begins_row(self, line: str, delimiter: str) -> bool:
        """Whether `line` alone looks like the beginning of a row: by the time and numbers before its text."""
        end = self.count if self.message is None else self.message
        numbers = [index for index in (self.event_id, self.record_id) if index is not None and index < end]
        dates = [index for index in (self.time, self.clock) if index is not None]
        dated = bool(dates) and max(dates) < end
        looked_at = [*numbers, *(dates if dated else ())]
        parts = line.split(delimiter)
        if not looked_at or len(parts) <= max(looked_at):
            return False
        if not all(parts[index].strip(' "').isdecimal() for index in numbers):
            return False
        return not dated or find_time(" ".join(parts[index] for index in dates).replace('"', "")) is not None

    def known(self) -> tuple[str, ...]:
        """The names of the columns that the table has."""
        if self.names:
            return tuple(name for name in self.names if meaning_of(name))
        return tuple(
            name for name in self.__struct_fields__ if name not in _NO_COLUMNS and getattr(self, name) is not None
        )


def columns_of(first_rows: list[list[str]]) -> EventTableColumns | None:
    """The columns of a table that begins with `first_rows` (LOOKED_AT), None if it is not a table of events.

    Some lines may come before the header: the type line of Export-Csv, the banner of the Windows Script Host.
    """
    for number, row in enumerate(first_rows):
        below = first_rows[number + 1 :]
        found = _of_splunk(row, below, number) or _named(row, number) or _by_names(row, number)
        if found is not None:
            return found
    skipped = 1 if first_rows and _TYPE_LINE.match(first_rows[0][0]) else 0
    first_rows = first_rows[skipped:]
    if not first_rows:
        return None
    following = first_rows[1] if len(first_rows) > 1 else []
    return _event_viewer_2008(first_rows[0], following, skipped) or _without_header(first_rows[0], skipped)


def _without_header(row: list[str], skipped: int) -> EventTableColumns | None:
    return _event_viewer_2003(row, skipped) or _psloglist(row, skipped)


def is_type_line(line: str) -> bool:
    """Whether the line comes before the header: the type line of Export-Csv, or the delimiter for Excel."""
    return _TYPE_LINE.match(line) is not None


def _of_splunk(header: list[str], following: list[list[str]], skipped: int) -> EventTableColumns | None:
    """The columns of Splunk: its time, and the whole event (`_raw`) or the fields extracted from it."""
    names = names_in(header)
    if _RAW not in names:
        if "_time" not in names:
            return None
        named = [("computername" if name == "host" and "computername" not in names else name) for name in names]
        return _by_names(["" if name in _OF_SPLUNK else name for name in named], skipped)
    raw = names.index(_RAW)
    if not any(len(row) == len(names) and is_windows_event(row[raw]) for row in following):
        return None
    time = names.index("_time") if "_time" in names else None
    provider = names.index("sourcename") if "sourcename" in names else None
    return EventTableColumns(len(names), skipped + 1, time=time, provider=provider, message=raw, whole=True)


def _by_names(header: list[str], skipped: int) -> EventTableColumns | None:
    names = names_in(header)
    found: dict[str, int | None] = {
        what: next((names.index(name) for name in choice if name in names), None)
        for what, choice in COLUMN_NAMES.items()
    }
    if found["message"] is None and found["strings"] is None:
        return None
    # A log of Exchange's transport service: the connectivity log has a source and a description too.
    if names[0].startswith("#fields:"):
        return None
    if found["event_id"] is None and found["provider"] is None:
        return None
    level, time = found["level"], found["time"]
    return EventTableColumns(
        count=len(names),
        header_rows=skipped + 1,
        clock=names.index("time") if time is not None and names[time] == "date" and "time" in names else None,
        legacy_types=level is not None and names[level] == _LEGACY_TYPE,
        time=time,
        level=level,
        provider=found["provider"],
        event_id=found["event_id"],
        computer=found["computer"],
        channel=found["channel"],
        record_id=found["record_id"],
        message=found["message"],
        strings=found["strings"],
        data=found["data"],
    )


def _named(header: list[str], skipped: int) -> EventTableColumns | None:
    if any(name.strip().isdecimal() for name in header) or "_time" in names_in(header) or is_plain(header):
        return None
    names = names_of(header)
    if names is None:
        return None
    by_fact: dict[str, list[tuple[int, int]]] = {}
    for index, name in enumerate(names):
        for fact, rank in meaning_of(name):
            by_fact.setdefault(fact, []).append((rank, index))
    time = min(by_fact.get("time", []), default=(0, None))[1]
    clock = next((index for _, index in sorted(by_fact.get("clock", [])) if index != time), None)
    return EventTableColumns(len(names), skipped + 1, time=time, clock=clock, names=names)


def _psloglist(row: list[str], skipped: int) -> EventTableColumns | None:
    """Without header: number, log, source, type, computer, date with time, event id, user, message."""
    if len(row) < 9 or not (row[0].strip().isdecimal() and row[6].strip().isdecimal()):
        return None
    if level_of(row[3].strip()) is None or find_time(row[5]) is None:
        return None
    return EventTableColumns(
        9, skipped, record_id=0, channel=1, provider=2, level=3, computer=4, time=5, event_id=6, message=8
    )


def _event_viewer_2008(header: list[str], row: list[str], skipped: int) -> EventTableColumns | None:
    """Level, Date and Time, Source, Event ID, Task Category in any language; the message has no name."""
    if len(header) != 5 or len(row) < 6 or find_time(header[1]) is not None:
        return None
    if find_time(row[1]) is None or not row[3].strip().isdecimal():
        return None
    return EventTableColumns(6, skipped + 1, time=1, level=0, provider=2, event_id=3, message=5)


def _event_viewer_2003(row: list[str], skipped: int) -> EventTableColumns | None:
    """Without header: Date, Time, Source, Type, Category, Event, User, Computer, Description."""
    if len(row) < 9 or not row[5].strip().isdecimal() or find_time(f"{row[0]} {row[1]}") is None:
        return None
    # The date of a syslog daemon before another table begins with the name of a month.
    if not row[0].strip()[:1].isdecimal():
        return None
    if level_of(row[3].strip()) is None and level_of(row[4].strip()) is not None:
        return None
    return EventTableColumns(9, skipped, time=0, clock=1, provider=2, level=3, event_id=5, computer=7, message=8)


def event_id_in_cell(text: str | None) -> int | None:
    """The event id in a stripped cell: the low 16 bits, None if it is not a number."""
    # InstanceId has severity and facility above the number, and may be signed.
    found = None if text is None else _NUMBER.fullmatch(text)
    return None if found is None else int(found[0]) & 0xFFFF
