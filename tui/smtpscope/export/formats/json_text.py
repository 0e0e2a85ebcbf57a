"""JSON that any parser reads back verbatim, and that is safe to show in a terminal."""

from __future__ import annotations

import json
import re
from typing import Final

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]

# Characters that json does not escape, but that affect terminals, editors or UTF-8 encoders: DEL and C1 controls, soft
# hyphen, bidi and zero-width signs, line separators, lone surrogates, tags. RFC 8259 section 7 allows to escape any
# character.
_RISKY: Final = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def json_text(value: JsonValue, *, indent: int | None = 2) -> str:
    """`value` as JSON without a line end. Text stays verbatim: a lone surrogate or a control becomes `\\uXXXX`."""
    return harmless_json(json.dumps(value, ensure_ascii=False, indent=indent))


def harmless_json(encoded: str) -> str:
    """JSON with every risky character inside its strings written as an escape; it means the same."""
    return _RISKY.sub(_escaped, encoded) if _RISKY.search(encoded) else encoded


def _escaped(match: re.Match[str]) -> str:
    number = ord(match.group())
    if number <= 0xFFFF:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
