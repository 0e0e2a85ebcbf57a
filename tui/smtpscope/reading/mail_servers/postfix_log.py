"""The log of Postfix: what remote hosts refused its clients (smtp, lmtp), and what its servers refused."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.mail_log import FAILED, Damaged, LoggedRefusal, MailLog, NoReply, host_of
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.mail_servers.postfix_programs import ANYWHERE, BEGINNING, QUEUE_ID, program_of
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine, split, tag

_CLIENTS: Final = frozenset({"smtp", "lmtp"})
_SERVERS: Final = frozenset({"smtpd", "postscreen", "cleanup"})
# Several instances, and services with a syslog_name of their own: postfix-out/smtp, postfix/relay/smtp, mx1/smtp.
_PROGRAM: Final = r"[^\s/\[\]:]{1,64}(?:/[^\s/\[\]:]{1,32}){1,3}"
_TAG = tag(_PROGRAM, BEGINNING, program_of)

_FAILED = frozenset({"bounced", "deferred", "undeliverable"})
_DELIVERY = re.compile(rf"{QUEUE_ID}: to=<(?P<to>.{{0,512}}?)>, ")
_NEXT_HOST_TRIED = re.compile(rf"{QUEUE_ID}: (?=(?:host|SASL authentication failed; server) )")
_SAID = re.compile(
    r"(?P<sasl>SASL authentication failed; server|host) (?P<name>[^\s\[]{0,300})(?:\[(?P<address>[^\]\s]{0,108})\])?"
    r"(?::\d{1,5})? (?P<greeting>refused to talk to me|said): (?P<reply>.*)",
    re.DOTALL,
)
_IN_REPLY_TO: Final = " (in reply to "

_REJECT = re.compile(rf"(?P<id>NOQUEUE|{QUEUE_ID}): (?P<by>milter-|proxy-)?reject: ")
_STAGE = re.compile(
    r"(?P<stage>[A-Z][A-Za-z -]{1,30}?)(?: from (?P<name>[^\s\[]{0,300})\[(?P<address>[^\]\s]{1,64})\](?::\d{1,5})?)?: "
)
# postscreen puts a comma between the parts, smtpd a blank; each part may be missing.
_ENVELOPE: Final = (
    r"(?:from=<[^>]{0,512}>,? ?)?(?:to=<(?P<to>[^>]{0,512})>,? ?)?(?:proto=\w{1,16},? ?)?(?:helo=<[^>]{0,512}>)?"
)
_BEHIND_REPLY = re.compile(rf"; (?=from=<|to=<|proto=){_ENVELOPE}")
_CONTENT = re.compile(
    r"(?:header|body|content|mime-[\w-]{1,32}) .{0,1000} from (?P<name>[^\s\[]{0,300})\[(?P<address>[^\]\s]{1,64})\]; "
    rf"{_ENVELOPE}: (?P<reply>.*)",
    re.DOTALL,
)
_STAGE_COMMANDS: Final = {"CONNECT": ("", ""), "END-OF-MESSAGE": ("DATA", ".")}


class PostfixLogReader(MailLog):
    """Reads what Postfix writes to syslog, the journal or its own maillog_file."""

    format: ClassVar[Format] = Format(
        name="postfix",
        service=True,
        title="Log of Postfix",
        recognised_by='programs such as "postfix/smtp[1234]:" and "postfix/smtpd[1234]:"',
        lacks=(
            "the full command (the verb and the recipient are there)",
            "the reply code of some refusals by postscreen, milters and content filters",
            "the year of the times and mostly their zone",
        ),
    )
    refusal_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r" (?:status=[bdu]|said: [45]|refused to talk to me: |(?:milter-|proxy-)?reject: )"
    )
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?<!\S)postfix[\w.+-]{0,50}(?:/[\w.+-]{1,32}){1,3}(?:\[\d{1,10}\]: | \d{1,10} \S{1,32} (?:-|\[))"
        r"|/(?:smtp|lmtp|qmgr|cleanup|smtpd)\[\d{1,10}\]: "
        r"(?:[0-9A-Za-z]{5,24}: (?:to=<|from=<|client=|message-id=)|NOQUEUE: reject: )"
        rf"|{ANYWHERE}"
    )

    def line(self, text: str) -> LogLine | None:
        return split(text, _TAG)

    def refusal(self, line: LogLine) -> LoggedRefusal | NoReply | Damaged | None:
        daemon = line.program.rpartition("/")[2]
        if daemon in _SERVERS:
            return _rejected(line.text)
        delivery = _DELIVERY.match(line.text)
        if delivery is None:
            return _next_host_tried(line.text) if daemon in _CLIENTS else None
        _, sign, outcome = line.text[delivery.end() :].partition(" status=")
        state, _, reason = outcome.partition(" (")
        if not sign or state.strip() not in _FAILED:
            return None
        if reason.startswith("delivery temporarily suspended: "):
            return NoReply("Deferred without asking the remote host again")
        if daemon not in _CLIENTS:
            return None
        return _said(reason.removesuffix(")"), delivery["to"])

    def thread(self, line: LogLine) -> Thread | None:
        queue_id = re.match(rf"({QUEUE_ID}): ", line.text)
        if queue_id is not None and queue_id[1] != "NOQUEUE":
            key = f" {queue_id[1]}: "
            # Short queue ids are given again, to the next message in the same place of the disk.
            return Thread("queue id", queue_id[1], key, ends=f"{key}removed")
        client = re.match(r"NOQUEUE: reject: [A-Z]{1,16} from (\[[^\]\s]{1,64}\]:\d{1,5}): ", line.text)
        if client is not None:
            return Thread("client", client[1], client[1], f"CONNECT from {client[1]}", f"DISCONNECT {client[1]}")
        if not line.process:
            return None
        process = f"{line.program}[{line.process}]"
        return Thread(
            "process",
            process,
            f" {process}: ",
            f"{process}: connect from ",
            f"{process}: disconnect from ",
            "The log names no session here: these are the lines of the same server process, from connect to disconnect",
        )


def _next_host_tried(text: str) -> LoggedRefusal | NoReply | Damaged | None:
    """A refusal after which Postfix went on to the next host: the line names no recipient."""
    match = _NEXT_HOST_TRIED.match(text)
    return None if match is None else _said(text[match.end() :], None)


def _said(reason: str, mailbox: str | None) -> LoggedRefusal | NoReply | Damaged | None:
    match = _SAID.match(reason)
    if match is None:
        # Syslog daemons cut long lines, and disks get full.
        cut = not reason or (reason.startswith("host ") and "[" not in reason)
        return Damaged("the line ends before the reply") if cut else NoReply(FAILED)
    reply, command = match["reply"], ""
    index = reply.rfind(_IN_REPLY_TO)
    if index >= 0:
        command = reply[index + len(_IN_REPLY_TO) :]
        reply = reply[:index]
    if not reply:
        return Damaged("the line ends before the reply")
    if reply[0] not in "45":
        return None
    given, full = ("AUTH", "") if match["sasl"] != "host" else _command(command)
    return LoggedRefusal("outbound", host_of(match["name"], match["address"] or ""), given, full, reply, mailbox)


def _command(words: str) -> tuple[str, str]:
    """ "RCPT TO command)" or "end of DATA command)" -> the verb, and the full command line where it is known."""
    if words.startswith("end of DATA"):
        return "DATA", "."
    verb = words.partition(" ")[0].strip("()")
    return verb, ""


def _rejected(text: str) -> LoggedRefusal | Damaged | None:
    start = _REJECT.match(text)
    if start is None:
        return None
    rest = text[start.end() :]
    content = _CONTENT.match(rest)
    if content is not None:
        host = host_of(content["name"], content["address"])
        return LoggedRefusal("inbound", host, "DATA", ".", content["reply"], content["to"])
    stage = _STAGE.match(rest)
    if stage is None:
        local = rest.startswith(("header ", "body ", "content ", "mime-"))
        return None if local else Damaged("neither a command nor a client stands behind reject:")
    behind = _BEHIND_REPLY.search(rest, stage.end())
    reply = rest[stage.end() : behind.start()] if behind else rest[stage.end() :]
    words = stage["stage"]
    given, full = _STAGE_COMMANDS.get(words, (words.partition(" ")[0], ""))
    host = host_of(stage["name"] or "", stage["address"] or "")
    return LoggedRefusal("inbound", host, given, full, reply, behind["to"] if behind else None)
