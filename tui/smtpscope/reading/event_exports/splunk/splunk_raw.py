"""The record of an event as Splunk stores it in `_raw`: names with values, or the XML of the event.

Source: "Monitor Windows event log data" in Splunk's manual Getting Data In (WinEventLog, renderXml), and its input of
Windows events by WMI, whose names are in alphabetical order.
"""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.event_exports.blocks.copied_xml import facts_of
from smtpscope.reading.event_exports.messages.event_messages import holds_message
from smtpscope.reading.event_exports.xml.event_xml_record import (
    UnreadableEventError,
    event_record,
    names_another_provider,
)
from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.providers import OUR_PROVIDERS
from smtpscope.reading.record import EventRecord
from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.windows_event.event_values import integer, level_of, time_of
from smtpscope.reading.windows_event.levels import level_of as level_of_word

_MESSAGE: Final = "Message"
_MESSAGE_LINE: Final = f"\n{_MESSAGE}="
_NAMES: Final = (
    "LogName", "Logfile", "SourceName", "EventCode", "EventIdentifier", "EventType", "Type", "ComputerName", "User",
    "SidType", "Sid", "TaskCategory", "CategoryString", "Category", "OpCode", "RecordNumber", "Keywords",
    "TimeGenerated", "TimeWritten", "wmi_type", _MESSAGE,
)  # fmt: skip
_LABEL = re.compile(rf"(?:\A|(?<=[\s>]))({'|'.join(_NAMES)})=")
# The names after the message in alphabetical order.
_BEHIND_MESSAGE = re.compile(r"\n(?=(?:RecordNumber|SourceName|TimeGenerated|TimeWritten|Type|User|wmi_type)=)")
_SHAPE = re.compile(r"(?<!\w)(?:EventCode|LogName|Logfile|SourceName)=|<Event[\s>]")
_SOURCE = re.compile(r"(?:\A|(?<=[\s>]))SourceName=([^\r\n]*)")
_LONGEST_LABELS: Final = 4_096
# The date of WMI: 20261124134502.000000, followed by the minutes east of UTC.
_WMI_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.\d{6}(?:([+-])(\d{3}))?")
_EPOCH = re.compile(r"(\d{9,10})(?:\.(\d{1,9}))?", re.ASCII)
_XML_PROVIDER = re.compile(r"<Provider\s[^<>]{0,512}?\bName\s?=\s?[\"']([^\"'<>]{1,256})")
_XML_NUMBER = re.compile(r"<(EventID|Level)\b[^<>]{0,128}>\s{0,8}(\d{1,10})")
_XML_WORD = re.compile(r"<(Computer|Channel)>([^<>]{1,256})<")


def is_windows_event(raw: str) -> bool:
    """Whether `raw` has the shape of a Windows event, of any source."""
    return _SHAPE.search(raw, 0, _LONGEST_LABELS) is not None


def labels_of(raw: str) -> dict[str, str]:
    """The first value of each name; only the message may have several lines. Empty if `raw` has another shape."""
    usual = _usual_labels(raw)
    return _any_labels(raw) if usual is None else usual


