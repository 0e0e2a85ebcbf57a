"""What a terminal with another character set than UTF-8 gets: ASCII in place of bars, lines and signs."""

from __future__ import annotations

import codecs
from typing import Final

from rich.cells import cell_len

_BARS: Final = dict(zip("▁▂▃▄▅▆▇█", "._-=+*%#", strict=True))
_LINES: Final = {
    **dict.fromkeys("─━═", "-"),
    **dict.fromkeys("│┃║▏▎▍▌▋▊▉▕", "|"),
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼▔", "+"),
}
_SIGNS: Final = {
    "…": ".", "⏎": "<", "←": "<", "→": ">", "↑": "^", "↓": "v", "·": ".", "•": "*", "●": "*", "○": "o", "✓": "x",
    "▶": ">", "▼": "v", "▲": "^", "◀": "<", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"',
    "X": "X", "▐": "[", "▪": "*", "\u00a0": " ",
}  # fmt: skip
_ASCII: Final = str.maketrans({**_BARS, **_LINES, **_SIGNS})


def is_utf_8(encoding: str | None) -> bool:
    """Whether a stream of `encoding` takes every character."""
    try:
        return codecs.lookup(encoding or "utf-8").name in ("utf-8", "utf-16", "utf-32")
    except LookupError:
        return False


def in_character_set(text: str, encoding: str) -> str:
    """`text` in characters of `encoding`, as wide as before: signs as ASCII, others that it lacks as question marks."""
    if text.isascii():
        return text
    text = text.translate(_ASCII)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(each if _has(encoding, each) else "?" * cell_len(each) for each in text)
    except LookupError:
        return text.encode("ascii", "replace").decode("ascii")
    return text


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
