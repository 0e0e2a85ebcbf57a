"""The lines of a transcript, of which nearly all say something: a search for their signs would take longer than a look
at each.
"""

from __future__ import annotations

from typing import Final

from smtpscope.reading.mail_servers.line_repair.joined_lines import parted
from smtpscope.reading.mail_servers.mail_grammar import LONGEST
from smtpscope.reading.mail_servers.signs.signed_lines import SignedLines
from smtpscope.reading.text.encodings import TextBlock

_DENSE: Final = 8
"""Lines in a row with a sign, after which the next one is taken without a search."""

_ODD: Final = ("\0", "\x1b", "&lt;", " | ", " repeated ")


class DenseLines(SignedLines):
    """See `SignedLines`. `noted` tells it whether the last line had a sign. In a block that `may_be_odd`, lines have
    to be made plain first, or say another one again.
    """

    _in_a_row = 0
    may_be_odd = False

    def enter(self, block: TextBlock) -> None:
        """See `SignedLines`."""
        super().enter(block)
        self.may_be_odd = any(sign in block.text for sign in _ODD)

    def may_be_taken(self, start: int, behind: int) -> bool:
        """Whether the line from `start` to `behind` is as it was written."""
        is_begun = start == 0 or self._text[start - 1] == "\n"
        return is_begun and behind - start <= LONGEST and not self.may_be_odd

    def noted(self, *, has_sign: bool) -> None:
        """Whether the last line had a sign of a command or a reply."""
        self._in_a_row = self._in_a_row + 1 if has_sign else 0

    def next(self, begin: int, end: int) -> tuple[int, int] | None:
        """See `SignedLines`; also whole lines without a sign, which hold nothing."""
        if self._in_a_row < _DENSE or begin >= end:
            return super().next(begin, end)
        behind = self._text.find("\n", begin, end) + 1 or end
        if not self.may_be_taken(begin, behind):
            return super().next(begin, end)
        line = parted(self._text, begin, behind, begin, self._line_of, self._beginning)
        # Of a line that became two, a part without a sign is passed over.
        return line if line == (begin, behind) else super().next(begin, end)
