"""The names of fields in which collectors, journals and syslog servers keep a line and its facts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from smtpscope.reading.wrappers.inner_header import Labels

Record = Mapping[str, object]

# Names in lower case, in order of preference; the first one present counts.
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
_INSIDE: Final = ("_source.", "result.", "fields.", "data.", "event.", "jsonpayload.", "record.", "")
"""Objects in a record that may hold all of it."""
_MICROSECONDS: Final = frozenset({"__realtime_timestamp", "_source_realtime_timestamp"})
_LONGEST_LABEL: Final = 256
_OF_UTC: Final = " [utc]"
_DEEPEST: Final = 8


class _Plan(NamedTuple):
    """For records with the same names: the fields that may hold the line, each with those of its facts."""

    texts: tuple[str, ...]
    times: tuple[str, ...]
    hosts: tuple[str, ...]
    programs: tuple[str, ...]
    processes: tuple[str, ...]


def line_of(record: Record) -> tuple[str, Labels] | None:
    """The line in `record` with its facts; None if there is none."""
    flat = _flat(record)
    plan = _plan(tuple(flat))
    text = _first(flat, plan.texts)
    return (text, _labels(flat, plan)) if text else None


def labels_of(record: Record) -> Labels:
    """The facts about a line in `record`."""
    flat = _flat(record)
    return _labels(flat, _plan(tuple(flat)))


def _labels(flat: dict[str, object], plan: _Plan) -> Labels:
    hosts, programs, processes = (
        _first(flat, names, _LONGEST_LABEL) for names in (plan.hosts, plan.programs, plan.processes)
    )
    return Labels(_time(flat, plan.times), hosts, programs, processes)


def _flat(record: Record, prefix: str = "", into: dict[str, object] | None = None, depth: int = 0) -> dict[str, object]:
    """All values under lower-case names, with dots between levels; Azure appends a zone to some names."""
    flat: dict[str, object] = {} if into is None else into
    for name, value in record.items():
        key = f"{prefix}{name.lower()}"
        if isinstance(value, dict) and depth < _DEEPEST:
            _flat(value, f"{key}.", flat, depth + 1)
            continue
        if key.endswith(_OF_UTC) and isinstance(value, str):
            key, value = key.removesuffix(_OF_UTC), f"{value} UTC"
        flat[key] = value
    return flat


@lru_cache(maxsize=256)
def _plan(names: tuple[str, ...]) -> _Plan:
    there = frozenset(names)

    def found(wanted: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for inside in _INSIDE for each in wanted if (name := f"{inside}{each}") in there)

    return _Plan(found(TEXT_NAMES), found(("date", *_TIME)), found(_HOST), found(_PROGRAM), found(_PROCESS))


def _time(flat: dict[str, object], names: tuple[str, ...]) -> str:
    for name in names:
        text = _value(flat[name])
        if not text:
            continue
        _, _, last = name.rpartition(".")
        if last == "date":
            clock = _value(flat.get(f"{name.removesuffix('date')}time", ""))
            if clock and ":" not in text:
                return f"{text} {clock}"
        if last in _MICROSECONDS and text.isdecimal():
            return f"{text[:-6]}.{text[-6:]}"
        whole, _, _ = text.partition(".")
        if whole.isdecimal() and len(whole) == len("1795527902123456789"):
            return f"{whole[:10]}.{whole[10:]}"
        if whole.isdecimal() and len(whole) not in (10, 13):
            continue
        return text
    return ""


def _first(flat: dict[str, object], names: tuple[str, ...], longest: int | None = None) -> str:
    for name in names:
        text = _value(flat[name])
        if text and (longest is None or len(text) <= longest):
            return text
    return ""


def _value(value: object) -> str:
    """A value as text, "" for none."""
    if isinstance(value, list) and value:
        value = _of_list(value)
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value) if isinstance(value, int) else f"{value:.6f}"
    return ""


def _of_list(values: list[object]) -> object:
    """The first of several values; the JSON of a journal has text that is not UTF-8 as numbers."""
    if len(values) > 1 and all(isinstance(each, int) and 0 <= each < 256 for each in values):
        return bytes(each for each in values if isinstance(each, int)).decode("utf-8", errors="replace")
    return values[0]
