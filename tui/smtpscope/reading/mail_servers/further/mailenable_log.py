"""The activity log of MailEnable's SMTP service: a command and its reply in one line."""

from __future__ import annotations

import re
from typing import ClassVar

from smtpscope.reading.mail_servers.mail_grammar import Around, Found, LoggedRefusal, MailGrammar
from smtpscope.reading.mail_servers.mail_log import MailLog
from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.record import Format, Side
from smtpscope.reading.text.syslog_line import LogLine

_LINE = re.compile(
    r"(?P<time>\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4} \d{1,2}:\d\d:\d\d(?: [AP]M)?)\t(?P<program>SMTP-(?:IN|OU))\t"
    r"(?P<message>[^\t]{0,64})\t(?P<socket>[^\t]{0,16})\t(?P<rest>[^\t]{0,64}\t.*)",
    re.DOTALL,
)


class MailenableGrammar(MailGrammar):
    """MailEnable writes time, side, message, socket, IP address, verb, command, reply and sizes, separated by tabs."""

    def line(self, text: str) -> LogLine | None:
        found = _LINE.match(text)
        if found is None:
            return None
        program = f"MailEnable {found['program']}"
        return LogLine(found["time"], program, found["message"] or found["socket"], found["rest"])

    def refusal(self, line: LogLine, around: Around) -> Found:
        columns = line.text.split("\t")
        if len(columns) < 4 or columns[3][:1] not in ("4", "5"):
            return None
        address, verb, command, reply = columns[:4]
        message = verb.upper() == "DATA" or command.strip() == "."
        full = "." if message else command
        side: Side = "inbound" if line.program.endswith("SMTP-IN") else "outbound"
        return LoggedRefusal(side, address, verb.upper(), full, reply, None)

    def thread(self, line: LogLine) -> Thread | None:
        return Thread("message", line.process, f"\t{line.process}\t") if line.process else None


class MailenableLogReader(MailLog):
    """Reads SMTP-Activity-….log."""

    format: ClassVar[Format] = Format(
        name="mailenable",
        service=True,
        title="SMTP activity log of MailEnable",
        recognised_by="columns with a time, SMTP-IN or SMTP-OU, a message, a socket and an IP address",
        lacks=("the names of hosts", "the name of the server", "the time zone"),
    )
    grammar: ClassVar[type[MailGrammar]] = MailenableGrammar
    own_signs: ClassVar[re.Pattern[str] | None] = re.compile(r"\t[45]\d\d[ -]")
    program_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?m)^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4} \d{1,2}:\d\d:\d\d(?: [AP]M)?\tSMTP-(?:IN|OU)\t"
    )
