"""Where the records of collectors, journals and syslog servers hold a line and what they know of it, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from smtpscope.reading.wrappers.inner_header import Labels

# In the order in which they are looked for; the first that is there counts.
_TEXT: Final = (
    "_raw", "full_log", "full_message", "log", "MESSAGE", "message", "short_message", "event.original", "@message",
    "msg", "Message", "SyslogMessage", "textPayload", "line", "body", "raw", "rawmsg",
)  # fmt: skip
_TIME: Final = (
    "__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP", "time", "@timestamp", "_time", "timestamp", "timereported",
    "eventTime", "EventTime", "TimeGenerated", "date", "ts", "received_at", "Time", "created", "timegenerated",
)  # fmt: skip
_HOST: Final = (
    "_HOSTNAME", "hostname", "HOSTNAME", "host.hostname", "host.name", "host", "HostName", "Computer", "sysloghost",
    "source", "fromhost", "predecoder.hostname", "agent.hostname", "agent.name", "Host", "HOST", "log.syslog.hostname",
)  # fmt: skip
_PROGRAM: Final = (
    "SYSLOG_IDENTIFIER", "program", "programname", "PROGRAM", "app-name", "appname", "application_name", "_program",
    "ident", "ProcessName", "process.name", "log.syslog.appname", "syslog.appname", "predecoder.program_name", "_COMM",
)  # fmt: skip
_PROCESS: Final = (
    "SYSLOG_PID", "_PID", "pid", "PID", "procid", "process_id", "_pid", "ProcessID", "process.pid", "process.id",
    "log.syslog.procid",
)  # fmt: skip
_INSIDE: Final = ("_source", "result", "fields", "data", "event", "jsonPayload", "record", "")
"""Objects in a record that may hold all of it."""
_MICROSECONDS: Final = frozenset({"__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP"})
_SMALL: Final = 64


def line_of(record: Mapping[str, object]) -> tuple[str, Labels] | None:
    """The line that `record` holds, with what it says of it; None where it holds none."""
    for inside in _candidates(record):
        for name in _TEXT:
            text = _value(inside, name)
            if text:
                levels = (inside, record)
                return text, Labels(
                    _time(levels), _first(levels, _HOST), _first(levels, _PROGRAM), _first(levels, _PROCESS)
                )
    return None


def _candidates(record: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for name in _INSIDE:
        inside = record.get(name) if name else record
        if isinstance(inside, Mapping):
            yield inside


def _time(levels: tuple[Mapping[str, object], ...]) -> str:
    for level in levels:
        for name in _TIME:
            text = _value(level, name)
            if not text:
                continue
            if name in _MICROSECONDS and text.isdecimal():
                return f"{text[:-6]}.{text[-6:]}"
            if text.replace(".", "", 1).isdecimal() and len(text.partition(".")[0]) not in (10, 13):
                continue
            return text
    return ""


def _first(levels: tuple[Mapping[str, object], ...], names: tuple[str, ...]) -> str:
    for level in levels:
        for name in names:
            text = _value(level, name)
            if text and len(text) <= 4 * _SMALL:
                return text
    return ""


def _value(record: Mapping[str, object], name: str) -> str:
    """The value of `name` as text, "" for none; a dot in the name may be a level of the record."""
    value = record.get(name)
    if value is None and "." in name:
        first, _, rest = name.partition(".")
        inside = record.get(first)
        return _value(inside, rest) if isinstance(inside, Mapping) else ""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value) if isinstance(value, int) else f"{value:.6f}"
    return ""
