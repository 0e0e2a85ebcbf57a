"""The reply in the last error of a queue or of a message in it, the host that sent it, and when.

Forms of it (Queue Viewer, `Get-Queue`, `Get-Message`): a plain reply; our own transport's `451 4.4.0 ... responded
with: "reply" Attempted failover ...`; since Exchange 2013 that as LED of `[{LRT=};{LED=};{FQDN=};{IP=}]`, where a
proxy session may quote it once more.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from smtpscope.reading.microsoft_exchange.tracking_status import attempted_host, named_replies

_RESPONDED: Final = re.compile(
    r"(?:responded|failed|replied|returned) with:? ?([\"'])(?=[245][0-9]{2}[ \-])", re.IGNORECASE
)
# Exchange Online: 550 5.1.351 Remote server returned unknown recipient -> 550 5.1.1 User unknown.
_ARROW: Final = re.compile(r" -> ?(?=[245][0-9]{2}[ \-])")
_BEHIND: Final = (" Attempted failover", " The last endpoint", " Either there are", " Last attempted")
_LAST_ATTEMPT: Final = re.compile(r"\{LRT=([^{}]{4,64})\}")
_ENDPOINT: Final = re.compile(r"last endpoint attempted was \[([0-9A-Fa-f:.]{2,45})\]", re.IGNORECASE)
_CODE: Final = re.compile(r"[45][0-9]{2}(?=[ \-]|\Z)")
_SOMEWHERE: Final = re.compile(r"(?<![\w.])[45][0-9]{2}[ \-][45]\.[0-9]{1,3}\.[0-9]{1,3}(?![\w.])")


class LastError(NamedTuple):
    """`reply` is "" if no refusal is quoted; `host` and `time` are "" if none is named."""

    reply: str
    host: str
    time: str
    quoted: bool


def last_error(text: str) -> LastError:
    """Parses the last error `text`. Never raises."""
    text = text.strip()
    named = named_replies(text)
    found = next((each for each in named if _CODE.match(each.reply)), named[0] if named else None)
    attempted = _LAST_ATTEMPT.search(text)
    said = found.reply if found is not None else text
    endpoint = _ENDPOINT.search(said)
    host = endpoint[1] if endpoint is not None else attempted_host(said) or (found.host if found is not None else "")
    inner = quoted_reply(said)
    reply = inner or said
    if _CODE.match(reply) is None:
        begin = _SOMEWHERE.search(reply)
        reply = reply[begin.start() :] if begin is not None else ""
    return LastError(reply.strip(), host, attempted[1].strip() if attempted is not None else "", bool(inner))


def quoted_reply(said: str) -> str:
    """The reply quoted in our own server's words, the innermost if nested; "" if there is none."""
    arrow = _ARROW.search(said)
    if arrow is not None:
        return said[arrow.end() :].strip()
    openings = list(_RESPONDED.finditer(said))
    if not openings:
        return ""
    quote, begin = openings[-1][1], openings[-1].end()
    ends = [end for words in _BEHIND if (end := said.find(quote + words, begin)) >= 0]
    if ends:
        return said[begin : min(ends)]
    end = said.rfind(quote, begin)
    return said[begin:end] if end >= 0 else said[begin:]
