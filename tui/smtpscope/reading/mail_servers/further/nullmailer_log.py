"""The log of nullmailer: mail that its smart host refused."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.mail_grammar import Around, Found, LoggedRefusal, MailGrammar
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine, split, tag

_TAG = tag(r"nullmailer(?:-send)?")
_BARE = re.compile(r"(?<!\S)(?=smtp: Failed: \d{3})")
_FAILED = re.compile(r"smtp: Failed: (?P<reply>[345]\d\d.*)", re.DOTALL)
_START: Final = "Starting delivery: "
_HOST = re.compile(r"Starting delivery:.{0,100}? host: (?P<host>\S{1,255})")
_ENVELOPE = re.compile(r"From: <[^>]{0,512}> to: <(?P<to>[^>]{0,512})>")


class NullmailerGrammar(MailGrammar):
    """nullmailer delivers one mail at a time: host and recipient are in the lines before the reply."""

    def line(self, text: str) -> LogLine | None:
        tagged = split(text, _TAG)
        if tagged is not None:
            return tagged
        start = _BARE.search(text, 0, 200)
        return LogLine(text[: start.start()], "nullmailer", "", text[start.start() :]) if start else None

    def refusal(self, line: LogLine, around: Around) -> Found:
        failed = _FAILED.match(line.text)
        if failed is None:
            return None
        host = _HOST.search(around.earlier(_START))
        envelope = _ENVELOPE.search(around.earlier("From: <"))
        return LoggedRefusal(
            "outbound", host["host"] if host else "", "", "", failed["reply"], envelope["to"] if envelope else None
        )


class NullmailerLogReader(MailLog):
    """Reads what nullmailer-send writes to syslog or to a file."""

    format: ClassVar[Format] = Format(
        name="nullmailer",
        service=True,
        title="Log of nullmailer",
        recognised_by='lines with "Starting delivery:" and "smtp: Failed:"',
        lacks=("which command the smart host refused", "all but the first recipient", "the time zone"),
    )
    grammar: ClassVar[type[MailGrammar]] = NullmailerGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?<!\S)(?:nullmailer(?:-send)?(?:\[\d{1,10}\])?: |smtp: Failed: \d{3}"
        r"|Starting delivery:[^\n]{1,100} host: )"
    )
