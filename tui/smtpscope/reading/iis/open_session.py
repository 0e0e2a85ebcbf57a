"""SMTP sessions in a log that does not name them: which session a command or a reply belongs to."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple

from smtpscope.reading.iis.turns import Turn, is_refusal, mailbox_in

_MOST_WAITING: Final = 1_000
_LOST_AT_MOST: Final = 50
_LONG_WAIT_MS: Final = 30_000

# The commands that a reply code can answer, if not all of them.
ANSWERS: Final = {
    "354": frozenset({"DATA"}),
    "221": frozenset({"QUIT"}),
    "334": frozenset({"AUTH", "X-EXPS"}),
    "235": frozenset({"AUTH", "X-EXPS"}),
    "535": frozenset({"AUTH", "X-EXPS"}),
}
_OFTEN_REFUSED: Final = frozenset({"MAIL", "RCPT", "DATA", "BDAT"})
# The subject of an enhanced status code of success (RFC 3463).
_ENHANCED: Final = {
    "2.1.0": ("MAIL",),
    "2.1.5": ("RCPT",),
    "2.6.0": ("message", "BDAT"),
    "2.0.0": ("message", "RSET", "BDAT"),
}
GREETINGS: Final = frozenset({"EHLO", "HELO"})
_BETWEEN_MAILS: Final = frozenset({"", "EHLO", "HELO", "AUTH", "X-EXPS", "DATA", "BDAT", "RSET", "MAIL"})
# Verb -> the verbs (of the same session) that it can follow.
FOLLOWS: Final = {
    "EHLO": frozenset({"", "STARTTLS"}),
    "HELO": frozenset({"", "EHLO"}),
    "MAIL": _BETWEEN_MAILS,
    "RCPT": frozenset({"MAIL", "RCPT", "XEXCH50"}),
    "DATA": frozenset({"RCPT", "XEXCH50"}),
    "BDAT": frozenset({"RCPT", "XEXCH50", "BDAT"}),
    "STARTTLS": GREETINGS,
    "AUTH": GREETINGS,
}


class Waiting(NamedTuple):
    """A command without a reply yet: `verb` as logged, `name` in upper case, `order` counts all commands."""

    verb: str
    name: str
    argument: str
    time_ms: int
    order: int


class IisSession:
    """The state of one session, as far as needed to match replies with commands."""

    __slots__ = ("answered", "last_ms", "last_name", "message", "mixed", "recipient", "recipients", "waiting")

    def __init__(self, time_ms: int) -> None:
        self.waiting: deque[Waiting] = deque(maxlen=_MOST_WAITING)
        # The accepted DATA: the next reply is about the message itself.
        self.message: Waiting | None = None
        # Whether another session with the same peer was open meanwhile: commands and replies may have been mixed up.
        self.mixed = False
        self.last_name = ""
        self.last_ms = time_ms
        self.answered = 0
        self.recipients = 0
        self.recipient = ""

    @property
    def head(self) -> Waiting | None:
        """The command that the next reply answers."""
        return self.message or (self.waiting[0] if self.waiting else None)

    def awaits(self, names: Collection[str]) -> bool:
        """Whether one of `names` is among the next commands to be answered."""
        return any(waiting.name in names for waiting in islice(self.waiting, _LOST_AT_MOST))

    def done(self, name: str, argument: str, *, accepted: bool) -> str | None:
        """Notes the end of a command; returns the recipient, if the message has only one."""
        if name == "RCPT":
            if accepted:
                self.recipients += 1
                self.recipient = argument
        elif name in ("DATA", "BDAT"):
            found = mailbox_in(self.recipient) if self.recipients == 1 else None
            if name == "DATA":
                self.recipients = 0
            return found
        elif name in ("MAIL", "RSET", "EHLO", "HELO"):
            self.recipients = 0
        return None


def speaker(sessions: list[IisSession], name: str) -> IisSession | None:
    """The session that most likely sends `name` next: of those where it may follow, the one answered last."""
    if len(sessions) < 2:
        return sessions[0] if sessions else None
    before = FOLLOWS.get(name)
    fitting = sessions if before is None else [session for session in sessions if session.last_name in before]
    ready = [session for session in fitting if not session.waiting and session.message is None]
    return max(ready or fitting or sessions, key=attrgetter("answered"))


def addressee(sessions: list[IisSession], turn: Turn) -> IisSession | None:
    """The session that the reply belongs to, None if it answers no known command."""
    reply = turn.reply
    code = reply[:3]
    if code == "220":
        return next((one for one in sessions if one.head is not None and one.head.name == "STARTTLS"), None)
    waiting = [one for one in sessions if one.waiting or one.message is not None]
    only = ANSWERS.get(code)
    refused = is_refusal(code)
    if only is not None:
        sure = [one for one in waiting if one.message is None and one.waiting[0].name in only]
        sure = sure or [one for one in waiting if one.message is None and one.awaits(only)]
        # Some hosts also refuse mail with 535.
        if sure or not refused:
            waiting = sure
    if len(waiting) < 2:
        return waiting[0] if waiting else None
    heads = [(one.message or one.waiting[0], one) for one in waiting]
    # A command that waits much longer than another is probably from a broken connection.
    since = max([head.time_ms for head, _ in heads]) - _LONG_WAIT_MS
    heads = [entry for entry in heads if entry[0].time_ms >= since]
    likely = _refused_likeliness if refused else _granted_likeliness
    # Among equals, the oldest command is answered.
    return max([(likely(one, head, reply), -head.order, one) for head, one in heads], key=itemgetter(0, 1))[2]


def _refused_likeliness(session: IisSession, head: Waiting, reply: str) -> int:
    """How well a refusal matches the commands that wait in `session`."""
    points = int(head.name in _OFTEN_REFUSED)
    if "@" in reply:
        mailbox = mailbox_in(head.argument if session.message is None else session.recipient)
        points += 4 * (mailbox is not None and f"<{mailbox}>" in reply)
    return points


def _granted_likeliness(session: IisSession, head: Waiting, reply: str) -> int:
    """How well a positive reply matches the commands that wait in `session`."""
    name = head.name if session.message is None else "message"
    if reply[3:4] == "-":
        # Hardly any reply but that to EHLO has several lines.
        return int(name == "EHLO")
    return int(name in _ENHANCED.get(reply[4:9], ()))
