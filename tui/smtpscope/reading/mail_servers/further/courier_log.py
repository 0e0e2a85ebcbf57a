"""The log of Courier: what remote hosts refused (courieresmtp), and what it refused itself (courieresmtpd)."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.mail_grammar import FAILED, Around, Found, LoggedRefusal, MailGrammar, NoReply
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine, split, tag


def _program(name: str, text: str) -> str | None:
    """See `Naming`: of a text without a tag: the client logs deliveries, the server what it refused."""
    if not name:
        return "courieresmtp" if text.startswith("id=") else "courieresmtpd"
    return name if name.startswith("courier") else None


_TAG = tag(
    r"courier(?:esmtpd?|d|fax|local|uucp)?",
    r"id=[0-9A-Fa-f.]{1,64},from=<[^>\n]{0,512}>,addr=<|error,relay=[^,\s]{1,64},",
    _program,
)
_DELIVERY = re.compile(
    r"(?P<key>id=(?P<id>[0-9A-Fa-f.]{1,64}),from=<[^>]{0,512}>,addr=<(?P<to>[^>]{0,512})>): (?P<reply>.*)", re.DOTALL
)
_OWN = re.compile(
    r"(?P<key>error,relay=(?P<address>[^,\s]{1,64})(?:,port=\d{1,5})?(?:,ident=[^,]{0,255})?(?P<envelope>(?:,"
    r"(?:from|to)=<[^>]{0,512}>){0,2})): (?P<reply>[45]\d\d.*)",
    re.DOTALL,
)
_OWN_MESSAGE = re.compile(
    r"error,relay=(?P<address>[^,\s]{1,64})(?:,[a-z]{2,8}=[^,\"]{0,255})*,msg=\""
    r"(?P<reply>[45]\d\d.{0,2000}?)\"(?:,cmd: (?P<command>.{0,1000}))?\Z",
    re.DOTALL,
)
_TO = re.compile(r",to=<(?P<to>[^>]{0,512})>")
_COMMAND = re.compile(r"(?:EHLO|HELO|MAIL|RCPT|DATA|AUTH|STARTTLS|VRFY|EXPN|ETRN)\b", re.IGNORECASE)
_FINAL: Final = re.compile(r"\d{3}(?:[^-]|\Z)")
_LINE: Final = re.compile(r"\d{3}-")
# Other lines are of Courier's own programs, or positive replies.
_UNANSWERED = re.compile(
    r"Network connection|Connection |Connection$|No route|DNS |Timeout|.{0,80}\btimed out", re.IGNORECASE
)


class CourierGrammar(MailGrammar):
    """Courier logs each line of a reply in a separate line: the first one counts as the refusal."""

    def line(self, text: str) -> LogLine | None:
        return split(text, _TAG)

    def refusal(self, line: LogLine, around: Around) -> Found:
        if line.program == "courieresmtp":
            return _delivered(line, around)
        if line.program == "courieresmtpd":
            return _own(line, around)
        return None

    def thread(self, line: LogLine) -> Thread | None:
        message = re.search(r"(?:^|,)id=([0-9A-Fa-f.]{8,64})", line.text)
        return Thread("message id", message[1], f"id={message[1]}") if message else None


class CourierLogReader(MailLog):
    """Reads what Courier writes to syslog."""

    format: ClassVar[Format] = Format(
        name="courier",
        service=True,
        title="Log of Courier",
        recognised_by='programs such as "courieresmtp:", "courieresmtpd:" and "courierd:"',
        lacks=(
            "which remote host refused, and which command",
            "the name of a client",
            "bytes of a reply that are not text: shown as a dot",
            "the year, and usually the time zone",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = CourierGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?<!\S)courier(?:esmtpd?|d|local|dsn)(?:\[\d{1,10}\])?: "
        r"(?:error,relay=|id=|started,|newmsg,|completed,|Installing|Waiting\.|Loading|Courier )"
        # A text that no other program writes, whatever comes before it.
        r"|(?<!\S)(?:id=[0-9A-F]{4,16}(?:\.[0-9A-F]{4,16}){2},from=<[^>\n]{0,512}>,addr=<|error,relay=[^,\s]{1,64},)"
    )


def _delivered(line: LogLine, around: Around) -> Found:
    delivery = _DELIVERY.match(line.text)
    if delivery is None:
        return None
    reply = delivery["reply"]
    if not re.match(r"[45]\d\d", reply):
        return NoReply(FAILED) if _UNANSWERED.match(reply) else None
    whole = _whole_reply(delivery["key"], reply, around)
    return None if whole is None else LoggedRefusal("outbound", "", "", "", whole, delivery["to"])


def _own(line: LogLine, around: Around) -> Found:
    reported = _OWN_MESSAGE.match(line.text)
    if reported is not None:
        command = reported["command"] or ""
        # A login is answered after the password, which is logged in base64.
        verb = "AUTH" if reported["reply"].startswith(("535", "534", "454")) else ""
        known = _COMMAND.match(command)
        full = command if known else ""
        return LoggedRefusal(
            "inbound", _address(reported["address"]), known[0].upper() if known else verb, full, reported["reply"], None
        )
    own = _OWN.match(line.text)
    if own is None:
        return None
    whole = _whole_reply(own["key"], own["reply"], around)
    if whole is None:
        return None
    to = _TO.search(own["envelope"])
    verb = "RCPT" if to else "MAIL" if own["envelope"] else ""
    return LoggedRefusal("inbound", _address(own["address"]), verb, "", whole, to["to"] if to else None)


def _whole_reply(key: str, reply: str, around: Around) -> str | None:
    """All lines of the reply that begins with `reply`; None if it began earlier."""
    sign = f"{key}: "
    before = around.earlier(sign).partition(sign)[2]
    if _LINE.match(before):
        return None
    lines = [reply]
    for following in around.following():
        if _FINAL.match(lines[-1]):
            break
        _, found, more = following.partition(sign)
        if found:
            lines.append(more)
    return "\n".join(lines)


def _address(address: str) -> str:
    return address.removeprefix("::ffff:")
