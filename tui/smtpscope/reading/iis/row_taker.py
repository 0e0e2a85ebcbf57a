"""Takes the rows of a log of the IIS SMTP service one by one, and makes exchanges of the refusals among them."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from smtpscope.reading.batching import Batching
from smtpscope.reading.iis.session_guess import GuessedAnswer, GuessedSessions
from smtpscope.reading.iis.turns import JOINED, OTHER, RowForm, Turn, command_line, turns_in, with_blanks
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, SmtpExchangeRecord
from smtpscope.reading.text.encodings import TextBlock, decoded
from smtpscope.reading.text.text_log import TextSource

Times = list[int | None]


class RowTaker:
    """Takes the rows of one file, block by block, for one pass."""

    def __init__(self, file: str, text: TextSource) -> None:
        self._file = file
        self._text = text
        self._sessions = GuessedSessions()
        self._lines = 0
        self.problems = ProblemLog(file)

    def take(self, block: TextBlock, end: int, form: RowForm, batching: Batching) -> Generator[Batch, None, Times]:
        """Takes the rows of `block` up to `end`; returns the times of the first and the last one."""
        lines, step = _split(block.text[:end])
        index = others = 0
        last = ""
        times: Times = []
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
                        batching.add((), others, self.problems.take())
                        others = 0
                        yield batching.take(block.offset(index))
            elif turn is not None:
                others += self._take_odd(form, line, number, block, index, batching)
            index += len(line) + step
        self._lines += len(lines)
        batching.unrelated_records += others
        return [*times, form.moment(last)]

    def _take_odd(self, form: RowForm, line: str, number: int, block: TextBlock, index: int, batching: Batching) -> int:
        """Reads what can be read of a line that is not one row; how many of its rows are not refusals."""
        rows = turns_in(form, line)
        reasons = [turn for _, turn in rows if isinstance(turn, str)]
        turns = [(place, turn) for place, turn in rows if isinstance(turn, Turn)]
        self.problems.add(
            f"line {number}", reasons[0] if len(rows) == 1 else JOINED, "recovered" if turns else "skipped"
        )
        others = len(turns)
        for place, turn in turns:
            answered = None if turn is OTHER else self._sessions.take(turn)
            if answered is not None:
                others -= 1
                batching.exchanges.append(self._exchange(block.offset(index + place), turn, answered, form))
        return others

    def _exchange(self, offset: int, turn: Turn, answered: GuessedAnswer, form: RowForm) -> SmtpExchangeRecord:
        true = self.true_text
        mailbox = answered.recipient
        return SmtpExchangeRecord(
            file=self._file,
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

    def true_text(self, text: str) -> str:
        """Decodes eight-bit text, which is searched as Latin-1."""
        if text.isascii() or self._text.encoding.unit == 2:
            return text
        return decoded(text.encode("latin-1"))


def turns_of(text: str, form: RowForm) -> Iterator[Turn]:
    """The rows of `text`, also those of lines that hold two."""
    for line in _split(text)[0]:
        turn = form.turn(line)
        if isinstance(turn, Turn):
            yield turn
        elif turn is not None:
            yield from (each for _, each in turns_in(form, line) if isinstance(each, Turn))


def _split(text: str) -> tuple[list[str], int]:
    """The lines of `text` without their ends, and how long those are."""
    end = "\r\n" if text.count("\r\n") == text.count("\n") else "\n"
    lines = text.split(end)
    if not lines[-1]:
        lines.pop()
    return lines, len(end)


def _named(text: str) -> str | None:
    return None if text in ("", "-") else text
