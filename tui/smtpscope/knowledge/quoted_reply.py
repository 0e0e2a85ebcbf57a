"""A reply inside a reply: Exchange reports a remote host's refusal in words and a code of its own.

`451 4.4.0 Primary target IP address responded with: "450 4.7.1 Client host rejected ..."` is what the queue and the
tracking log hold: the code in front is Exchange's own, the cause is the reply in the quotes.
"""

from __future__ import annotations

from smtpscope.knowledge.words import LONGEST_TEXT
from smtpscope.parsing.reply import is_reply

_MARKS = (
    # Before the reply, what stands behind it, and what else may end it.
    ('target IP address responded with: "', '" Attempted failover', '"'),
    ('communicating with primary target IP address: "', '" Attempted failover', '"'),
    # Exchange Online and Exchange 2016 on.
    ("[Message=", "] [Last", "]"),
    # The recipient status in the tracking log of Exchange 2013 on.
    ("{LED=", "};{MSG=", "}"),
)
_DEEPEST = 3


def quoted_reply(verbatim: str) -> tuple[int, int] | None:
    """Where the reply inside `verbatim` stands, the innermost of at most three; None where there is none.

    Linear in the length of the text, of which the first 4,000 characters are read.
    """
    found = None
    start, end = 0, min(len(verbatim), LONGEST_TEXT)
    for _ in range(_DEEPEST):
        inner = _first_inside(verbatim, start, end)
        if inner is None:
            break
        found = start, end = inner
    return found


def _first_inside(text: str, start: int, end: int) -> tuple[int, int] | None:
    places = [(place, mark) for mark in _MARKS if (place := text.find(mark[0], start, end)) >= 0]
    for place, (before, behind, last) in sorted(places):
        begin = place + len(before)
        stop = text.find(behind, begin, end)
        if stop < 0:
            stop = text.rfind(last, begin, end)
        if stop < 0:
            # Logs cut long lines.
            stop = end
        if is_reply(text[begin : min(stop, begin + 8)]):
            return begin, stop
    return None
