"""An event as collectors and PowerShell write it in JSON -> a record, whichever of them wrote it.

Shapes: Winlogbeat (exported fields of 7 and later below `winlog`, of 6 and older at the top), the windowseventlog
receiver of OpenTelemetry, im_msvistalog and im_mseventlog of NXLog, ConvertTo-Json of Get-WinEvent and Get-EventLog,
Splunk (the whole event in `_raw`, or what it took out of it).
"""

from __future__ import annotations

import re
from typing import Any, Final

from smtpscope.reading.event_exports.messages.event_messages import holds_sentence
from smtpscope.reading.event_exports.splunk.splunk_raw import epoch_milliseconds, raw_record, surely_foreign
from smtpscope.reading.record import EventRecord, Level
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.windows_event.event_values import binary_of, insertion_strings, integer
from smtpscope.reading.windows_event.event_values import level_of as level_of_number
from smtpscope.reading.windows_event.levels import level_of, level_of_type
from smtpscope.reading.windows_event.providers import is_ours

# Each a path of names; the first that leads to a value is taken.
_Paths = tuple[tuple[str, ...], ...]


def _paths(*written: str) -> _Paths:
    return tuple(tuple(path.split("/")) for path in written)


_PROVIDER: Final = _paths(
    "winlog/provider_name", "provider/name", "ProviderName", "SourceName", "source_name", "event/provider", "Source"
)
_EVENT_ID: Final = _paths(
    "winlog/event_id", "event_id/id", "event_id", "Id", "EventID", "EventId", "event/code", "EventCode", "InstanceId"
)
_COMPUTER: Final = _paths(
    "winlog/computer_name",
    "computer_name",
    "MachineName",
    "Hostname",
    "ComputerName",
    "computer",
    "Computer",
    "host/name",
    "host",
)
_CHANNEL: Final = _paths("winlog/channel", "log_name", "LogName", "Channel", "channel")
_RECORD_ID: Final = _paths("winlog/record_id", "record_number", "RecordId", "RecordNumber", "record_id", "Index")
_MESSAGE: Final = _paths("message", "Message")
_LEVEL: Final = _paths("LevelDisplayName", "log/level", "winlog/level", "level", "Severity", "Level", "Type")
_TYPE: Final = _paths("EntryType", "EventType")
_TIME: Final = _paths(
    "@timestamp",
    "_time",
    "TimeCreated/value",
    "TimeCreated",
    "system_time",
    "EventTime",
    "TimeGenerated/value",
    "TimeGenerated",
    "TimeWritten",
)
_DATA: Final = _paths("winlog/event_data", "event_data", "EventData")
_BINARY: Final = _paths("winlog/event_data/Binary", "event_data/Binary", "event_data/binary", "EventData/Binary")
_LONGEST_BINARY: Final = 1 << 16

# DateTime as ConvertTo-Json of Windows PowerShell writes it: milliseconds since 1970 UTC, an offset that says nothing.
_MICROSOFT_DATE = re.compile(r"\\?/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?/")
_PARAMETER = re.compile(r"param(\d{1,2})")
_SIGNED = re.compile(r"-?\d{1,10}")
_SCALARS = (str, int, float)
_LATEST_MS = 253_402_300_799_999


def record_of(event: dict[str, Any], *, file: str, offset: int, times: FileTimes) -> EventRecord | None:
    """The record in `event`, None when its source is none of ours and it holds no sentence of ours. Raises nothing."""
    event = _unwrapped(event)
    raw = event.get("_raw")
    if isinstance(raw, str):
        if surely_foreign(raw):
            return None
        return raw_record(raw, file=file, offset=offset, times=times, indexed=time_value(event))
    provider = _word(event, _PROVIDER)
    message = _word(event, _MESSAGE)
    if provider is not None:
        if not is_ours(provider):
            return None
    elif message is None or not holds_sentence(message):
        return None
    written = time_value(event)
    if isinstance(written, WrittenTime):
        milliseconds = times.milliseconds(written)
        assumed = milliseconds is not None and written.zone_minutes is None
    else:
        milliseconds, assumed = written, False
    return EventRecord(
        file=file,
        offset=offset,
        time_ms=milliseconds,
        time_assumed=assumed,
        record_id=integer(_found(event, _RECORD_ID)),
        event_id=_event_id(_found(event, _EVENT_ID)),
        level=_level(event),
        provider=provider,
        channel=_word(event, _CHANNEL),
        computer=_word(event, _COMPUTER),
        strings=_strings(event),
        message=None if message is None else message.replace("\r\n", "\n").strip(),
        binary=_binary(event),
    )


