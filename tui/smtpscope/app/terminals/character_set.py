"""What a terminal gets that lacks our bars, lines and signs: ASCII, or what the font of the Linux console has."""

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
# Code page 437 is what the kernel's font has; fonts that are loaded later have no bars or rounded corners, either.
_CONSOLE: Final = str.maketrans(
    {
        **_BARS,
        **dict(zip("╭╮╰╯▔━┃", "┌┐└┘──│", strict=True)),
        **{sign: plain for sign, plain in _SIGNS.items() if sign not in "←→↑↓·•▐"},
    }
)


def is_utf_8(encoding: str | None) -> bool:
    """Whether a stream of `encoding` takes every character."""
    try:
        return codecs.lookup(encoding or "utf-8").name in ("utf-8", "utf-16", "utf-32")
    except LookupError:
        return False


def on_linux_console(text: str) -> str:
    """`text` without the signs that the console's font lacks, as wide as before; letters stay."""
    return text if text.isascii() else text.translate(_CONSOLE)


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
