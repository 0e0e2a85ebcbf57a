"""Logs of mail servers: finds the lines with a refusal without reading the rest."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from msgspec.structs import replace

from smtpscope.reading.batching import Batching
from smtpscope.reading.log_span import LogSpan, span_of
from smtpscope.reading.mail_servers.escapes import without_syslog_escapes
from smtpscope.reading.mail_servers.grammars import Grammars
from smtpscope.reading.mail_servers.joined_lines import JOINED, parted
from smtpscope.reading.mail_servers.mail_grammar import (
    FAILED,
    LONGEST,
    LOOKS_AHEAD,
    Around,
    Damaged,
    Found,
    LoggedRefusal,
    MailGrammar,
    NoReply,
)
from smtpscope.reading.mail_servers.mail_thread import session_of
from smtpscope.reading.mail_servers.odd_lines import OddLines
from smtpscope.reading.mail_servers.servers import any_sign
from smtpscope.reading.problem_log import FailedDeliveries, ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, SmtpExchangeRecord, Source
from smtpscope.reading.smtp_session import SmtpSession
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import BLOCK_SIZE, TextBlock, head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.syslog_line import Headers, LogLine, Written, written_time
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import NO_ZONE, FollowableTextLog
from smtpscope.reading.text.year_eras import YearEras

_ENDS: Final = 16_384
"""Characters at each end of a block that are searched for a line with a time."""
_HEADER: Final = 128
"""Characters at the beginning of a line that may be time, computer and program."""

MOST_REPETITIONS: Final = 10_000
"""The most repetitions that one line counts for: nobody can fill the memory with a number."""
_ZEROS: Final = "\0" * 16
_COLOURS = re.compile(r"\x1b\[[\d;]{0,20}[mK]")
# BSD syslogd and its descendants; metalog, which writes it below the message; syslog-ng with suppress().
_SAID_AGAIN = re.compile(r"[Ll]ast (?:message|output) (?:'[^\n']{0,64}' )?repeated (?P<count>\d{1,9}) times")


class _Refusals:
    """Makes the records of one file, one for each repetition of a line."""

    def __init__(self, file: str, headers: Headers, times: FileTimes, problem_log: ProblemLog) -> None:
        self._file, self._headers, self._times, self._problem_log = file, headers, times, problem_log
        self.zone_assumed = False
        self.last: tuple[int, LogLine, LoggedRefusal] | None = None
        """The byte after the last line with a refusal, that line, and the refusal."""

    def of(self, line: LogLine, refusal: LoggedRefusal, offset: int, behind: int) -> list[SmtpExchangeRecord]:
        """The records of `line`, which begins at the byte `offset` and ends before `behind`."""
        self.last = behind, line, refusal
        return self._exchanges(line, refusal, offset) * self._counted(line.repetitions, offset)

    def again(self, header: str, count: int, offset: int, behind: int) -> list[SmtpExchangeRecord]:
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
        others = (replace(first, mailbox=mailbox) for mailbox in refusal.further_mailboxes)
        more = (
            replace(first, mailbox=mailbox, reply=without_syslog_escapes(reply))
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


class MailLog(FollowableTextLog):
    """Reads the log of a mail server line by line; lines without a sign of a refusal are not even decoded.

    A file is the log of one server, and lines of any other server are understood as well.
    """

    format: ClassVar[Format]
    grammar: ClassVar[type[MailGrammar]]
    """Takes lines of this server apart; the other grammars take the rest."""
    program_pattern: ClassVar[re.Pattern[str]]
    """Matches in the head of a log written by this program."""
    own_signs: ClassVar[re.Pattern[str] | None] = None
    """Matches in each line that may have a refusal; set if no other server writes to the log."""

    def __init__(self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE) -> None:
        super().__init__(source, options, block_size=block_size)
        self._text.watch = OddLines(source.name) if self.own_signs is None else None
        eras = YearEras(self._text, source.size, _time_of)
        self._times = FileTimes(source.name, options, self._written_times, eras)
        self._headers = Headers(self._times)
        self._problem_log = ProblemLog(source.name)
        self._refusals = _Refusals(source.name, self._headers, self._times, self._problem_log)
        self._unanswered = FailedDeliveries(source.name, "deliveries")
        self._signs = self.own_signs or any_sign()
        self._signs_or_repetition = re.compile(rf"{self._signs.pattern}|{_SAID_AGAIN.pattern}")

    def _restart(self) -> None:
        super()._restart()
        self._grammars = self._new_grammars()
        self._around = Around()
        self._lines = 0
        self._without_reply: Counter[str] = Counter()

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        text = head_text(head)
        return cls.program_pattern.search(text) is not None

    def _new_grammars(self) -> Grammars:
        return Grammars(self.grammar, alone=self.own_signs is not None)

    def line(self, text: str) -> LogLine | None:
        """A line parsed by the first grammar that knows it, or None."""
        return next((line for grammar in self._grammars.of(text) if (line := grammar.line(text)) is not None), None)

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        batching = Batching(self._source.size)
        if not self._done:
            self._refusals.last = None
        for block, stream in self._text.blocks(self._done):
            text = block.text
            end = len(text) if block.final and to_the_end else text.rfind("\n") + 1
            done = 0
            self._around.enter(block)
            # Searching for one word takes a fiftieth of the time of searching for all signs.
            signs = self._signs_or_repetition if " repeated " in text else self._signs
            while (match := signs.search(text, done, end)) is not None:
                start, behind = _line_around(text, match.start(), done, end)
                start, behind = parted(text, start, behind, match.start(), self.line, self.grammar.beginning)
                self._pass_over(batching, text, done, start)
                # The next block begins with this line, and has the lines after it.
                if not block.final and behind + LOOKS_AHEAD > len(text) and (start or behind <= LONGEST):
                    done = end = start
                    break
                self._take_line(batching, block, start, behind)
                done = behind
                if batching.full:
                    self._hand_over_problems(batching, final=False)
                    yield batching.take(block.offset(done))
            self._pass_over(batching, text, done, end)
            batching.extend_log_span(self._span(block, end))
            stream.keep_from(end)
            self._done = block.offset(end)
            self._hand_over_problems(batching, final=block.final)
            batching.problems += self._unanswered.take() if block.final else []
            if block.final or batching.due:
                yield batching.take(self._done)

    def _span(self, block: TextBlock, end: int) -> LogSpan | None:
        """The time span of the lines of `block` up to `end`, of any program."""
        first = block.cut(0, min(end, _ENDS)).split("\n")
        last = block.cut(max(0, end - _ENDS), end).split("\n")[end > _ENDS :]
        places = ((first, block.offset(0)), (reversed(last), block.offset(max(0, end - 1))))
        times = [time for lines, at in places if (time := self._first_time(lines, at)) is not None]
        return span_of((time.time_ms for time in times), assumed=any(time.time_assumed for time in times))

    def _first_time(self, lines: Iterable[str], offset: int) -> Written | None:
        for text in lines:
            line = self.line(text)
            written = self._headers.written(_header_of(text) if line is None else line.timed, offset)
            if written.time_ms is not None:
                return written
        return None

    def _hand_over_problems(self, batching: Batching, *, final: bool) -> None:
        batching.problems += self._times.take_problems() + self._problem_log.take(final=final)

    def _pass_over(self, batching: Batching, text: str, begin: int, end: int) -> None:
        """Counts the lines without a sign."""
        lines = text.count("\n", begin, end)
        unended = end > begin and text[end - 1] != "\n"
        batching.unrelated_records += lines + unended
        self._lines += lines + unended

    def _take_line(self, batching: Batching, block: TextBlock, start: int, behind: int) -> None:
        joined = start > 0 and block.text[start - 1] != "\n"
        self._lines += not joined
        if joined:
            self._problem_log.add(f"line {self._lines}", JOINED, "noted")
        self._around.place(start, behind)
        text = _as_logged(block.cut(start, min(behind, start + LONGEST)).rstrip("\r\n"))
        if " repeated " in text and (repeated := _SAID_AGAIN.search(text)) is not None:
            header, count = text[: repeated.start()], int(repeated["count"])
            again = self._refusals.again(header, count, block.offset(start), block.offset(behind))
            batching.exchanges += again
            batching.unrelated_records += not again
            return
        found, line, _ = _found_by(self._grammars, text, self._around)
        if line is None or found is None:
            batching.unrelated_records += 1
        elif isinstance(found, NoReply):
            self._without_reply[found.reason] += 1
            if found.reason == FAILED:
                self._unanswered.add()
            batching.unrelated_records += 1
        elif isinstance(found, Damaged):
            self._problem_log.add(f"line {self._lines}", found.reason)
        else:
            batching.exchanges += self._refusals.of(line, found, block.offset(start), block.offset(behind))

    def _written_times(self) -> Iterator[WrittenTime]:
        for block, _ in self._text.blocks():
            for match in self._signs.finditer(block.text):
                start, behind = _line_around(block.text, match.start(), 0, len(block.text))
                line = self.line(block.cut(start, min(behind, start + LONGEST)))
                written = None if line is None else written_time(line.timed)
                if written is not None:
                    yield written

    def raw(self, offset: int) -> str:
        """The line as written."""
        block = self._text.at(offset, 2 * LONGEST)
        return block.cut(0, block.text.find("\n") % (len(block.text) + 1)).rstrip("\r")

    def smtp_session(self, offset: int) -> SmtpSession | None:
        """See `HasSessions`: the lines of the same message, or of the same session if there is no message yet."""
        _, line, grammar = _found_by(self._new_grammars(), _as_logged(self.raw(offset)), Around())
        thread = None if line is None or grammar is None else grammar.thread(line)
        return None if thread is None else session_of(self._text, offset, thread, self.line, self._headers)

    def information(self) -> FileInformation:
        """The counts and the warning cover what was read so far."""
        counts = ((reason, f"{count:,}") for reason, count in self._without_reply.most_common())
        return self._described(*counts, warnings=(NO_ZONE,) if self._refusals.zone_assumed else ())


def _as_logged(text: str) -> str:
    """A line without the colours of a terminal, and with the angle brackets of one that was copied from HTML."""
    if "\x1b" in text:
        text = _COLOURS.sub("", text)
    if "&lt;" in text and "<" not in text:
        text = html.unescape(text)
    return text


def _time_of(text: str) -> WrittenTime | None:
    """The time of a line, of any program."""
    return written_time(_header_of(text))


def _header_of(text: str) -> str:
    """The part of a line that may be its header: the text after a program's name may begin with another time."""
    return text[:_HEADER].partition(": ")[0]


def _line_around(text: str, index: int, begin: int, end: int) -> tuple[int, int]:
    """The start and the end of the line with `index`, both between `begin` and `end`."""
    start = text.rfind("\n", begin, index) + 1 or begin
    # A crash, or copytruncate, leaves zeros.
    zeros = text.rfind(_ZEROS, start, index)
    start = start if zeros < 0 else zeros + len(_ZEROS)
    behind = text.find("\n", index, end) + 1 or end
    return start, behind


def _found_by(grammars: Grammars, text: str, around: Around) -> tuple[Found, LogLine | None, MailGrammar | None]:
    """What the line `text` holds, the parsed line, and its grammar; without a refusal, those of the first grammar
    that knows the line."""
    first: tuple[Found, LogLine | None, MailGrammar | None] = None, None, None
    for grammar in grammars.of(text):
        line = grammar.line(text)
        if line is None:
            continue
        found = grammar.refusal(line, around)
        if found is not None:
            return found, line, grammar
        if first[1] is None:
            first = None, line, grammar
    return first
