"""Collects the lines of one message or session from a log that mixes them with others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from smtpscope.reading.smtp_session import SessionLine, SmtpSession
from smtpscope.reading.text.syslog_line import Headers, LogLine
from smtpscope.reading.text.text_log import TextSource

_BEFORE: Final = 300
_AFTER: Final = 200
_LONGEST: Final = 65_536


class Thread(NamedTuple):
    """`key` is in each line of the message or session. `label` and `name` are shown as a fact of the session.

    Names can be reused: a line with `begins` is the first, one with `ends` the last ("" if there is no such mark).
    `guess` is that of `SmtpSession`.
    """

    label: str
    name: str
    key: str
    begins: str = ""
    ends: str = ""
    guess: str | None = None


class _Lines:
    """The lines of a thread found so far, in log order; `over` is set once it is complete."""

    def __init__(self, thread: Thread, offset: int) -> None:
        self._thread = thread
        self._place = offset
        self._before: deque[tuple[int, str]] = deque(maxlen=_BEFORE)
        self._after: list[tuple[int, str]] = []
        self.left_out = 0
        self.over = False

    @property
    def found(self) -> list[tuple[int, str]]:
        """Place and text of each line; none if the wanted line was not found."""
        if not self._after or self._after[0][0] != self._place:
            return []
        return [*self._before, *self._after]

    def take(self, offset: int, line: str) -> None:
        begins = bool(self._thread.begins) and self._thread.begins in line
        ends = bool(self._thread.ends) and self._thread.ends in line
        if begins and offset > self._place:
            self.over = True
            return
        if begins:
            self._forget()
        if offset < self._place:
            self.left_out += len(self._before) == _BEFORE
            self._before.append((offset, line))
            if ends:
                self._forget()
            return
        if len(self._after) < _AFTER:
            self._after.append((offset, line))
        else:
            self.left_out += 1
        self.over = ends

    def _forget(self) -> None:
        """The earlier lines belong to another thread of the same name."""
        self._before.clear()
        self.left_out = 0


def session_of(
    text: TextSource, offset: int, thread: Thread, split: Callable[[str], LogLine | None], headers: Headers
) -> SmtpSession | None:
    """The lines of `thread` around the one at the byte `offset`; None if that is no longer there.

    Raises LogError if the log can no longer be read.
    """
    lines = _Lines(thread, offset)
    for block, _ in text.blocks():
        position = 0
        while not lines.over and (index := block.text.find(thread.key, position)) >= 0:
            start = block.text.rfind("\n", position, index) + 1 or position
            position = block.text.find("\n", index) + 1 or len(block.text)
            lines.take(block.offset(start), block.cut(start, min(position, start + _LONGEST)).rstrip("\r\n"))
        if lines.over or (block.end > offset and not lines.found):
            break
    found = lines.found
    if not found:
        return None
    written = [_line(at, line, split, headers) for at, line in found]
    return SmtpSession(
        lines=tuple(line for line, _ in written),
        facts=((thread.label, thread.name),),
        guess=thread.guess,
        time_assumed=any(assumed for _, assumed in written),
        left_out=lines.left_out,
    )


def _line(offset: int, text: str, split: Callable[[str], LogLine | None], headers: Headers) -> tuple[SessionLine, bool]:
    """The line, and whether its zone was assumed."""
    parts = split(text)
    if parts is None:
        return SessionLine(offset, None, "information", text), False
    time_ms, assumed, _ = headers.written(parts.timed, offset)
    return SessionLine(offset, time_ms, "information", text[len(parts.header) :].strip()), assumed
