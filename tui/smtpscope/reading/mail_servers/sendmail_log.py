"""The log of Sendmail: recipients that a remote host refused, and what its rules and milters refused."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.mail_log import FAILED, Damaged, LoggedRefusal, MailLog, NoReply, host_of
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine, split, tag

_QUEUE_ID: Final = r"[0-9A-Za-z]{8,24}"
_BEGINNING: Final = (
    rf"(?:NOQUEUE|{_QUEUE_ID}): (?:to=[^\n]{{1,4000}}, delay=|ruleset=\w{{1,64}}, |Milter[ :]"
    r"|<[^>\n]{1,512}>\.\.\. User unknown)"
)


def _program(name: str, text: str) -> str | None:
    """See `Naming`."""
    if not name:
        return "sendmail"
    return name if name.startswith(("sendmail", "sm-")) else None


_TAG = tag(r"[A-Za-z][\w.-]{0,63}", _BEGINNING, _program)
_MESSAGE = re.compile(rf"(?P<id>NOQUEUE|{_QUEUE_ID}): ")
_MAILERS: Final = frozenset({"smtp", "esmtp", "smtp8", "dsmtp", "relay"})
_TO = re.compile(r"to=(?P<to>.{0,4000}?), (?=(?:ctladdr|delay|xdelay|mailer|pri|relay|dsn|reply|stat)=)")
_FIRST_MAILBOX = re.compile(r"<?([^<>,\s]{1,512})")
_MAILER = re.compile(r", mailer=(\w{1,32}), ")
_RELAY = re.compile(r", relay=(?P<name>[^\s,\[]{0,300}) ?(?:\[(?P<address>[^\]\s]{1,64})\])?")
_DSN = re.compile(r", dsn=([245]\.\d{1,3}\.\d{1,3}), ")
_REPLY = re.compile(r", reply=(?P<reply>[245]\d\d.*?)(?=, stat=|\Z)", re.DOTALL)
_STAT: Final = ", stat="
_DEFERRED: Final = "Deferred: "
_A_REPLY = re.compile(r"[45]\d\d(?:[- ]|\Z)")
# What Sendmail makes of a reply (sysexits.h); all else it says of its own.
_FROM_A_REPLY: Final = (
    "User unknown",
    "Service unavailable",
    "Data format error",
    "Remote protocol error",
    "Insufficient permission",
)

_RULE_SET = re.compile(r"ruleset=(?P<rules>\w{1,64}), ")
_ARGUMENT = re.compile(r"arg1=(?P<argument>.{0,512}?), (?=arg2=|relay=|reject=)")
_RULE_COMMANDS: Final = {
    "check_relay": "",
    "check_mail": "MAIL",
    "check_rcpt": "RCPT",
    "check_compat": "RCPT",
    "check_vrfy": "VRFY",
    "check_expn": "EXPN",
    "check_etrn": "ETRN",
    "trust_auth": "AUTH",
    "tls_client": "STARTTLS",
}
_MILTER = re.compile(r"Milter(?: \([^)]{0,64}\))?: (?P<stage>\w{1,16})(?:=(?P<argument>[^,]{0,512}))?")
_MILTER_COMMANDS: Final = {"connect": "", "helo": "HELO", "from": "MAIL", "to": "RCPT"}
_UNKNOWN_USER = re.compile(r"<(?P<to>[^>]{1,512})>\.\.\. (?P<text>User unknown.*)", re.DOTALL)


class SendmailLogReader(MailLog):
    """Reads what Sendmail writes to syslog or the journal."""

    format: ClassVar[Format] = Format(
        name="sendmail",
        service=True,
        title="Log of Sendmail",
        recognised_by='lines with "mailer=…, pri=…", "ruleset=…, arg1=…" or "class=…, nrcpts=…"',
        lacks=(
            "which command a remote host refused",
            "in older versions the reply to mail that was returned (its enhanced status code is there)",
            "all but the first recipient where one line names several",
            "the year of the times and mostly their zone",
        ),
    )
    refusal_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r", (?:stat=(?!Sent|queued)|reject=|reply=[45])|>\.\.\. User unknown"
    )
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r", mailer=\w{1,32}, pri=\d|, class=-?\d{1,5}, nrcpts=\d|: ruleset=\w{1,64}, arg1="
        r"|(?<!\S)(?:sendmail|sm-mta|sm-msp-queue)[\w.-]{0,32}\[\d{1,10}\]: "
    )

    def line(self, text: str) -> LogLine | None:
        return split(text, _TAG)

    def refusal(self, line: LogLine) -> LoggedRefusal | NoReply | Damaged | None:
        message = _MESSAGE.match(line.text)
        if message is None:
            return None
        text = line.text[message.end() :]
        if text.startswith("to="):
            return _delivery(text)
        unknown = _UNKNOWN_USER.match(text)
        if unknown is not None:
            return LoggedRefusal("inbound", "", "RCPT", "", text, unknown["to"])
        return _rejected(text)

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


def _delivery(text: str) -> LoggedRefusal | NoReply | Damaged | None:
    to = _TO.match(text)
    mailer = _MAILER.search(text)
    if to is None or mailer is None or mailer[1] not in _MAILERS:
        return None
    index = text.find(_STAT, mailer.start())
    stat = text[index + len(_STAT) :] if index >= 0 else ""
    if stat.startswith(("Sent", "queued")):
        return None
    relay = _RELAY.search(text, mailer.start())
    reply = _reply(text, stat, mailer.start(), connected=relay is not None and relay["address"] is not None)
    if reply is None:
        cut = not stat.strip()
        return Damaged("the line ends before the reply") if cut else NoReply(FAILED)
    name, address = (relay["name"], relay["address"]) if relay else ("", None)
    first = _FIRST_MAILBOX.match(to["to"])
    return LoggedRefusal("outbound", host_of(name, address or ""), "", "", reply, first[1] if first else None)


def _reply(text: str, stat: str, begin: int, *, connected: bool) -> str | None:
    """The reply as far as the line has it, None where there was none."""
    written = _REPLY.search(text, begin)
    if written is not None and written["reply"][0] in "45":
        return written["reply"]
    said = stat.removeprefix(_DEFERRED)
    if _A_REPLY.match(said):
        return said
    if connected and stat.startswith(_FROM_A_REPLY):
        status = _DSN.search(text, begin)
        return f"{status[1]} {stat}" if status else stat
    return None


def _rejected(text: str) -> LoggedRefusal | None:
    before, sign, reply = text.partition("reject=")
    if not sign:
        return None
    rules = _RULE_SET.match(text)
    if rules is not None:
        return _refused_by_rules(rules, before, reply)
    milter = _MILTER.match(text)
    if milter is None:
        return None
    given = _MILTER_COMMANDS.get(milter["stage"], "DATA")
    mailbox = _mailbox(milter["argument"]) if given == "RCPT" else None
    return LoggedRefusal("inbound", "", given, "." if given == "DATA" else "", reply, mailbox)


def _refused_by_rules(rules: re.Match[str], before: str, reply: str) -> LoggedRefusal | None:
    name = rules["rules"]
    given = _RULE_COMMANDS.get(name, "DATA" if name.startswith("check_") else None)
    if given is None:
        # tls_server and the like judge a server that we send to: that is no reply to a command.
        return None
    argument = _ARGUMENT.match(before, rules.end())
    # Only the name of a client may hold what looks like a field, so the last one is Sendmail's.
    start = before.rfind(", relay=")
    relay = _RELAY.match(before, start) if start >= 0 else None
    host = host_of(relay["name"], relay["address"] or "") if relay else ""
    mailbox = _mailbox(argument["argument"]) if argument and given == "RCPT" else None
    full = f"MAIL {argument['argument']}" if argument and given == "MAIL" else ""
    return LoggedRefusal("inbound", host, given, "." if given == "DATA" else full, reply, mailbox)


def _mailbox(argument: str | None) -> str | None:
    first = _FIRST_MAILBOX.match(argument.strip()) if argument else None
    return first[1] if first else None
