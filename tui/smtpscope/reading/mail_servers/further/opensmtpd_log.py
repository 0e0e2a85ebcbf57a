"""The log of OpenSMTPD: deliveries that a remote host refused, and commands that it refused itself."""

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
from smtpscope.reading.text.syslog_line import LogLine, split, tag


def _program(name: str, text: str) -> str | None:
    """See `Naming`."""
    return (name or "smtpd") if name in ("", "smtpd", "opensmtpd") else None


_TAG = tag(
    r"(?:open)?smtpd",
    r"[0-9a-f]{16} (?:mta|smtp) |smtp-(?:in|out): \S|relay: (?:PermFail|TempFail) for [0-9a-f]{16}: ",
    _program,
)
_SESSION: Final = r"(?P<session>[0-9a-f]{16})"
_DELIVERY = re.compile(
    rf"{_SESSION} mta (?:event=)?delivery .{{0,2000}}? ?to=<(?P<to>[^>]{{0,512}})> .{{0,1200}}?"
    r"relay=\"(?P<relay>[^\"]{0,400})\" .{0,200}?result=\"(?P<result>\w{2,16})\" stat=\"(?P<stat>.*?)\"?\Z",
    re.DOTALL,
)
# Before version 5.9: relay: PermFail for 66251a4092099e2d: session=…, from=<…>, to=<…>, …, relay=…, delay=…, stat=…
_OLD_DELIVERY = re.compile(
    r"relay: (?P<result>PermFail|TempFail) for [0-9a-f]{8,16}: .{0,1200}?to=<(?P<to>[^>]{0,512})>, .{0,1200}?"
    r"relay=(?P<relay>[^,]{0,400}), .{0,200}?stat=(?P<stat>.*)",
    re.DOTALL,
)
_COMMAND = re.compile(
    rf"{_SESSION} smtp (?:event=)?failed-command (?:address=(?P<address>\S{{1,64}}) host=(?P<name>\S{{1,255}}) )?"
    r"command=\"(?P<command>.{0,2000})\" result=\"(?P<reply>.*?)\"?\Z",
    re.DOTALL,
)
_OLD_COMMAND = re.compile(
    rf"smtp-in: Failed command on session {_SESSION}(?: from host (?P<name>\S{{1,255}}) \["
    rf"(?P<address>[^\]]{{1,64}})\])?"
    r": \"(?P<command>.{0,2000})\" => (?P<reply>.*)",
    re.DOTALL,
)
_ERROR = re.compile(
    rf"{_SESSION} mta error reason=(?P<stage>[A-Z]{{2,12}}) rejected: (?P<reply>[345]\d\d.*)", re.DOTALL
)
_RELAY = re.compile(r"(?:\[?(?P<address>[0-9A-Fa-f.:]{2,64})\]?)(?: \((?P<name>[^)]{1,255})\))?\Z")
_CONNECTING = re.compile(
    r" mta (?:event=)?connecting address=\w{1,12}://\[?(?P<address>[0-9A-Fa-f.:]{2,64}?)\]?:\d{1,5} host="
    r"(?P<name>\S{1,255})"
)
_CONNECTED = re.compile(
    r" smtp (?:event=)?connected (?:.{0,200}? )?address=(?P<address>\S{1,64}) host=(?P<name>\S{1,255})"
)
_OLD_CONNECTED = re.compile(r"from host (?P<name>\S{1,255}) \[(?P<address>[^\]]{1,64})\]")
_NETWORK_ERROR: Final = "Network error on destination MXs"
_BLOCK: Final = 1 << 20
_STAGES: Final = {"BANNER": "", "LHLO": "LHLO"}
_REPLY: Final = re.compile(r"[345]\d\d")


