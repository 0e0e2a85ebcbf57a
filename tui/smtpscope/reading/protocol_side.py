"""Whose log a protocol log is, told by its rows: who sends the commands in it, and who answers them."""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.record import Side
from smtpscope.reading.smtp_sessions import is_reply

LOOKED_AT: Final = 1 << 14
"""Characters of rows that are enough to tell."""
_COMMAND = re.compile(r"(?:EHLO|HELO|MAIL FROM|RCPT TO|DATA|BDAT|RSET|QUIT|STARTTLS|AUTH)\b", re.IGNORECASE)
_SURE: Final = 2
_AGAINST_ONE: Final = 4


def side_by_rows(text: str, event: int, data: int) -> Side | None:
    """Whose log the rows at the beginning of `text` are of, None where they leave it open.

    `event` and `data` are the places of those fields in a row. What a row holds may come from a stranger who says
    what he likes, but each of his lines is answered: so a clear majority decides.
    """
    ours = {"outbound": 0, "inbound": 0}
    for row in text[:LOOKED_AT].split("\n"):
        if row.startswith("#"):
            break
        fields = row.split(",", max(event, data) + 1)
        if len(fields) <= max(event, data) or fields[event] not in ("<", ">"):
            continue
        said = fields[data].lstrip('"')
        if is_reply(said):
            ours["inbound" if fields[event] == ">" else "outbound"] += 1
        elif _COMMAND.match(said):
            ours["outbound" if fields[event] == ">" else "inbound"] += 1
    sides: tuple[Side, Side] = ("outbound", "inbound")
    less, more = sorted(sides, key=lambda side: ours[side])
    return more if ours[more] >= max(_SURE, _AGAINST_ONE * ours[less]) else None
