"""Transcripts of SMTP sessions: printed by swaks, telnet, curl and mail libraries, or logged by some servers."""

from __future__ import annotations

import re
from itertools import islice
from typing import ClassVar, Final, cast

from smtpscope.reading.batching import Batching
from smtpscope.reading.mail_servers.grammars import Grammars
from smtpscope.reading.mail_servers.mail_grammar import Around, Found, LoggedRefusal, MailGrammar
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.mail_servers.signs.signed_lines import SignedLines
from smtpscope.reading.mail_servers.transcripts.conversation import Conversation
from smtpscope.reading.mail_servers.transcripts.dense_lines import DenseLines
from smtpscope.reading.mail_servers.transcripts.spoken_line import SpokenLine, date_in, peer_line, spoken_line
from smtpscope.reading.record import Format
from smtpscope.reading.text.encodings import TextBlock, head_text
from smtpscope.reading.text.syslog_line import LogLine
from smtpscope.reading.text.syslog_time import find_log_time
from smtpscope.reading.text.text_kind import is_markup, is_text

PROGRAM: Final = "SMTP transcript"
_SESSIONS: Final = 10_000
_LOOKED_AT: Final = 4_000
"""Lines of a file that are searched for a command and a reply."""
_CLOCK = re.compile(r"(?<![\d:.])\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?![\d:])")
_DATE_OF_NAME = re.compile(
    r"(?<!\d)(?P<year>20\d\d)[-._]?(?P<month>0[1-9]|1[0-2])[-._]?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
)
_DATE_TAKEN: Final = "The times have no date: it comes from the file name"
_NUMBERED = re.compile(r"\d")
_NO_SESSION: Final = "The transcript names no session here: these are the lines around the refusal"
_VERBS: Final = r"EHLO|HELO|LHLO|MAIL|RCPT|DATA|AUTH|STARTTLS|VRFY|EXPN|ETRN|BDAT|RSET|QUIT|XEXCH50|NOOP"


class TranscriptGrammar(MailGrammar):
    """Pairs each reply with its command, session by session; `date` is for lines that have only a time of day."""

    def __init__(self, date: str = "") -> None:
        self._date = date
        self._dated_by_name = bool(date)
        self._took_date = False
        self._conversations: dict[str, Conversation] = {}

    def line(self, text: str) -> LogLine | None:
        spoken = spoken_line(text)
        if spoken is not None:
            header = spoken.header
            return LogLine(header, PROGRAM, spoken.session, text[len(header) :], when=self._when(header))
        peer = peer_line(text)
        if peer is None and not date_in(text):
            return None
        return LogLine("", PROGRAM, peer.session if peer else "", text)

    def _when(self, header: str) -> str:
        """Only the time: other words in the header name sessions, levels and sides, but no computer."""
        written = find_log_time(header)
        if written is not None:
            return header[written.begin : written.end]
        clock = _CLOCK.search(header) if self._date else None
        if clock is None:
            return " "
        self._took_date = self._took_date or self._dated_by_name
        return f"{self._date} {clock.group()}"

    def refusal(self, line: LogLine, around: Around) -> Found:
        text = f"{line.header}{line.text}"
        spoken = spoken_line(text)
        if spoken is None:
            date = date_in(text)
            if date:
                self._date, self._dated_by_name = date, False
            peer = peer_line(text)
            if peer is not None:
                self._conversation(peer.session).connected(peer.host, is_client=peer.is_client)
            return None
        conversation = self._conversation(spoken.session)
        if not spoken.is_reply:
            conversation.command(spoken)
            return None
        asked = conversation.reply(spoken)
        if asked is None:
            return None
        side = conversation.side(asked, spoken)
        reply = _whole_reply(spoken, around)
        return LoggedRefusal(side, conversation.host(side), asked.verb, asked.full, reply, conversation.mailbox(asked))

    def told_date(self) -> bool:
        """Whether the date in the file name was needed since the last call."""
        told, self._took_date = self._took_date, False
        return told

    def holds_nothing(self, text: str) -> bool:
        """Whether the line `text` is a command or a positive reply: it is taken then, and its time not read.

        Nearly all lines are; the others are left to `refusal`.
        """
        spoken = spoken_line(text)
        if spoken is None or (spoken.is_reply and spoken.words[0] not in "23"):
            return False
        conversation = self._conversation(spoken.session)
        if spoken.is_reply:
            # A negative reply is never taken here.
            conversation.reply(spoken)
        else:
            conversation.command(spoken)
        return True

    def _conversation(self, session: str) -> Conversation:
        known = self._conversations.get(session)
        if known is None:
            if len(self._conversations) >= _SESSIONS:
                self._conversations.pop(next(iter(self._conversations)))
            known = self._conversations[session] = Conversation(session)
        return known

    def thread(self, line: LogLine) -> Thread | None:
        name = max(line.process.split(" "), key=len)
        # Every line has a line end: nothing else distinguishes the lines of a session.
        return Thread("session", name, name) if name else Thread("session", "-", "\n", guess=_NO_SESSION)


