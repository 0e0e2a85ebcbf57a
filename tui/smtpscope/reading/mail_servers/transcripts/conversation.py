"""Follows one SMTP session: which command a reply answers, and who the other side is."""

from __future__ import annotations

import re
from collections import deque
from typing import Final, NamedTuple

from smtpscope.reading.mail_servers.transcripts.spoken_line import SpokenLine, Way
from smtpscope.reading.record import Side

_MOST_WAITING: Final = 1_000
_MOST_RECIPIENTS: Final = 1_000
_BANNER_NAME = re.compile(r"220[ -](?P<name>[A-Za-z0-9](?:[\w-]{0,63}\.){1,10}[A-Za-z0-9-]{2,63})(?![\w.])")
_ADDRESS = re.compile(r"[0-9.]{7,15}|[0-9A-Fa-f:]{3,45}")
_ADDRESS_IN_BRACKETS = re.compile(r"\[(?P<address>\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41})\]")
_IN_PARENTHESES = re.compile(r"\((?P<name>(?:[A-Za-z0-9][\w-]{0,62}\.){1,10}[A-Za-z0-9-]{2,63})\)")
_MAILBOX = re.compile(r"<(?P<mailbox>[^<>]{1,512})>")
_VERB = re.compile(r"[A-Za-z][\w-]{2,9}")
_OF_CLIENTS: Final = ("SMTPI-", "SMTP-IN", "SMTPD")
"""Server names for sessions in which they are the server."""


class Asked(NamedTuple):
    """A command that waits for its reply; `full` is the whole line."""

    verb: str
    full: str
    way: Way
    mailbox: str = ""


_NOTHING: Final = Asked("", "", "")


class Conversation:
    """Takes the lines of one session in order."""

    def __init__(self, session: str) -> None:
        self._session = session
        self._waiting: deque[Asked] = deque(maxlen=_MOST_WAITING)
        self._recipients: list[str] = []
        self._message = False
        self._asked_by: Way = ""
        self._goes_on = False
        self._named = ""
        self._banner = ""
        self._is_server = False

    def connected(self, host: str, *, is_client: bool) -> None:
        """The log names the other side."""
        if self._waiting or self._recipients:
            self._begin()
        # An IP address says less than the name that was tried before it.
        if not (_ADDRESS.fullmatch(host) and self._named and not _ADDRESS.fullmatch(self._named)) or is_client:
            self._named = host
        self._is_server = self._is_server or is_client

    def _begin(self) -> None:
        self._waiting.clear()
        self._recipients.clear()
        self._message = self._goes_on = False
        self._named = self._banner = ""

    def command(self, line: SpokenLine) -> None:
        """A command; within a message it is text, except for the dot that ends it."""
        words = line.words
        if self._message:
            if words == ".":
                self._message = False
                self._waiting.append(Asked("DATA", ".", line.way))
            return
        self._asked_by = line.way
        # A server that joins the lines of a reply leaves the first code with its hyphen.
        self._goes_on = False
        verb = _VERB.match(words)
        name = verb[0].upper() if verb else ""
        mailbox = _MAILBOX.search(words) if name == "RCPT" else None
        if name == "MAIL":
            self._recipients.clear()
        # A password may follow the name of the method.
        full = " ".join(words.split(None, 2)[:2]) if name == "AUTH" else words
        if name:
            self._waiting.append(Asked(name, full, line.way, mailbox["mailbox"] if mailbox else ""))

    def reply(self, line: SpokenLine) -> Asked | None:
        """The command that a reply answers; None for a positive reply, and for all but the first line."""
        words = line.words
        if self._message and line.way and line.way == self._asked_by:
            return None
        goes_on, self._goes_on = self._goes_on, words[3:4] == "-"
        if goes_on:
            return None
        if words.startswith("220") and not self._waiting:
            self._begin_with(words)
            return None
        if words.startswith("334"):
            return None
        asked = Asked("DATA", ".", self._asked_by) if self._message else _NOTHING
        if not self._message and self._waiting:
            asked = self._waiting.popleft()
        self._message = words.startswith("354")
        if asked.verb == "RCPT" and words[0] == "2" and len(self._recipients) < _MOST_RECIPIENTS:
            self._recipients.append(asked.mailbox)
        return asked if words[0] in "45" else None

    def _begin_with(self, banner: str) -> None:
        named, is_new = self._named, not self._banner
        self._begin()
        # If a new connection is not announced, the banner is its only sign.
        self._named = named if is_new else ""
        found = _BANNER_NAME.match(banner)
        self._banner = found["name"] if found else "-"

    def side(self, asked: Asked, reply: SpokenLine) -> Side:
        """Which side refused: an incoming reply refused us, an outgoing one is our refusal."""
        if asked.way == reply.way and asked.verb:
            return self._by_the_name()
        if reply.way == "sent" or (self._is_server and not asked.verb):
            return "inbound"
        return "outbound" if reply.way == "received" else self._by_the_name()

    def _by_the_name(self) -> Side:
        numbered = _ADDRESS_IN_BRACKETS.match(self._session) is not None
        return "inbound" if numbered or self._is_server or self._session.startswith(_OF_CLIENTS) else "outbound"

    def host(self, side: Side) -> str:
        """The other side, by its name if there is one."""
        named = self._named
        if not named:
            known = _IN_PARENTHESES.search(self._session) or _ADDRESS_IN_BRACKETS.search(self._session)
            named = known[1] if known else ""
        name = "" if self._banner == "-" or side == "inbound" else self._banner
        return name if name and (not named or _ADDRESS.fullmatch(named)) else named

    def mailbox(self, asked: Asked) -> str | None:
        """The recipient of a message refused as a whole, if it has only one."""
        if asked.verb in ("DATA", "BDAT") and len(self._recipients) == 1:
            return self._recipients[0] or None
        return None
