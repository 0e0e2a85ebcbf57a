"""The log of hMailServer: each command and each reply of a session is a line of its own."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from msgspec import Struct

from smtpscope.reading.mail_servers.mail_grammar import Around, Found, LoggedRefusal, MailGrammar
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.record import Format, Side
from smtpscope.reading.text.syslog_line import LogLine

_LINE = re.compile(
    r"\"(?P<program>SMTP[DC])\"\t(?P<thread>-?\d{1,12})\t(?P<session>\d{1,12})\t\"(?P<time>[^\"]{8,40})\"\t"
    r"\"(?P<address>[^\"]{0,64})\"\t(?P<text>\".*)",
    re.DOTALL,
)
_SPOKEN = re.compile(r"\"(?P<way>SENT|RECEIVED): (?P<words>.*?)\"?\Z", re.DOTALL)
_REPLY = re.compile(r"\d{3}(?:[ -]|\[nl\]|\Z)")
_COMMAND = re.compile(r"[A-Za-z]{4,8}(?= |\Z)")
_SESSIONS: Final = 10_000


class _Session(Struct):
    """The last command of a session, and whether the message itself is being sent."""

    verb: str = ""
    full: str = ""
    message: bool = False


class HmailserverGrammar(MailGrammar):
    """SMTPD receives mail and SMTPC sends it; that and the direction of a line tell commands from replies."""

    beginning: ClassVar[re.Pattern[str] | None] = re.compile(r"\"SMTP[DC]\"\t-?\d{1,12}\t\d{1,12}\t\"")

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str], _Session] = {}

    def line(self, text: str) -> LogLine | None:
        found = _LINE.match(text)
        if found is None:
            return None
        program = f"hMailServer {found['program']}"
        return LogLine(found["time"], program, found["session"], f"{found['address']}\t{found['text']}")

    def refusal(self, line: LogLine, around: Around) -> Found:
        address, _, text = line.text.partition("\t")
        spoken = _SPOKEN.match(text)
        if spoken is None:
            return None
        outbound = line.program.endswith("SMTPC")
        session = self._session((line.program, line.process))
        words = spoken["words"].replace("[nl]", "\n").rstrip("\n")
        if (spoken["way"] == "RECEIVED") == outbound:
            return _replied(session, words, address, "outbound" if outbound else "inbound")
        command = _COMMAND.match(words)
        # Passwords are hidden and messages not logged: such lines are not commands.
        if command is not None and not session.message:
            session.verb, session.full = command[0].upper(), words
        return None

    def _session(self, key: tuple[str, str]) -> _Session:
        session = self._sessions.get(key)
        if session is None:
            if len(self._sessions) >= _SESSIONS:
                self._sessions.pop(next(iter(self._sessions)))
            session = self._sessions[key] = _Session()
        return session

    def thread(self, line: LogLine) -> Thread | None:
        return Thread("session", line.process, f"\t{line.process}\t")


class HmailserverLogReader(MailLog):
    """Reads hmailserver_….log."""

    format: ClassVar[Format] = Format(
        name="hmailserver",
        service=True,
        title="Log of hMailServer",
        recognised_by='columns with "SMTPD" or "SMTPC", a session, a time, an IP address and SENT: or RECEIVED:',
        lacks=("the names of hosts", "the name of the server", "the time zone"),
    )
    grammar: ClassVar[type[MailGrammar]] = HmailserverGrammar
    own_signs: ClassVar[re.Pattern[str] | None] = re.compile(r"\"SMTP[DC]\"\t")
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?m)^\"(?:SMTP[DC]|POP3D|POP3C|IMAPD)\"\t-?\d{1,12}\t\d{1,12}\t\"\d{4}-\d\d-\d\d "
    )


def _replied(session: _Session, words: str, address: str, side: Side) -> LoggedRefusal | None:
    if not _REPLY.match(words):
        return None
    if words.startswith("3"):
        session.message = words.startswith("354")
        return None
    verb, full = ("DATA", ".") if session.message else (session.verb, session.full)
    session.message = False
    session.verb = session.full = ""
    return LoggedRefusal(side, address, verb, full, words, None) if words[0] in "45" else None
