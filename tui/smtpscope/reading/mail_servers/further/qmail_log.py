"""The log of qmail: deliveries that a remote host refused, and what rblsmtpd refused."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.mail_grammar import FAILED, Around, Found, LoggedRefusal, MailGrammar, NoReply
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine, split, tag

_TAG = tag(r"qmail(?:-send)?|rblsmtpd")
# splogger writes seconds since 1970 after the tag, multilog TAI64N before the line.
_SECONDS: Final = re.compile(r"\d{9,10}\.\d{6} ")
_BARE = re.compile(r"(?<!\S)(?=delivery \d{1,10}: (?:deferral|failure): |rblsmtpd: )")
_DELIVERY = re.compile(r"delivery (?P<number>\d{1,10}): (?P<how>deferral|failure): (?P<text>.*)", re.DOTALL)
_START = re.compile(r"starting delivery \d{1,10}: msg \d{1,20} to remote (?P<to>\S{1,512})")
_REPLY = re.compile(
    r"(?P<what>.{0,300}?)/Remote_host_said:_(?P<reply>[345]\d\d.*?)(?:/Giving_up_on_[^/]{1,300}?\.?/|/?)\Z", re.DOTALL
)
_HOST = re.compile(r"(?:Connected_to_)?(?P<host>[0-9A-Fa-f.:]{3,45}?)(?=_|\.?$)")
_BLOCKED = re.compile(
    r"(?:rblsmtpd: )?(?P<address>[0-9A-Fa-f.:]{3,45}) pid \d{1,10}: (?P<reply>[45]\d\d .*)", re.DOTALL
)
_STAGES: Final = (
    ("does_not_like_recipient", "RCPT", ""),
    ("sender_was_rejected", "MAIL", ""),
    ("failed_after_I_sent_the_message", "DATA", "."),
    ("failed_on_DATA_command", "DATA", "DATA"),
    ("my_name_was_rejected", "HELO", ""),
    ("authentication_was_rejected", "AUTH", ""),
    ("STARTTLS", "STARTTLS", ""),
)
"""The words of qmail-remote, and the command it had sent."""


class QmailGrammar(MailGrammar):
    """qmail numbers its deliveries: the line that starts one has the recipient, the line that ends it the reply."""

    def line(self, text: str) -> LogLine | None:
        tagged = split(text, _TAG)
        if tagged is not None:
            seconds = _SECONDS.match(tagged.text)
            return tagged._replace(text=tagged.text[seconds.end() :]) if seconds else tagged
        start = _BARE.search(text, 0, 200)
        return LogLine(text[: start.start()], "qmail", "", text[start.start() :]) if start else None

    def refusal(self, line: LogLine, around: Around) -> Found:
        blocked = _BLOCKED.match(line.text)
        if blocked is not None:
            return LoggedRefusal("inbound", blocked["address"], "", "", blocked["reply"], None)
        delivery = _DELIVERY.match(line.text)
        if delivery is None:
            return None
        reported = _REPLY.match(delivery["text"])
        if reported is None:
            remote = "establish_an_SMTP_connection" in delivery["text"] or "but_connection_died" in delivery["text"]
            return NoReply(FAILED) if remote else None
        verb, full = next(((verb, full) for words, verb, full in _STAGES if words in reported["what"]), ("", ""))
        host = _HOST.match(reported["what"])
        to = _START.search(around.earlier(f"starting delivery {delivery['number']}: "))
        # qmail writes a space as "_" and a line end as "/".
        reply = re.sub(r"/(?=\d{3}[-_])", "\n", reported["reply"]).replace("_", " ")
        return LoggedRefusal("outbound", host["host"] if host else "", verb, full, reply, to["to"] if to else None)


class QmailLogReader(MailLog):
    """Reads what qmail-send writes to syslog or to multilog."""

    format: ClassVar[Format] = Format(
        name="qmail",
        service=True,
        title="Log of qmail",
        recognised_by='lines with "starting delivery 1: msg 2 to remote", "delivery 1: failure:" or "rblsmtpd:"',
        lacks=(
            "the name of a remote host",
            "which spaces in a reply were underscores",
            "qmail-smtpd's refusals, except by block list",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = QmailGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?<!\S)(?:starting delivery \d{1,10}: msg \d{1,20} to (?:remote|local) |delivery \d{1,10}: (?:success"
        r"|deferral|failure): "
        r"|rblsmtpd: [0-9A-Fa-f.:]{3,45} pid )"
    )
