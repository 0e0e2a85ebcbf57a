"""The base of the readers for all three formats of the IIS SMTP service: rows in, refusals out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Final

from smtpscope.errors import Problem
from smtpscope.reading.batching import Batching
from smtpscope.reading.iis.peer_session import session_at
from smtpscope.reading.iis.session_guess import GuessedAnswer, GuessedSessions
from smtpscope.reading.iis.turns import JOINED, OTHER, RowForm, Turn, command_line, turns_in, with_blanks
from smtpscope.reading.log_span import span_of
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, Format, SmtpExchangeRecord
from smtpscope.reading.smtp_session import SmtpSession
from smtpscope.reading.text.encodings import TextBlock, decoded
from smtpscope.reading.text.text_log import FollowableTextLog, head_of

_LONGEST_ROW: Final = 1 << 16


class IisSmtpReader(FollowableTextLog):
    """Reads one log; a `RowForm` knows how a row is written."""

    format: ClassVar[Format]

    def _restart(self) -> None:
        super()._restart()
        self._form: RowForm | None = None
        self._sessions = GuessedSessions()
        self._problems = ProblemLog(self._source.name)
        self._lines = 0

    @classmethod
    @abstractmethod
    def sniff(cls, head: bytes) -> bool:
        """See `LogReader`."""

    @abstractmethod
    def _new_form(self) -> RowForm:
        """The form of this file's rows, before its first line. Raises LogError if it is surely another kind."""

    def _notes(self) -> list[Problem]:
        """Assumptions made for the whole file."""
        return []

    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        batching = Batching(self._source.size)
        form = self._form
        if form is None:
            form = self._form = self._new_form()
            batching.problems += self._notes()
        for block, _ in self._text.blocks(self._done):
            end = self._end_of_lines(block, to_the_end=to_the_end)
            lines, step = _split(block.text[:end])
            index = others = 0
            last = ""
            times: list[int | None] = []
            for number, line in enumerate(lines, self._lines + 1):
                turn = form.turn(line)
                if isinstance(turn, Turn):
                    if not last:
                        times.append(form.moment(line))
                    last = line
                    answered = None if turn is OTHER else self._sessions.take(turn)
                    if answered is None:
                        others += 1
                    else:
                        batching.exchanges.append(self._exchange(block.offset(index), turn, answered, form))
                        if batching.full:
                            batching.add((), others, self._problems.take())
                            others = 0
                            yield batching.take(block.offset(index))
                elif turn is not None:
                    others += self._take_odd(form, line, number, block, index, batching)
                index += len(line) + step
            times.append(form.moment(last))
            batching.extend_log_span(span_of(times, assumed=form.time_assumed))
            self._lines += len(lines)
            self._done = block.offset(end)
            batching.add((), others, self._problems.take(final=block.final))
            if block.final or batching.due:
                yield batching.take(self._done)

    def _take_odd(self, form: RowForm, line: str, number: int, block: TextBlock, index: int, batching: Batching) -> int:
        """Reads what can be read of a line that is not one row; how many of its rows are not refusals."""
        rows = turns_in(form, line)
        reasons = [turn for _, turn in rows if isinstance(turn, str)]
        turns = [(place, turn) for place, turn in rows if isinstance(turn, Turn)]
        self._problems.add(
            f"line {number}", reasons[0] if len(rows) == 1 else JOINED, "recovered" if turns else "skipped"
        )
        others = len(turns)
        for place, turn in turns:
            answered = None if turn is OTHER else self._sessions.take(turn)
            if answered is not None:
                others -= 1
                batching.exchanges.append(self._exchange(block.offset(index + place), turn, answered, form))
        return others

    @staticmethod
    def _end_of_lines(block: TextBlock, *, to_the_end: bool) -> int:
        """The index up to which the block can be read now."""
        if block.final and not to_the_end:
            return block.text.rfind("\n") + 1
        return len(block.text)

    def _exchange(self, offset: int, turn: Turn, answered: GuessedAnswer, form: RowForm) -> SmtpExchangeRecord:
        true = self._true_text
        mailbox = answered.recipient
        return SmtpExchangeRecord(
            file=self._source.name,
            offset=offset,
            time_ms=turn.time_ms,
            time_assumed=form.time_assumed,
            side="inbound" if turn.kind == "answered" else "outbound",
            provider=form.provider,
            computer=_named(true(turn.computer)),
            connector=_named(true(turn.service)),
            remote_host=_named(true(turn.peer)) or "",
            logged_verb=_named(true(answered.verb)) or "",
            command=true(command_line(answered.verb, answered.argument)),
            reply=true(with_blanks(turn.reply)),
            mailbox=None if mailbox is None else true(mailbox),
            guess=answered.guess,
        )

    def _true_text(self, text: str) -> str:
        """Decodes eight-bit text, which is searched as Latin-1."""
        if text.isascii() or self._text.encoding.unit == 2:
            return text
        return decoded(text.encode("latin-1"))

    def raw(self, offset: int) -> str:
        """The row as written."""
        block = self._text.at(offset, _LONGEST_ROW)
        end = block.text.find("\n")
        row = block.cut(0, end if end >= 0 else len(block.text)).strip("\r\0")
        return row or f"There is no row at byte {offset:#x}."

    def smtp_session(self, offset: int) -> SmtpSession | None:
        """See `HasSessions`."""
        return session_at(self._text, self._new_form, offset, self._true_text)

    def _head(self) -> bytes:
        return head_of(self._source)


def _split(text: str) -> tuple[list[str], int]:
    """The lines of `text` without their ends, and how long those are."""
    end = "\r\n" if text.count("\r\n") == text.count("\n") else "\n"
    lines = text.split(end)
    if not lines[-1]:
        lines.pop()
    return lines, len(end)


def _named(text: str) -> str | None:
    return None if text in ("", "-") else text
