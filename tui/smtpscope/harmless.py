"""Text from a log -> text that a terminal, a spreadsheet or a file system displays but never executes.

Replies come from strangers' servers. The original text stays in the store and in exports that can carry it; anything
drawn, printed or used as a file name passes through here first.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NewType

Shown = NewType("Shown", str)
"""One line of text with nothing a terminal would interpret or that would change how adjacent text is read."""

# Cc controls, Cf format characters (bidi, zero width, soft hyphen, tags), Cs lone surrogates, Co/Cn private and
# unassigned, Zl/Zp separators. Everything else may be shown.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# A fast path: nearly all replies are ASCII and Latin-1 letters only.
_PLAIN = re.compile(r"[ -~\xa1-\xac\xae-\u024f]*")
_COMBINING_LIMIT = 4


def _escaped(character: str) -> str:
    named = _NAMED.get(character)
    if named is not None:
        return named
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def shown(text: str) -> Shown:
    """`text` on one line, each control, bidi and invisible character as its escape (`\\x1b`, `\\u202e`, `\\n`).

    More than four combining marks on one letter are cut to four, since they would paint over other lines.
    """
    if _PLAIN.fullmatch(text):
        return Shown(text)
    parts: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            marks += 1
            if marks <= _COMBINING_LIMIT:
                parts.append(character)
            continue
        marks = 0
        # U+00A0 and other wide and narrow spaces look like a space, so they are drawn as one.
        if category == "Zs":
            parts.append(" ")
        elif category in _UNSAFE_CATEGORIES:
            parts.append(_escaped(character))
        else:
            parts.append(character)
    return Shown("".join(parts))


def shown_lines(text: str) -> list[Shown]:
    """`text` split at its own line ends (LF, CR LF), each line made harmless; a lone CR stays visible as `\\r`."""
    return [shown(line) for line in text.replace("\r\n", "\n").split("\n")]


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def spreadsheet_cell(text: str) -> str:
    """`text` as a cell that a spreadsheet never evaluates: controls escaped, a formula start quoted with `'`.

    Source: OWASP, CSV Injection. Leading spaces are ignored, as some programs trim them.
    """
    safe = "\n".join(shown_lines(text))
    return f"'{safe}" if safe.lstrip().startswith(_FORMULA_STARTS) else safe


_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED_NAMES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)


def file_name(text: str, *, fallback: str = "unnamed") -> str:
    """A file name from `text` that is safe on Linux, macOS and Windows: ASCII letters, digits, `.`, `_`, `-`, at most
    80.

    Never empty, never `.` or `..`, never hidden, never a device name of Windows.
    """
    name = _NOT_IN_NAMES.sub("-", text).strip("-. ")[:80].rstrip("-.")
    if not name:
        return fallback
    return f"_{name}" if name.split(".")[0].lower() in _RESERVED_NAMES else name
