"""The XML of one event as a small tree: becomes an event record, or text to paste into a ticket."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from smtpscope.reading.explaining import NO_SOURCES, EventSources
from smtpscope.reading.record import EventRecord
from smtpscope.reading.windows_event.event_values import (
    binary_of,
    event_id_of,
    integer,
    level_of,
    time_of,
    without_a_lone_blank,
)
from smtpscope.reading.windows_event.filetime import milliseconds


class EventElement(Struct, frozen=True):
    """An element of the event's XML: its attributes, texts and elements, in order."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[EventElement | str, ...] = ()

    def elements(self) -> Iterator[EventElement]:
        return (child for child in self.children if isinstance(child, EventElement))

    def child(self, name: str) -> EventElement | None:
        """The first element of that name directly below."""
        return next((child for child in self.elements() if child.name == name), None)

    def attribute(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key == name), None)

    def text(self) -> str:
        """The texts directly below, joined."""
        return "".join(child for child in self.children if isinstance(child, str))


_NOTHING = EventElement("")


def event_record(
    event: EventElement, *, file: str, offset: int, filetime: int, sources: EventSources = NO_SOURCES
) -> EventRecord | None:
    """The event as a record, None if its provider is unrelated and it is not one of `sources`.

    `file` and `offset` are passed on, `filetime` (of the record's header) is the time if the event has none.
    """
    system = event.child("System") or EventElement("System")
    provider_element = system.child("Provider")
    provider = None if provider_element is None else provider_element.attribute("Name")
    event_id = event_id_of(_text(system, "EventID"))
    if not sources.reads(provider, event_id):
        return None
    created = system.child("TimeCreated")
    time_ms = time_of(None if created is None else created.attribute("SystemTime"))
    return EventRecord(
        file=file,
        offset=offset,
        time_ms=milliseconds(filetime) if time_ms is None else time_ms,
        time_assumed=False,
        record_id=integer(_text(system, "EventRecordID")),
        event_id=event_id,
        level=level_of(integer(_text(system, "Level"))),
        provider=provider,
        channel=_text(system, "Channel"),
        computer=_text(system, "Computer"),
        strings=insertion_strings(event),
        message=_text(event.child("RenderingInfo") or EventElement("RenderingInfo"), "Message"),
        binary=None if event.child("UserData") else binary_of(_text(event.child("EventData") or _NOTHING, "Binary")),
    )


def insertion_strings(event: EventElement) -> tuple[str, ...]:
    """The texts of the elements in EventData (without Binary), or all texts in the leaves of UserData, in order."""
    user_data = event.child("UserData")
    if user_data is not None:
        return without_a_lone_blank(tuple(_leaf_texts(user_data)))
    event_data = event.child("EventData")
    if event_data is None:
        return ()
    return without_a_lone_blank(tuple(child.text() for child in event_data.elements() if child.name != "Binary"))


def _leaf_texts(element: EventElement) -> Iterator[str]:
    for child in element.elements():
        if any(child.elements()):
            yield from _leaf_texts(child)
        else:
            yield child.text()


def _text(element: EventElement, name: str) -> str | None:
    child = element.child(name)
    return None if child is None else child.text()


# xml.sax.saxutils has these too, but imports all of urllib.
_TEXT_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ATTRIBUTE_SIGNS = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


def xml_text(element: EventElement, indent: str = "") -> str:
    """The element as XML, one element per line, indented by two spaces per level; texts keep their spaces."""
    attributes = "".join(f' {name}="{value.translate(_ATTRIBUTE_SIGNS)}"' for name, value in element.attributes)
    inner = list(element.elements())
    text = element.text().translate(_TEXT_SIGNS)
    if not inner:
        return (
            f"{indent}<{element.name}{attributes}>{text}</{element.name}>"
            if text
            else (f"{indent}<{element.name}{attributes}/>")
        )
    lines = [f"{indent}<{element.name}{attributes}>"]
    lines.extend(xml_text(child, indent + "  ") for child in inner)
    lines.append(f"{indent}</{element.name}>")
    return "\n".join(lines)
