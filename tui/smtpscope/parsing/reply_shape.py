"""Replies that differ only in the number in a mailbox: one of them is taken apart, the others are told from it.

A server that refuses `user1@example.com` refuses `user2@example.com` in the same words. Of a log's distinct replies
these are most, and taking a reply apart costs ten times as much as all else that is done for one.
"""

from __future__ import annotations

import re
from dataclasses import replace

from smtpscope.parsing.reply import parse_reply
from smtpscope.parsing.smtp_exchange import Reply

# Four letters and more, as the codes of some providers (ofr_506, lpn103) have three; a blank or bracket before them,
# so that nothing can take the digits for a figure of its own.
_NUMBERED = re.compile(r"(?<=[\s<])([a-z]{4,32})([0-9]{1,12})(?=@)")


def shape_of(verbatim: str) -> str:
    """`verbatim` with zeros for the number in its mailbox; as it is where there is none, or more than one mailbox.

    Replies of one shape have all in common but that number: codes, words, what they name and where it stands.
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
        # There is a single @ in the text, so this is the only place that differs.
        zeros, ours = f"{letters}{'0' * len(number)}@", f"{letters}{number}@"
        values = known.values
        if values.mailboxes:
            mailboxes = tuple(mailbox.replace(zeros, ours) for mailbox in values.mailboxes)
            values = replace(values, mailboxes=mailboxes)
        return Reply(verbatim, known.code, known.enhanced, known.text.replace(zeros, ours), values)
