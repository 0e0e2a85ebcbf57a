"""A record from an event in JSON, whichever collector, viewer or shell wrote it.

The wrapping around an event (Elasticsearch's `_source` or `fields`, Splunk's `result`, the body of OpenTelemetry) is
removed here; the meaning of names is in `windows_event/event_fields.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from smtpscope.reading.event_exports.fields.named_record import named_record, written_time
from smtpscope.reading.event_exports.fields.text_places import TextPlaces
from smtpscope.reading.event_exports.fields.usual_record import usual_record
from smtpscope.reading.event_exports.splunk.splunk_raw import is_windows_event, raw_record, surely_foreign
from smtpscope.reading.event_exports.xml.event_xml_record import UnreadableEventError, event_record
from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.record import EventRecord
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.windows_event.shaped_fields import ShapedFields, shaped_fields

_WRAPPERS: Final = ("_source", "fields", "body", "Body", "result")
_XML_KEYS: Final = ("xml_string", "Xml", "xml", "EventXml", "RawXml", "raw_xml", "message", "Message", "log", "raw")
_DEEPEST: Final = 4


def record_of(
    event: dict[str, Any],
    *,
    file: str,
    offset: int,
    times: FileTimes,
    places: TextPlaces | None = None,
    sources: EventSources = NO_SOURCES,
    flat: bool = False,
) -> EventRecord | None:
    """The record in `event`, None if neither its source nor its message is that of an SMTP event, and it is not one of
    `sources`.

    `places` as in `named_record`; `flat` means that no text in it holds an object.
    """
    event = unwrapped(event)
    raw = event.get("_raw")
    if raw is None and isinstance(event.get("event"), str) and is_windows_event(event["event"]):
        # As Splunk's HTTP Event Collector takes it.
        raw = event["event"]
    if isinstance(raw, str):
        if surely_foreign(raw, sources):
            return None
        return raw_record(raw, file=file, offset=offset, times=times, indexed=time_value(event), sources=sources)
    fields = shaped_fields(event) if flat else None
    if isinstance(fields, ShapedFields):
        record = usual_record(fields, file=file, offset=offset, times=times)
        if record is not None:
            return record
    record = named_record(
        event, file=file, offset=offset, times=times, places=places, sources=sources, fields=fields
    )  # fmt: skip
    if record is None or not (record.strings or record.message):
        return _of_xml(event, file, offset, sources) or record
    return record


def unwrapped(event: dict[str, Any]) -> dict[str, Any]:
    """The event below Elasticsearch's `_source` or `fields`, OpenTelemetry's body or Splunk's `result`.

    `fields` only below an index: many programs have a field of that name.
    """
    for _ in range(_DEEPEST):
        for name in _WRAPPERS:
            inner = event.get(name)
            if isinstance(inner, dict) and (name != "fields" or "_index" in event or "_id" in event):
                event = inner
                break
        else:
            break
    return event


def rows_of(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of an answer that names its columns once, from Azure Monitor or Splunk (`json_rows`)."""
    tables = answer.get("tables")
    for table in tables if isinstance(tables, list) else [answer]:
        rows = table.get("rows") if isinstance(table, dict) else None
        columns = (table.get("columns") or table.get("fields")) if isinstance(rows, list) else None
        if not isinstance(columns, list) or not isinstance(rows, list):
            continue
        names = [str(each.get("name") if isinstance(each, dict) else each) for each in columns]
        if names:
            yield from (dict(zip(names, row, strict=False)) for row in rows if isinstance(row, list))


def time_value(event: dict[str, Any]) -> WrittenTime | int | None:
    """The time of `event`: milliseconds since 1970 UTC if it is a number, else as written, None if there is none."""
    return written_time(unwrapped(event))


def _of_xml(event: dict[str, Any], file: str, offset: int, sources: EventSources) -> EventRecord | None:
    """The record of an event in XML inside `event`, None if there is none."""
    for name in _XML_KEYS:
        xml = event.get(name)
        if isinstance(xml, str) and xml.lstrip()[:6] == "<Event":
            try:
                return event_record(xml.strip(), file=file, offset=offset, sources=sources)[0]
            except UnreadableEventError:
                continue
    return None