def _any_labels(raw: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    name, begin = None, 0
    for label in _LABEL.finditer(raw):
        if name is not None:
            labels.setdefault(name, raw[begin : label.start()].strip())
        name, begin = label[1], label.end()
        if name == _MESSAGE:
            break
    if name == _MESSAGE:
        # After all other names, the rest is the message, whatever a remote server put into it.
        end = None if "SourceName" in labels else _BEHIND_MESSAGE.search(raw, begin)
        labels[_MESSAGE] = raw[begin : end.start() if end else len(raw)].strip()
        if end is not None:
            labels = _any_labels(raw[end.end() :]) | labels
    elif name is not None:
        labels.setdefault(name, raw[begin:].strip())
    return labels


def _usual_labels(raw: str) -> dict[str, str] | None:
    """The labels where each name up to the message begins a line, and no value has another one; else None."""
    head, is_behind, message = raw.partition(_MESSAGE_LINE)
    first, *lines = head.split("\n")
    if not is_behind or "=" in first:
        return None
    labels: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition("=")
        if name not in _NAMES or "=" in value:
            return None
        labels.setdefault(name, value.strip())
    if "SourceName" not in labels:
        return None
    labels[_MESSAGE] = message.strip()
    return labels


def is_unwanted(source: str, code: str, sources: EventSources) -> bool:
    """Whether an event with this source and number, both as written first in it, is certainly not read."""
    name = source.strip()
    if name.casefold().partition(" ")[0] in OUR_PROVIDERS:
        return False
    return not sources.named(name) or (name.isascii() and not sources.wants(name, int(code) & 0xFFFF))


def surely_foreign(raw: str, sources: EventSources = NO_SOURCES) -> bool:
    """Whether `raw` is of an unrelated source, not even one of `sources`, without parsing it."""
    source = _SOURCE.search(raw)
    if source is not None:
        # If line breaks were lost, other names follow.
        name = source[1].strip()
        return name.casefold().partition(" ")[0] not in OUR_PROVIDERS and not sources.named(name)
    return names_another_provider(raw, sources)


def epoch_milliseconds(text: str) -> int | None:
    """Splunk's `_time` (seconds since 1970 UTC) in milliseconds; None if `text` is not such a number.

    Today it has ten digits: with fewer than nine it is some other number.
    """
    found = _EPOCH.fullmatch(text.strip())
    return None if found is None else int(found[1]) * 1_000 + int((found[2] or "")[:3].ljust(3, "0"))


def written_in(raw: str) -> WrittenTime | int | None:
    """The time at the beginning of `raw`, as written or in milliseconds since 1970 UTC, None if there is none.

    Splunk writes the month first on every Windows.
    """
    line = raw.lstrip()[:64].partition("\n")[0]
    wmi = _WMI_TIME.match(line)
    if wmi is not None:
        year, month, day, hour, minute, second = wmi.group(1, 2, 3, 4, 5, 6)
        zone = f"{wmi[7]}{int(wmi[8]) // 60:02}:{int(wmi[8]) % 60:02}" if wmi[7] else ""
        return find_time(f"{year}-{month}-{day} {hour}:{minute}:{second}{zone}")
    written = find_time(line)
    if written is not None and not written.ordered and written.first <= 12:
        return written._replace(ordered=True)
    return written


def raw_record(
    raw: str,
    *,
    file: str,
    offset: int,
    times: FileTimes,
    indexed: WrittenTime | int | None = None,
    sources: EventSources = NO_SOURCES,
) -> EventRecord | None:
    """The record in `raw`, None if neither its source nor its message is that of an SMTP event, and it is not one of
    `sources`. Never raises.

    `indexed` is Splunk's time of the event: unlike the one in `raw`, it has a zone.
    """
    if surely_foreign(raw, sources):
        return None
    if raw.lstrip().startswith("<Event"):
        return _of_xml(raw.strip(), file, offset, sources)
    labels = labels_of(raw)
    provider = labels.get("SourceName") or None
    code = integer(labels.get("EventCode") or labels.get("EventIdentifier"))
    event_id = None if code is None else code & 0xFFFF
    if not sources.reads(provider, event_id) and (provider is not None or not holds_message(raw)):
        return None
    written = indexed
    if not isinstance(indexed, int) and (indexed is None or indexed.zone_minutes is None):
        # Splunk may show its time with the name of a zone, which says less than an offset in the event.
        own = written_in(raw)
        certain = isinstance(own, WrittenTime) and own.zone_minutes is not None
        written = own if indexed is None or certain else indexed
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
        record_id=integer(labels.get("RecordNumber")),
        event_id=event_id,
        # The number in EventType is a level in newer versions, a type in older ones.
        level=level_of_word(labels.get("Type", "")),
        provider=provider,
        channel=labels.get("LogName") or labels.get("Logfile") or None,
        computer=labels.get("ComputerName") or None,
        strings=None,
        message=labels.get(_MESSAGE, raw).replace("\r\n", "\n").strip(),
    )


def _of_xml(xml: str, file: str, offset: int, sources: EventSources) -> EventRecord | None:
    try:
        record, _ = event_record(xml, file=file, offset=offset, sources=sources)
        return record
    except UnreadableEventError:
        pass
    # Splunk cuts events at its limit (TRUNCATE in props.conf, 10,000 bytes): the rest still has the facts.
    provider = _XML_PROVIDER.search(xml)
    if provider is None and not holds_message(xml):
        return None
    facts = facts_of(xml)
    numbers = {name: int(value) for name, value in reversed(_XML_NUMBER.findall(xml))}
    words = dict(reversed(_XML_WORD.findall(xml)))
    return EventRecord(
        file=file,
        offset=offset,
        time_ms=time_of(facts.system_time),
        time_assumed=False,
        record_id=facts.record_id,
        event_id=numbers["EventID"] & 0xFFFF if "EventID" in numbers else None,
        level=level_of(numbers.get("Level")),
        provider=provider[1] if provider else None,
        channel=words.get("Channel"),
        computer=words.get("Computer"),
        strings=facts.strings,
        message=xml if facts.strings is None else None,
        binary=facts.binary,
    )