class OpenSmtpdGrammar(MailGrammar):
    """OpenSMTPD names the session in each line; the remote host is in the line that begins it.

    A refusal in the greeting is logged twice: with the reason but no recipient, and later for each recipient as a
    network error. The later line counts, with the reason of the earlier one.
    """

    def line(self, text: str) -> LogLine | None:
        return split(text, _TAG)

    def refusal(self, line: LogLine, around: Around) -> Found:
        text = line.text
        delivery = _DELIVERY.match(text) or _OLD_DELIVERY.match(text)
        if delivery is not None:
            return _delivered(delivery, around)
        command = _COMMAND.match(text) or _OLD_COMMAND.match(text)
        if command is not None:
            return _own(command, around)
        error = _ERROR.match(text)
        return None if error is None else _error(error, around)

    def thread(self, line: LogLine) -> Thread | None:
        session = re.match(_SESSION, line.text)
        if session is None or not session[1].strip("0"):
            return None
        return Thread("session", session[1], f" {session[1]} ")


class OpenSmtpdLogReader(MailLog):
    """Reads what OpenSMTPD writes to syslog."""

    format: ClassVar[Format] = Format(
        name="opensmtpd",
        service=True,
        title="Log of OpenSMTPD",
        recognised_by='lines of smtpd with a session and "mta delivery", "smtp connected" or "failed-command"',
        lacks=(
            "which command a remote host refused",
            "the line ends inside a reply, and the codes of all lines but the first",
            "the year, and usually the time zone",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = OpenSmtpdGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?<!\S)(?:open)?smtpd(?:\[\d{1,10}\])?: (?:[0-9a-f]{16} (?:smtp|mta) |info: OpenSMTPD |smtp-(?:in|out): "
        r"|relay: (?:Ok|PermFail|TempFail) for )"
        # A text that no other program writes, whatever comes before it.
        r"|(?<!\S)[0-9a-f]{16} (?:smtp connected address=|mta connecting address=|mta delivery evpid=)"
    )


def _delivered(delivery: re.Match[str], around: Around) -> Found:
    if delivery["result"] not in ("PermFail", "TempFail"):
        return None
    relay = _RELAY.match(delivery["relay"])
    address = relay["address"] if relay else ""
    host = host_of(relay["name"] or "", address) if relay else delivery["relay"]
    reply = delivery["stat"]
    if _REPLY.match(reply):
        return LoggedRefusal("outbound", host, "", "", reply, delivery["to"])
    reason = _reason_of(address, around) if reply == _NETWORK_ERROR and address else None
    return NoReply(FAILED) if reason is None else reason._replace(mailbox=delivery["to"])


def _reason_of(address: str, around: Around) -> LoggedRefusal | None:
    """The last refusal of the host at `address`, before any command for a recipient."""
    connecting = around.earlier(f"://{address}:") or around.earlier(f"://[{address}]:")
    session = re.search(rf"(?<!\S){_SESSION}{_CONNECTING.pattern}", connecting)
    error = session and _ERROR.search(around.earlier(f" {session['session']} mta error reason="))
    return _refused_at(error, session) if error and session else None


def _error(error: re.Match[str], around: Around) -> LoggedRefusal | None:
    """A refusal in a greeting, unless a later line has it with a recipient."""
    connecting = _CONNECTING.search(around.earlier(f" {error['session']} mta connecting "))
    if connecting is not None:
        later = around.later(f' relay="{connecting["address"]}" ', _BLOCK)
        if _NETWORK_ERROR in later:
            return None
    return _refused_at(error, connecting)


def _refused_at(error: re.Match[str], connecting: re.Match[str] | None) -> LoggedRefusal:
    host = host_of(connecting["name"], connecting["address"]) if connecting else ""
    verb = _STAGES.get(error["stage"], error["stage"])
    return LoggedRefusal("outbound", host, verb, "", error["reply"], None)


def _own(command: re.Match[str], around: Around) -> LoggedRefusal:
    session = command["session"]
    client = (
        (command if command["address"] else None)
        or _CONNECTED.search(around.earlier(f"{session} smtp connected "))
        or _CONNECTED.search(around.earlier(f"{session} smtp event=connected "))
        or _OLD_CONNECTED.search(around.earlier(f"session {session} "))
    )
    # An unknown name is logged as the IP address in brackets, or as <unknown>.
    name = client["name"] if client and client["name"][0] not in "[<" else ""
    full = command["command"]
    return LoggedRefusal(
        "inbound",
        host_of(name, client["address"] if client else ""),
        full.partition(" ")[0].upper(),
        full,
        command["reply"],
        None,
    )
