"""What Exim itself rejected, refused or dropped: each kind of line that smtp_in.c, receive.c and daemon.c write."""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.mail_servers.line_repair.escapes import with_line_ends, without_octal
from smtpscope.reading.mail_servers.mail_grammar import LoggedRefusal, host_of

_PLACE: Final = r"(?P<name>[^\s(\[]{1,255})?(?: ?\([^)]{0,255}\))? ?\[(?P<address>[^\]\s]{1,64})\](?P<port>:\d{1,5})?"
HOST = re.compile(rf"(?<![^\s>])H={_PLACE}")
"""A host as Exim names it: H=name (name in HELO) [address]:port."""

# Interface, identity and TLS may follow a host.
_BEHIND_HOST: Final = r"(?: (?:I=\[[^\]\s]{1,64}\](?::\d{1,5})?|U=\S{1,128}|X=\S{1,128}|CV=\S{1,8}|DS|A=\S{1,128}))*"
_FROM: Final = rf"(?:H=)?{_PLACE}{_BEHIND_HOST}"

_REJECTED = re.compile(r" (?P<now>temporarily )?rejected (?P<command>.*)", re.DOTALL)
_REASON = re.compile(r"(?P<command>(?:<[^>]{0,512}>|[^<:]|:(?! )){0,2000}): (?P<reason>.*)", re.DOTALL)
_LOCAL_SCAN = re.compile(r"by local_scan\(\): (?P<reason>.*)", re.DOTALL)
_DROPPED_BY_ACL = re.compile(r" dropped by (?P<where>'?\"?\w{1,20}'?\"?) ACL(?:: (?P<reason>.*))?", re.DOTALL)
_VERBS: Final = frozenset(
    {"RCPT", "MAIL", "DATA", "VRFY", "EXPN", "ETRN", "AUTH", "STARTTLS", "EHLO", "HELO", "BDAT", "ATRN", "PRDR"}
)

_GREETING = re.compile(
    rf"(?P<now>temporarily )?rejected (?P<command>[A-Z]{{4}}|\"[^\"]{{0,1000}}\") from {_FROM}(?:: (?P<reason>.*))?",
    re.DOTALL,
)
_MAIL = re.compile(
    rf"rejected MAIL (?:FROM:(?P<sender><[^>]{{0,512}}>(?: [A-Z]{{2,12}}(?:=\S{{1,64}})?){{0,8}})"
    rf"|command) {_FROM}: (?P<reason>.*)",
    re.DOTALL,
)
_MESSAGE = re.compile(rf"rejected from <[^>]{{0,512}}>(?: ?{_FROM})?(?: ?U=\S{{1,128}})?: (?P<reason>.*)", re.DOTALL)
_TOO_SOON = re.compile(
    r"(?P<reason>SMTP protocol synchronization error(?: \([^)]{0,200}\))?): rejected "
    rf"(?:connection from|\"(?P<command>[^\"]{{0,1000}})\") {_FROM}"
)
_WRONG = re.compile(
    rf"SMTP (?:protocol|syntax) error in \"(?P<command>.{{0,1000}}?)\" {_FROM} (?P<reason>.*)", re.DOTALL
)
_DROPPED = re.compile(
    rf"SMTP call from {_FROM} dropped: (?P<reason>.{{1,200}}?)(?: \(last (?:command )?was \""
    rf"(?P<command>.{{0,1000}}?)\".*)?\Z",
    re.DOTALL,
)
_REFUSED = re.compile(
    rf"(?:(?P<now>temporarily )?refused connection from {_FROM}:? \(?(?P<reason>.{{1,300}}?)\)?\Z"
    rf"|[Cc]onnection from {_FROM.replace('?P<', '?P<the_')} refused:? \(?(?P<why>.{{1,300}}?)\)?\Z)",
    re.DOTALL,
)
_TOO_MANY = re.compile(
    rf"(?P<reason>too many recipients: (?:message rejected"
    rf"|excess temporarily rejected)): sender=<[^>]{{0,512}}> {_FROM}"
)
_UNQUALIFIED = re.compile(
    rf"(?P<reason>unqualified (?P<what>sender|recipient|verify) rejected: <(?P<mailbox>[^>]{{0,512}})>) {_FROM}"
)
_NOT_VERIFIED = re.compile(rf"VRFY failed for (?P<mailbox>\S{{1,512}}) {_FROM}")
_LOGIN = re.compile(rf"\S{{1,64}} authenticator failed for {_FROM}.{{0,300}}?: (?P<reason>.*)", re.DOTALL)
_PRDR = re.compile(r"PRDR (?:R=)?<?(?P<mailbox>[^\s<>]{1,512})>? (?P<reason>.*)", re.DOTALL)
_CRASHED = re.compile(
    r"(?P<reason>local_scan\(\) function (?:crashed|timed out).{0,80}temporarily rejected.*)", re.DOTALL
)

_WHAT: Final = {"sender": "MAIL", "recipient": "RCPT", "verify": "VRFY"}
_TEMPORARY: Final = "Exim logs no code here: 451 is its default for a temporary refusal"
_BUSY: Final = "Exim logs no code here: 421 is its reply when it accepts no more connections"


