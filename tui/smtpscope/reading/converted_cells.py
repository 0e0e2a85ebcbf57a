r"""A cell of converted CSV: one line that no spreadsheet calculates, and from which the very same text comes back.

Controls and invisible characters stand as escapes (`\n`, `\x1b`, `\u202e`), a backslash as two of them. A cell that a
spreadsheet would take for a formula, and one that begins with an apostrophe itself, gets an apostrophe in front. An
empty cell is no value; an apostrophe alone is an empty text where a column may have no value.
"""

from __future__ import annotations

import re
from typing import Final

from smtpscope.harmless import shown

_ESCAPE: Final = re.compile(r"\\(?:([\\nrt])|x([0-9a-f]{2})|u([0-9a-f]{4})|U(000[0-9a-f]{5}|0010[0-9a-f]{4}))")
_NAMED: Final = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
# The wide forms too: spreadsheets of East Asia take them for signs of a formula.
_STARTS: Final = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠", "｜", "％")
_PLAIN: Final = re.compile(r"[A-Za-z0-9<>\[({\"#.][ !-\[\]-~]*")
_MARK: Final = "'"


def written_cell(text: str, *, may_be_none: bool) -> str:
    """`text` as a cell; the CSV quotes are not yet around it."""
    if _PLAIN.fullmatch(text):
        return text
    if not text:
        return _MARK if may_be_none else ""
    escaped = "".join(map(_escaped, text))
    return _MARK + escaped if escaped.lstrip().startswith(_STARTS) or escaped.startswith(_MARK) else escaped


def _escaped(character: str) -> str:
    if character == "\\":
        return "\\\\"
    # Combining marks are drawn as they are here: a spreadsheet has no other lines that they could paint over.
    return character if character.isprintable() else _shown(character)


def _shown(character: str) -> str:
    # All blanks are shown as one, but here they have to come back.
    shown_character = shown(character)
    return character if shown_character == " " else shown_character


def read_cell(cell: str) -> str:
    """The text behind a cell that is not empty. What looks like an escape and is none stays as it is."""
    if cell.startswith(_MARK):
        cell = cell[1:]
    return _ESCAPE.sub(_unescaped, cell) if "\\" in cell else cell


def _unescaped(match: re.Match[str]) -> str:
    named, *digits = match.groups()
    if named is not None:
        return _NAMED[named]
    return chr(int(next(filter(None, digits)), 16))
