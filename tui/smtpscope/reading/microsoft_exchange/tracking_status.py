"""The replies in the recipient status of a message tracking row, and the recipient of each.

Exchange 2007 and 2010 write the replies of all recipients with `;` between them, and a reply may contain `;` ("550
5.1.1 RESOLVER.ADR.RecipNotFound; not found"). So a `;` separates two replies only if

1. cutting at each `;` gives one piece for each recipient, each piece empty or beginning with a reply code, or else
2. a reply code follows it at once: within a reply a space does.

Exchange 2013 and later write a list for each recipient, in any order: `[{LED=reply};{MSG=};{FQDN=host};{IP=};{LRT=}]`.
LED is the last error, MSG a further text, FQDN and IP the host that gave it, LRT the last attempt. A value ends at the
next name, since a reply may contain braces, brackets and `;` too.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_NAMED = re.compile(r"(?:^|(?<=[\[;]))\{(LED|MSG|FQDN|IP|LRT)=")
_TAILS: Final = ("}];[", "};[", "}];", "};", "}]", "}")
# As strict as the test before a row is parsed (`MAY_REFUSE`), or the same text would be a refusal in one row but not in
# another.
_REPLY = re.compile(r" ?[2-5][0-9]{2}(?=[\s\-;,\"}]|\Z)")
_REFUSAL = re.compile(r" ?[45][0-9]{2}(?=[\s\-;,\"}]|\Z)")
_NEXT_REPLY = re.compile(r";(?=[2-5][0-9]{2}(?:[ \-;]|\Z))")
# In the source context, words may precede the reply; then only an enhanced code (RFC 3463) proves it.
_REPLY_INSIDE = re.compile(r"(?<![\w.])[45][0-9]{2}[ \-][245]\.[0-9]{1,3}\.[0-9]{1,3}(?![\w.])")
_ATTEMPTED = re.compile(
    r"(?:LastAttemptedServerName=|LastAttemptedIP=|last endpoint attempted was )([0-9A-Za-z][\w.\-]{0,254})"
)


class StatusReply(NamedTuple):
    """A reply that begins at `begin` of the status; `host` is the one that sent it, "" if none is named."""

    begin: int
    reply: str
    host: str


class RecipientRefusal(NamedTuple):
    """A refusal of the recipient with that number (from 0), None if the row does not say whose it is."""

    logged_verb: StatusReply
    recipient: int | None


def refusals_in(status: str, recipients: int) -> tuple[list[RecipientRefusal], int]:
    """The refusals in `status`, in the order of the recipients, and the total number of replies in it.

    A single reply applies to all recipients; if there are as many replies as recipients, they are paired. With any
    other number, it is unknown whose they are, and each refusal is returned once.
    """
    replies = _replies(status, recipients)
    if len(replies) == 1 and recipients:
        refusals = [RecipientRefusal(replies[0], number) for number in range(recipients)]
    elif len(replies) == recipients:
        refusals = [RecipientRefusal(reply, number) for number, reply in enumerate(replies)]
    else:
        refusals = [RecipientRefusal(reply, None) for reply in replies]
    return [each for each in refusals if _REFUSAL.match(each.logged_verb.reply)], len(replies)


def refusal_in_context(context: str) -> StatusReply | None:
    """The refusal in a source context, for rows whose status has none."""
    named = named_replies(context)
    if named:
        return next((each for each in named if _REFUSAL.match(each.reply)), None)
    if _REFUSAL.match(context):
        return StatusReply(0, context.strip(), attempted_host(context))
    match = _REPLY_INSIDE.search(context)
    if match is None:
        return None
    reply = context[match.start() :].strip()
    # A quoted reply ends with its quotes.
    opening = context[match.start() - 1 : match.start()]
    if opening in ("'", '"'):
        reply = reply.removesuffix(opening)
    return StatusReply(match.start(), reply, attempted_host(context))


def attempted_host(reply: str) -> str:
    """The host that our own server tried to reach, if its words name it, else ""."""
    match = _ATTEMPTED.search(reply)
    return match.group(1).rstrip(".") if match else ""


def _replies(status: str, recipients: int) -> list[StatusReply]:
    named = named_replies(status)
    if named:
        return named
    pieces = status.split(";") if recipients > 1 else []
    if len(pieces) == recipients and all(not piece or _REPLY.match(piece) for piece in pieces):
        cuts = [index for index, character in enumerate(status) if character == ";"]
    elif _REPLY.match(status):
        cuts = [match.start() for match in _NEXT_REPLY.finditer(status)] if recipients != 1 else []
    else:
        return []
    begins = [0, *(cut + 1 for cut in cuts)]
    ends = [*cuts, len(status)]
    return [_plain(begin, status[begin:end]) for begin, end in zip(begins, ends, strict=True)]


def _plain(begin: int, text: str) -> StatusReply:
    return StatusReply(begin, text.strip(), attempted_host(text))


def named_replies(status: str) -> list[StatusReply]:
    """The replies of a status with named values, [] if it has no names."""
    matches = list(_NAMED.finditer(status)) if "{" in status else []
    found: list[StatusReply] = []
    values: dict[str, str] = {}
    begin = 0
    for number, match in enumerate(matches):
        stop = matches[number + 1].start() if number + 1 < len(matches) else len(status)
        name = match.group(1)
        if values and (name in values or status[match.start() - 1] == "["):
            found.append(_entry(begin, values))
            values = {}
        if not values:
            begin = match.start()
        values[name] = _value(status[match.end() : stop])
    if values:
        found.append(_entry(begin, values))
    return found


def _value(text: str) -> str:
    text = text.rstrip().removeprefix(" ")
    tail = next((tail for tail in _TAILS if text.endswith(tail)), "")
    return text.removesuffix(tail).rstrip()


def _entry(begin: int, values: dict[str, str]) -> StatusReply:
    error, message = values.get("LED", ""), values.get("MSG", "")
    reply = message if not _REPLY.match(error) and _REPLY.match(message) else error
    return StatusReply(begin, reply, values.get("FQDN") or attempted_host(reply) or values.get("IP", ""))
