"""Matches replies with commands in a log that names no sessions, by reconstructing the sessions with each peer.

A reply answers the oldest command of its session that waits for one (RFC 2920 section 3.1). Several sessions with one
peer are separated by the order of commands (RFC 5321 section 4.1.4) and by their replies; the result is then a guess.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from smtpscope.reading.iis.open_session import ANSWERS, FOLLOWS, GREETINGS, IisSession, Waiting, addressee, speaker
from smtpscope.reading.iis.turns import Turn, is_refusal

SILENCE_MS: Final = 5 * 60 * 1_000
"""A session that is silent for longer is over: in practice, the service's own timeout is shorter."""
MOST_PEERS: Final = 10_000
_MOST_SESSIONS: Final = 20

SEVERAL: Final = (
    "Several connections to this host were open at once and the log can't tell them apart: "
    "the command may belong to another one"
)
SEVERAL_CLIENTS: Final = (
    "Several connections from this host were open at once and the log can't tell them apart: "
    "the recipient may belong to another one"
)
NO_PEER: Final = "The log does not name the other side (no c-ip field): the command may belong to another connection"


class GuessedAnswer(NamedTuple):
    """The details of a refusal: verb and argument of the command as logged ("" if missing), recipient, doubts."""

    verb: str
    argument: str
    recipient: str | None
    guess: str | None


_Peer = tuple[str, str, bool]


def stated_in(turn: Turn) -> GuessedAnswer:
    """What a client's refused command itself says: enough for all but DATA and BDAT, which may have a recipient."""
    return GuessedAnswer(turn.verb, turn.argument, None, None)


class GuessedSessions:
    """The sessions of one log, identified only by peer and service."""

    def __init__(self, most_peers: int = MOST_PEERS) -> None:
        self._peers: dict[_Peer, list[IisSession]] = {}
        self._most_peers = most_peers
        self._order = 0

    def open_with(self, turn: Turn) -> int:
        """How many sessions with the peer of `turn` seem to be open after it."""
        return len(self._peers.get((turn.peer, turn.service, turn.kind == "answered"), ()))

    @property
    def newest_ms(self) -> int:
        """The time of the latest row of a session that may still be open; 0 if there is none."""
        return max((one.last_ms for sessions in self._peers.values() for one in sessions), default=0)

    @property
    def open_peers(self) -> list[tuple[str, str, bool]]:
        """Peer and service of sessions that may still be open, and whether they are inbound ones."""
        return [peer for peer, sessions in self._peers.items() if sessions]

    def take(self, turn: Turn) -> GuessedAnswer | None:
        """Notes `turn`, which must come in log order; returns the details if it is a refusal."""
        kind = turn.kind
        if kind == "reply":
            return self._replied(turn)
        if kind == "command":
            self._commanded(turn)
            return None
        return self._served(turn)

    def _of(self, turn: Turn, *, inbound: bool) -> list[IisSession]:
        key = (turn.peer, turn.service, inbound)
        sessions = self._peers.get(key)
        if sessions is None:
            if len(self._peers) >= self._most_peers:
                self._forget_half()
            sessions = self._peers[key] = []
        elif sessions:
            alive_since = (turn.time_ms or 0) - SILENCE_MS
            for session in sessions:
                if session.last_ms < alive_since:
                    sessions[:] = [other for other in sessions if other.last_ms >= alive_since]
                    break
        return sessions

    def _forget_half(self) -> None:
        latest = sorted(self._peers.items(), key=lambda item: max((one.last_ms for one in item[1]), default=0))
        self._peers = dict(latest[len(latest) // 2 + 1 :])

    def _begin(self, sessions: list[IisSession], time_ms: int | None) -> IisSession:
        session = IisSession(time_ms or 0)
        sessions.append(session)
        if len(sessions) > 1:
            for one in sessions:
                one.mixed = True
        del sessions[:-_MOST_SESSIONS]
        return session

    def _commanded(self, turn: Turn) -> None:
        sessions = self._of(turn, inbound=False)
        name = turn.verb.upper()
        session = speaker(sessions, name) or self._begin(sessions, turn.time_ms)
        self._order += 1
        session.last_ms = turn.time_ms or 0
        session.last_name = name
        session.waiting.append(Waiting(turn.verb, name, turn.argument, session.last_ms, self._order))

    def _replied(self, turn: Turn) -> GuessedAnswer | None:
        code = turn.reply[:3]
        if not (code.isascii() and code.isdigit()):
            return None
        sessions = self._of(turn, inbound=False)
        if code == "250" and len(sessions) == 1 and sessions[0].message is None and sessions[0].waiting:
            # By far most replies.
            only = sessions[0]
            self._order += 1
            only.answered = self._order
            only.last_ms = turn.time_ms or 0
            done = only.waiting.popleft()
            only.done(done.name, done.argument, accepted=True)
            return None
        refused = is_refusal(code)
        guess = None
        if refused:
            guess = SEVERAL if any(one.mixed for one in sessions) else None
            if not turn.peer:
                guess = NO_PEER
        session = addressee(sessions, turn)
        if code == "220" and session is None:
            self._begin(sessions, turn.time_ms)
            return None
        command = None if session is None else self._answer(session, code, turn.time_ms or 0)
        recipient = None
        if session is not None and command is not None:
            let_through = session.message is command
            if not let_through:
                recipient = session.done(command.name, command.argument, accepted=code[0] == "2")
        if code in ("221", "421"):
            _end(sessions, session)
        if not refused:
            return None
        if command is None:
            return GuessedAnswer("", "", None, guess)
        return GuessedAnswer(command.verb, command.argument, recipient, guess)

    def _answer(self, session: IisSession, code: str, now: int) -> Waiting | None:
        """Removes the answered command from `session`."""
        self._order += 1
        session.answered = self._order
        session.last_ms = now
        if session.message is not None:
            command, session.message = session.message, None
            return command
        command = session.waiting[0]
        only = ANSWERS.get(code)
        if only is not None and session.awaits(only):
            # The replies to earlier commands must have been lost.
            while command.name not in only:
                session.waiting.popleft()
                command = session.waiting[0]
        if code == "334":
            # The client's half of the authentication follows; the verdict comes after it.
            return None
        session.waiting.popleft()
        if command.name in ("AUTH", "X-EXPS"):
            while session.waiting and session.waiting[0].name not in FOLLOWS and session.waiting[0].name != "QUIT":
                session.waiting.popleft()
        if code == "354":
            session.message = command
        return command

    def _served(self, turn: Turn) -> GuessedAnswer | None:
        name = turn.verb.upper()
        code = turn.reply
        sessions = self._of(turn, inbound=True)
        recipient = guess = None
        if name in FOLLOWS or name in ("RSET", "QUIT"):
            session = speaker(sessions, name) if sessions else None
            if session is None or (name in GREETINGS and session.last_name not in ("", "STARTTLS", "EHLO", "HELO")):
                session = self._begin(sessions, turn.time_ms)
            self._order += 1
            session.answered = self._order
            session.last_ms = turn.time_ms or 0
            session.last_name = name
            recipient = session.done(name, turn.argument, accepted=code[:1] == "2")
            if recipient is not None and session.mixed:
                guess = SEVERAL_CLIENTS
            if name == "QUIT":
                sessions.remove(session)
        elif not sessions:
            self._begin(sessions, turn.time_ms)
        return GuessedAnswer(turn.verb, turn.argument, recipient, guess) if is_refusal(code) else None


def _end(sessions: list[IisSession], session: IisSession | None) -> None:
    if session is not None:
        sessions.remove(session)
    elif len(sessions) == 1:
        sessions.clear()
