"""The log records in a line of OpenTelemetry's file exporter (OTLP/JSON): events, or lines of other logs.

Source: opentelemetry-proto, logs.proto (LogsData) and common.proto (AnyValue), in their JSON encoding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

ROOT: Final = "resourceLogs"
_BODY: Final = "body"
# The first names of a log record, as the exporter writes them.
_RECORD: Final = re.compile(r"\{\s{0,64}\"(?:timeUnixNano|observedTimeUnixNano|body)\"")
_PLAIN: Final = frozenset({"stringValue", "intValue", "doubleValue", "boolValue"})
_TEXT: Final = "message"
_OWN_TIME: Final = "system_time"
"""Of a Windows event."""
_DIGITS: Final = 19
"""Of a time in nanoseconds, from 2001 to 2286."""


def log_bodies(exported: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The content of each log record of `exported`, an object with ROOT or a single record, in order.

    It is the body with the time of the record, or the attributes together with a body that is plain text. Malformed
    parts are skipped. Raises RecursionError if values nest too deeply.
    """
    if ROOT not in exported:
        exported = {ROOT: [{"scopeLogs": [{"logRecords": [exported]}]}]} if _BODY in exported else {}
    for resource in _dicts(exported.get(ROOT)):
        for scope in _dicts(resource.get("scopeLogs")):
            for record in _dicts(scope.get("logRecords")):
                body = plain_value(record.get(_BODY))
                if isinstance(body, dict):
                    yield body if _OWN_TIME in body else {**_facts(record), **body}
                elif isinstance(body, str):
                    yield {
                        **_attributes(resource.get("resource")),
                        **_attributes(record),
                        **_facts(record),
                        _TEXT: body,
                    }


def record_starts(text: str, begin: int, end: int) -> list[int]:
    """Where log records begin in `text`, which is an export between the indices."""
    return [match.start() for match in _RECORD.finditer(text, begin, end)]


def _attributes(holder: Any) -> dict[str, Any]:
    attributes = holder.get("attributes") if isinstance(holder, dict) else None
    return _mapping(attributes) if isinstance(attributes, list) else {}


def _facts(record: dict[str, Any]) -> dict[str, Any]:
    """What a log record says beside its body: time (nanoseconds since 1970) and level."""
    level = record.get("severityText")
    facts: dict[str, Any] = {"severity": level} if level else {}
    for name in ("timeUnixNano", "observedTimeUnixNano"):
        nanoseconds = str(record.get(name) or "")
        if nanoseconds.isascii() and nanoseconds.isdigit() and len(nanoseconds) == _DIGITS and nanoseconds[0] != "0":
            facts["@timestamp"] = f"{nanoseconds[:-9]}.{nanoseconds[-9:]}"
            break
    return facts


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def plain_value(value: Any) -> Any:
    """The value in an AnyValue, None if it is malformed."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((kind, inner),) = value.items()
    if kind in _PLAIN:
        return inner
    if kind not in ("kvlistValue", "arrayValue"):
        return None
    values = inner.get("values") if isinstance(inner, dict) else None
    if kind == "arrayValue":
        return [plain_value(each) for each in _dicts(values)]
    return _mapping(values) if isinstance(values, list) else {}


def _mapping(pairs: list[Any]) -> dict[str, Any]:
    """The pairs of a name and an AnyValue; most values are texts, which is found out without a call for each."""
    mapping: dict[str, Any] = {}
    for pair in pairs:
        if not isinstance(pair, dict):
            continue
        name, value = pair.get("key"), pair.get("value")
        if not isinstance(name, str):
            continue
        text = value.get("stringValue") if isinstance(value, dict) and len(value) == 1 else None
        mapping[name] = plain_value(value) if text is None else text
    return mapping
