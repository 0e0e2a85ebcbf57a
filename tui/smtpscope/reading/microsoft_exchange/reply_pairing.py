"""Commands and replies of one SMTP session in their order -> which command a reply answers.

Commands may be sent before the replies to earlier ones came (RFC 2920), replies come in the order of the commands. A
reply 3yz asks for more, and the command is answered by a later one (RFC 5321 section 4.2.1).
"""

from __future__ import annotations

import re
from collections import deque
from typing import Final, NamedTuple

_SESSIONS: Final = 10_000
_PENDING: Final = 1_000
_LINES: Final = 100
_CONTENT: Final = ("DATA", "BDAT")
_BEGINNING_UNSEEN: Final = "the log begins in the middle of this session, so the reply may answer an earlier command"
# What they are answered with is a line of base64, or nothing that a log shows.
_ASKING_VERBS = ("AUTH", "X-EX")
# RFC 5321 section 4.1.2: a quoted local part may hold brackets.
_PATH = re.compile(r"<([^\"<>]*(?:\"[^\"\\]*(?:\\.[^\"\\]*)*\"[^\"<>]*)*)>", re.DOTALL)
# Of RFC 5321 section 4.5.3.1.3, with much room. Quotes that never close would be looked through from each bracket on.
_LONGEST_PATH: Final = 4_096
_TRANSACTION_ENDS = ("RSET", "EHLO", "HELO")


class PairedReply(NamedTuple):
    """A refusal: the `lines` of the reply, and the command that it answers.

    `given` is the verb as it was written, `command` the whole line; both are "" where nobody knows. `mailbox` is the
    only recipient of the transaction, `guess` says why the command may be another one. Lines may be added to `lines`
    as long as the session has them for its unfinished ones.
    """

    lines: list[str]
    logged_verb: str = ""
    command: str = ""
    mailbox: str | None = None
    guess: str | None = None


class PairedSession:
    """What was said in one session and not answered yet; `whole` tells that its beginning was seen."""

    __slots__ = ("_accepted", "_asked", "_greeted", "_lines", "_more_of", "_pending", "_recipient", "_settled")

    def __init__(self, *, whole: bool) -> None:
        self._pending: deque[str] = deque(maxlen=_PENDING)
        self._greeted = not whole
        self._settled = whole
        self._asked = False
        self._more_of = ""
        self._lines: list[str] = []
        self._accepted = -1  # Recipients of this transaction; below zero where its MAIL was not seen.
        self._recipient = ""

    def command(self, line: str) -> None:
        """The client sent `line`."""
        self._more_of = ""
        pending = self._pending
        if pending and pending[-1][:4].upper() in _ASKING_VERBS and _is_no_command(line, asked=self._asked):
            return
        if not pending:
            # After a whole transaction nothing older is unanswered.
            self._settled = self._settled or line[:4].upper() in ("MAIL", "EHLO", "HELO")
        pending.append(line)

    def continues(self, reply: str) -> bool:
        """Whether `reply` is a further line of the reply before it, to which it is added then."""
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
        """Whether further lines may be added to `lines`."""
        return self._more_of != "" and self._lines is lines

    def close(self) -> None:
        """Nothing more is said."""
        self._more_of = ""

    def reply(self, reply: str) -> PairedReply | None:
        """The first line of a reply, or all of it: what it answers if it is a refusal, else None."""
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
    """The sessions of one log that are open, the oldest forgotten beyond 10,000: a log may lack their ends."""

    def __init__(self) -> None:
        self._open: dict[str, PairedSession] = {}

    def begin(self, name: str) -> PairedSession:
        """A session that begins now."""
        self.end(name)
        return self._add(name, PairedSession(whole=True))

    def of(self, name: str, *, first: bool) -> PairedSession:
        """The session called `name`; one that is not known begins now if this is its `first` row."""
        return self._open.get(name) or self._add(name, PairedSession(whole=first))

    def _add(self, name: str, session: PairedSession) -> PairedSession:
        if len(self._open) >= _SESSIONS:
            self.end(next(iter(self._open)))
        self._open[name] = session
        return session

    def end(self, name: str) -> None:
        session = self._open.pop(name, None)
        if session is not None:
            session.close()

    def __len__(self) -> int:
        return len(self._open)


def is_reply(line: str) -> bool:
    """Whether `line` begins with a reply code (RFC 5321 section 4.2)."""
    return line[:1] in ("2", "3", "4", "5") and line[1:3].isdecimal() and line[:3].isascii() and line[3:4] in " -"


def verb_of(line: str) -> str:
    """The verb of a command line as it is written: `RCPT` of `RCPT TO:<a@b.example>`."""
    words = line.split(None, 1)
    return words[0].partition(":")[0][:64] if words else ""


def path_of(line: str) -> str | None:
    """The mailbox of a RCPT command without its brackets, None where it has none."""
    path = _PATH.search(line, 0, _LONGEST_PATH)
    if path is not None:
        return path[1] or None
    behind = line.partition("<" if "<" in line else ":")[2].strip()
    return behind.partition(">" if ">" in behind else " ")[0] or None


def _is_whole(reply: str) -> bool:
    """Whether a reply that begins as one of several lines holds its last line, too: newer logs put them together."""
    return f" {reply[:3]} " in reply or "\n" in reply or reply.rstrip().endswith(f" {reply[:3]}")


def _is_no_command(line: str, *, asked: bool) -> bool:
    """Whether `line` behind AUTH is what it was asked for; some logs hide it as `<Binary Data>`."""
    return line.startswith("<") or (asked and " " not in line.strip() and ":" not in line)
