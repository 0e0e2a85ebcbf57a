"""One failed recipient of a bounce."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

_LINE: Final = re.compile(r"(?<=\S)\s+(?=([245][0-9]{2})[ \-])")
_SPACE: Final = re.compile(r"\s+")
# Exchange Online: 550 5.1.351 Remote server returned unknown recipient -> 550 5.1.1 User unknown.
_QUOTING: Final = (
    re.compile(r" ->(?P<quote>) ?(?=[245][0-9]{2}[ \-])"),
    re.compile(r"responded with:? ?(?P<quote>[\"'])(?=[245][0-9]{2}[ \-])", re.IGNORECASE),
)
_BEHIND_QUOTE: Final = (" Attempted failover", " The last endpoint", " Either there are")
_LONGEST_REPLY: Final = 8_192


class Failure(Struct, frozen=True):
    """`mailbox` is the recipient, "" if the bounce names none; `host` is the server that refused.

    `reply` is its reply, "" if the bounce quotes none; `verb` is the command it answers, "" if unknown. `reporter` is
    the server that wrote the bounce, `time` that of its last attempt, both as written or "". `is_remote` means that the
    reply is from another server, not the one that wrote the bounce.
    """

    mailbox: str
    host: str = ""
    reply: str = ""
    verb: str = ""
    reporter: str = ""
    time: str = ""
    is_remote: bool = False

    def completed_by(self, other: Failure) -> Failure:
        """This failure, completed from `other` about the same recipient."""
        taken = not self.reply and bool(other.reply)
        return replace(
            self,
            host=self.host or other.host,
            reply=self.reply or other.reply,
            verb=self.verb or other.verb,
            reporter=self.reporter or other.reporter,
            time=self.time or other.time,
            is_remote=self.is_remote or (taken and other.is_remote) or bool(not self.host and other.host),
        )


def cleaned_reply(text: str) -> str:
    """A folded reply, unfolded, with one line for each line of a multi-line reply (RFC 5321 section 4.2.1).

    If the sending server quotes the reply in one of its own, as Exchange does, the quoted one is returned.
    """
    reply = _innermost(_SPACE.sub(" ", text[:_LONGEST_REPLY]).strip())
    code = reply[:3]
    if len(reply) < 4 or reply[3] != "-":
        return reply
    return _LINE.sub(lambda match: "\n" if match[1] == code else match[0], reply)


def _innermost(reply: str) -> str:
    for pattern in _QUOTING:
        found = list(pattern.finditer(reply))
        if found:
            inner = reply[found[-1].end() :]
            quote = found[-1]["quote"]
            if not quote:
                return inner
            ends = [end for words in _BEHIND_QUOTE if (end := inner.find(quote + words)) >= 0]
            end = min(ends, default=inner.rfind(quote))
            return inner[:end] if end > 0 else inner
    return reply
