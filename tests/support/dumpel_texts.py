"""Events as dumpel prints them."""

from __future__ import annotations

from collections.abc import Iterable

from support.event_texts import TextEvent, american

_TYPES = {"Error": 1, "Warning": 2, "Information": 4}


def dumpel(
    events: Iterable[TextEvent], separator: str = " ", between: str = " ", source: str = "MSExchangeTransport"
) -> str:
    """`separator` stands between the columns, `between` between the strings."""
    return "".join(
        separator.join(
            (
                *american(event.time),
                str(_TYPES[event.level]),
                "2",
                str(event.event_id),
                source,
                "N/A",
                event.computer,
                between.join(event.strings),
            )
        )
        + "\r\n"
        for event in events
    )
