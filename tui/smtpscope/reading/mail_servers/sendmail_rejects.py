"""What Sendmail refused itself: by its rule sets, its milters and its own checks."""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.mail_servers.line_repair.escapes import without_c_escapes
from smtpscope.reading.mail_servers.mail_grammar import Around, LoggedRefusal, NoReply, host_of

RELAY: Final = r"(?P<name>[^\s,\[]{0,300}) ?(?:\[(?P<address>[^\]\s]{1,64})\])?"
_CLIENT = re.compile(RELAY)
_RELAY_FIELD: Final = ", relay="
_FIRST_MAILBOX = re.compile(r"<?([^<>,\s]{1,512})")

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
_MILTER = re.compile(
    r"(?:Milter(?: \([^)]{0,64}\))?: (?P<stage>\w{1,16})(?:=(?P<argument>[^,]{0,512}))?"
    r"|[Mm]ilter=[^,]{1,128}, action=(?P<action>\w{1,16}))"
)
_MILTER_COMMANDS: Final = {
    "connect": "",
    "helo": "HELO",
    "from": "MAIL",
    "mail": "MAIL",
    "to": "RCPT",
    "rcpt": "RCPT",
    "unknown": "",
}
_OWN_TEXT = re.compile(r"<(?P<to>[^>]{1,512})>\.\.\. (?P<text>.+)", re.DOTALL)
# Sendmail's words on a recipient that it did not refuse.
_NO_REFUSAL: Final = ("Sent", "Deferred", "queued", "Connecting", "aliased", "forwarding", "Warning", "Recipient ok")
_LOGIN = re.compile(r"AUTH failure \((?P<how>[\w-]{1,32})\): (?P<text>.*)", re.DOTALL)
_PREGREET = re.compile(
    rf"rejecting (?P<what>server EHLO|server HELO|commands) from {RELAY}.{{0,20}}? due to (?P<text>.+)", re.DOTALL
)
_VERIFIED = re.compile(rf"{RELAY}: (?P<command>(?P<verb>EXPN|VRFY|ETRN) .{{0,1000}}) \[rejected\]")
_WRAPPERS = re.compile(r"tcpwrappers \((?P<name>[^,)]{0,300}), (?P<address>[^)]{1,64})\) rejection")
_TOO_BIG = re.compile(r"to=(?P<to>.{0,4000}?), .{0,200}stat=(?P<text>Message exceeds maximum fixed size.*)", re.DOTALL)

_NO_CODE_LOGGED: Final = "The log has no code here: 552 5.2.3 is the one Sendmail gives in this case"


def own_refusal(line: str, queue_id: str, start: int, around: Around) -> LoggedRefusal | NoReply | None:
    """The refusal in the text of `line` from `start` on (after the queue id, if there is one), or None.

    For a line without a client, the client is in the line with from= of the same message.
    """
    text = line[start:]
    found = _by_field(text) if "reject=" in text else _by_words(text)
    if found is None:
        return None
    host = found.remote_host or _client_of(queue_id, around)
    return found._replace(remote_host=host, reply=without_c_escapes(found.reply))


def _by_field(text: str) -> LoggedRefusal | None:
    before, _, reply = text.partition("reject=")
    rules = _RULE_SET.match(text)
    if rules is not None:
        return _refused_by_rules(rules, before, reply)
    milter = _MILTER.match(text)
    if milter is None:
        return None
    given = _MILTER_COMMANDS.get(milter["stage"] or milter["action"], "DATA")
    mailbox = _mailbox(milter["argument"]) if given == "RCPT" else None
    full = "." if given == "DATA" else ""
    return LoggedRefusal("inbound", _relay(before), given, full, reply, mailbox)


def _refused_by_rules(rules: re.Match[str], before: str, reply: str) -> LoggedRefusal | None:
    name = rules["rules"]
    given = _RULE_COMMANDS.get(name, "DATA" if name.startswith("check_") else None)
    if given is None:
        # tls_server and the like judge a server that we send to: that is not a reply to a command.
        return None
    argument = _ARGUMENT.match(before, rules.end())
    mailbox = _mailbox(argument["argument"]) if argument and given == "RCPT" else None
    full = f"MAIL {argument['argument']}" if argument and given == "MAIL" else ""
    return LoggedRefusal("inbound", _relay(before), given, "." if given == "DATA" else full, reply, mailbox)


def _by_words(text: str) -> LoggedRefusal | None:
    own = _OWN_TEXT.match(text)
    if own is not None:
        refused = not own["text"].startswith(_NO_REFUSAL)
        return LoggedRefusal("inbound", "", "RCPT", "", text, own["to"]) if refused else None
    login = _LOGIN.match(text)
    if login is not None:
        words = login["text"].rpartition(_RELAY_FIELD)[0] or login["text"]
        return LoggedRefusal("inbound", _relay(text), "AUTH", f"AUTH {login['how']}", words, None)
    early = _PREGREET.match(text)
    if early is not None:
        verb = early["what"].removeprefix("server ") if early["what"].startswith("server") else ""
        return LoggedRefusal("inbound", _host(early), verb, "", early["text"], None)
    verified = _VERIFIED.match(text)
    if verified is not None:
        return LoggedRefusal("inbound", _host(verified), verified["verb"], verified["command"], "rejected", None)
    wrappers = _WRAPPERS.match(text)
    if wrappers is not None:
        return LoggedRefusal("inbound", _host(wrappers), "", "", "tcpwrappers rejection", None)
    big = _TOO_BIG.match(text)
    if big is None:
        return None
    reply = f"552 5.2.3 {big['text']}"
    return LoggedRefusal("inbound", "", "DATA", ".", reply, _mailbox(big["to"]), _NO_CODE_LOGGED)


def _relay(fields: str) -> str:
    """The host in the last relay= of `fields`: only the name of a client may contain something that looks like a
    field.
    """
    _, sign, rest = fields.rpartition(_RELAY_FIELD)
    client = _CLIENT.match(rest) if sign else None
    return _host(client) if client else ""


def _host(client: re.Match[str]) -> str:
    return host_of(client["name"], (client["address"] or "").removeprefix("IPv6:"))


def _client_of(queue_id: str, around: Around) -> str:
    """The client of a message: it is in the line with from=, which Sendmail writes at the end of the envelope."""
    if not queue_id or queue_id == "NOQUEUE":
        return ""
    key = f" {queue_id}: from="
    return _relay(around.later(key) or around.earlier(key))


def _mailbox(argument: str | None) -> str | None:
    first = _FIRST_MAILBOX.match(argument.strip()) if argument else None
    return first[1] if first else None
