"""Makes records of the refusals in the lines of a mail server's log."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from smtpscope.reading.mail_servers.line_repair.escapes import without_syslog_escapes
from smtpscope.reading.mail_servers.mail_grammar import LoggedRefusal
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import SmtpExchangeRecord
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.syslog_line import Headers, LogLine

# BSD syslogd and its descendants; metalog, which writes it below the message; syslog-ng with suppress().
SAID_AGAIN: Final = re.compile(r"[Ll]ast (?:message|output) (?:'[^\n']{0,64}' )?repeated (?P<count>\d{1,9}) times")
MOST_REPETITIONS: Final = 10_000
"""The most repetitions that one line counts for: nobody can fill the memory with a number."""


class Refusals:
    """Makes the records of one file, one for each repetition of a line."""

    def __init__(self, file: str, headers: Headers, times: FileTimes, problem_log: ProblemLog) -> None:
        self._file, self._headers, self._times, self._problem_log = file, headers, times, problem_log
        self.zone_assumed = False
        self.last: tuple[int, LogLine, LoggedRefusal] | None = None
        """The byte after the last line with a refusal, that line, and the refusal."""

    def of(self, line: LogLine, refusal: LoggedRefusal, offset: int, behind: int) -> list[SmtpExchangeRecord]:
        """The records of `line`, which begins at the byte `offset` and ends before `behind`."""
        self.last = behind, line, refusal
        exchanges = self._exchanges(line, refusal, offset)
        return exchanges if line.repetitions == 1 else exchanges * self._counted(line.repetitions, offset)

    def said_again(self, text: str, offset: int, behind: int) -> list[SmtpExchangeRecord] | None:
        """The records of a "repeated" line, which repeats the line before; None for another line."""
        repeated = SAID_AGAIN.search(text) if " repeated " in text else None
        if repeated is None:
            return None
        return self._again(text[: repeated.start()], int(repeated["count"]), offset, behind)

    def _again(self, header: str, count: int, offset: int, behind: int) -> list[SmtpExchangeRecord]:
        """The records of a "repeated" line, which has `header` and counts repetitions of the line before."""
        if self.last is None or self.last[0] != offset:
            return []
        _, line, refusal = self.last
        # metalog writes no time here: use that of the message.
        timed = self._headers.written(header, offset).time_ms is not None
        computer = self._headers.written(line.header, offset).computer
        exchanges = self._exchanges(line._replace(header=header) if timed else line, refusal, offset)
        self.last = behind, line, refusal
        return [replace(exchange, computer=computer) for exchange in exchanges] * self._counted(count, offset)

    def _counted(self, count: int, offset: int) -> int:
        if count > MOST_REPETITIONS:
            reason = f"the line says the message came {count:,} times; it counts as {MOST_REPETITIONS:,}"
            self._problem_log.add(f"byte {offset:#x}", reason, "noted")
        return min(max(1, count), MOST_REPETITIONS)

    def _exchanges(self, line: LogLine, refusal: LoggedRefusal, offset: int) -> list[SmtpExchangeRecord]:
        """One for each recipient in the line."""
        first = self._exchange(line, refusal, offset)
        if not refusal.further_mailboxes and not refusal.further_replies:
            return [first]
        others = (replace(first, mailbox=mailbox) for mailbox in refusal.further_mailboxes)
        more = (
            replace(first, mailbox=mailbox or None, reply=without_syslog_escapes(reply))
            for mailbox, reply in refusal.further_replies
        )
        return [first, *others, *more]

    def _exchange(self, line: LogLine, refusal: LoggedRefusal, offset: int) -> SmtpExchangeRecord:
        time_ms, assumed, computer = self._headers.written(refusal.when or line.timed, offset)
        self.zone_assumed = self.zone_assumed or assumed
        if time_ms is None:
            self._times.note_timeless()
        return SmtpExchangeRecord(
            file=self._file,
            offset=offset,
            time_ms=time_ms,
            time_assumed=assumed,
            side=refusal.side,
            provider=line.program,
            computer=computer,
            connector=None,
            remote_host=refusal.remote_host,
            logged_verb=refusal.logged_verb,
            command=refusal.command,
            reply=without_syslog_escapes(refusal.reply),
            # A web page may have lost angle brackets with their content.
            mailbox=refusal.mailbox or None,
            guess=refusal.guess,
        )
