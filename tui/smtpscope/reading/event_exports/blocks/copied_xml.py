"""The few facts that the XML below a copied event has in better form than the text above it."""

from __future__ import annotations

import html
import re

from msgspec import Struct

from smtpscope.reading.windows_event.event_values import binary_of

_SYSTEM_TIME = re.compile(r"<TimeCreated\s[^>]{0,64}SystemTime\s?=\s?[\"']([^\"'<>]{1,64})[\"']")
_RECORD_ID = re.compile(r"<EventRecordID>\s{0,8}(\d{1,19})\s{0,8}</EventRecordID>")
_EVENT_DATA, _END_OF_EVENT_DATA = "<EventData>", "</EventData>"
_BINARY = re.compile(r"<Binary>\s{0,64}([0-9A-Fa-f]{2,65536})\s{0,64}</Binary>")
_DATA = re.compile(r"<Data(?:\s[^<>]{0,256})?(?:/>|>([^<]*)</Data>)")


class XmlFacts(Struct, frozen=True):
    """`system_time` as written (UTC), `strings` in order, `binary` after them; None if missing."""

    system_time: str | None
    record_id: int | None
    strings: tuple[str, ...] | None
    binary: bytes | None = None


def facts_of(xml: str) -> XmlFacts:
    """The facts in `xml`, one event as Event Viewer copies it, perhaps cut off.

    Source of the elements: the event schema of Windows,
    http://schemas.microsoft.com/win/2004/08/events/event.
    """
    time = _SYSTEM_TIME.search(xml)
    record_id = _RECORD_ID.search(xml)
    # Two finds, since a lazy pattern would take quadratic time if the end is missing.
    data, end = xml.find(_EVENT_DATA), xml.find(_END_OF_EVENT_DATA)
    strings = tuple(map(_value, _DATA.findall(xml, data, end))) if 0 <= data < end else None
    binary = _BINARY.search(xml)
    return XmlFacts(
        time[1] if time else None,
        int(record_id[1]) if record_id else None,
        strings or None,
        binary_of(binary[1]) if binary else None,
    )


def _value(written: str) -> str:
    # Event Viewer indents the XML: an empty string becomes a line break and spaces.
    return "" if "\n" in written and not written.strip() else html.unescape(written)
