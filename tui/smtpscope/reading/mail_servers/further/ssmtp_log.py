"""The log of sSMTP: for each mail, that it was sent, or the reply that ended it."""

from __future__ import annotations

import re
from typing import ClassVar

from smtpscope.reading.mail_servers.mail_grammar import Around, Found, LoggedRefusal, MailGrammar
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine, split, tag

_TAG = tag(r"sSMTP")
_REFUSED = re.compile(
    r"RCPT TO:<(?P<to>[^>]{0,512})> \((?P<rcpt>[345]\d\d.*)\)"
    r"|(?:Authorization failed|Server didn't like our AUTH [A-Z0-9-]{1,20}) \((?P<auth>[345]\d\d.*)\)"
    r"|(?P<other>[45]\d\d[ -].*)",
    re.DOTALL,
)


class SsmtpGrammar(MailGrammar):
    """sSMTP names the command of a refused recipient and of a refused login; of all others, it logs only the reply."""

    def line(self, text: str) -> LogLine | None:
        return split(text, _TAG)

    def refusal(self, line: LogLine, around: Around) -> Found:
        refused = _REFUSED.match(line.text)
        if refused is None:
            return None
        verb = "RCPT" if refused["rcpt"] else "AUTH" if refused["auth"] else ""
        reply = refused["rcpt"] or refused["auth"] or refused["other"]
        return LoggedRefusal("outbound", "", verb, "", reply, refused["to"])


class SsmtpLogReader(MailLog):
    """Reads what sSMTP writes to syslog."""

    format: ClassVar[Format] = Format(
        name="ssmtp",
        service=True,
        title="Log of sSMTP",
        recognised_by='the program "sSMTP[…]:" with "Sent mail for", a reply or a recipient and a reply',
        lacks=(
            "the mail hub that refused (it is in ssmtp.conf)",
            "the command, except for recipients and logins",
            "all but the last line of a reply",
            "the year, and usually the time zone",
        ),
    )
    grammar: ClassVar[type[MailGrammar]] = SsmtpGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?<!\S)sSMTP(?:\[\d{1,10}\])?: (?:Sent mail for |Creating SSL connection|RCPT TO:<|[45]\d\d[ -]"
        r"|Authorization failed|Server didn't like|Unable to |Cannot open )"
    )
