"""Lines of a log that begin as no line of it does: text that got into it from elsewhere, or what is left of a line."""

from __future__ import annotations

from typing import Final

from smtpscope.errors import Problem
from smtpscope.reading.mail_servers.line_repair.joined_lines import form_of, shape_of
from smtpscope.reading.mail_servers.line_repair.line_beginnings import LineBeginnings
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.syslog_time import find_log_time

_FEWEST: Final = 20
"""Lines at the beginning of a log that show what its lines begin with."""
_MOST_OF: Final = 0.9
_LOOKED_AT: Final = 20_000
_TIME_WITHIN: Final = 64
_LINE_END: Final = 2


class OddLines:
    """Counts them in one log; nothing in a log whose lines have no form in common, such as output of test tools."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.beginnings: LineBeginnings | None = None
        self._is_known = False
        self._looked_at = 0
        self._count = self._first = 0
        self._left = _LOOKED_AT

    def look(self, block: TextBlock) -> None:
        """Looks at the whole lines of `block`, each once however often the log is read."""
        text = block.text
        if not self._is_known:
            self._is_known = True
            self.beginnings = _beginnings_in(text)
        last = text.rfind("\n")
        gap = self._looked_at and block.start > self._looked_at + _LINE_END
        if self.beginnings is None or last < 0 or gap or not self._left:
            return
        first = max(0, self._looked_at - block.start) // max(1, block.length_before(1))
        self._looked_at = max(self._looked_at, block.offset(last))
        for end in self.beginnings.odd(block, first, last):
            self._left -= 1
            begin = end + 1
            if not self._left:
                break
            if find_log_time(text[begin : begin + _TIME_WITHIN].partition("\n")[0]) is None:
                self._first = self._first if self._count else block.offset(begin)
                self._count += 1

    def take(self) -> list[Problem]:
        """The problems since the last call."""
        count, self._count = self._count, 0
        if not count:
            return []
        what = "1 line begins" if count == 1 else f"{count:,} lines begin"
        reason = (
            f"{what} without the time that all others have, and {'is' if count == 1 else 'are'} no line of this log: "
            "text from elsewhere, or the rest of a damaged line"
        )
        return [Problem(self._file, f"from byte {self._first:#x}", reason, "noted", count)]


def _beginnings_in(text: str) -> LineBeginnings | None:
    """What the lines of `text` begin with; None if they have no form in common."""
    lines = [line for line in text[: 1 << 16].split("\n")[:-1] if line.strip()]
    if len(lines) < _FEWEST:
        return None
    shape = shape_of(lines[0])
    form = form_of(shape)
    if form is None or sum(form.match(line) is not None for line in lines) < _MOST_OF * len(lines):
        return None
    return LineBeginnings(shape, form)
