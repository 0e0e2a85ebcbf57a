"""The log of Stalwart: deliveries that a remote host refused."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.mail_grammar import (
    FAILED,
    Around,
    Damaged,
    Found,
    LoggedRefusal,
    MailGrammar,
    NoReply,
    mailboxes_of,
)
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine

_LINE = re.compile(
    r"(?P<header>.{0,200}?)(?<!\S)(?:TRACE|DEBUG|INFO|WARN|ERROR) "
    r"(?P<text>[A-Z][^()\n]{0,120} \((?P<event>[a-z]{2,20}(?:-[a-z]{1,20}){0,3}\.[a-z-]{2,50})\).*)",
    re.DOTALL,
)
# Quotes inside a text are not escaped, so a text ends where the next field begins.
_FIELD: Final = r", {0} = \"(?P<value>.*?)\"(?=, [A-Za-z]{{2,20}} = |\Z|\s*\}})"
_DETAILS = re.compile(_FIELD.format("details"), re.DOTALL)
_HOST = re.compile(r", hostname = \"(?P<host>[^\"]{1,255})\"")
_CODE = re.compile(r", code = (?P<code>[2-5]\d\d)(?!\d)")
_TO = re.compile(r", to = \"(?P<to>[^\"]{1,512})\"")
_ALL_TO = re.compile(r"[ ,]to = \[(?P<to>[^\]]{0,32000})\]")
_QUEUE_ID = re.compile(r"queueId = (?P<id>\d{1,20})")
_REJECTED: Final = {
    "delivery.greeting-failed": ("", ""),
    "delivery.ehlo-rejected": ("EHLO", ""),
    "delivery.start-tls-error": ("STARTTLS", "STARTTLS"),
    "delivery.auth-failed": ("AUTH", ""),
    "delivery.mail-from-rejected": ("MAIL", ""),
    "delivery.rcpt-to-rejected": ("RCPT", ""),
    "delivery.rcpt-to-failed": ("RCPT", ""),
    "delivery.message-rejected": ("DATA", "."),
}
"""The events of a refusal, with the command; what follows (delivery.dsn-perm-fail) repeats it."""
_NO_REPLY: Final = frozenset(("delivery.connect-error", "delivery.mx-lookup-failed", "delivery.ip-lookup-failed"))
_OURS: Final = frozenset(
    (
        "smtp.mailbox-does-not-exist",
        "smtp.relay-not-allowed",
        "smtp.rcpt-to-greylisted",
        "smtp.rcpt-to-rejected",
        "smtp.mail-from-rejected",
        "smtp.message-rejected",
        "smtp.rate-limit-exceeded",
        "smtp.message-too-large",
    )
)
_OURS_UNTOLD: Final = "Rejected by this server, which does not log its replies"


class StalwartGrammar(MailGrammar):
    """Stalwart names the event of a line in parentheses, and writes its data as `name = value`."""

    def line(self, text: str) -> LogLine | None:
        found = _LINE.match(text)
        if found is None:
            return None
        queue_id = _QUEUE_ID.search(found["text"])
        return LogLine(found["header"], "stalwart", queue_id["id"] if queue_id else "", found["text"])

    def refusal(self, line: LogLine, around: Around) -> Found:
        _, _, behind = line.text.partition("(")
        event, _, fields = behind.partition(")")
        if event in _OURS:
            return NoReply(_OURS_UNTOLD)
        if event in _NO_REPLY:
            return NoReply(FAILED)
        if event not in _REJECTED:
            return None
        # The first field has no comma before it.
        fields = f",{fields}"
        code, details, host = _CODE.search(fields), _DETAILS.search(fields), _HOST.search(fields)
        if code is None:
            return Damaged("the line ends before the reply") if details is None else NoReply(FAILED)
        one = _TO.search(fields)
        listed = None if one else _ALL_TO.search(fields)
        mailboxes = (one["to"],) if one else mailboxes_of(listed["to"].replace('"', "")) if listed else ()
        verb, full = _REJECTED[event]
        reply = f"{code['code']} {_unescaped(details['value']) if details else ''}".rstrip()
        return LoggedRefusal(
            "outbound",
            host["host"].rstrip(".") if host else "",
            verb,
            full,
            reply,
            mailboxes[0] if mailboxes else None,
            further_mailboxes=mailboxes[1:],
        )

    def thread(self, line: LogLine) -> Thread | None:
        return Thread("queue id", line.process, f"queueId = {line.process}") if line.process else None


class StalwartLogReader(MailLog):
    """Reads the log file of Stalwart, its output on a console and what it writes to the journal."""

    format: ClassVar[Format] = Format(
        name="stalwart",
        service=True,
        title="Log of Stalwart",
        recognised_by='lines with a level and an event such as "(delivery.rcpt-to-rejected)", then name = value',
        lacks=(
            "the full command",
            "the enhanced status code of a reply, in some versions",
            "this server's replies to clients",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = StalwartGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?<!\S)(?:TRACE|DEBUG|INFO|WARN|ERROR) [A-Z][^()\n]{0,120} "
        r"\((?:delivery|queue|smtp|server|message-ingest)\.[a-z-]{2,50}\)"
    )


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return re.sub(r"\\([nrt\\])", lambda match: {"n": "\n", "r": "", "t": "\t", "\\": "\\"}[match[1]], text)
