"""What Postfix's own servers refused: smtpd, postscreen, milters, proxies and content checks, limits and logins."""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.mail_servers.mail_grammar import Around, Damaged, Found, LoggedRefusal, host_of
from smtpscope.reading.text.syslog_line import LogLine

# Warnings have "warning" in place of the queue id, and repeat the line of the delivery.
QUEUE_ID: Final = r"(?!warning:|error:|fatal:|panic:|statistics:)[0-9A-Za-z]{5,24}"
"""A pattern without groups."""

_CLIENT: Final = r"(?P<name>[^\s\[]{0,300})\[(?P<address>[^\]\s]{1,64})\](?::\d{1,5})?"
_REJECT = re.compile(rf"(?:(?:NOQUEUE|{QUEUE_ID}): )?(?:milter-|proxy-)?reject: ")
_STAGE = re.compile(rf"(?P<stage>[A-Z][A-Za-z -]{{1,30}}?)(?: from {_CLIENT})?: ")
# postscreen puts a comma between the parts, smtpd a space; each part may be missing.
_ENVELOPE: Final = (
    r"(?:from=<[^>]{0,512}>,? ?)?(?:to=<(?P<to>[^>]{0,512})>,? ?)?(?:proto=\w{1,16},? ?)?(?:helo=<[^>]{0,512}>)?"
)
_BEHIND_REPLY = re.compile(rf"; (?=from=<|to=<|proto=){_ENVELOPE}")
_CONTENT = re.compile(
    rf"(?:header|body|content|mime-[\w-]{{1,32}}) .{{0,1000}} from {_CLIENT}; {_ENVELOPE}: (?P<reply>.*)",
    re.DOTALL,
)
_STAGE_COMMANDS: Final = {"CONNECT": ("", ""), "END-OF-MESSAGE": ("DATA", ".")}

_ETRN = re.compile(rf"warning: reject: (?P<command>ETRN (?P<domain>[^\s.]\S{{0,300}}?))\.{{3}} from {_CLIENT}")
_LOGIN = re.compile(rf"warning: {_CLIENT}: (?P<reply>SASL \S{{1,64}} authentication failed:.*)", re.DOTALL)
_LIMIT = re.compile(
    rf"warning: (?P<what>[A-Z][A-Za-z ]{{5,60}}) limit exceeded: \d{{1,10}} from {_CLIENT} for service "
)
# Postfix's replies for its limits (smtpd.c); the log has only the name of the limit.
_LIMITS: Final = {
    "Connection concurrency": ("421 4.7.0 Error: too many connections", ""),
    "Connection rate": ("421 4.7.0 Error: too many connections", ""),
    "Message delivery request rate": ("450 4.7.1 Error: too much mail", "MAIL"),
    "Recipient address rate": ("450 4.7.1 Error: too many recipients", "RCPT"),
    "New TLS session rate": ("421 4.7.0 Error: too many new TLS sessions", "STARTTLS"),
    "Auth rate": ("450 4.7.1 Error: too many AUTH commands", "AUTH"),
    "AUTH command rate": ("450 4.7.1 Error: too many AUTH commands", "AUTH"),
}
_TOO_BIG = re.compile(rf"warning: {QUEUE_ID}: queue file size limit exceeded")
_ERRORS = re.compile(rf"too many errors after (?P<verb>[A-Za-z-]{{1,20}}) from {_CLIENT}")
_NO_REPLY_LOGGED: Final = "The log has no reply here: this is the one Postfix gives in this case"


def server_refusal(line: LogLine, around: Around) -> Found:
    """The refusal in a line of a server daemon, or None.

    For a line without a client, the client is in the line with which its process accepted the connection.
    """
    start = _REJECT.match(line.text)
    if start is not None:
        return _rejected(line, line.text[start.end() :], around)
    if line.text.startswith(("warning: ", "too many errors ")):
        return _warned(line, around)
    return None


def _rejected(line: LogLine, rest: str, around: Around) -> LoggedRefusal | Damaged | None:
    content = _CONTENT.match(rest)
    if content is not None:
        host = host_of(content["name"], content["address"])
        return LoggedRefusal("inbound", host, "DATA", ".", content["reply"], content["to"])
    stage = _STAGE.match(rest)
    if stage is None:
        local = rest.startswith(("header ", "body ", "content ", "mime-"))
        return None if local else Damaged("neither a command nor a client after reject:")
    behind = _BEHIND_REPLY.search(rest, stage.end())
    reply = rest[stage.end() : behind.start()] if behind else rest[stage.end() :]
    words = stage["stage"]
    given, full = _STAGE_COMMANDS.get(words, (words.partition(" ")[0], ""))
    host = host_of(stage["name"] or "", stage["address"]) if stage["address"] else _client_of(line, around)
    return LoggedRefusal("inbound", host, given, full, reply, behind["to"] if behind else None)


def _warned(line: LogLine, around: Around) -> LoggedRefusal | None:
    login = _LOGIN.match(line.text)
    if login is not None:
        return LoggedRefusal("inbound", host_of(login["name"], login["address"]), "AUTH", "", login["reply"], None)
    limit = _LIMIT.match(line.text)
    if limit is not None and limit["what"] in _LIMITS:
        reply, verb = _LIMITS[limit["what"]]
        host = host_of(limit["name"], limit["address"])
        words = f"{reply} from {limit['address']}"
        return LoggedRefusal("inbound", host, verb, "", words, None, _NO_REPLY_LOGGED)
    etrn = _ETRN.match(line.text)
    if etrn is not None:
        host = host_of(etrn["name"], etrn["address"])
        reply = f"459 <{etrn['domain']}>: service unavailable"
        return LoggedRefusal("inbound", host, "ETRN", etrn["command"], reply, None, _NO_REPLY_LOGGED)
    errors = _ERRORS.match(line.text)
    if errors is not None:
        host = host_of(errors["name"], errors["address"])
        verb = "" if errors["verb"] in ("CONNECT", "UNKNOWN") else errors["verb"].partition("-")[0].upper()
        return LoggedRefusal("inbound", host, verb, "", "421 4.7.0 Error: too many errors", None, _NO_REPLY_LOGGED)
    if _TOO_BIG.match(line.text) is None:
        return None
    reply = "552 5.3.4 Error: message file too big"
    return LoggedRefusal("inbound", _client_of(line, around), "DATA", ".", reply, None, _NO_REPLY_LOGGED)


def _client_of(line: LogLine, around: Around) -> str:
    """The client of the connection that the process of `line` has, "" if its first line is out of reach."""
    if not line.process:
        return ""
    key = f"{line.program}[{line.process}]: connect from "
    client = re.match(_CLIENT, around.earlier(key).partition(key)[2])
    return host_of(client["name"], client["address"]) if client else ""
