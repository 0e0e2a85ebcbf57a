"""Events as XML, as Event Viewer saves and wevtutil prints them."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from support.event_texts import TextEvent

NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
_LEVELS = {"Error": 2, "Warning": 3, "Information": 4}


def xml_event(
    event: TextEvent,
    *,
    provider: str = "MSExchangeTransport",
    record_id: int = 667364,
    quote: str = "'",
    rendered: bool = False,
) -> str:
    """One event on one line; `rendered` adds the sentence, as `wevtutil /f:RenderedXml` does."""
    values = "".join(f"<Data>{escape(value)}</Data>" if value else "<Data/>" for value in event.strings)
    rendering = (
        f"<RenderingInfo Culture='en-US'><Message>{escape(event.sentence)}</Message><Level>{event.level}</Level>"
        f"</RenderingInfo>"
    )
    text = (
        f"<Event xmlns='{NAMESPACE}'><System><Provider Name='{provider}'/>"
        f"<EventID Qualifiers='49156'>{event.event_id}</EventID><Level>{_LEVELS[event.level]}</Level><Task>1</Task>"
        f"<Keywords>0x80000000000000</Keywords><TimeCreated SystemTime='{event.time:%Y-%m-%dT%H:%M:%S}.000000000Z'/>"
        f"<EventRecordID>{record_id}</EventRecordID><Channel>Application</Channel>"
        f"<Computer>{event.computer}</Computer><Security/></System><EventData>{values}<Binary>0507</Binary></EventData>"
        f"{rendering if rendered else ''}</Event>"
    )
    if quote == "'":
        return text
    head, data, rest = text.partition("<EventData>")
    return head.replace("'", quote) + data + rest


def saved_xml(events: Iterable[TextEvent]) -> str:
    """As Event Viewer saves: one root around all."""
    body = "".join(xml_event(event, quote='"', rendered=True) for event in events)
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<Events>{body}</Events>'


def printed_xml(events: Iterable[TextEvent]) -> str:
    """As `wevtutil qe /f:xml` prints: no root."""
    return "".join(xml_event(event) + "\r\n" for event in events)
