"""Events from the log records in a line of OpenTelemetry's file exporter (OTLP/JSON).

Source: opentelemetry-proto, logs.proto (LogsData) and common.proto (AnyValue), in their JSON encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

ROOT: Final = "resourceLogs"


def log_bodies(exported: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body of each log record in `exported`, an object with ROOT, in order; bodies that are plain text are left
    out.

    Malformed parts are skipped. Raises RecursionError if values nest too deeply.
    """
    for resource in _dicts(exported.get(ROOT)):
        for scope in _dicts(resource.get("scopeLogs")):
            for record in _dicts(scope.get("logRecords")):
                body = _plain(record.get("body"))
                if isinstance(body, dict):
                    yield body


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def _plain(value: Any) -> Any:
    """The value in an AnyValue, None if it is malformed."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((kind, inner),) = value.items()
    if kind in ("kvlistValue", "arrayValue"):
        values = inner.get("values") if isinstance(inner, dict) else None
        if kind == "arrayValue":
            return [_plain(each) for each in _dicts(values)]
        pairs = (each for each in _dicts(values) if isinstance(each.get("key"), str))
        return {each["key"]: _plain(each.get("value")) for each in pairs}
    return inner if kind in ("stringValue", "intValue", "doubleValue", "boolValue") else None
