"""The log records in a line of OpenTelemetry's file exporter (OTLP/JSON) -> events as the collector saw them.

Source: opentelemetry-proto, logs.proto (LogsData) and common.proto (AnyValue), in their JSON encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

ROOT: Final = "resourceLogs"


def log_bodies(exported: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body of each log record in `exported`, an object with ROOT, in its order; bodies of mere text left out.

    What is not as it should be is passed over. Raises RecursionError where values nest too deep.
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
    """An AnyValue as the value that it stands for, None where it is none."""
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
