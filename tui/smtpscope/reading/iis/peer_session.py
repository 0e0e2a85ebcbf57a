"""The rows with one peer around a refusal: the best view of a session in a log that names no sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from smtpscope.reading.iis.session_guess import SILENCE_MS, GuessedSessions
from smtpscope.reading.iis.turns import RowForm, Turn, command_line, turns_in, with_blanks
from smtpscope.reading.smtp_session import SessionLine, SmtpSession
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.text_log import TextSource

MOST_LINES: Final = 400
_GUESS: Final = (
    "The log does not name sessions: these are the rows with this host up to a greeting, a QUIT or five minutes of "
    "silence, and rows of other connections with it may be among them"
)


def session_at(
    text: TextSource, new_form: Callable[[], RowForm], place: int, true_text: Callable[[str], str]
) -> SmtpSession | None:
    """The session of the row at the byte offset `offset`, None if there is no such row.

    `new_form` makes a fresh form; `true_text` decodes text that was searched as Latin-1. Raises LogError if the log
    can't be read.
    """
    wanted = _turn_at(text, new_form(), place)
    if wanted is None or wanted.kind in ("command", "other"):
        return None
    form = new_form()
    rows = _Rows(place)
    sessions = GuessedSessions()
    last_ms: int | None = None
    for offset, turn in _turns_with(text, form, wanted.peer):
        if not isinstance(turn, Turn) or turn.peer != wanted.peer or turn.service != wanted.service:
            continue
        if turn.kind == "other" or (turn.kind == "answered") != (wanted.kind == "answered"):
            continue
        now = turn.time_ms
        before = sessions.open_with(turn)
        sessions.take(turn)
        silent = now is not None and last_ms is not None and now - last_ms > SILENCE_MS
        begins = before == 0 and (turn.verb not in ("", "-") or turn.reply.startswith("220"))
        if (silent or begins) and rows.begin():
            break
        last_ms = now
        rows.add(offset, turn, true_text)
    if not rows.found:
        return None
    facts = [("remote host", wanted.peer), ("connector", wanted.service), ("computer", wanted.computer)]
    return SmtpSession(
        tuple(rows.lines),
        tuple((label, true_text(value)) for label, value in facts if value not in ("", "-")),
        guess=_GUESS,
        time_assumed=form.time_assumed,
        left_out=rows.left_out,
    )


class _Rows:
    """The lines of one session, those nearest to the row at `offset`."""

    def __init__(self, place: int) -> None:
        self._place = place
        self.found = False
        self.lines: list[SessionLine] = []
        self.left_out = 0

    def begin(self) -> bool:
        """Begins a new session; True if the previous one was the wanted one."""
        if not self.found:
            self.lines, self.left_out = [], 0
        return self.found

    def add(self, offset: int, turn: Turn, true_text: Callable[[str], str]) -> None:
        self.found = self.found or offset == self._place
        if self.found and len(self.lines) >= MOST_LINES:
            self.left_out += 1
            return
        self.lines += _lines_of(offset, turn, true_text)
        if not self.found and len(self.lines) > MOST_LINES // 2:
            self.left_out += len(self.lines) - MOST_LINES // 2
            del self.lines[: -MOST_LINES // 2]


def _lines_of(offset: int, turn: Turn, true_text: Callable[[str], str]) -> Iterator[SessionLine]:
    said = true_text(command_line(turn.verb, turn.argument)) or true_text(turn.verb)
    if turn.kind == "command":
        yield SessionLine(offset, turn.time_ms, "sent", said)
    elif turn.kind == "reply":
        yield SessionLine(offset, turn.time_ms, "received", true_text(with_blanks(turn.reply)))
    else:
        yield SessionLine(offset, turn.time_ms, "received", said)
        if turn.reply not in ("", "-", "0"):
            yield SessionLine(offset, turn.time_ms, "sent", turn.reply)


def _turn_at(text: TextSource, form: RowForm, place: int) -> Turn | None:
    for block, _ in text.blocks():
        at = _index_of(block, place)
        for begin, end in _headings(block.text, len(block.text) if at is None else at):
            form.turn(block.text[begin:end].rstrip("\r"))
        if at is not None:
            end = block.text.find("\n", at)
            turn = form.turn(block.text[at : end if end >= 0 else len(block.text)].rstrip("\r"))
            return turn if isinstance(turn, Turn) else None
    return None


def _index_of(block: TextBlock, place: int) -> int | None:
    """The index of the line that begins at `offset`."""
    if not block.start <= place < block.end:
        return None
    low, high = 0, len(block.text)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if block.offset(middle) < place else (low, middle)
    return low if block.offset(low) == place else None


def _headings(text: str, until: int) -> Iterator[tuple[int, int]]:
    """The offsets of the lines that begin with #."""
    at = 0 if text.startswith("#") else text.find("\n#", 0, until) + 1
    while at < until and text.startswith("#", at):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield at, end
        at = text.find("\n#", end, until) + 1 or until


def _turns_with(text: TextSource, form: RowForm, peer: str) -> Iterator[tuple[int, Turn | str | None]]:
    """The rows with `peer`, and what else is in their lines, with their byte offsets; headings are given to `form`."""
    for block, _ in text.blocks():
        if peer not in block.text and "#" not in block.text:
            continue
        index = 0
        for line in block.text.split("\n"):
            if peer in line or line.startswith("#"):
                for place, turn in turns_in(form, line.rstrip("\r")):
                    yield block.offset(index + place), turn
            index += len(line) + 1