def _unwrapped(event: dict[str, Any]) -> dict[str, Any]:
    """What Elasticsearch has below `_source`, OpenTelemetry in the body of a log record, Splunk in a `result`."""
    for name in ("_source", "body", "Body", "result"):
        inner = event.get(name)
        if isinstance(inner, dict):
            return inner
    return event


def time_value(event: dict[str, Any]) -> WrittenTime | int | None:
    """The time of `event`: milliseconds since 1970 UTC where it is a number, else as written, None without any."""
    value = _found(_unwrapped(event), _TIME)
    if isinstance(value, str):
        date = _MICROSOFT_DATE.fullmatch(value)
        if date:
            return _in_calendar(int(date[1]))
        return find_time(value[:64]) or epoch_milliseconds(value[:64])
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e18:
        # Seconds, milliseconds, microseconds: the present has 10, 13 and 16 digits.
        return _in_calendar(int(value * 1000 if value < 1e11 else value if value < 1e14 else value // 1000))
    return None


def _in_calendar(milliseconds: int) -> int | None:
    return milliseconds if abs(milliseconds) <= _LATEST_MS else None


def _found(event: dict[str, Any], paths: _Paths) -> str | int | float | None:
    """The first value at the end of a path; Elasticsearch writes a path as one name with dots, too."""
    for path in paths:
        value: Any = event
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if value is None and len(path) > 1:
            value = event.get(".".join(path))
        if isinstance(value, _SCALARS) and value != "":
            return value
    return None


def _word(event: dict[str, Any], paths: _Paths) -> str | None:
    value = _found(event, paths)
    return None if value is None else str(value).strip() or None


def _event_id(value: str | int | float | None) -> int | None:
    # InstanceId has severity and facility above the number, and may be signed.
    if isinstance(value, str):
        return int(value) & 0xFFFF if _SIGNED.fullmatch(value) else None
    return int(value) & 0xFFFF if isinstance(value, int) else None


def _level(event: dict[str, Any]) -> Level | None:
    for paths, of_number in ((_LEVEL, level_of_number), (_TYPE, level_of_type)):
        if paths is _TYPE and "EventCode" in event:
            # Of Splunk: the number of a level in newer versions, of a type in older ones. The word is in Type.
            break
        value = _found(event, paths)
        number = integer(value)
        level = of_number(number) if number is not None else level_of(str(value).strip())
        if level is not None:
            return level
    return None


def _strings(event: dict[str, Any]) -> tuple[str, ...] | None:
    """The insertion strings in their order, None where the event has none."""
    for path in _DATA:
        data: Any = event
        for name in path:
            data = data.get(name) if isinstance(data, dict) else None
        if isinstance(data, dict) and isinstance(data.get("data"), list):
            # Newer versions of the OpenTelemetry receiver: a list of pairs, beside it a name and binary data.
            data = data["data"]
        if data:
            return _parameters(data) if isinstance(data, dict) else insertion_strings(data)
    given = event.get("ReplacementStrings") or event.get("Properties")
    if isinstance(given, list) and given:
        # Get-WinEvent's properties are objects with a value each.
        return insertion_strings([each.get("Value") if isinstance(each, dict) else each for each in given])
    return _parameters({path[-1]: event[".".join(path)] for path in _dotted(event)}) or None


def _binary(event: dict[str, Any]) -> bytes | None:
    """The data behind the strings: hexadecimal digits, or in what Get-EventLog gives the numbers of the bytes."""
    data = event.get("Data")
    if isinstance(data, list) and len(data) <= _LONGEST_BINARY and all(type(each) is int for each in data):
        return bytes(each & 0xFF for each in data) or None
    return binary_of(_found(event, _BINARY))


def _dotted(event: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(name.split(".")) for name in event if name.startswith("winlog.event_data.param")]


def _parameters(data: dict[str, Any]) -> tuple[str, ...]:
    """Values called param1 and so on by their numbers: Winlogbeat leaves out what is empty. Others in their order."""
    # The data behind the strings is no string.
    data = {name: value for name, value in data.items() if name.casefold() != "binary"}
    numbers = [_PARAMETER.fullmatch(name) for name in data]
    if not numbers or None in numbers:
        return insertion_strings(data)
    by_number = {int(found[1]): data[found[0]] for found in numbers if found is not None}
    return insertion_strings([by_number.get(number, "") for number in range(1, max(by_number) + 1)])
