"""Lines of names with values: `name=value`, with spaces, commas or bars between them, and quotes where needed.

date=2026-11-24 time=13:45:02 msg="to=<ann@contoso.example>, stat=User unknown"
datetime=2026-11-24T13:45:02+0000|Rcpt=ann@contoso.example|RejInfo=550 Invalid Recipient
"""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = r"[A-Za-z_@][\w.@-]{0,60}"
_FIRST: Final = re.compile(rf"(?:(?<=[\s,|\[<{{])|\A){_NAME}=")
_BARS: Final = re.compile(rf"\|(?={_NAME}=)")
_PAIR: Final = re.compile(
    rf"(?:(?<=[\s,\[<{{])|\A)({_NAME})="
    r"(?:\"((?:[^\"\\]|\\.)*)\"(?=[\s,\]>}]|\Z)"
    # A bare value goes on to the next name: a time has a space in it.
    rf"|([^\"]*?)(?=,\s{{0,4}}{_NAME}=|\s{{1,4}}{_NAME}=|[\]>]?\s*\Z))",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t"}
_LEAST: Final = 3
"""Pairs in a line that tells it from others with an equals sign."""
_MOST: Final = 200
_LONGEST: Final = 1 << 14


def pairs_in(line: str) -> tuple[str, dict[str, object]]:
    """The text before the first pair of `line`, and the values by name, at most 200 and the first of each name; none
    if the line has fewer than three."""
    line = line[:_LONGEST]
    first = _FIRST.search(line)
    if first is None:
        return line, {}
    begin = first.start()
    values: dict[str, object] = {}
    if len(parts := _BARS.split(line[begin:], _MOST)) >= _LEAST:
        for part in parts:
            name, _, value = part.partition("=")
            values.setdefault(name, value.strip())
    else:
        for count, pair in enumerate(_PAIR.finditer(line, begin)):
            if count == _MOST:
                break
            value = _ESCAPE.sub(_unescaped, pair[2]) if pair[2] is not None else pair[3].strip()
            values.setdefault(pair[1], value)
    return line[:begin], values if len(values) >= _LEAST else {}


def _unescaped(escape: re.Match[str]) -> str:
    return _LETTERS.get(escape[1], escape[1])
