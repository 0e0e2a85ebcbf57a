"""Matches replies with commands, from all commands and replies of one SMTP session in order.

Commands may be sent before earlier ones are answered (RFC 2920); replies come in the order of the commands. A reply 3yz
asks for more, and the command is answered by a later one (RFC 5321 section 4.2.1).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection
from typing import Final, NamedTuple

SESSIONS: Final = 10_000
"""So many of one log may be open."""
_PENDING: Final = 1_000
_LINES: Final = 100
_CONTENT: Final = ("DATA", "BDAT")
_BEGINNING_UNSEEN: Final = "the log begins in the middle of this session, so the reply may answer an earlier command"
# They are followed by a line of base64, or by nothing that a log shows.
_ASKING_VERBS = ("AUTH", "X-EX")
# RFC 5321 section 4.1.2: a quoted local part may contain brackets.
_PATH = re.compile(r"<([^\"<>]*(?:\"[^\"\\]*(?:\\.[^\"\\]*)*\"[^\"<>]*)*)>", re.DOTALL)
# From RFC 5321 section 4.5.3.1.3, with a wide margin. Otherwise unclosed quotes would be searched from each bracket on.
_LONGEST_PATH: Final = 4_096
_TRANSACTION_ENDS = ("RSET", "EHLO", "HELO")


class PairedReply(NamedTuple):
    """A refusal: the `lines` of the reply, and the command it answers.

    `logged_verb` is as written, `command` the whole line; both are "" if unknown. `mailbox` is the only recipient of
    the transaction, `guess` says why the command may be another one. `lines` may grow until the session is done with
    the reply.
    """

    lines: list[str]
    logged_verb: str = ""
    command: str = ""
    mailbox: str | None = None
    guess: str | None = None


class PairedSession:
    """The unanswered commands of one session; `whole` is set if its beginning was seen."""

    __slots__ = ("_accepted", "_asked", "_greeted", "_lines", "_more_of", "_pending", "_recipient", "_settled")

    def __init__(self, *, whole: bool) -> None:
        self._pending: deque[str] = deque(maxlen=_PENDING)
        self._greeted = not whole
        self._settled = whole
        self._asked = False
        self._more_of = ""
        self._lines: list[str] = []
        self._accepted = -1  # Recipients of this transaction; below zero if its MAIL was not seen.
        self._recipient = ""

    def command(self, line: str) -> None:
        """The client sent `line`."""
        self._more_of = ""
        pending = self._pending
        if pending and pending[-1][:4].upper() in _ASKING_VERBS and _is_no_command(line, asked=self._asked):
            return
        if not pending:
            # After a whole transaction, nothing older is unanswered.
            self._settled = self._settled or line[:4].upper() in ("MAIL", "EHLO", "HELO")
        pending.append(line)

    def continues(self, reply: str) -> bool:
        """Whether `reply` continues the previous reply; if so, it is added there."""
        code = self._more_of
        if not code:
            return False
        if reply[:3] != code:
            self._more_of = ""
            return False
        if len(self._lines) < _LINES:
            self._lines.append(reply)
        if reply[3:4] != "-":
            self._more_of = ""
        return True

    def unfinished(self, lines: list[str]) -> bool:
        """Whether `lines` may still grow."""
        return self._more_of != "" and self._lines is lines

    def close(self) -> None:
        """Ends the session."""
        self._more_of = ""

    def reply(self, reply: str) -> PairedReply | None:
        """Takes the first line of a reply, or all of it; returns the refusal with its command, or None."""
        kind = reply[0]
        self._lines = lines = [reply]
        if reply[3:4] == "-" and not _is_whole(reply):
            self._more_of = reply[:3]
        pending = self._pending
        refuses = kind in "45"
        if not self._greeted:
            self._greeted = True
            if not pending or reply.startswith("220"):
                return PairedReply(lines) if refuses else None
        if kind == "3":
            self._asked = True
            self._settled = self._settled or reply.startswith("354")
            return None
        asked, self._asked = self._asked, False
        if not pending:
            return PairedReply(lines) if refuses else None
        line = pending.popleft()
        verb = line[:4].upper()
        if refuses:
            answered = self._refused(lines, verb, line, ended=asked and verb == "DATA")
            if verb in _CONTENT:
                self._accepted = min(self._accepted, 0)
            return answered
        self._accept(verb, line)
        return None

    def _accept(self, verb: str, line: str) -> None:
        if verb == "RCPT":
            if self._accepted >= 0:
                self._accepted += 1
                self._recipient = line
        elif verb == "MAIL":
            self._accepted = 0
        elif verb in ("DATA", *_TRANSACTION_ENDS) or (verb == "BDAT" and line.rstrip().upper().endswith("LAST")):
            self._accepted = min(self._accepted, 0)

    def _refused(self, lines: list[str], verb: str, line: str, *, ended: bool) -> PairedReply:
        guess = None if self._settled else _BEGINNING_UNSEEN
        mailbox = path_of(self._recipient) if verb in _CONTENT and self._accepted == 1 else None
        if ended:
            return PairedReply(lines, "DATA", ".", mailbox, guess)
        return PairedReply(lines, verb_of(line), line, mailbox, guess)


class OpenSessions:
    """The sessions of one log that are open, the oldest are dropped beyond 10,000: a log may lack their ends."""

    def __init__(self) -> None:
        self._open: dict[str, PairedSession] = {}

    def begin(self, name: str) -> PairedSession:
        """Begins a session."""
        self.end(name)
        return self._add(name, PairedSession(whole=True))

    def of(self, name: str, *, first: bool) -> PairedSession:
        """The session called `name`; an unknown one begins now if this is its `first` row."""
        return self._open.get(name) or self._add(name, PairedSession(whole=first))

    def _add(self, name: str, session: PairedSession) -> PairedSession:
        if len(self._open) >= SESSIONS:
            self.end(next(iter(self._open)))
        self._open[name] = session
        return session

    def end(self, name: str) -> None:
        session = self._open.pop(name, None)
        if session is not None:
            session.close()

    def names(self) -> Collection[str]:
        """The names of those that are open now, the oldest first."""
        return self._open.keys()

    def __len__(self) -> int:
        return len(self._open)


def is_reply(line: str) -> bool:
    """Whether `line` begins with a reply code (RFC 5321 section 4.2)."""
    return line[:1] in ("2", "3", "4", "5") and line[1:3].isdecimal() and line[:3].isascii() and line[3:4] in " -"


BEGUN, ENDED, COMMAND, REPLY, OTHER = "+", "-", "c", "r", "o"
"""What a row tells of its session."""


def said_in(event: str, line: str, replies: str) -> str:
    """What a row with `event` and the data `line` tells of its session, if `replies` is the event of the replies."""
    if event in (BEGUN, ENDED):
        return event
    if event != replies:
        return COMMAND
    return REPLY if is_reply(line) else OTHER


def verb_of(line: str) -> str:
    """The verb of a command line as written: `RCPT` of `RCPT TO:<a@b.example>`."""
    words = line.split(None, 1)
    return words[0].partition(":")[0][:64] if words else ""


def path_of(line: str) -> str | None:
    """The mailbox of a RCPT command without its brackets, None if it has none."""
    path = _PATH.search(line, 0, _LONGEST_PATH)
    if path is not None:
        return path[1] or None
    behind = line.partition("<" if "<" in line else ":")[2].strip()
    return behind.partition(">" if ">" in behind else " ")[0] or None


def _is_whole(reply: str) -> bool:
    """Whether the text of a multi-line reply includes its last line: newer logs join the lines."""
    return f" {reply[:3]} " in reply or "\n" in reply or reply.rstrip().endswith(f" {reply[:3]}")


def _is_no_command(line: str, *, asked: bool) -> bool:
    """Whether `line` after AUTH is the requested credentials; some logs hide them as `<Binary Data>`."""
    return line.startswith("<") or (asked and " " not in line.strip() and ":" not in line)
