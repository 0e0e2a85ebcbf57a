"""The lines of a log that have a sign of a refusal, block by block."""

from __future__ import annotations

import re
from collections.abc import Callable

from smtpscope.reading.mail_servers.line_repair.joined_lines import parted
from smtpscope.reading.mail_servers.line_repair.line_beginnings import BlockLines
from smtpscope.reading.mail_servers.line_repair.odd_lines import OddLines
from smtpscope.reading.mail_servers.mail_lines import line_around
from smtpscope.reading.mail_servers.signs.sign_search import SignPlaces, sign_search
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.syslog_line import LogLine


class SignedLines:
    """Finds the lines of one log with one of `signs`. Where the line end between two lines is lost, another line begins
    as `beginning` says, or else with a time, and `line_of` recognises it.

    With `odd`, the signs are those of all servers, and numpy looks for them in a whole block at once.
    """

    def __init__(
        self,
        signs: re.Pattern[str],
        line_of: Callable[[str], LogLine | None],
        beginning: re.Pattern[str] | None,
        odd: OddLines | None,
    ) -> None:
        self._signs, self._line_of, self._beginning, self._odd = signs, line_of, beginning, odd
        self._search = None if odd is None else sign_search()
        self._text = ""
        self._lines: BlockLines | None = None
        self._places: SignPlaces | None = None

    def enter(self, block: TextBlock) -> None:
        """From now on, lines are in `block`."""
        self._text = block.text
        self._places = SignPlaces(block, self._signs, self._search)
        beginnings = None if self._odd is None or self._beginning is not None else self._odd.beginnings
        self._lines = None if beginnings is None else beginnings.lines_of(block)

    def next(self, begin: int, end: int) -> tuple[int, int] | None:
        """Where the next line with a sign starts and ends, both between `begin` and `end`; `begin` never goes back."""
        place = None if self._places is None else self._places.next(begin, end)
        if place is None:
            return None
        plain = None if self._lines is None else self._lines.line_with(place, begin, end)
        if plain is not None:
            return plain
        start, behind = line_around(self._text, place, begin, end)
        return parted(self._text, start, behind, place, self._line_of, self._beginning)

    def line_feeds(self, begin: int, end: int) -> int:
        """The number of line feeds from `begin` to before `end`."""
        return self._text.count("\n", begin, end) if self._lines is None else self._lines.line_feeds(begin, end)
