"""Keys as people write them -> Textual's key names."""

from __future__ import annotations

import unicodedata

# Textual's names for some characters, instead of the Unicode names (textual/keys.py, KEY_NAME_REPLACEMENTS).
_RENAMED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})


def key_name(key: str) -> str:
    """The name of `key`: `/` is `slash`, `,` is `comma`, `Ctrl+X` is `ctrl+x`; a letter keeps its case.

    Raises ValueError if it is blank, or a modifier without a key.
    """
    # A space alone is the space bar; around a name it is ignored.
    word = key if key == " " else key.strip()
    if len(word) == 1:
        return _character_name(word)
    *modifiers, last = word.split("+")
    modifiers = [modifier.strip().lower() for modifier in modifiers]
    last = last.strip()
    if not last or any(modifier not in _MODIFIERS for modifier in modifiers) or any(map(str.isspace, last)):
        raise ValueError(key)
    name = _character_name(last) if len(last) == 1 else last.lower()
    return "+".join((*modifiers, name.lower() if "ctrl" in modifiers else name))


def _character_name(character: str) -> str:
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    if not name:
        raise ValueError(character)
    return _RENAMED.get(name, name)