def own_refusal(text: str) -> LoggedRefusal | None:
    """The refusal in `text`, a line without its time and message id; None if there is none."""
    host = HOST.match(text) or (HOST.search(text) if text.startswith("F=<") else None)
    if host is not None:
        return _by_acl(text, host)
    login = _LOGIN.match(text)
    if login is not None:
        return _inbound(login, "AUTH", "", login["reason"])
    return _before_mail(text) or _connection(text) or _of_message(text)


def _by_acl(text: str, host: re.Match[str]) -> LoggedRefusal | None:
    rejected = _REJECTED.search(text, host.end())
    if rejected is None:
        dropped = _DROPPED_BY_ACL.search(text, host.end())
        return _inbound(host, "", "", dropped["reason"] or f"dropped by {dropped['where']} ACL") if dropped else None
    words = rejected["command"]
    scanned = _LOCAL_SCAN.match(words)
    if scanned is not None:
        return _answered(_inbound(host, "DATA", ".", scanned["reason"]), rejected["now"])
    reason = _REASON.match(words)
    command, reply = (reason["command"], reason["reason"]) if reason else words.partition(": ")[::2]
    given, full = _command(command)
    return _answered(_inbound(host, given, full, reply), rejected["now"])


def _before_mail(text: str) -> LoggedRefusal | None:
    greeting = _GREETING.match(text)
    if greeting is not None:
        command = greeting["command"].strip('"')
        reason = greeting["reason"] or ""
        return _answered(_inbound(greeting, command.partition(" ")[0], command, reason), greeting["now"])
    mail = _MAIL.match(text)
    if mail is not None:
        full = f"MAIL FROM:{mail['sender']}" if mail["sender"] else ""
        return _inbound(mail, "MAIL", full, mail["reason"])
    for pattern in (_TOO_SOON, _WRONG):
        wrong = pattern.match(text)
        if wrong is not None:
            command = wrong["command"] or ""
            return _inbound(wrong, command.partition(" ")[0].upper(), command, wrong["reason"])
    return None


def _connection(text: str) -> LoggedRefusal | None:
    dropped = _DROPPED.match(text)
    if dropped is not None:
        command = dropped["command"] or ""
        return _inbound(dropped, command.partition(" ")[0].upper(), command, dropped["reason"])
    refused = _REFUSED.match(text)
    if refused is None:
        return None
    name, address = refused["name"] or refused["the_name"] or "", refused["address"] or refused["the_address"]
    reason = refused["reason"] or refused["why"]
    found = LoggedRefusal("inbound", host_of(name, address), "", "", reason, None)
    busy = refused["now"] or reason.startswith(("too many", "load average"))
    return found._replace(reply=f"421 {reason}", guess=_BUSY) if busy else found


def _of_message(text: str) -> LoggedRefusal | None:
    message = _MESSAGE.match(text)
    if message is not None:
        return _inbound(message, "DATA", ".", message["reason"]) if message["address"] else None
    many = _TOO_MANY.match(text)
    if many is not None:
        return _answered(_inbound(many, "RCPT", "", many["reason"]), "temporarily" in many["reason"])
    unqualified = _UNQUALIFIED.match(text)
    if unqualified is not None:
        found = _inbound(unqualified, _WHAT[unqualified["what"]], "", unqualified["reason"])
        return found._replace(mailbox=unqualified["mailbox"] if unqualified["what"] == "recipient" else None)
    verified = _NOT_VERIFIED.match(text)
    if verified is not None:
        return _inbound(verified, "VRFY", f"VRFY {verified['mailbox']}", "VRFY failed")
    prdr = _PRDR.match(text)
    if prdr is not None and not prdr["reason"].endswith("acceptance"):
        found = LoggedRefusal("inbound", "", "DATA", ".", prdr["reason"], prdr["mailbox"])
        return _answered(found, prdr["reason"].startswith("temporary"))
    crashed = _CRASHED.match(text)
    return _answered(LoggedRefusal("inbound", "", "DATA", ".", crashed["reason"], None), True) if crashed else None


def _inbound(host: re.Match[str], verb: str, full: str, reason: str) -> LoggedRefusal:
    name, address = host["name"] or "", host["address"] or ""
    return LoggedRefusal("inbound", host_of(name, address), verb, full, with_line_ends(without_octal(reason)), None)


def _answered(found: LoggedRefusal, temporary: object) -> LoggedRefusal:
    """A temporary refusal whose text has no code gets 451, or it would pass for a permanent one."""
    if not temporary or re.match(r"4\d\d(?:[ -]|\Z)", found.reply):
        return found
    return found._replace(reply=f"451 {found.reply}", guess=_TEMPORARY)


def _command(words: str) -> tuple[str, str]:
    """The text after "rejected": a command line, or what Exim was doing."""
    if words.startswith(("after DATA", "during MIME", "after BDAT", "DATA", "PRDR")):
        return "DATA", "."
    if words.startswith("EHLO or HELO"):
        return "EHLO", words.removeprefix("EHLO or HELO").strip()
    verb = words.partition(" ")[0]
    return (verb, words) if verb in _VERBS else ("", "")
