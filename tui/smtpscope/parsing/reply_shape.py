"""Replies that differ only in the number in a mailbox: one of them is parsed, the others follow from it.

A server that refuses `user1@example.com` refuses `user2@example.com` in the same words. Most distinct replies of a log
are like this, and parsing a reply takes ten times as long as everything else done for it.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Reply

# Four letters or more, since the codes of some providers (ofr_506, lpn103) have three; after a space or bracket, or the
# digits could be read as a separate number.
_NUMBERED = re.compile(r"(?<=[\s<])([a-z]{4,32})([0-9]{1,12})(?=@)")


def shape_of(verbatim: str) -> str:
    """`verbatim` with zeros for the number in its mailbox; unchanged if there is none, or more than one mailbox.

    Replies of one shape have everything in common but that number: codes, words, the things they name and where.
    """
    if verbatim.count("@") != 1:
        return verbatim
    found = _NUMBERED.search(verbatim)
    if found is None:
        return verbatim
    start, end = found.span(2)
    return f"{verbatim[:start]}{'0' * (end - start)}{verbatim[end:]}"


class ReplyParser:
    """Parses replies, each shape once."""

    def __init__(self) -> None:
        self._shapes: dict[str, Reply] = {}

    def parse(self, verbatim: str) -> Reply:
        """The same as `parse_reply`."""
        shape = shape_of(verbatim)
        if shape == verbatim:
            return parse_reply(verbatim)
        known = self._shapes.get(shape)
        if known is None:
            known = self._shapes[shape] = parse_reply(shape)
        found = _NUMBERED.search(verbatim)
        if found is None:
            return known
        letters, number = found.groups()
        # The text has a single @, so this is the only difference.
        zeros, ours = f"{letters}{'0' * len(number)}@", f"{letters}{number}@"
        values = known.values
        if values.mailboxes:
            mailboxes = tuple(mailbox.replace(zeros, ours) for mailbox in values.mailboxes)
            values = replace(values, mailboxes=mailboxes)
        return Reply(verbatim, known.code, known.enhanced, known.text.replace(zeros, ours), values)
