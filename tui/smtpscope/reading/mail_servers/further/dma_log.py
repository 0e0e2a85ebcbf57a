"""The log of dma, the DragonFly Mail Agent: deliveries that a remote host refused."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from smtpscope.reading.mail_servers.mail_grammar import Around, Found, LoggedRefusal, MailGrammar, host_of
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.record import Format
from smtpscope.reading.text.syslog_line import LogLine

# dma has the name of the queue file where others have the process id.
_TAG = re.compile(r"(?<!\S)dma\[(?P<id>[0-9a-f]{1,16}(?:\.[0-9a-f]{1,20})?)\]: ")
# If the tag is lost, the text decides: no other program writes it.
_BARE = re.compile(
    r"(?<!\S)(?=(?:trying )?remote delivery (?:to|deferred:|failed:) \S{1,255} (?:\[|failed after )"
    r"|remote delivery (?:deferred|failed): (?:AUTH|SMTP) login |[Cc]ould not perform server greeting at )"
)
_NEAREST: Final = "The line names no queue file: the recipient is from the nearest line before it"
_HOST: Final = r"(?P<name>[^\s\[]{1,255})(?: \[(?P<address>[^\]]{1,64})\])?"
_REFUSED = re.compile(
    rf"(?:remote delivery (?:to|deferred:|failed:) {_HOST} failed after (?P<stage>[A-Za-z ]{{2,20}})"
    rf"|[Cc]ould not perform server (?P<greeting>greeting) at {_HOST.replace('?P<', '?P<greeting_')}"
    r"|remote delivery (?:deferred|failed): (?P<login>AUTH login|SMTP login|authentication)[^:]{0,80})"
    r": (?P<reply>[345]\d\d.*)",
    re.DOTALL,
)
_TRYING = re.compile(r"trying remote delivery to (?P<name>[^\s\[]{1,255})(?: \[(?P<address>[^\]]{1,64})\])?")
_TO = re.compile(r"(?<!\S)<(?P<to>[^>]{1,512})> trying delivery")
_STAGES: Final = {
    "connect": ("", ""),
    "RCPT TO": ("RCPT", ""),
    "MAIL FROM": ("MAIL", ""),
    "DATA": ("DATA", "DATA"),
    "final DATA": ("DATA", "."),
}


class DmaGrammar(MailGrammar):
    """dma names the queue file of one recipient in each line; the recipient is in an earlier line."""

    def line(self, text: str) -> LogLine | None:
        found = _TAG.search(text, 0, 300)
        if found is not None:
            return LogLine(text[: found.start()], "dma", found["id"], text[found.end() :])
        bare = _BARE.search(text, 0, 300)
        return LogLine(text[: bare.start()], "dma", "", text[bare.start() :]) if bare else None

    def refusal(self, line: LogLine, around: Around) -> Found:
        refused = _REFUSED.match(line.text)
        if refused is None:
            return None
        tag = f"dma[{line.process}]: " if line.process else ""
        to = _TO.search(around.earlier(f"{tag}<" if tag else "> trying delivery"))
        if refused["greeting"]:
            name, address, (verb, full) = refused["greeting_name"], refused["greeting_address"], ("EHLO", "")
        elif refused["login"]:
            tried = _TRYING.search(around.earlier(f"{tag}trying remote delivery to "))
            name, address, (verb, full) = (
                (tried["name"], tried["address"], ("AUTH", "")) if tried else ("", "", ("AUTH", ""))
            )
        else:
            name, address, (verb, full) = refused["name"], refused["address"], _STAGES.get(refused["stage"], ("", ""))
        return LoggedRefusal(
            "outbound",
            host_of(name, address or ""),
            verb,
            full,
            refused["reply"],
            to["to"] if to else None,
            _NEAREST if to and not tag else None,
        )

    def thread(self, line: LogLine) -> Thread | None:
        return Thread("queue file", line.process, f"dma[{line.process}]: ") if line.process else None


class DmaLogReader(MailLog):
    """Reads what dma writes to syslog."""

    format: ClassVar[Format] = Format(
        name="dma",
        service=True,
        title="Log of dma (DragonFly Mail Agent)",
        recognised_by='the program "dma[…]:" with the name of a queue file, or "remote delivery to … failed after"',
        lacks=("the full command", "the year, and usually the time zone"),
    )
    grammar: ClassVar[type[MailGrammar]] = DmaGrammar
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?<!\S)dma\[[0-9a-f]{1,16}(?:\.[0-9a-f]{1,20})?\]: (?:new mail from|mail to=<|<[^>\n]{1,512}> "
        r"|trying |remote )"
        r"|(?<!\S)remote delivery (?:to|deferred:|failed:) \S{1,255} (?:\[[^\]\n]{1,64}\] )?"
        r"failed after [A-Za-z ]{2,20}: "
    )
