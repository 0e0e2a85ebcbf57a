"""Lines that a terminal, a window or a mail cut at a certain width: each goes on where the next one begins."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Final

from smtpscope.reading.text.encodings import TextBlock, decoded
from smtpscope.reading.text.syslog_time import find_log_time
from smtpscope.reading.wrappers.wrapper import InnerLine, Unwrapped, line_bounds

_NARROWEST: Final = 60
_WIDEST: Final = 400
_FEWEST: Final = 2
"""Lines of full width: one line of a log is always the longest."""
_LONGEST: Final = 1 << 14
"""Characters of a line put together again."""
_TIME: Final = 64
_CUT: Final = 1
"""Spaces at the end of a line that were lost in copying."""


class FoldedLines:
    """See `Wrapper`."""

    name = "folded"
    title = "lines cut at the width of a window"
    recognised_by = "lines with a time, and between them lines without one, each after a line of full width"

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        return _width(head) is not None

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        width = _width(head)
        if width is None:
            return Unwrapped([], [], len(block.text))
        lines: list[InnerLine] = []
        length = 0
        for start, end in line_bounds(block.text, len(block.text)):
            written = block.cut(start, end).rstrip("\r\n")
            full = width - _CUT <= length <= width
            if full and lines and not _begins_with_time(written) and start - lines[-1].start < _LONGEST:
                before = lines[-1]
                lost = " " * (width - length)
                lines[-1] = InnerLine(before.start, end, before.text + lost + written)
            else:
                lines.append(InnerLine(start, end, written))
            length = len(written)
        if final or not lines:
            return Unwrapped(lines, [], len(block.text))
        # The last line may go on in the next block.
        return Unwrapped(lines[:-1], [], lines[-1].start)


def _width(head: str) -> int | None:
    """The width at which the lines of a file that begins with `head` are cut; None if they are not."""
    # The last line of the head may be cut by the head alone.
    lines = [line.rstrip("\r") for line in head.lstrip("\ufeff").split("\n")[:-1]]
    cut = [_letters(before) for before, line in pairwise(lines) if not _begins_with_time(line)]
    if len(cut) == len(lines) - 1:
        return None
    width, count = next(iter(Counter(cut).most_common(1)), (0, 0))
    # Where it ended with a space, that was lost.
    width += width + _CUT in cut
    going_on = sum(width - _CUT <= length <= width for length in cut)
    if count < _FEWEST or not _NARROWEST <= width <= _WIDEST or going_on * 2 < len(cut):
        return None
    return width


def _letters(line: str) -> int:
    """How many letters `line` of a head has, in which those beyond ASCII may be bytes of UTF-8."""
    if line.isascii():
        return len(line)
    try:
        return len(decoded(line.encode("latin-1")))
    except UnicodeEncodeError:
        return len(line)


def _begins_with_time(line: str) -> bool:
    written = find_log_time(line[:_TIME])
    return written is not None and written.begin == 0
