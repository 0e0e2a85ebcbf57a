"""Why a text is not valid JSON, in plain words."""

from __future__ import annotations

import json
from typing import Final

_REASONS: Final[dict[str, str]] = {
    "Unterminated string starting at": "the quoted text that starts {} has no end",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing {}",
    "Expecting ':' delimiter": "a colon is missing {}",
    "Expecting value": "a value is missing {}",
    "Expecting property name enclosed in double quotes": "a name in quotes is missing {}",
    "Illegal trailing comma before end of object": "a comma before the end of the object {}",
    "Illegal trailing comma before end of array": "a comma before the end of the array {}",
    "Invalid \\escape": "a backslash before a wrong character {}",
    "Invalid \\uXXXX escape": "\\u without four digits {}",
    "Invalid control character at": "a control character {}",
    "Extra data": "something else follows {}",
}


def why_broken(error: ValueError, *, line_is_named: bool = False) -> str:
    """The reason, with line and character (from 1), as part of a sentence."""
    if not isinstance(error, json.JSONDecodeError):
        return "a number is too long"
    if is_cut_off(error) and not error.msg.startswith("Unterminated"):
        return "it ends before its last bracket is closed"
    character = f"at character {error.colno}"
    offset = character if error.lineno == 1 or line_is_named else f"in its line {error.lineno}, {character}"
    # Newer versions of the standard library may word it differently.
    known = next((words for msg, words in _REASONS.items() if error.msg.startswith(msg)), None)
    return f"{error.msg[:60]} {offset}" if known is None else known.format(offset)


def is_cut_off(error: json.JSONDecodeError) -> bool:
    """Whether the only fault is that the text ends too early."""
    return error.msg.startswith("Unterminated") or not error.doc[error.pos :].strip()
