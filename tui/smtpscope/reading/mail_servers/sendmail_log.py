"""The log of Sendmail: recipients that a remote host refused, and what its rules and milters refused."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.line_repair.escapes import without_c_escapes
from smtpscope.reading.mail_servers.mail_grammar import (
    FAILED,
    Around,
    Damaged,
    Found,
    LoggedRefusal,
    MailGrammar,
    NoReply,
    host_of,
    mailboxes_of,
)
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.mail_servers.sendmail_rejects import own_refusal
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine, split, tag

# Proofpoint, which is a Sendmail, counts the messages of a session.
_QUEUE_ID: Final = r"[0-9A-Za-z]{8,24}(?:-\d{1,4})?"
_BEGINNING: Final = (
    rf"(?:NOQUEUE|{_QUEUE_ID}): (?:to=[^\n]{{1,4000}}, delay=|ruleset=\w{{1,64}}, |Milter[ :]"
    r"|<[^>\n]{1,512}>\.\.\. |AUTH failure |rejecting )"
    # Since 8.12 a queue id is a time in eight letters and a process in six digits.
    r"|[0-9A-Za-z]{8}\d{6,10}: \S|ruleset=\w{1,64}, arg1="
)


def _program(name: str, text: str) -> str | None:
    """See `Naming`."""
    if not name:
        return "sendmail"
    return name if name.startswith(("sendmail", "sm-")) else None


_TAG = tag(r"[A-Za-z][\w.-]{0,63}", _BEGINNING, _program)
_TEXTS = tag(r"(?!)", _BEGINNING, _program)
_MESSAGE = re.compile(rf"(?P<id>NOQUEUE|{_QUEUE_ID}): ")
_MAILERS: Final = frozenset({"smtp", "esmtp", "smtp8", "dsmtp", "relay"})
_TO = re.compile(r"to=(?P<to>.{0,4000}?), (?=(?:ctladdr|delay|xdelay|mailer|pri|relay|dsn|reply|stat)=)")
_MAILER = re.compile(r", mailer=(\w{1,32}), ")
_RELAY = re.compile(r", relay=(?P<name>[^\s,\[]{0,300}) ?(?:\[(?P<address>[^\]\s]{1,64})\])?")
_DSN = re.compile(r", dsn=([245]\.\d{1,3}\.\d{1,3}), ")
_REPLY: Final = ", reply="
_STAT: Final = ", stat="
_DEFERRED: Final = "Deferred: "
_A_REPLY = re.compile(r"[45]\d\d(?:[- ]|\Z)")
# How Sendmail interprets a reply (sysexits.h); other words are its own messages.
_FROM_A_REPLY: Final = (
    "User unknown",
    "Service unavailable",
    "Data format error",
    "Remote protocol error",
    "Insufficient permission",
)


class SendmailGrammar(MailGrammar):
    """Sendmail logs deliveries in lines with to=, its own refusals in all others."""

    def line(self, text: str) -> LogLine | None:
        line = split(text, _TAG)
        if line is None or line.process:
            return line
        # Without a process id, a word and a colon may be in the middle of the text.
        inner = split(text, _TEXTS)
        return inner if inner is not None and len(inner.header) < len(line.header) else line

    def refusal(self, line: LogLine, around: Around) -> Found:
        message = _MESSAGE.match(line.text)
        if message is not None and line.text.startswith("to=", message.end()):
            found = _delivery(line.text[message.end() :])
            if found is not None:
                return found
        return own_refusal(line.text, "" if message is None else message["id"], message.end() if message else 0, around)

    def thread(self, line: LogLine) -> Thread | None:
        message = _MESSAGE.match(line.text)
        if message is not None and message["id"] != "NOQUEUE":
            return Thread("queue id", message["id"], f" {message['id']}: ")
        if not line.process:
            return None
        process = f"{line.program}[{line.process}]"
        # Each connection has a process of its own.
        return Thread(
            "process",
            process,
            f" {process}: ",
            guess="The log names no message here: these are the lines of one process",
        )


class SendmailLogReader(MailLog):
    """Reads what Sendmail writes to syslog or the journal."""

    format: ClassVar[Format] = Format(
        name="sendmail",
        service=True,
        title="Log of Sendmail",
        recognised_by='lines with "mailer=…, pri=…", "ruleset=…, arg1=…" or "class=…, nrcpts=…"',
        lacks=(
            "usually which command a remote host refused",
            "all but the first line of a reply, and the middle of a long one",
            "in older versions the reply for returned mail (its enhanced status code is there)",
            "refusals of out-of-order or unknown commands, of HELO and of SIZE",
            "the year, and usually the time zone",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = SendmailGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r", mailer=\w{1,32}, pri=\d|, class=-?\d{1,5}, nrcpts=\d|: ruleset=\w{1,64}, arg1="
        r"|(?<!\S)(?:sendmail|sm-mta|sm-msp-queue)[\w.-]{0,32}\[\d{1,10}\]: "
    )


def _delivery(text: str) -> Found:
    to = _TO.match(text)
    mailer = _MAILER.search(text)
    if to is None or mailer is None or mailer[1] not in _MAILERS:
        return None
    written, stat = _outcome(text, mailer.end())
    if stat.startswith(("Sent", "queued")):
        return None
    relay = _RELAY.search(text, mailer.start())
    connected = relay is not None and relay["address"] is not None
    reply = written or _reply_in(stat, text, mailer.start(), connected=connected)
    if reply is None:
        cut = not stat.strip()
        return Damaged("the line ends before the reply") if cut else NoReply(FAILED)
    name, address = (relay["name"], relay["address"]) if relay else ("", None)
    mailboxes = mailboxes_of(to["to"])
    # Sendmail says this only of a refused recipient (smtprcptstat in usersmtp.c).
    verb = "RCPT" if stat.startswith("User unknown") else ""
    host = host_of(name, (address or "").removeprefix("IPv6:"))
    return LoggedRefusal(
        "outbound",
        host,
        verb,
        "",
        without_c_escapes(reply),
        mailboxes[0] if mailboxes else None,
        further_mailboxes=mailboxes[1:],
    )


def _outcome(text: str, begin: int) -> tuple[str, str]:
    """The reply as written ("" if there is none), and Sendmail's interpretation; `text` is that of a to= line.

    Versions since 8.16 write both, and the reply may contain something that looks like a field.
    """
    start = text.find(_REPLY, begin)
    index = text.find(_STAT, begin)
    if start < 0 or 0 <= index < start:
        return "", text[index + len(_STAT) :] if index >= 0 else ""
    rest = text[start + len(_REPLY) :]
    # "Deferred: " repeats the reply, including whatever looks like a field.
    repeated = rest.find(f"{_STAT}{_DEFERRED}")
    while repeated >= 0 and rest[:repeated] != rest[repeated + len(_STAT) + len(_DEFERRED) :]:
        repeated = rest.find(f"{_STAT}{_DEFERRED}", repeated + 1)
    end = repeated if repeated >= 0 else rest.rfind(_STAT)
    reply, stat = (rest[:end], rest[end + len(_STAT) :]) if end >= 0 else (rest, "")
    return (reply, stat) if reply[:1] in ("3", "4", "5") else ("", stat)


def _reply_in(stat: str, text: str, begin: int, *, connected: bool) -> str | None:
    """The reply as far as older versions log it, None if there was none."""
    said = stat.removeprefix(_DEFERRED)
    if _A_REPLY.match(said):
        return said
    if connected and stat.startswith(_FROM_A_REPLY):
        status = _DSN.search(text, begin)
        return f"{status[1]} {stat}" if status else stat
    return None
