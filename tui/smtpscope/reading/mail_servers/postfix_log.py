"""The log of Postfix: what remote hosts refused its clients (smtp, lmtp), and what its servers refused."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.mail_grammar import (
    FAILED,
    LONGEST,
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
from smtpscope.reading.mail_servers.postfix_programs import ANYWHERE, BEGINNING, program_of
from smtpscope.reading.mail_servers.postfix_rejects import QUEUE_ID, server_refusal
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine, split, tag

_CLIENTS: Final = frozenset({"smtp", "lmtp"})
_SERVERS: Final = frozenset({"smtpd", "postscreen", "cleanup"})
# Several instances, and services with a syslog_name of their own: postfix-out/smtp, postfix/relay/smtp, mx1/smtp.
_PROGRAM: Final = r"[^\s/\[\]:]{1,64}(?:/[^\s/\[\]:]{1,32}){1,3}"
_TAG = tag(rf"(?:{_PROGRAM}|postfix)", BEGINNING, program_of)

_FAILED = frozenset({"bounced", "deferred", "undeliverable"})
_DELIVERY = re.compile(rf"{QUEUE_ID}: to=<(?P<to>.{{0,512}}?)>, ")
# Warnings repeat the line of a delivery, except for an extension that Postfix does without.
_NO_RECIPIENT = re.compile(
    rf"(?:{QUEUE_ID}: (?=(?:host|SASL authentication failed; server) )|warning: (?=host [^\n]{{1,4000}} XFORWARD ))"
)
_SAID = re.compile(
    r"(?:TLS is required, but |TLS is required, \w{1,20}; )?"
    r"(?P<sasl>SASL authentication failed; server|host) (?P<name>[^\s\[]{0,300})(?:\[(?P<address>[^\]\s]{0,108})\])?"
    r"(?::\d{1,5})? (?P<what>refused to talk to me|refused to start TLS|said): (?P<reply>.*)",
    re.DOTALL,
)
_IN_REPLY_TO: Final = " (in reply to "

_BARE_MAILBOX = re.compile(r"(?<=[ ,])(to|orig_to|from|helo)=([^\s<>,;]{0,512})")


class PostfixGrammar(MailGrammar):
    """Postfix names the daemon in each line: clients log what was refused to us, servers what we refused."""

    def line(self, text: str) -> LogLine | None:
        line = split(text, _TAG)
        if line is not None and "<" not in line.text:
            # Web pages and mails lose angle brackets.
            line = line._replace(text=_BARE_MAILBOX.sub(r"\1=<\2>", line.text))
        if line is None or "/" in line.program:
            return line
        return line._replace(program=program_of(line.program, line.text) or line.program)

    def refusal(self, line: LogLine, around: Around) -> Found:
        daemon = line.program.rpartition("/")[2]
        if daemon in _SERVERS:
            return server_refusal(line, around)
        client = daemon in _CLIENTS
        delivery = _DELIVERY.match(line.text)
        if delivery is None:
            return _without_recipient(line.text, around) if client else None
        _, sign, outcome = line.text[delivery.end() :].partition(" status=")
        state, _, reason = outcome.partition(" (")
        if not sign or state.strip() not in _FAILED:
            return None
        if reason.startswith("delivery temporarily suspended: "):
            return NoReply("Deferred without asking the remote host again")
        return said_in(reason.removesuffix(")"), delivery["to"]) if client else None

    def thread(self, line: LogLine) -> Thread | None:
        queue_id = re.match(rf"({QUEUE_ID}): ", line.text)
        if queue_id is not None and queue_id[1] != "NOQUEUE":
            key = f" {queue_id[1]}: "
            # Short queue ids are reused for the next message in the same place on disk.
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


class PostfixLogReader(MailLog):
    """Reads what Postfix writes to syslog, the journal or its own maillog_file."""

    format: ClassVar[Format] = Format(
        name="postfix",
        service=True,
        title="Log of Postfix",
        recognised_by='programs such as "postfix/smtp[1234]:" and "postfix/smtpd[1234]:"',
        lacks=(
            "the full command (the verb and the recipient are there)",
            "the reply code of some refusals by postscreen, milters and content filters, and of failed logins",
            "out-of-order or unknown commands, which Postfix answers without logging",
            "bytes of a reply that are not text: shown as a question mark",
            "the year, and usually the time zone",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = PostfixGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?<!\S)postfix[\w.+-]{0,50}(?:/[\w.+-]{1,32}){1,3}(?:\[\d{1,10}\]: | \d{1,10} \S{1,32} (?:-|\[))"
        r"|/(?:smtp|lmtp|qmgr|cleanup|smtpd)\[\d{1,10}\]: "
        r"(?:[0-9A-Za-z]{5,24}: (?:to=<|from=<|client=|message-id=)|NOQUEUE: reject: )"
        rf"|{ANYWHERE}"
    )


def _without_recipient(text: str, around: Around) -> Found:
    """A refusal after which Postfix continued, with the next host or without an extension: it names no recipient."""
    match = _NO_RECIPIENT.match(text)
    return None if match is None else said_in(text[match.end() :], _only_recipient(text, around))


def _only_recipient(text: str, around: Around) -> str | None:
    """The recipient of the message in `text`, which is in a later line, if the message has no other."""
    key = f" {text.partition(': ')[0]}: "
    if ", nrcpt=1 " not in around.earlier(f"{key}from=<"):
        return None
    delivery = _DELIVERY.search(around.later(f"{key}to=<", LONGEST))
    return delivery and delivery["to"]


def said_in(reason: str, mailbox: str | None) -> Found:
    """What `reason` tells, the words in which Postfix says why a delivery to `mailbox` failed."""
    match = _SAID.match(reason)
    if match is None:
        # Syslog daemons cut long lines, and disks fill up.
        cut = not reason or (reason.startswith("host ") and "[" not in reason)
        return Damaged("the line ends before the reply") if cut else NoReply(FAILED)
    reply, command = match["reply"], ""
    index = reply.rfind(_IN_REPLY_TO)
    if index >= 0:
        command = reply[index + len(_IN_REPLY_TO) :]
        reply = reply[:index]
    if not reply:
        return Damaged("the line ends before the reply")
    if reply[0] not in "345":
        return None
    if match["sasl"] != "host":
        given, full = "AUTH", ""
    elif match["what"] == "refused to start TLS":
        given = full = "STARTTLS"
    else:
        given, full = _command(command)
    return LoggedRefusal("outbound", host_of(match["name"], match["address"] or ""), given, full, reply, mailbox)


def _command(words: str) -> tuple[str, str]:
    """The verb in words such as "RCPT TO command)" or "end of DATA command)", and the full command if it is known."""
    if words.startswith("end of DATA"):
        return "DATA", "."
    verb = words.partition(" ")[0].strip("()")
    return verb, ""
