"""Our notes: what the people of this house wrote about the refusals of a host, shown above the matched entry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from smtpscope.knowledge.matching.host_patterns import HostPatterns, folded
from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.reply_shape import shape_of
from smtpscope.parsing.smtp_exchange import Direction, SmtpExchange

NO_HOST = ""
"""Among the `remote_hosts` of a note: refusals of which the log names no remote host."""


def merged_text(stands: str, text: str, seen: str) -> str:
    """What to keep of the note `stands` when `text` is written by somebody who saw `seen`: nothing that another one
    wrote meanwhile is lost.
    """
    if stands in ("", seen, text):
        return text
    if text in stands:
        return stands
    return text if stands in text else f"{stands}\n\n{text}"


class OurNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note as its file holds it.

    It is for the refusals of `remote_hosts` (`mx1.example.com`, `192.0.2.1`, `.example.com`; "" where the log names
    none; all hosts where the list is empty) with the reply code `code` (any where there is none) and the cause
    `category` (any where it is ""), in one `direction` or both. `reply` is one of the replies that it was written for:
    a reply like it keeps the note even when the knowledge base names another cause later. `written` is the day.
    """

    text: str
    remote_hosts: tuple[str, ...] = ()
    code: int | None = None
    category: str = ""
    direction: Literal["outbound", "inbound", "both"] = "both"
    reply: str = ""
    written: date | None = None


class OurNotes:
    """Notes in their order; asked with an exchange and the cause of its reply."""

    def __init__(self, notes: Iterable[OurNote]) -> None:
        self._notes = tuple(_Prepared(note) for note in notes)

    def __bool__(self) -> bool:
        return bool(self._notes)

    def text(self, exchange: SmtpExchange, category: str) -> str:
        """The notes on such an exchange, one below the other; "" where there is none. Not yet harmless to draw."""
        found = (each.note.text.strip() for each in self._notes if each.fits(exchange, category))
        return "\n\n".join(dict.fromkeys(filter(None, found)))


class _Prepared:
    """A note with all that is worked out once."""

    def __init__(self, note: OurNote) -> None:
        self.note = note
        self._hosts = HostPatterns(filter(None, map(folded, note.remote_hosts)))
        self._shape = shape_of(parse_reply(note.reply).verbatim) if note.reply.strip() else None

    def fits(self, exchange: SmtpExchange, category: str) -> bool:
        note = self.note
        if note.direction != "both" and note.direction != exchange.direction:
            return False
        if note.code is not None and note.code != exchange.reply.code:
            return False
        if not self._fits_host(exchange.remote_host.key):
            return False
        return note.category in ("", category) or (
            self._shape is not None and self._shape == shape_of(exchange.reply.verbatim)
        )

    def _fits_host(self, key: str) -> bool:
        if not self.note.remote_hosts:
            return True
        return NO_HOST in self.note.remote_hosts if not key else bool(self._hosts.fitting(key))


def direction_word(direction: Direction) -> Literal["outbound", "inbound", "both"]:
    """How a note calls `direction`; what could not be understood has none."""
    if direction is Direction.OUTBOUND:
        return "outbound"
    return "inbound" if direction is Direction.INBOUND else "both"
