"""An event record from the XML of one event, read by expat; nothing outside the event's text is ever opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.providers import is_ours
from smtpscope.reading.record import EventRecord
from smtpscope.reading.windows_event.event_values import (
    binary_of,
    event_id_of,
    integer,
    level_of,
    time_of,
    without_a_lone_blank,
)
from smtpscope.reading.windows_event.string_forms import of_text

_PROVIDER = re.compile(r"<Provider\s[^<>]{0,512}?\bName\s?=\s?(?:\"([^\"<>]{0,256})\"|'([^'<>]{0,256})')")
_NUMBER = re.compile(r"<EventID(?:\s[^<>]{0,128})?>\s{0,8}([0-9]{1,10})\s{0,8}</EventID>")
# What XML 1.0 section 2.2 forbids, raw or as a reference; Windows writes what the remote server sent.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:([0-9]{1,7})|[xX]([0-9A-Fa-f]{1,6}));")
_REPLACEMENT = "\ufffd"


class UnreadableEventError(Exception):
    """The text is not an event; the message is the reason, without a full stop."""


def names_another_provider(xml: str, sources: EventSources = NO_SOURCES) -> bool:
    """Whether `xml` is certainly of an unrelated source, or a number of one of `sources` that is not wanted, without
    parsing it.
    """
    found = _PROVIDER.search(xml)
    provider = None if found is None else found[1] or found[2]
    if provider is None or is_ours(provider):
        return False
    if not sources.named(provider):
        return True
    # Where there is one number, it is that of the event or of nothing that is read.
    number = _NUMBER.search(xml) if xml.count("EventID") == 2 else None
    return number is not None and not sources.wants(provider, event_id_of(number[1]))


def event_record(
    xml: str, *, file: str, offset: int, sources: EventSources = NO_SOURCES
) -> tuple[EventRecord | None, bool]:
    """The record in `xml`, one `Event` element from its first to its last character, None if its source is unrelated
    and it is not one of `sources`.

    The second value says whether characters that XML does not allow had to be replaced. Raises UnreadableEventError.
    Source of the elements: the event schema of Windows, http://schemas.microsoft.com/win/2004/08/events/event.
    """
    try:
        return _record(ElementTree.fromstring(xml), file, offset, sources), False
    except (ElementTree.ParseError, UnicodeError):
        pass
    mended = _REFERENCE.sub(_allowed, _FORBIDDEN.sub(_REPLACEMENT, xml))
    try:
        return _record(ElementTree.fromstring(mended), file, offset, sources), True
    except ElementTree.ParseError as error:
        reason = str(error).partition(":")[0]
        raise UnreadableEventError(f"The event is not well-formed XML ({reason})") from error


def _allowed(reference: re.Match[str]) -> str:
    number = int(reference[1]) if reference[1] else int(reference[2], 16)
    if number > 0x10FFFF or _FORBIDDEN.match(chr(number)):
        return _REPLACEMENT
    return reference[0]


def _record(event: ElementTree.Element, file: str, offset: int, sources: EventSources) -> EventRecord | None:
    parts = _children(event)
    system = _children(parts.get("System"))
    if "Provider" not in system:
        raise UnreadableEventError("The event does not name its source")
    provider = system["Provider"].get("Name") or system["Provider"].get("EventSourceName")
    event_id = event_id_of(_word(system.get("EventID")))
    if not sources.reads(provider, event_id):
        return None
    created = system.get("TimeCreated")
    message = _children(parts.get("RenderingInfo")).get("Message")
    return EventRecord(
        file=file,
        offset=offset,
        time_ms=time_of(None if created is None else created.get("SystemTime")),
        time_assumed=False,
        record_id=integer(_word(system.get("EventRecordID"))),
        event_id=event_id,
        level=level_of(integer(_word(system.get("Level")))),
        provider=provider,
        channel=_word(system.get("Channel")),
        computer=_word(system.get("Computer")),
        strings=_whole(without_a_lone_blank(tuple(_strings(parts)))),
        message=None if message is None else _text(message) or None,
        binary=binary_of(_word(_children(parts.get("EventData")).get("Binary"))),
    )


def _strings(parts: dict[str, ElementTree.Element]) -> Iterator[str]:
    """The texts below EventData (without Binary), or those at the ends of UserData, in order."""
    user_data = parts.get("UserData")
    if user_data is not None:
        yield from (_text(element) for element in user_data.iter() if not len(element) and element is not user_data)
    elif "EventData" in parts:
        yield from (_text(element) for element in parts["EventData"] if _name(element) != "Binary")


def _whole(strings: tuple[str, ...]) -> tuple[str, ...]:
    """The strings in one text, as python-evtx prints them."""
    return (of_text(strings[0]) or strings) if len(strings) == 1 else strings


def _children(parent: ElementTree.Element | None) -> dict[str, ElementTree.Element]:
    """The elements directly below by their names without namespace, which hand-made copies lack."""
    return {} if parent is None else {_name(child): child for child in parent}


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _word(element: ElementTree.Element | None) -> str | None:
    return None if element is None or element.text is None else element.text.strip() or None


def _text(element: ElementTree.Element) -> str:
    text = element.text or ""
    # Event Viewer indents the XML: an empty string becomes a line break and spaces.
    return "" if "\n" in text and not text.strip() else text
