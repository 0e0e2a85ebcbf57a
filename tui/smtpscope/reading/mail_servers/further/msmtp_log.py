"""The log of msmtp, which writes one line for each mail it was asked to send."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.line_repair.escapes import with_line_ends
from smtpscope.reading.mail_servers.mail_grammar import (
    FAILED,
    Around,
    Found,
    LoggedRefusal,
    MailGrammar,
    NoReply,
    mailboxes_of,
)
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine, split, tag

_TAG = tag(r"msmtp")
_FIELDS: Final = r"host=\S{0,255} tls=\w{2,3} auth=\w{2,3} "
_OWN_LINE = re.compile(rf"(?<!\S)(?={_FIELDS})")
_HOST = re.compile(r"host=(?P<host>\S{1,255}) ")
_TO = re.compile(r" recipients=(?P<to>\S{1,32000})")
_REPLY = re.compile(r" smtpstatus=\d{3} smtpmsg='(?P<reply>.*)' errormsg='(?P<error>.{0,1000})' exitcode=", re.DOTALL)
_NO_REPLY = re.compile(r" errormsg='.{0,1000}' exitcode=")
_RECIPIENT = re.compile(r"recipient address (?P<to>\S{1,512}) not accepted")
_COMMAND = re.compile(r"command (?P<verb>[A-Z]{4,10})")
_STAGES: Final = (
    ("envelope from address ", "MAIL", ""),
    ("the server does not accept mail data", "DATA", "DATA"),
    ("the server did not accept the mail", "DATA", "."),
    ("SMTP server does not accept EHLO or HELO", "EHLO", ""),
    ("authentication failed", "AUTH", ""),
)
"""How a message begins, and which command was refused."""


class MsmtpGrammar(MailGrammar):
    """msmtp logs the whole reply; its own message says which command was refused."""

    def line(self, text: str) -> LogLine | None:
        through_syslog = split(text, _TAG)
        if through_syslog is not None:
            return through_syslog
        start = _OWN_LINE.search(text, 0, 200)
        return LogLine(text[: start.start()], "msmtp", "", text[start.start() :]) if start else None

    def refusal(self, line: LogLine, around: Around) -> Found:
        host = _HOST.match(line.text)
        if host is None:
            return None
        reported = _REPLY.search(line.text)
        if reported is None:
            return NoReply(FAILED) if _NO_REPLY.search(line.text) else None
        given, full = _stage(reported["error"])
        # Of several recipients, the message names the one that was refused; anything else concerns all of them.
        one = _RECIPIENT.match(reported["error"]) or _TO.search(line.text)
        mailboxes = mailboxes_of(one["to"]) if one else ()
        reply = with_line_ends(reported["reply"])
        return LoggedRefusal(
            "outbound",
            host["host"],
            given,
            full,
            reply,
            mailboxes[0] if mailboxes else None,
            further_mailboxes=mailboxes[1:],
        )


class MsmtpLogReader(MailLog):
    """Reads the log file of msmtp, and what it writes to syslog."""

    format: ClassVar[Format] = Format(
        name="msmtp",
        service=True,
        title="Log of msmtp",
        recognised_by="lines with host=, tls=, auth=, from=, recipients= and exitcode=",
        lacks=(
            "the outcome for recipients after one that was refused itself",
            "bytes of a reply that are not text: shown as a question mark",
            "the year and the time zone",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = MsmtpGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(rf"(?<!\S){_FIELDS}[^\n]{{0,4000}} exitcode=EX_")


def _stage(error: str) -> tuple[str, str]:
    if error.startswith("recipient address "):
        return "RCPT", ""
    command = _COMMAND.match(error)
    if command is not None:
        return command["verb"], ""
    return next(((verb, full) for begin, verb, full in _STAGES if error.startswith(begin)), ("", ""))
