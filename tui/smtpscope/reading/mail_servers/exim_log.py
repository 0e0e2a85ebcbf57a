"""The main log and the reject log of Exim: what remote hosts refused, and what it refused itself."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.exim_rejects import HOST, own_refusal
from smtpscope.reading.mail_servers.line_repair.escapes import with_line_ends, without_octal
from smtpscope.reading.mail_servers.mail_grammar import (
    FAILED,
    Around,
    Damaged,
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

_TIME: Final = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4})?"
# Exim 4.97 made the middle and the last part of a message id longer.
_ID: Final = r"[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}"
_OWN_HEADER = re.compile(rf"(?<!\S){_TIME} (?:\[(?P<process>\d{{1,10}})\] )?")
_HEADER: Final = 200
_TAG = tag(r"exim\d?", word="exim")
# If the tag is lost or unusual on the way, Exim is recognised by its texts.
_BEGINNING: Final = (
    rf"{_ID} (?:\*\* |== |\S{{1,300}} \[[^\]\s]{{1,64}}\](?::\d{{1,5}})?: SMTP error from remote mail|H=\S)"
    r"|(?:\*\*|==) \S{1,512} R=|H=[^\n]{1,400}? (?:temporarily )?rejected |\w{1,64} authenticator failed for "
)


def _program(name: str, text: str) -> str | None:
    """See `Naming`."""
    return "exim" if not name or name.startswith("exim") else None


_UNUSUAL = tag(r"exim\d?", _BEGINNING, _program, word="exim")
# On standard error a line has no time: it is indented after the process id, below "LOG: MAIN".
_STANDARD_ERROR = re.compile(r"(?:^|\s) {0,9}(?:(?P<process>\d{1,10}) )? {2}(?=\S)")
# Exim cuts a line for syslog at 870 characters and numbers the parts; a backslash marks a line end.
_PART = re.compile(r"\[(?P<part>\d{1,4})[/\\](?P<parts>\d{1,4})\] ")
_CONNECTION: Final = r"(?:Ci=\S{1,64} )?"
_LINES_BETWEEN: Final = 3
_MESSAGE = re.compile(rf"{_CONNECTION}(?P<id>{_ID}) ")

_FAILED = re.compile(r"(?:\*\*|==) (?P<to>\"[^\"]{0,400}\"@\S{1,255}|\S{1,512})")
# In the log of one message, below its own folder, a recipient comes first.
_OF_MESSAGE = re.compile(
    r"(?P<to>\S{1,300}@\S{1,255})(?: <[^>\s]{1,512}>)? R=\S{1,64} T=\S{1,64}(?::| (?:defer|error|failed)\b)"
)
_ERROR = re.compile(
    r" ?(?:SMTP error from remote mail(?:er| server)|LMTP error|PRDR error) after (?P<command>.{1,1000}?): "
    r"|(?:Malformed SMTP reply|Remote host closed connection) in response to (?P<sent>.{1,1000}?)"
    r"(?:: (?=\d{3})| \(EHLO response was: (?P<ehlo>[345]\d\d.{0,4000})\))"
)
_ERROR_SIGNS: Final = (" error from remote mail", "MTP error after ", "PRDR error after ", " in response to ")
_BEFORE_SIGN: Final = 40
"""Characters of an error before its sign, at most."""
_HOST_IN_TEXT = re.compile(r"host (?P<name>[^\s\[]{1,255}) \[(?P<address>[^\]\s]{1,64})\](?::\d{1,5})?: ")
# Hosts that the transport to a smart host names without address: H=mx.example: or H=mx.example X=TLS1.3:...
_NAMED_HOST = re.compile(r"(?<!\S)H=(?P<name>[^\s(\[]{1,255}?)(?=:? )")
_LOGIN = re.compile(
    r"\S{1,64} authenticator (?:failed|cancelled authentication) H=(?P<name>[^\s\[]{1,255}) ?"
    r"(?:\[(?P<address>[^\]\s]{1,64})\])?(?::\d{1,5})?:? (?P<reply>\d{3}.*)",
    re.DOTALL,
)
_LOGIN_FAILED: Final = "authentication required but authentication attempt(s) failed"
_UNANSWERED = re.compile(
    r"Connection (?:timed out|refused|reset)|(?:Remote host closed|lost) connection|No route to host|Host is down"
    r"|Network is unreachable|(?:timeout|timed out) (?:while|after|waiting)|host lookup did not complete"
    r"|a TLS session is required"
)


class EximGrammar(MailGrammar):
    """Exim logs what a remote host refused after a command, and what it rejected, refused or dropped itself."""

    def __init__(self) -> None:
        self._twin = ""

    def line(self, text: str) -> LogLine | None:
        through_syslog = split(text, _TAG)
        if through_syslog is not None:
            part = _PART.match(through_syslog.text)
            inner = through_syslog.text[part.end() :] if part and part["part"] == "1" else through_syslog.text
            own = _OWN_HEADER.match(inner)
            return through_syslog._replace(text=inner[own.end() :] if own else inner)
        own = _OWN_HEADER.search(text, 0, _HEADER)
        if own is not None:
            # The time alone is the header: nothing before it names the computer.
            return LogLine(own.group().partition("[")[0], "exim", own["process"] or "", text[own.end() :])
        unusual = split(text, _UNUSUAL)
        if unusual is not None:
            return unusual
        bare = _STANDARD_ERROR.search(text, 0, _HEADER)
        return LogLine(text[: bare.start()], "exim", bare["process"] or "", text[bare.end() :]) if bare else None

    def refusal(self, line: LogLine, around: Around) -> Found:
        message = _MESSAGE.match(line.text)
        text = line.text[message.end() :] if message else line.text
        if text.startswith(("** ", "== ")) or any(sign in text for sign in _ERROR_SIGNS):
            found = _refused_by_remote(_whole(line, text, around))
        elif (login := _LOGIN.match(text)) is not None:
            host = host_of(login["name"], login["address"] or "")
            found = LoggedRefusal("outbound", host, "AUTH", "", _reply(login["reply"]), None)
        else:
            found = own_refusal(text)
        if isinstance(found, LoggedRefusal) and self._is_repeated(line, message and message["id"], found, around):
            return None
        return found

    def _is_repeated(self, line: LogLine, message_id: str | None, found: LoggedRefusal, around: Around) -> bool:
        """Whether a following line has the same refusal, with more details or again for the reject log."""
        own_text = f"{message_id} {line.text}" if message_id else line.text
        if line.header and line.process and self._is_logged_twice(line, own_text, around):
            return True
        if found.side == "inbound":
            # Exim rejects MAIL where there was no HELO, and may log the protocol error on top of it; the first of the
            # two is in the reject log as well, and counts once with that.
            return found.reply == "HELO or EHLO required" and any(
                "rejected MAIL from" in text and text.endswith("no HELO/EHLO given") and found.remote_host in text
                for text in around.preceding(_LINES_BETWEEN)
            )
        if message_id is None or found.mailbox is not None:
            return False
        # Exim logs a temporary refusal per host, then repeats it per recipient after the last host.
        again = around.later(f" {message_id} == ") or around.later(f" {message_id} ** ")
        return bool(again) and _reply(again).find(_plain_beginning(found.reply)) >= 0

    def _is_logged_twice(self, line: LogLine, text: str, around: Around) -> bool:
        """Whether the next line is its twin: through syslog, lines of the reject log are in the same file."""
        if self._twin == text:
            self._twin = ""
            return False
        following = around.following()[:1]
        twin = self.line(following[0]) if following else None
        if twin is not None and (twin.process, twin.text) == (line.process, line.text):
            self._twin = text
            return True
        return False

    def thread(self, line: LogLine) -> Thread | None:
        message = _MESSAGE.match(line.text)
        if message is not None:
            return Thread("message id", message["id"], f" {message['id']} ")
        host = HOST.search(line.text)
        if host is None:
            return None
        client = f"[{host['address']}]{host['port'] or ''}"
        return Thread("client", client, client, guess="The log names no session here: these are lines of one client")


class EximLogReader(MailLog):
    """Reads mainlog and rejectlog, in files of their own or through syslog."""

    format: ClassVar[Format] = Format(
        name="exim",
        service=True,
        title="Log of Exim (mainlog)",
        recognised_by="lines with a time, a message id and one of <= => ** ==, or with H=… rejected",
        lacks=(
            "the reply code of Exim's own refusals, unless the text starts with one",
            "the server's name, unless the log went through syslog",
            "usually the time zone",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = EximGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?:(?<!\S){_TIME} (?:\[\d{{1,10}}\] )?|(?<!\S)exim\d?(?:\[\d{{1,10}}\])?: )"
        rf"(?:{_ID} (?:<=|=>|->|\*\*|==|Completed|H=)|H=[^\n]{{1,400}} rejected |Start queue run: pid="
        r"|exim 4\.\d|\w{1,64} authenticator failed (?:for|H=) ?|(?:temporarily )?(?:rejected|refused) \S{3,40} from "
        r"|SMTP (?:call|connection|protocol|syntax) |[Cc]onnection from )"
        r"|(?:^|[\n ]) {0,10}\d{0,10} ?LOG: (?:MAIN|REJECT|PANIC)\b"
        # A text that no other program writes, whatever comes before it.
        rf"|(?<!\S){_ID} (?:<=|=>|->|\*\*|==) \S{{1,512}} (?:[A-Z]=|<)|\*\* \S{{1,512}} R=\S{{1,64}} T="
        rf"|(?<!\S){_TIME} \S{{1,300}}@\S{{1,255}} (?:<[^>\s]{{1,512}}> )?R=\S{{1,64}} T=\S{{1,64}}"
        r"(?::| (?:defer|error|failed)\b)"
        r"|(?<!\S)H=[^\n]{1,400}\] (?:[A-Z]{1,4}=\S{1,300} ){0,8}(?:temporarily )?rejected [A-Z]"
    )


def _whole(line: LogLine, text: str, around: Around) -> str:
    """`text` with the parts that Exim put into further syslog lines."""
    if not line.process or not line.header:
        return text
    for following in around.following():
        next_line = split(following, _TAG)
        if next_line is None or next_line.process != line.process:
            break
        part = _PART.match(next_line.text)
        if part is None or part["part"] == "1":
            break
        text += next_line.text[part.end() :]
    return text


def _refused_by_remote(text: str) -> LoggedRefusal | NoReply | Damaged | None:
    failed = _FAILED.match(text) or _OF_MESSAGE.match(text)
    signs = [at for sign in _ERROR_SIGNS if (at := text.find(sign)) >= 0]
    error = _ERROR.search(text, max(0, min(signs) - _BEFORE_SIGN)) if signs else None
    if error is None:
        if failed is None:
            return None
        if not any(sign in text for sign in _ERROR_SIGNS[:3]):
            # Mail that Exim could not route, or is not retrying yet, is not a failed delivery.
            return NoReply(FAILED) if _UNANSWERED.search(text, failed.end()) else None
        cut = text.rstrip().endswith((" after", "server", "mailer"))
        return Damaged("the line ends before the reply") if cut else None
    inside = _HOST_IN_TEXT.match(text, error.end())
    reply = error["ehlo"] or _reply(text[inside.end() if inside else error.end() :])
    if not reply:
        return Damaged("the line ends before the reply")
    if reply[0] not in "345":
        return None
    host = inside or HOST.search(text, 0, error.start() + 1)
    if host is not None:
        remote = host_of(host["name"] or "", host["address"])
    else:
        named = _NAMED_HOST.search(text, 0, error.start() + 1)
        remote = named["name"] if named else ""
    given, full = _command(error["command"] or error["sent"])
    return LoggedRefusal("outbound", remote, given, full, reply, failed["to"].strip("<>") if failed else None)


def _reply(words: str) -> str:
    """A reply with its line ends, which Exim writes as two characters."""
    return with_line_ends(without_octal(words))


def _command(words: str) -> tuple[str, str]:
    """The verb and the full command, from the text after "after"."""
    words = words.removeprefix("pipelined ")
    if words.startswith(("end of data", "sending data block")):
        return "DATA", "."
    if words.startswith("initial connection"):
        return "", ""
    return words.partition(" ")[0], words


def _plain_beginning(reply: str) -> str:
    match = re.match(r"[\x20-\x5b\x5d-\x7e]{1,200}", reply)
    return match.group() if match else reply