_REPLY_OR_END: Final = r"(?<![\w./@-])[2-5]\d\d(?=[ \-\\\r\n'\"])|(?<!\S)\.(?=[\r\n])"
_SIGNS: Final = re.compile(rf"\b(?:{_VERBS}|{_VERBS.lower()})\b|{_REPLY_OR_END}|onnect|rying ")
_FORMAT: Final = Format(
    name="transcript",
    service=True,
    title="Transcript of SMTP sessions (swaks, telnet, curl, mail libraries, MDaemon, SmarterMail)",
    recognised_by="lines with SMTP commands and lines with replies, marked as sent and received or not at all",
    lacks=(
        "the time, in output of test tools",
        "the date, in logs that have it only in the file name",
        "the name of the remote host, where neither a line nor its greeting names it",
    ),
)


class TranscriptLogReader(MailLog):
    """Reads a transcript, or a log of whole sessions, however the two sides are marked."""

    format: ClassVar[Format] = _FORMAT
    grammar: ClassVar[type[MailGrammar]] = TranscriptGrammar
    lines: ClassVar[type[SignedLines]] = DenseLines
    own_signs: ClassVar[re.Pattern[str]] = _SIGNS
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(r"(?!)")

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        return is_text(head) and not is_markup(head) and _holds_session(head_text(head))

    def _new_grammars(self) -> Grammars:
        self._latest = grammar = TranscriptGrammar(_date_in_name(self._source.name))
        return Grammars(lambda: grammar, alone=True)

    def _take_line(self, batching: Batching, block: TextBlock, start: int, behind: int) -> int:
        dense = cast("DenseLines", self._lines)
        if dense.may_be_taken(start, behind):
            line = block.cut(start, behind).rstrip("\r\n")
            holds_nothing = self._latest.holds_nothing(line)
            dense.noted(has_sign=holds_nothing or self.own_signs.search(line) is not None)
            if holds_nothing:
                self._pass_over(batching, block.text, start, behind)
                return behind
        return super()._take_line(batching, block, start, behind)

    def _hand_over_problems(self, batching: Batching, *, final: bool) -> None:
        if final and self._latest.told_date():
            self._problem_log.add("dates", _DATE_TAKEN, "noted")
        super()._hand_over_problems(batching, final=final)


def _holds_session(text: str) -> bool:
    asked = answered = False
    for line in islice(text.split("\n"), _LOOKED_AT):
        spoken = spoken_line(line.rstrip("\r"))
        if spoken is not None and spoken.words != ".":
            asked, answered = asked or not spoken.is_reply, answered or spoken.is_reply
            # Replies extracted with grep still have their mark, and a time or a session.
            alone = spoken.is_reply and spoken.way != "" and _NUMBERED.search(spoken.header) is not None
            if alone or (asked and answered):
                return True
    return False


def _date_in_name(path: str) -> str:
    name = _DATE_OF_NAME.search(path.replace("\\", "/").rpartition("/")[2])
    return f"{name['year']}-{name['month']}-{name['day']}" if name else ""


def _whole_reply(first: SpokenLine, around: Around) -> str:
    lines = [first.words]
    for text in around.following():
        if lines[-1][3:4] != "-":
            break
        spoken = spoken_line(text)
        if spoken is not None and spoken.is_reply and spoken.session == first.session:
            lines.append(spoken.words)
    return "\n".join(lines)
