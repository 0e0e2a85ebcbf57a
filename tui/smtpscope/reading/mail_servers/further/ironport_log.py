"""The mail log and the bounce log of Cisco's mail appliances (IronPort AsyncOS): what remote hosts refused."""

from __future__ import annotations

import re
from typing import ClassVar, Final, TypeVar

from smtpscope.reading.mail_servers.mail_grammar import (
    FAILED,
    Around,
    Damaged,
    Found,
    LoggedRefusal,
    MailGrammar,
    NoReply,
)
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine

_LINE = re.compile(
    r"(?P<header>.{0,200}?)(?:(?<=\s)|\A)(?:(?P<program>[\w.-]{1,64}): )?(?:Info|Warning): "
    r"(?P<text>(?:Bounced|Delayed): DCID|New SMTP DCID|MID \d{1,12} ICID \d{1,12} RID \d{1,6} To: )(?P<rest>.*)",
    re.DOTALL,
)
_ENDED = re.compile(
    r"(?:Bounced|Delayed): DCID:? (?P<connection>\d{1,12}) (?:MID|Message) (?P<message>\d{1,12}) "
    r"(?:From: ?<[^>]{0,512}> To: ?<(?P<to>[^>]{0,512})> RID|to(?: RID)?) (?P<recipient>\d{1,6}) - "
    r"[45]\.\d{1,3}\.(?:\d{1,3}|x) - (?P<outcome>.{1,300}?) \('(?P<code>\d{3})', \[(?P<lines>.*)",
    re.DOTALL,
)
_CONNECTED = re.compile(
    r"New SMTP DCID (?P<connection>\d{1,12}) interface \S{1,64} address (?P<address>\S{1,64})(?: port \d{1,5})?"
)
_RECIPIENT = re.compile(r"MID (?P<message>\d{1,12}) ICID \d{1,12} RID (?P<recipient>\d{1,6}) To: <(?P<to>[^>]{0,512})>")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|\]")
_Key = TypeVar("_Key")
_REMEMBERED: Final = 20_000
_OWN: Final = "000"
"""In place of a code: the appliance itself gave up."""


class IronportGrammar(MailGrammar):
    """AsyncOS writes a reply as a Python list; earlier lines have host and recipient, by number."""

    def __init__(self) -> None:
        self._hosts: dict[str, str] = {}
        self._recipients: dict[tuple[str, str], str] = {}

    def line(self, text: str) -> LogLine | None:
        found = _LINE.match(text)
        if found is None:
            return None
        return LogLine(found["header"], "IronPort", "", f"{found['text']}{found['rest']}")

    def refusal(self, line: LogLine, around: Around) -> Found:
        connected = _CONNECTED.match(line.text)
        if connected is not None:
            _remember(self._hosts, connected["connection"], connected["address"])
            return None
        recipient = _RECIPIENT.match(line.text)
        if recipient is not None:
            _remember(self._recipients, (recipient["message"], recipient["recipient"]), recipient["to"])
            return None
        ended = _ENDED.match(line.text)
        if ended is None:
            return Damaged("the line ends before the reply") if line.text.startswith(("Bounced", "Delayed")) else None
        if ended["code"] == _OWN:
            return NoReply(FAILED)
        mailbox = ended["to"] or self._recipients.get((ended["message"], ended["recipient"]))
        host = self._hosts.get(ended["connection"], "")
        return LoggedRefusal("outbound", host, "", "", _reply(ended["code"], ended["lines"]), mailbox)

    def thread(self, line: LogLine) -> Thread | None:
        message = re.search(r"(?:MID|Message) (\d{1,12}) ", line.text)
        return Thread("message", message[1], f" {message[1]} ") if message else None


class IronportLogReader(MailLog):
    """Reads mail_logs and bounces of a Cisco Secure Email gateway, as a file and through syslog."""

    format: ClassVar[Format] = Format(
        name="ironport",
        service=True,
        title="Log of Cisco Secure Email (IronPort, mail_logs)",
        recognised_by="lines with Info: and DCID, MID, ICID or RID with a number",
        lacks=(
            "the command that was refused",
            "the name of the remote host (it has the IP address)",
            "the code of the appliance's own refusals",
            "the time zone",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = IronportGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?:Info|Warning): (?:(?:Bounced|Delayed): DCID:? \d|New SMTP [DI]CID \d"
        r"|MID \d{1,12} |[DI]CID \d{1,12} |Delivery start DCID )"
    )


def _remember(known: dict[_Key, str], key: _Key, value: str) -> None:
    if len(known) >= _REMEMBERED:
        known.pop(next(iter(known)))
    known[key] = value


def _reply(code: str, listed: str) -> str:
    """The lines of a reply from their list, which may be cut off."""
    lines: list[str] = []
    for quoted in _QUOTED.finditer(listed[:32_000]):
        if quoted.group() == "]":
            break
        lines.append(re.sub(r"\\(['\"\\])", r"\1", quoted[1] if quoted[1] is not None else quoted[2]))
    *before, last = lines or [listed.strip("'\" ")]
    return "\n".join([*(f"{code}-{line}" for line in before), f"{code} {last}".rstrip()])
