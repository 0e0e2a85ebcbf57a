"""Lines in a block of a mail server's log, their times and their time span."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from smtpscope.reading.log_span import LogSpan, span_of
from smtpscope.reading.mail_servers.mail_grammar import LONGEST
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.syslog_line import LogLine, Written, written_time
from smtpscope.reading.text.text_log import TextSource

_ZEROS: Final = "\0" * 16
_ENDS: Final = 16_384
"""Characters at each end of a block that are searched for a line with a time."""


def span_of_lines(block: TextBlock, end: int, written: Callable[[str, int], Written]) -> LogSpan | None:
    """The time span of the lines of `block` up to the index `end`, of any program; None if no line has a time.

    `written` tells when a line at a byte offset was written.
    """
    first = block.cut(0, min(end, _ENDS)).split("\n")
    last = block.cut(max(0, end - _ENDS), end).split("\n")[end > _ENDS :]
    places = ((first, block.offset(0)), (reversed(last), block.offset(max(0, end - 1))))
    times = [time for lines, at in places if (time := _first_time(lines, at, written)) is not None]
    return span_of((time.time_ms for time in times), assumed=any(time.time_assumed for time in times))


def _first_time(lines: Iterable[str], offset: int, written: Callable[[str, int], Written]) -> Written | None:
    return next((time for text in lines if (time := written(text, offset)).time_ms is not None), None)


def times_of_lines(
    source: TextSource, signs: re.Pattern[str], line_of: Callable[[str], LogLine | None]
) -> Iterator[WrittenTime]:
    """The times, as written, of all lines of `source` with one of `signs`."""
    for block, _ in source.blocks():
        for match in signs.finditer(block.text):
            start, behind = line_around(block.text, match.start(), 0, len(block.text))
            line = line_of(block.cut(start, min(behind, start + LONGEST)))
            written = None if line is None else written_time(line.timed)
            if written is not None:
                yield written


def line_around(text: str, index: int, begin: int, end: int) -> tuple[int, int]:
    """The start and the end of the line with `index`, both between `begin` and `end`."""
    start = text.rfind("\n", begin, index) + 1 or begin
    # A crash, or copytruncate, leaves zeros.
    zeros = text.rfind(_ZEROS, start, index)
    start = start if zeros < 0 else zeros + len(_ZEROS)
    behind = text.find("\n", index, end) + 1 or end
    return start, behind
