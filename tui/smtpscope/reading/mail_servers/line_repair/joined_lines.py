"""Lines of a log that have become one because the line end between them was lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from smtpscope.reading.text.syslog_line import LogLine

JOINED: Final = "the line end before this line is lost: it hangs on the line before"
_LENGTH: Final = 15
"""Characters of the time at the beginning of a line, `Nov  9 06:13:19`; of an ISO 8601 time they are enough."""
_WITH_WEEKDAY: Final = 19
_WEEKDAY: Final = re.compile(r"[A-Za-z]{3},? [A-Za-z]{3} ")
_FEWEST_DIGITS: Final = 5
_MOST_LETTERS: Final = 1_024


def parted(
    text: str,
    start: int,
    end: int,
    index: int,
    line_of: Callable[[str], LogLine | None],
    beginning: re.Pattern[str] | None = None,
) -> tuple[int, int]:
    """The start and the end of what stands for the line with `index` in that from `start` to `end`: all of it, or the
    part before or behind the place where another line begins in it.

    Another line begins with the same form of time, or as `beginning` says if none does, and `line_of` recognises it.
    """
    form = beginning or form_of(shape_of(text[start : start + _WITH_WEEKDAY]))
    for found in () if form is None else form.finditer(text, start + _LENGTH, end):
        if line_of(text[found.start() : end]) is not None:
            return (found.start(), end) if found.start() <= index else (start, found.start())
    return start, end


def shape_of(line: str) -> str:
    """The beginning of `line`, each digit as 0 and each letter as a."""
    return line[: _WITH_WEEKDAY if _WEEKDAY.match(line) else _LENGTH].translate(_SHAPES)


class _Shapes(dict[int, str]):
    """Letter -> what stands for it in a shape; noted at its first use."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _MOST_LETTERS:
            self.clear()
        letter = chr(code)
        shape = self[code] = "0" if letter.isdigit() else "a" if letter.isalpha() else letter
        return shape


_SHAPES: Final = _Shapes()


@lru_cache(maxsize=16)
def form_of(shape: str) -> re.Pattern[str] | None:
    """What matches other beginnings of the same `shape`; None if it has no time."""
    if len(shape) < _LENGTH or shape.count("0") < _FEWEST_DIGITS or not {":", "-"} & set(shape):
        return None
    # A day has a space before it or two digits, so the spaces may have moved by one.
    classes = {"0": r"[\d ]", "a": "[A-Za-z]", " ": r"[\d ]"}
    return re.compile("".join(classes.get(each, re.escape(each)) for each in shape))
