"""The log of Haraka: recipients that a remote host refused, and what its plugins denied."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.mail_grammar import (
    FAILED,
    Around,
    Found,
    LoggedRefusal,
    MailGrammar,
    NoReply,
    host_of,
)
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine

_TAG = re.compile(
    r"(?<!\S)\[(?:NOTICE|INFO|WARN|ERROR|CRIT|DEBUG|PROTOCOL)\] \[(?P<id>[0-9A-F-]{36}(?:\.\d{1,4}){0,3}"
    r"|-)\] \[(?P<part>[^\]\s]{1,64})\] "
)
_RECIPIENT = re.compile(r"recipient <(?P<to>[^>]{0,512})> (?:rejected|deferred): (?P<reply>[345]\d\d.*)", re.DOTALL)
_BOUNCED = re.compile(
    r"bouncing mail: (?:Unrecognized response from upstream server: )?(?P<reply>[345]\d\d.*)", re.DOTALL
)
_TEMPORARY = re.compile(r"Temp failing \S{1,255} for \d{1,9} seconds: (?:Upstream error: )?(?P<reply>.*)", re.DOTALL)
_ACCEPTED = re.compile(r"\] recipient <(?P<to>[^>]{0,512})> code=OK")
_DENIED = re.compile(
    r"(?P<what>sender|recipient|message|queue) (?:<(?P<mailbox>[^>]{0,512})> )?(?:.{0,400}? )?code="
    r"(?P<code>DENY\w{0,20})"
    r"(?: msg=(?P<message>\"(?:[^\"\\]|\\.){0,1000}\"|\S{1,200}))?",
    re.DOTALL,
)
_INVALID = re.compile(r"(?P<words>Invalid (?P<verb>MAIL|RCPT) \w{2,4} address .*)", re.DOTALL)
_HOOK = re.compile(
    r" ?hook=(?P<hook>connect|lookup_rdns|helo|ehlo|data|unrecognized_command|capabilities) .{0,400}?"
    r"retval=(?P<code>DENY\w{0,20})(?: msg=(?P<message>\"(?:[^\"\\]|\\.){0,1000}\"|\S{1,200}))?",
    re.DOTALL,
)
_CLOSED = re.compile(
    r"disconnect ip=(?P<address>\S{1,64}) rdns=(?P<name>\S{1,255}) .{0,1000}? lr=(?P<last>\""
    r"(?:[^\"\\]|\\.){0,1000}\"|\S{1,200}) time="
)
_CONNECTED = re.compile(r"\] (?:connect|disconnect) ip=(?P<address>\S{1,64})(?: rdns=(?P<name>\S{1,255}))?")
_VERBS: Final = {
    "sender": "MAIL",
    "recipient": "RCPT",
    "message": "DATA",
    "queue": "DATA",
    "helo": "HELO",
    "ehlo": "EHLO",
    "data": "DATA",
}
_GUESS: Final = "Haraka logs no code here: this is its default unless a plugin sets another"


class HarakaGrammar(MailGrammar):
    """Haraka names the connection in each line; its last reply is in the line that ends the connection."""

    def line(self, text: str) -> LogLine | None:
        found = _TAG.search(text, 0, 300)
        return (
            LogLine(
                text[: found.start()], "haraka", found["id"].strip("-"), text[found.end() - len(found["part"]) - 3 :]
            )
            if found
            else None
        )

    def refusal(self, line: LogLine, around: Around) -> Found:
        part, _, text = line.text.removeprefix("[").partition("] ")
        if part.startswith("outbound"):
            return _delivered(text, line.process, around)
        if part != "core" and "retval=DENY" not in text:
            return None
        denied = _DENIED.match(text) or _HOOK.match(text)
        if denied is not None:
            return _denied(line, denied, around)
        invalid = _INVALID.match(text)
        if invalid is not None:
            host = _client(line.process.partition(".")[0], around)
            return LoggedRefusal("inbound", host, invalid["verb"], "", f"501 {invalid['words']}", None, _GUESS)
        closed = _CLOSED.match(text)
        return None if closed is None else _last_reply(line, closed, around)

    def thread(self, line: LogLine) -> Thread | None:
        connection = line.process.partition(".")[0]
        return Thread("connection", connection, f"[{connection}") if connection else None


class HarakaLogReader(MailLog):
    """Reads the log of Haraka, from its standard output or a file."""

    format: ClassVar[Format] = Format(
        name="haraka",
        service=True,
        title="Log of Haraka",
        recognised_by="lines with a level, a connection in capital letters and a plugin, each in brackets",
        lacks=(
            "which remote host refused",
            "the codes of all lines of a reply but the last",
            "refusals of out-of-order commands, except the last one of a connection",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = HarakaGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?<!\S)\[(?:NOTICE|INFO|WARN|ERROR|CRIT|DEBUG|PROTOCOL)\] \[(?:[0-9A-F-]{36}(?:\.\d{1,4}){0,3}"
        r"|-)\] \[(?:core|outbound|server|plugins)"
    )


def _delivered(text: str, process: str, around: Around) -> LoggedRefusal | NoReply | None:
    recipient = _RECIPIENT.match(text)
    if recipient is not None:
        return LoggedRefusal("outbound", "", "RCPT", "", recipient["reply"], recipient["to"])
    bounced = _BOUNCED.match(text)
    if bounced is not None:
        return LoggedRefusal("outbound", "", "", "", bounced["reply"], _recipient_of(process, around))
    temporary = _TEMPORARY.match(text)
    if temporary is None:
        return None
    reply = temporary["reply"]
    if re.match(r"[345]\d\d", reply):
        return LoggedRefusal("outbound", "", "", "", reply, _recipient_of(process, around))
    # Refused recipients have their own lines.
    return None if reply.startswith("Some recipients") else NoReply(FAILED)


def _recipient_of(process: str, around: Around) -> str | None:
    """The recipient of the message that `process` delivers, if it has only one."""
    message = process.rpartition(".")[0]
    if not message or " rcpts=1/" not in around.earlier(f"[{message}] [core] message "):
        return None
    accepted = _ACCEPTED.search(around.earlier(f"[{message}] [core] recipient <"))
    return accepted["to"] if accepted else None


def _denied(line: LogLine, denied: re.Match[str], around: Around) -> LoggedRefusal:
    groups = denied.groupdict()
    message = (groups["message"] or "").strip('"')
    connection = line.process.partition(".")[0]
    closed = _CLOSED.search(around.later(f"[{connection}")) if connection else None
    last = _connection_end(connection, around)
    closed = _CLOSED.search(last) if last else closed
    reply = closed["last"].strip('"') if closed else ""
    guess = None
    if not message or not reply.endswith(message):
        reply = f"{450 if 'SOFT' in denied['code'] else 550} {message}".strip()
        guess = _GUESS
    what = groups.get("what") or groups.get("hook") or ""
    mailbox = groups.get("mailbox") if what == "recipient" else None
    full = f"MAIL FROM:<{groups['mailbox']}>" if what == "sender" and groups.get("mailbox") is not None else ""
    verb = _VERBS.get(what, "")
    host = host_of(_name(closed["name"]), closed["address"]) if closed else _client(connection, around)
    return LoggedRefusal("inbound", host, verb, "." if what in ("message", "queue") else full, reply, mailbox, guess)


def _last_reply(line: LogLine, closed: re.Match[str], around: Around) -> LoggedRefusal | None:
    """The last reply of a connection, if it was a refusal that no earlier line has."""
    reply = closed["last"].strip('"')
    if not re.match(r"[45]\d\d", reply):
        return None
    connection = line.process.partition(".")[0]
    message = reply[4:]
    if any(f'{word}"{message}"' in around.earlier(f"[{connection}") for word in ("msg=",)):
        return None
    return LoggedRefusal("inbound", host_of(_name(closed["name"]), closed["address"]), "", "", reply, None)


def _connection_end(connection: str, around: Around) -> str:
    if not connection:
        return ""
    return next(
        (text for text in around.following() if f"[{connection}" in text and "] disconnect ip=" in text),
        "",
    )


def _client(connection: str, around: Around) -> str:
    found = _CONNECTED.search(around.earlier(f"[{connection}] [core] connect ip=")) if connection else None
    return host_of(_name(found["name"] or ""), found["address"]) if found else ""


def _name(name: str) -> str:
    return "" if name in ("NXDOMAIN", "DNSERROR", "Unknown", '""') else name
