"""The main log and the reject log of Exim: what remote hosts refused, and what Exim itself refused."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_log import FAILED, Damaged, MailLog, NoReply, Refusal, host_of
from smtpscope.reading.mail_thread import Thread
from smtpscope.reading.record import Format
from smtpscope.reading.syslog_line import LogLine, split, tag

_TIME: Final = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4})?"
# Exim 4.97 made the middle and the last part of a message id longer.
_ID: Final = r"[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}"
_OWN_HEADER = re.compile(rf"(?<!\S){_TIME} (?:\[(?P<process>\d{{1,10}})\] )?")
_HEADER: Final = 200
_TAG = tag(r"exim\d?")
_MESSAGE = re.compile(rf"(?P<id>{_ID}) ")

_FAILED = re.compile(r"(?:\*\*|==) (?P<to>\"[^\"]{0,400}\"@\S{1,255}|\S{1,512})")
_ERROR = re.compile(r" error from remote mail(?:er| server) after (?P<command>.{1,1000}?): ")
_HOST_IN_TEXT = re.compile(r"host (?P<name>[^\s\[]{1,255}) \[(?P<address>[^\]\s]{1,64})\](?::\d{1,5})?: ")
_HOST = re.compile(
    r"(?<!\S)H=(?P<name>[^\s(\[]{1,255})?(?: ?\([^)]{0,255}\))? ?\[(?P<address>[^\]\s]{1,64})\](?P<port>:\d{1,5})?"
)
# Hosts that a smart host's transport names alone: H=mx.example: or H=mx.example X=TLS1.3:...
_NAMED_HOST = re.compile(r"(?<!\S)H=(?P<name>[^\s(\[]{1,255}?)(?=:? )")
_REJECTED = re.compile(r" (?:temporarily )?rejected (?P<command>.*)", re.DOTALL)
_REASON = re.compile(r"(?P<command>[^<:]*(?:(?:<[^>]{0,512}>|:(?! ))[^<:]*)*): (?P<reason>.*)", re.DOTALL)
_AUTHENTICATOR = re.compile(r"\S{1,64} authenticator failed for ")
_UNANSWERED = re.compile(
    r"Connection (?:timed out|refused|reset)|(?:Remote host closed|lost) connection|No route to host|Host is down"
    r"|Network is unreachable|(?:timeout|timed out) (?:while|after|waiting)|host lookup did not complete"
)
# Exim writes line ends inside a reply as two characters.
_LINE_END = re.compile(r"\\n(?=\d{3}[- ])")
_VERBS: Final = frozenset({"RCPT", "MAIL", "DATA", "VRFY", "EXPN", "ETRN", "AUTH", "STARTTLS", "EHLO", "HELO", "BDAT"})


class EximLogReader(MailLog):
    """Reads mainlog and rejectlog, in files of their own or through syslog."""

    format: ClassVar[Format] = Format(
        name="exim",
        service=True,
        title="Log of Exim (mainlog)",
        recognised_by="lines with a time, a message id and one of <= => ** ==, or with H=… rejected",
        lacks=(
            "the reply code of what Exim itself refused",
            "the name of the server, unless the log went through syslog",
            "mostly the zone of the times",
        ),
    )
    signs: ClassVar[re.Pattern[str]] = re.compile(
        r" (?:error from remote mail|rejected |authenticator failed for |== |\*\* )"
    )
    own: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?:(?<!\S){_TIME} (?:\[\d{{1,10}}\] )?|(?<!\S)exim\d?(?:\[\d{{1,10}}\])?: )"
        rf"(?:{_ID} (?:<=|=>|->|\*\*|==|Completed|H=)|H=[^\n]{{1,400}} rejected |Start queue run: pid="
        r"|exim 4\.\d|\w{1,64} authenticator failed for )"
    )
    looks_ahead: ClassVar[int] = 4_096

    def line(self, text: str) -> LogLine | None:
        through_syslog = split(text, _TAG)
        if through_syslog is not None:
            own = _OWN_HEADER.match(through_syslog.text)
            return through_syslog._replace(text=through_syslog.text[own.end() :]) if own else through_syslog
        own = _OWN_HEADER.search(text, 0, _HEADER)
        if own is None:
            return None
        # The time alone is the header: nothing before it names the computer.
        return LogLine(own.group().partition("[")[0], "exim", own["process"] or "", text[own.end() :])

    def refusal(self, line: LogLine) -> Refusal | NoReply | Damaged | None:
        message = _MESSAGE.match(line.text)
        text = line.text[message.end() :] if message else line.text
        if text.startswith(("** ", "== ")) or " error from remote mail" in text:
            return _refused_by_remote(text)
        authenticator = _AUTHENTICATOR.match(text)
        if authenticator is not None:
            return _not_authenticated(text[authenticator.end() :])
        return _rejected(text)

    def told_again(self, line: LogLine, refusal: Refusal, following: str) -> bool:
        """Exim names a host that refused for now, and says the same of each recipient when it was the last one."""
        message = _MESSAGE.match(line.text)
        if message is None or refusal.mailbox is not None or refusal.side != "outbound":
            return False
        again = re.search(rf"(?<!\S){message['id']} (?:==|\*\*) [^\n]*", following)
        # The reply may hold letters that are not decoded here; its beginning is enough.
        return again is not None and _plain_beginning(refusal.reply) in again.group()

    def thread(self, line: LogLine) -> Thread | None:
        message = _MESSAGE.match(line.text)
        if message is not None:
            return Thread("message id", message["id"], f" {message['id']} ")
        host = _HOST.search(line.text)
        if host is None:
            return None
        client = f"[{host['address']}]{host['port'] or ''}"
        return Thread("client", client, client, guess="The log names no session here: these are lines of one client")


def _refused_by_remote(text: str) -> Refusal | NoReply | Damaged | None:
    failed = _FAILED.match(text)
    error = _ERROR.search(text)
    if error is None:
        if failed is None:
            return None
        if " error from remote mail" not in text:
            # What Exim could not route, or does not try again yet, is no failed delivery.
            return NoReply(FAILED) if _UNANSWERED.search(text, failed.end()) else None
        cut = text.rstrip().endswith((" after", "server", "mailer"))
        return Damaged("the line ends before the reply") if cut else None
    inside = _HOST_IN_TEXT.match(text, error.end())
    reply = _LINE_END.sub("\n", text[inside.end() if inside else error.end() :])
    if not reply:
        return Damaged("the line ends before the reply")
    if reply[0] not in "45":
        return None
    host = inside or _HOST.search(text, 0, error.start())
    if host is not None:
        remote = host_of(host["name"] or "", host["address"])
    else:
        named = _NAMED_HOST.search(text, 0, error.start())
        remote = named["name"] if named else ""
    given, full = _command(error["command"])
    return Refusal("outbound", remote, given, full, reply, failed["to"].strip("<>") if failed else None)


def _command(words: str) -> tuple[str, str]:
    """What stands behind "after" -> the verb and the full command."""
    words = words.removeprefix("pipelined ")
    if words.startswith("end of data"):
        return "DATA", "."
    if words.startswith("initial connection"):
        return "", ""
    return words.partition(" ")[0], words


def _rejected(text: str) -> Refusal | None:
    host = _HOST.match(text)
    if host is None:
        return None
    rejected = _REJECTED.search(text, host.end())
    if rejected is None:
        return None
    words = rejected["command"]
    reason = _REASON.match(words)
    command, reply = (reason["command"], reason["reason"]) if reason else words.partition(": ")[::2]
    given, full = _own_command(command)
    return Refusal(
        "inbound", host_of(host["name"] or "", host["address"]), given, full, _LINE_END.sub("\n", reply), None
    )


def _own_command(words: str) -> tuple[str, str]:
    """What stands behind "rejected": a command line, or what Exim was at."""
    if words.startswith(("after DATA", "during MIME", "after BDAT")):
        return "DATA", "."
    if words.startswith("EHLO or HELO"):
        return "EHLO", words.removeprefix("EHLO or HELO").strip()
    verb = words.partition(" ")[0]
    return (verb, words) if verb in _VERBS else ("", "")


def _not_authenticated(text: str) -> Refusal | None:
    host = _HOST.match(text) or re.match(
        r"(?P<name>[^\s(\[]{1,255})? ?(?:\([^)]{0,255}\) )?\[(?P<address>[^\]\s]{1,64})\](?::\d{1,5})?", text
    )
    if host is None:
        return None
    _, colon, reply = text[host.end() :].partition(": ")
    return Refusal("inbound", host_of(host["name"] or "", host["address"]), "AUTH", "", reply, None) if colon else None


def _plain_beginning(reply: str) -> str:
    match = re.match(r"[\x20-\x5b\x5d-\x7e]{1,200}", reply)
    return match.group() if match else reply
