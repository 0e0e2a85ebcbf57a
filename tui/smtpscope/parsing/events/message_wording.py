"""The content of the messages of 7002, 7004 and 7010, and Exchange's wording."""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from smtpscope.parsing.smtp_exchange import Certainty, Direction, SmtpExchange

EVENT_IDS: frozenset[int] = frozenset({7002, 7004, 7010})


class SixValues(NamedTuple):
    """The insertion strings %1 to %6 of 7002, 7004 and 7010, verbatim and in order (Microsoft KB 843106)."""

    virtual_server: str
    connection: str
    remote_host: str
    command: str
    reply: str
    full_command: str


class Wording(Struct, frozen=True):
    """The meaning of the words around the values; None if the text leaves them out."""

    direction: Direction
    level: Literal["warning", "error"] | None
    certainty: Certainty | None


class EventMessage(Struct, frozen=True):
    """A message, parsed."""

    wording: Wording
    values: SixValues


class Phrases(NamedTuple):
    """The fixed text between the values of one direction, straight quotes included."""

    before_host: str
    before_command: str
    before_reply: str


OUTBOUND = Phrases('The remote host "', '", responded to the SMTP command "', '" with "')
# Only the outbound message has a comma after the host.
INBOUND = Phrases('The client at "', '" sent a "', '" command, and the SMTP server responded with "')
BEFORE_FULL_COMMAND = '". The full command sent was "'
CLOSING = "cause the connection to fail."

_WORDINGS: dict[int, Wording] = {
    7002: Wording(Direction.OUTBOUND, "warning", "may"),
    7004: Wording(Direction.OUTBOUND, "error", "will probably"),
    # The event is an Error, but its message has no level word.
    7010: Wording(Direction.INBOUND, None, "will probably"),
}
_UNKNOWN_ID = Wording(Direction.UNKNOWN, None, None)


def event_number(event_id: int) -> int:
    """The id that people know, from the 32 bits in a record (severity, facility, number: 0x80041B5A is 7002)."""
    return event_id & 0xFFFF


def is_protocol_event(exchange: SmtpExchange) -> bool:
    """Whether `exchange` is from 7002, 7004 or 7010; copies of their messages may have lost the number."""
    if exchange.event_id is not None:
        return exchange.event_id in EVENT_IDS
    return exchange.virtual_server is not None or exchange.certainty is not None or exchange.text_level is not None


def wording_of(event_id: int | None) -> Wording:
    """The wording of the event with this id (16 or 32 bits, signed or not); all unknown for another id."""
    return _UNKNOWN_ID if event_id is None else _WORDINGS.get(event_number(event_id), _UNKNOWN_ID)
