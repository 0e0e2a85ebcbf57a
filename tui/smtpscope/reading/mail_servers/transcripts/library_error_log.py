"""Errors of mail libraries in the logs of applications: the reply is in the text of an exception."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.mail_grammar import Around, Found, LoggedRefusal, MailGrammar
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.transcripts import dotnet_error
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine
from smtpscope.reading.text.syslog_time import find_log_time

PROGRAM: Final = "mail library"
_CODE: Final = r"[45]\d\d"
_STRING: Final = r"b?(?P<{0}>['\"])(?P<{1}>(?:[^\\]|\\.){{0,4000}}?)(?P={0})"
# Python's smtplib.
_RECIPIENTS = re.compile(r"SMTPRecipientsRefused\b[^{\n]{0,20}\{(?P<refused>.*)")
_ONE_RECIPIENT = re.compile(
    rf"['\"](?P<to>[^'\"]{{1,512}})['\"]: \((?P<code>{_CODE}), {_STRING.format('quote', 'text')}\)"
)
_PYTHON = re.compile(
    r"SMTP(?P<kind>SenderRefused|DataError|AuthenticationError|HeloError|ConnectError|ResponseException)\b"
    rf"[:( ]{{0,3}}\(?(?P<code>{_CODE}), {_STRING.format('quote', 'text')}"
    r"(?:, ['\"](?P<sender>[^'\"]{1,512})['\"])?\)"
)
# JavaMail and Jakarta Mail, Ruby's Net::SMTP, PHP's Symfony Mailer and SwiftMailer, PHPMailer.
_NAMED = re.compile(
    r"(?P<kind>SMTP(?:Address|Send|Sender)FailedException|AuthenticationFailedException"
    r"|Net::SMTP(?:Authentication|Fatal|Syntax|Unknown)Error|Net::SMTPServerBusy)\b[:( \t]{1,4}"
    rf"(?P<reply>{_CODE}[ \-].{{0,4000}})",
    re.DOTALL,
)
_EXPECTED = re.compile(
    r"Expected response code \\?\"?[\d/]{3,40}\\?\"? but got (?:code )?\\?\"?(?P<code>[45]\d\d)\\?\"?, with message "
    rf"\\?\"(?P<reply>{_CODE}[ \-].{{0,4000}}?)\\?\"(?=[.,) ]|\Z)"
)
_PHPMAILER = re.compile(
    r"(?:(?P<what>MAIL|RCPT|DATA|AUTH)[A-Z ]{0,8} command failed ?)?"
    rf"Detail: (?P<text>.{{0,2000}}?) ?SMTP code: (?P<code>{_CODE})(?: Additional SMTP info: (?P<status>\S{{1,20}}))?"
)
# nodemailer, as Node prints an error.
_NODE = re.compile(
    rf"\s{{0,40}}(?:response|data): (?P<quote>['\"`])(?P<reply>{_CODE}[ \-].{{0,4000}}?)(?P=quote),?\s*\Z"
)
_NODE_CODE: Final = "responseCode: "
# Before version 1.
_NODE_STAGE = re.compile(r"\s{0,40}stage: ['\"](?P<stage>[a-z]{2,12})['\"]")
_STAGES: Final = {"mail": "MAIL", "rcpt": "RCPT", "data": "DATA", "auth": "AUTH"}
_NODE_COMMAND = re.compile(r"\s{0,40}command: ['\"](?P<command>[A-Z ]{2,20})['\"]")
_NODE_RECIPIENT = re.compile(r"\s{0,40}recipient: ['\"](?P<to>[^'\"]{1,512})['\"]")
_NODE_EACH: Final = "rejectedErrors: ["
_NODE_REJECTED = re.compile(r"\s{0,40}rejected: \[ ?['\"](?P<to>[^'\"]{1,512})['\"]")
_VERBS: Final = {
    "SenderRefused": "MAIL",
    "DataError": "DATA",
    "AuthenticationError": "AUTH",
    "HeloError": "HELO",
    "SMTPAddressFailedException": "RCPT",
    "SMTPSenderFailedException": "MAIL",
    "AuthenticationFailedException": "AUTH",
    "Net::SMTPAuthenticationError": "AUTH",
}
_BEHIND: Final = 40
"""Lines of an error of Node: arrays take one for each element."""
_REPLY_LINE = re.compile(rf"{_CODE}(?:[ \-]|\Z)")
_ADDRESS: Final = re.compile(r"(?:\b[Tt]o='?|<)(?P<to>[^\s<>'\"]{1,256}@[^\s<>'\",;]{1,255})")
_HEADER: Final = 100


class LibraryErrorGrammar(MailGrammar):
    """The class of an exception names the command; the time may be in a line above it."""

    def line(self, text: str) -> LogLine | None:
        if not LibraryErrorLogReader.own_signs.search(text):
            return None
        written = find_log_time(text[:_HEADER])
        return LogLine("", PROGRAM, "", text, when=text[written.begin : written.end] if written else " ")

    def refusal(self, line: LogLine, around: Around) -> Found:
        found = (
            _of_python(line.text)
            or _of_others(line.text, around)
            or _of_node(line.text, around)
            or dotnet_error.refusal_of(line.text)
        )
        if found is None or line.when.strip():
            return found
        return found._replace(when=_time_above(around))


class LibraryErrorLogReader(MailLog):
    """Reads any text with exceptions of mail libraries."""

    format: ClassVar[Format] = Format(
        name="mail-errors",
        service=True,
        title="Errors of mail libraries in the log of an application",
        recognised_by="exceptions with a reply of smtplib, JavaMail, Net::SMTP, Symfony, PHPMailer, nodemailer or .NET",
        lacks=(
            "the remote host",
            "usually which command a remote host refused, and the recipient",
            "all but the first line of a reply, in some",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = LibraryErrorGrammar
    own_signs: ClassVar[re.Pattern[str]] = re.compile(
        r"SMTP(?:Recipients|Sender)Refused|SMTP(?:Data|Authentication|Helo|Connect)Error|SMTPResponseException"
        r"|FailedException|Net::SMTP|Expected response code|SMTP code: |(?:response|data): ['\"`][45]"
        rf"|{dotnet_error.SIGN}"
    )
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"SMTPRecipientsRefused\b[^{{\n]{{0,20}}\{{['\"][^'\"\n]{{1,512}}['\"]: \({_CODE}, "
        r"|SMTP(?:SenderRefused|DataError|AuthenticationError|HeloError|ConnectError|ResponseException)\b[:( ]{0,3}"
        rf"\(?{_CODE}, b?['\"]"
        r"|(?:SMTP(?:Address|Send|Sender)FailedException|\bAuthenticationFailedException"
        rf"|Net::SMTP(?:Authentication|Fatal|Syntax|Unknown)Error|Net::SMTPServerBusy)[:( \t]{{1,4}}{_CODE}[ \-]"
        rf"|Expected response code \\?\"?[\d/]{{3,40}}\\?\"? but got (?:code )?\\?\"?{_CODE}\\?\"?, with message"
        rf"|\w\. {dotnet_error.SIGN}"
        rf"|SMTP code: {_CODE}(?: Additional SMTP info: |\s)"
        rf"|\n\s{{0,40}}response: ['\"`]{_CODE}[ \-][^\n]{{0,4000}}\n\s{{0,40}}responseCode: {_CODE}"
        rf"|\n\s{{0,40}}data: ['\"`]{_CODE}[ \-][^\n]{{0,4000}}\n\s{{0,40}}stage: ['\"]"
    )


def _of_python(text: str) -> LoggedRefusal | None:
    recipients = _RECIPIENTS.search(text)
    if recipients is not None:
        each = [
            (found["to"], f"{found['code']} {_plain(found['text'])}".rstrip())
            for found in _ONE_RECIPIENT.finditer(recipients["refused"])
        ]
        if not each:
            return None
        (mailbox, reply), *others = each
        return LoggedRefusal("outbound", "", "RCPT", "", reply, mailbox, further_replies=tuple(others))
    found = _PYTHON.search(text)
    if found is None:
        return None
    verb = _VERBS.get(found["kind"], "")
    reply = f"{found['code']} {_plain(found['text'])}".rstrip()
    return LoggedRefusal("outbound", "", verb, "." if verb == "DATA" else "", reply, found["sender"])


def _plain(text: str) -> str:
    """A text as Python prints it, each line of a reply in a line of its own."""
    return text.replace("\\r", "").replace("\\n", "\n").replace("\\'", "'")


def _of_others(text: str, around: Around) -> LoggedRefusal | None:
    named = _NAMED.search(text)
    if named is not None:
        closed = named["kind"].startswith("Net::SMTP") and text[named.start("reply") - 1] == "("
        reply = named["reply"].split("):" if closed else "\n")[0].rstrip(") \t" if closed else " \t")
        return _refused(_VERBS.get(named["kind"], ""), _with_following(reply, around), text)
    expected = _EXPECTED.search(text)
    if expected is not None:
        reply = expected["reply"].replace("\\r", "").replace("\\n", "\n").rstrip()
        return _refused("", reply, text)
    php = _PHPMAILER.search(text)
    if php is None:
        return None
    status = php["status"] or ""
    words = php["text"] if not status or php["text"].startswith(status) else f"{status} {php['text']}"
    return _refused(php["what"] or "", f"{php['code']} {words}".rstrip(), text)


def _refused(verb: str, reply: str, text: str) -> LoggedRefusal:
    mailbox = _ADDRESS.search(text) if verb in ("", "RCPT") else None
    return LoggedRefusal("outbound", "", verb, "", reply, mailbox["to"] if mailbox else None)


def _with_following(reply: str, around: Around) -> str:
    lines = [reply]
    for text in around.following():
        if lines[-1][3:4] != "-" or not _REPLY_LINE.match(text):
            break
        lines.append(text.rstrip())
    return "\n".join(lines)


def _of_node(text: str, around: Around) -> LoggedRefusal | None:
    found = _NODE.match(text)
    if found is None:
        return None
    behind = around.following()[:_BEHIND]
    stage = next((match["stage"] for line in behind[:1] if (match := _NODE_STAGE.match(line))), None)
    if stage is None and not any(_NODE_CODE in line for line in behind):
        return None
    if any(_NODE_EACH in line for line in behind):
        # The errors of each recipient follow.
        return None
    command = next((match["command"] for line in behind if (match := _NODE_COMMAND.match(line))), "")
    command = command or _STAGES.get(stage or "", "")
    named = (_NODE_REJECTED.match(line) or _NODE_RECIPIENT.match(line) for line in behind)
    to = next((match["to"] for match in named if match), None)
    reply = found["reply"].replace("\\r", "").replace("\\n", "\n")
    return LoggedRefusal("outbound", "", command.split(" ")[0], "", reply, to)


def _time_above(around: Around) -> str:
    for text in around.lines_before():
        written = find_log_time(text[:_HEADER])
        if written is not None:
            return text[written.begin : written.end]
    return ""
