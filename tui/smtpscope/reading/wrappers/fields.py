"""Where the records of collectors, journals and syslog servers hold a line and what they know of it, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from smtpscope.reading.wrappers.inner_header import Labels

Record = Mapping[str, object]

# Names in small letters, in the order in which they are looked for; the first that is there counts.
TEXT_NAMES: Final = (
    "_raw", "full_log", "full_message", "log", "message", "short_message", "event.original", "@message", "msg",
    "syslogmessage", "textpayload", "log_body", "line", "body", "raw", "rawmsg", "content",
)  # fmt: skip
_TIME: Final = (
    "__realtime_timestamp", "_source_realtime_timestamp", "time", "@timestamp", "_time", "timestamp", "isodate",
    "timereported", "eventtime", "timegenerated", "date", "datetime", "log_time", "ts", "received_at", "created",
)  # fmt: skip
_HOST: Final = (
    "_hostname", "hostname", "host.hostname", "host.name", "host", "log_hostname", "computer", "logsource",
    "sysloghost", "source", "fromhost", "predecoder.hostname", "agent.hostname", "agent.name", "log.syslog.hostname",
)  # fmt: skip
_PROGRAM: Final = (
    "syslog_identifier", "program", "programname", "app-name", "appname", "application_name", "_program", "ident",
    "syslogtag", "processname", "log_procname", "process.name", "log.syslog.appname", "syslog.appname", "sourcename",
    "predecoder.program_name", "_comm", "tag",
)  # fmt: skip
_PROCESS: Final = (
    "syslog_pid", "_pid", "pid", "procid", "process_id", "processid", "log_pid", "process.pid", "process.id",
    "log.syslog.procid",
)  # fmt: skip
_INSIDE: Final = ("_source", "result", "fields", "data", "event", "jsonpayload", "record", "")
"""Objects in a record that may hold all of it."""
_MICROSECONDS: Final = frozenset({"__realtime_timestamp", "_source_realtime_timestamp"})
_LONGEST_LABEL: Final = 256
_OF_UTC: Final = " [utc]"


def line_of(record: Record) -> tuple[str, Labels] | None:
    """The line that `record` holds, with what it says of it; None where it holds none."""
    outer = _small(record)
    for inside in _candidates(outer):
        for name in TEXT_NAMES:
            text = _value(inside, name)
            if text:
                return text, labels_of(inside, outer)
    return None


def labels_of(*levels: Record) -> Labels:
    """What records with names in small letters say of a line; the first of them that says it counts."""
    return Labels(_time(levels), _first(levels, _HOST), _first(levels, _PROGRAM), _first(levels, _PROCESS))


def _small(record: Record) -> Record:
    """`record` with all names in small letters; Azure's portal writes a zone behind some of them."""
    small: dict[str, object] = {}
    for name, value in record.items():
        key = name.lower()
        if key.endswith(_OF_UTC) and isinstance(value, str):
            key, value = key.removesuffix(_OF_UTC), f"{value} UTC"
        small[key] = _small(value) if isinstance(value, Mapping) else value
    return small


def _candidates(record: Record) -> Iterator[Record]:
    for name in _INSIDE:
        inside = record.get(name) if name else record
        if isinstance(inside, Mapping):
            yield inside


def _time(levels: tuple[Record, ...]) -> str:
    for level in levels:
        date, clock = _value(level, "date"), _value(level, "time")
        if date and clock and ":" not in date:
            return f"{date} {clock}"
        for name in _TIME:
            text = _value(level, name)
            if not text:
                continue
            if name in _MICROSECONDS and text.isdecimal():
                return f"{text[:-6]}.{text[-6:]}"
            whole, _, _ = text.partition(".")
            if whole.isdecimal() and len(whole) == len("1795527902123456789"):
                return f"{whole[:10]}.{whole[10:]}"
            if whole.isdecimal() and len(whole) not in (10, 13):
                continue
            return text
    return ""


def _first(levels: tuple[Record, ...], names: tuple[str, ...]) -> str:
    for level in levels:
        for name in names:
            text = _value(level, name)
            if text and len(text) <= _LONGEST_LABEL:
                return text
    return ""


def _value(record: Record, name: str) -> str:
    """The value of `name` as text, "" for none; a dot in the name may be a level of the record."""
    value = record.get(name)
    if value is None and "." in name:
        first, _, rest = name.partition(".")
        inside = record.get(first)
        return _value(inside, rest) if isinstance(inside, Mapping) else ""
    if isinstance(value, list) and value:
        value = _of_list(value)
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value) if isinstance(value, int) else f"{value:.6f}"
    return ""


def _of_list(values: list[object]) -> object:
    """The first of several values; a journal's JSON has the bytes of a text that is not UTF-8 as numbers."""
    if len(values) > 1 and all(isinstance(each, int) and 0 <= each < 256 for each in values):
        return bytes(each for each in values if isinstance(each, int)).decode("utf-8", errors="replace")
    return values[0]
