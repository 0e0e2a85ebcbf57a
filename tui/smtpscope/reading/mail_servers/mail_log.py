"""Logs of mail servers: finds the lines with a refusal without reading the rest."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Final

from smtpscope.reading.batching import Batching
from smtpscope.reading.mail_servers.broken_lines import BROKEN, UNREAD, BrokenLines, RefusedLine
from smtpscope.reading.mail_servers.grammars import Grammars
from smtpscope.reading.mail_servers.line_repair.joined_lines import JOINED
from smtpscope.reading.mail_servers.line_repair.odd_lines import OddLines
from smtpscope.reading.mail_servers.mail_grammar import (
    FAILED,
    LONGEST,
    LOOKS_AHEAD,
    Around,
    Damaged,
    Found,
    MailGrammar,
    NoReply,
)
from smtpscope.reading.mail_servers.mail_lines import span_of_lines, times_of_lines
from smtpscope.reading.mail_servers.mail_refusals import Refusals
from smtpscope.reading.mail_servers.mail_thread import session_of
from smtpscope.reading.mail_servers.servers import any_sign
from smtpscope.reading.mail_servers.signs.signed_lines import SignedLines
from smtpscope.reading.problem_log import FailedDeliveries, ProblemLog
from smtpscope.reading.record import Batch, FileInformation, Format, ReadOptions, Source
from smtpscope.reading.smtp_session import SmtpSession
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import BLOCK_SIZE, TextBlock, head_text
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.syslog_line import Headers, LogLine, Written, written_time
from smtpscope.reading.text.text_kind import is_markup, is_text
from smtpscope.reading.text.text_log import NO_ZONE, FollowableTextLog
from smtpscope.reading.text.year_eras import YearEras

_HEADER: Final = 128
"""Characters at the beginning of a line that may be time, computer and program."""

_CELLS = re.compile(r"[^|\n]{8,40} \| \w{2,8} \| ")
_BLANKS = re.compile(r" {2,}")
_COLOURS = re.compile(r"\x1b\[[\d;]{0,20}[mK]")


class MailLog(FollowableTextLog):
    """Reads the log of a mail server line by line; lines without a sign of a refusal are not even decoded.

    A file is the log of one server, and lines of any other server are understood as well.
    """

    format: ClassVar[Format]
    grammar: ClassVar[type[MailGrammar]]
    """Takes lines of this server apart; the other grammars take the rest."""
    lines: ClassVar[type[SignedLines]] = SignedLines
    program_pattern: ClassVar[re.Pattern[str]]
    """Matches in the head of a log written by this program."""
    own_signs: ClassVar[re.Pattern[str] | None] = None
    """Matches in each line that may have a refusal; set if no other server writes to the log."""

    def __init__(
        self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE, tables: bool = True
    ) -> None:
        """With `tables`, numpy looks at all lines of a block at once; what is found is the same."""
        super().__init__(source, options, block_size=block_size)
        odd = OddLines(source.name) if self.own_signs is None else None
        self._text.watch = odd
        eras = YearEras(self._text, source.size, _time_of)
        signs = self.own_signs or any_sign()
        self._times = FileTimes(source.name, options, partial(times_of_lines, self._text, signs, self.line), eras)
        self._headers = Headers(self._times)
        self._problem_log = ProblemLog(source.name)
        self._refusals = Refusals(source.name, self._headers, self._times, self._problem_log)
        self._unanswered = FailedDeliveries(source.name, "deliveries")
        self._broken = BrokenLines(self.line, self._found_in, may_be=self.own_signs is None)
        self._lines = self.lines(signs, self.line, self.grammar.beginning, odd if tables else None)

    def _found_in(self, text: str) -> tuple[Found, LogLine | None, MailGrammar | None]:
        return _found_by(self._grammars, _as_logged(text), self._around)

    def _written(self, text: str, offset: int) -> Written:
        line = self.line(text)
        return self._headers.written(_header_of(text) if line is None else line.timed, offset)

    def _restart(self) -> None:
        super()._restart()
        self._grammars = self._new_grammars()
        self._around = Around()
        self._line = 0
        self._without_reply: Counter[str] = Counter()

    def _new_grammars(self) -> Grammars:
        return Grammars(self.grammar, alone=self.own_signs is not None)

    @classmethod
    def sniff(cls, head: bytes) -> bool:
        if not is_text(head) or is_markup(head):
            return False
        return cls.program_pattern.search(head_text(head)) is not None

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
            self._lines.enter(block)
            while (found := self._lines.next(done, end)) is not None:
                start, behind = found
                # The next block begins with this line, and has the lines after it.
                if not block.final and behind + LOOKS_AHEAD > len(text) and (start or behind <= LONGEST):
                    end = max(done, self._broken.start(block, start, behind))
                    break
                self._pass_over(batching, text, done, start)
                done = self._take_line(batching, block, start, behind)
                if batching.full:
                    self._hand_over_problems(batching, final=False)
                    yield batching.take(block.offset(done))
            self._pass_over(batching, text, done, end)
            batching.extend_log_span(span_of_lines(block, end, self._written))
            stream.keep_from(end)
            self._done = block.offset(end)
            self._hand_over_problems(batching, final=block.final)
            batching.problems += self._unanswered.take() if block.final else []
            if block.final or batching.due:
                yield batching.take(self._done)

    def _hand_over_problems(self, batching: Batching, *, final: bool) -> None:
        batching.problems += self._times.take_problems() + self._problem_log.take(final=final)

    def _pass_over(self, batching: Batching, text: str, begin: int, end: int) -> None:
        """Counts the lines without a sign."""
        lines = self._lines.line_feeds(begin, end) + (end > begin and text[end - 1] != "\n")
        batching.unrelated_records += lines
        self._line += lines

    def _take_line(self, batching: Batching, block: TextBlock, start: int, behind: int) -> int:
        """Takes the line from `start` to `behind`; returns where it ends, which is later if it was broken."""
        joined = start > 0 and block.text[start - 1] != "\n"
        self._line += not joined
        if joined:
            self._problem_log.add(f"line {self._line}", JOINED, "noted")
        self._around.place(start, behind)
        text = _as_logged(block.cut(start, min(behind, start + LONGEST)).rstrip("\r\n"))
        offset, end = block.offset(start), block.offset(behind)
        again = self._refusals.said_again(text, offset, end) if " repeated " in text else None
        if again is not None:
            batching.exchanges += again
            batching.unrelated_records += not again
            return behind
        found, line, grammar = _found_by(self._grammars, text, self._around)
        own = line if grammar is self._grammars.first else None
        whole = self._broken.whole(block, start, behind, found, text, own)
        if whole is not None:
            self._take_whole(batching, block, whole, start, behind)
            return whole.end
        if line is None or found is None:
            batching.unrelated_records += 1
            if line is None and self._broken.is_unread(text):
                self._problem_log.add(f"line {self._line}", UNREAD)
        elif isinstance(found, NoReply):
            self._without_reply[found.reason] += 1
            if found.reason == FAILED:
                self._unanswered.add()
            batching.unrelated_records += 1
        elif isinstance(found, Damaged):
            self._problem_log.add(f"line {self._line}", found.reason)
        else:
            batching.exchanges += self._refusals.of(line, found, offset, end)
        return behind

    def _take_whole(self, batching: Batching, block: TextBlock, whole: RefusedLine, start: int, behind: int) -> None:
        self._problem_log.add(f"line {self._line}", BROKEN, "recovered")
        self._line += block.text.count("\n", behind, whole.end)
        # The parts before this one were passed over as lines of their own.
        batching.unrelated_records -= min(block.text.count("\n", whole.start, start), batching.unrelated_records)
        begin, end = block.offset(whole.start), block.offset(whole.end)
        batching.exchanges += self._refusals.of(whole.line, whole.refusal, begin, end)

    def raw(self, offset: int) -> str:
        """The line as written, or the lines that it was broken into."""
        block = self._text.at(offset, 2 * LONGEST)
        end = block.text.find("\n") + 1 or len(block.text)
        text = block.cut(0, end).rstrip("\r\n")
        whole = self._broken.whole(block, 0, end, _found_by(self._new_grammars(), _as_logged(text), Around())[0], text)
        return text if whole is None else block.cut(0, whole.end).rstrip("\r\n")

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
    """A line without the colours of a terminal, with the angle brackets of one that was copied from HTML, and with
    single spaces in a cell of a table, where a page has its line breaks.
    """
    if "\x1b" in text:
        text = _COLOURS.sub("", text)
    if "&lt;" in text and "<" not in text:
        text = html.unescape(text)
    if "  " in text and _CELLS.match(text):
        text = _BLANKS.sub(" ", text)
    return text


def _time_of(text: str) -> WrittenTime | None:
    """The time of a line, of any program."""
    return written_time(_header_of(text))


def _header_of(text: str) -> str:
    """The part of a line that may be its header: the text after a program's name may begin with another time."""
    return text[:_HEADER].partition(": ")[0]


def _found_by(grammars: Grammars, text: str, around: Around) -> tuple[Found, LogLine | None, MailGrammar | None]:
    """What the line `text` holds, the parsed line, and its grammar; without a refusal, those of the first grammar
    that knows the line."""
    own = grammars.first
    line = own.line(text)
    found = None if line is None else own.refusal(line, around)
    if found is not None:
        return found, line, own
    first: tuple[Found, LogLine | None, MailGrammar | None] = None, line, None if line is None else own
    for grammar in grammars.others(text):
        line = grammar.line(text)
        if line is None:
            continue
        found = grammar.refusal(line, around)
        if found is not None:
            return found, line, grammar
        if first[1] is None:
            first = None, line, grammar
    return first
