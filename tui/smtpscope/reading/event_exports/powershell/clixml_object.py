"""The properties of an object of Export-Clixml by name, as in the JSON of the same object."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final
from xml.etree import ElementTree

# A character that XML 1.0 does not allow, and an underscore before an x, are written as numbers.
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DEEPEST: Final = 6
_MOST_NAMES: Final = 1_024
_NUMBERS: Final = frozenset({"By", "SB", "I16", "U16", "I32", "U32", "I64", "U64"})
_INTEGER = re.compile(r"-?\d{1,20}")


class UnreadableObjectError(Exception):
    """The text is not an object; the message is the reason, without a full stop."""


def properties_of(xml: str) -> dict[str, Any]:
    """The properties in `xml`, one `Obj` element from its first to its last character. Raises UnreadableObjectError.

    Numbers are int, bytes a list of int, a list a list, an object a dict of its own properties; an enumeration is its
    word.
    """
    try:
        element = ElementTree.fromstring(_FORBIDDEN.sub("\ufffd", xml))
    except (ElementTree.ParseError, UnicodeError) as error:
        reason = str(error).partition(":")[0]
        raise UnreadableObjectError(f"The object is not well-formed XML ({reason})") from error
    return _properties(element, 0)


def _properties(element: ElementTree.Element, depth: int) -> dict[str, Any]:
    """The properties of the object itself (Props) and those added to it (MS), such as Message."""
    found: dict[str, Any] = {}
    for group in element:
        if _name(group) in ("Props", "MS"):
            for each in group:
                name = each.get("N")
                if name is not None:
                    found[_unescaped(name)] = _value(each, depth)
    return found


def _value(element: ElementTree.Element, depth: int) -> Any:
    kind = _name(element)
    text = element.text or ""
    if kind == "Nil":
        return None
    if kind in _NUMBERS:
        return int(text) if _INTEGER.fullmatch(text.strip()) else None
    if kind == "BA":
        return _bytes(text)
    if kind != "Obj":
        return _unescaped(text)
    if depth >= _DEEPEST:
        return None
    parts = {_name(child): child for child in element}
    for name in ("LST", "IE", "STK", "QUE"):
        if name in parts:
            return [_value(child, depth + 1) for child in parts[name]]
    if "Props" in parts or "MS" in parts:
        return _properties(element, depth + 1)
    return _unescaped(parts["ToString"].text or "") if "ToString" in parts else None


def _bytes(text: str) -> list[int]:
    try:
        return list(base64.b64decode(text, validate=False))
    except (binascii.Error, ValueError):
        return []


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    # Two escapes may be the surrogates of one character; a lone one would break every encoder later on.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _name(element: ElementTree.Element) -> str:
    name = _names.get(element.tag)
    if name is None:
        if len(_names) >= _MOST_NAMES:
            _names.clear()
        name = _names[element.tag] = element.tag.rpartition("}")[2]
    return name


# By tags with their namespace: there are few, and each is asked for many times.
_names: dict[str, str] = {}
