"""The insertion strings of an event, from any form in which tools print them.

Lists and mappings of JSON, elements within one text, lists as Python prints them, numbered labels. Strings joined into
one text stay one text: only the parser of the event knows where its values end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from smtpscope.reading.windows_event.event_values import without_a_lone_blank

# python-evtx prints `<string>` without escaping what is inside, Azure Monitor `<Param>`; `<Data>` is the event's own.
_ELEMENT: Final = re.compile(r"<(string|Param|Data)(?:\s[^<>]{0,256}?)?(/?)>", re.IGNORECASE)
_ELEMENTS: Final = re.compile(r"\s{0,64}(?:<(?:Event|User)Data\b[^<>]{0,256}>\s{0,64})?<(?:string|Param|Data)\b", re.I)
_DATA_ITEM: Final = re.compile(r"\s{0,64}<DataItem\b")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&"))
# `Data[1]: 1 ¦ Data[2]: 0 ¦ ...`; a value may contain anything but the next label.
_NUMBERED: Final = re.compile(r"(?:\A|\s?[¦|]\s|\n)\s?(?:Data|param|String)\[?(\d{1,2})\]?: ?", re.IGNORECASE)
_NUMBERED_NAME: Final = re.compile(r"(?:[a-z_ .]*(?:data|param|string|strings|arg|value))[\[_. ]?(\d{1,2})\]?", re.I)
# Whole texts in quotes or None, with a comma or with nothing but spaces between them.
_QUOTED: Final = re.compile(
    r"\s{0,8},?\s{0,8}(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|(None|null))(?=\s{0,8}(?:,|\]|\s['\"N]))", re.DOTALL
)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t"}
_TEXT_KEYS: Final = ("#text", "_text", "$t", "$", "text", "value", "Value", "_", "content", "__text")
_NOT_STRINGS: Final = frozenset({"binary", "#attributes", "@xmlns", "_attributes", "xmlns", "data_attributes"})
_ATTRIBUTE_NAMES: Final = frozenset({"name", "@name", "_name", "-name"})
_MOST_STRINGS: Final = 256
_MOST_NAMES: Final = 4_096
"""Names whose meaning is kept: the events of one log repeat them."""


def strings_of(value: Any) -> tuple[str, ...] | None:
    """The strings in `value` (decoded JSON, or a text), None if there are none. Never raises.

    A text of unknown form is returned as a single string.
    """
    if isinstance(value, str):
        return of_text(value)
    if isinstance(value, dict | list):
        found = tuple(_texts(value))
        if len(found) == 1:
            return of_text(found[0])
        return without_a_lone_blank(found) or None
    return None if value is None else (str(value),)


def of_text(text: str) -> tuple[str, ...] | None:
    """The strings in a text: elements, JSON, a list as Python prints it, numbered labels, else the text alone."""
    begun = text.lstrip()
    if not begun:
        return None
    if begun[0] == "<":
        if _ELEMENTS.match(text):
            return elements_of(text) or None
        if _DATA_ITEM.match(text):
            return elements_of(text[text.find("<EventData") :]) or None
    elif begun[0] in "{[":
        found = _of_json(begun)
        if found is not None:
            return found
        if begun[0] == "[":
            return printed_list(begun) or (text,)
    numbered = _labelled(text)
    return (text,) if numbered is None else numbered


def elements_of(text: str) -> tuple[str, ...]:
    """The texts of the elements `string`, `Param` or `Data` in `text`, in order, without Binary."""
    found: list[str] = []
    position = 0
    while (element := _ELEMENT.search(text, position)) is not None and len(found) < _MOST_STRINGS:
        if element[2]:
            found.append("")
            position = element.end()
            continue
        closing = f"</{element[1]}>"
        end = text.find(closing, element.end())
        if end < 0:
            break
        inner = text[element.end() : end]
        if "\n" in inner and not inner.strip():
            inner = ""
        if element[1] != "string" and "&" in inner:
            for entity, sign in _ENTITIES:
                inner = inner.replace(entity, sign)
        found.append(inner)
        position = end + len(closing)
    return tuple(found)


def printed_list(text: str) -> tuple[str, ...]:
    """The strings of a list as Python prints it, `['1', None, 'a "b"']`, commas perhaps lost; () if it is not one."""
    if not text.startswith("["):
        return ()
    position = 1
    found: list[str] = []
    while (each := _QUOTED.match(text, position)) is not None and len(found) < _MOST_STRINGS:
        quoted = each[1] if each[1] is not None else each[2]
        found.append("" if quoted is None else _ESCAPE.sub(_unescaped, quoted))
        position = each.end()
    return tuple(found) if text[position:].lstrip(" ,").startswith("]") else ()


def numbered(values: Mapping[int, Any]) -> tuple[str, ...]:
    """Strings known by their numbers, which begin at 0 or 1; those that are left out are empty."""
    first = 0 if 0 in values else 1
    last = min(max(values), _MOST_STRINGS)
    return tuple(_text(values.get(number)) for number in range(first, last + 1))


@lru_cache(maxsize=_MOST_NAMES)
def number_in(name: str) -> int | None:
    """The number of a string in the name of its field (`param3`, `Data[3]`, `Data_3`), None if it has none."""
    found = _NUMBERED_NAME.fullmatch(name)
    return None if found is None else int(found[1])


def _unescaped(escape: re.Match[str]) -> str:
    number = escape[1] or escape[2]
    if number:
        sign = chr(int(number, 16))
        return sign if not "\ud800" <= sign <= "\udfff" else "\ufffd"
    return _LETTERS.get(escape[3], escape[3])


def _of_json(text: str) -> tuple[str, ...] | None:
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return strings_of(_whole_characters(value)) if isinstance(value, dict | list) else None


def _whole_characters(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_whole_characters(each) for each in value]
    return {name: _whole_characters(each) for name, each in value.items()} if isinstance(value, dict) else value


def _labelled(text: str) -> tuple[str, ...] | None:
    labels = list(_NUMBERED.finditer(text))
    if len(labels) < 2:
        return None
    ends = [label.start() for label in labels[1:]] + [len(text)]
    values = {int(label[1]): text[label.end() : end] for label, end in zip(labels, ends, strict=True)}
    return numbered(values)


def _texts(value: Any) -> Iterator[str]:
    """The texts in `value`, depth first, attributes and Binary left out.

    A stack instead of recursion: a hostile event may nest as deep as it likes.
    """
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            stack.extend(reversed(list(_inner(current))))
        else:
            yield _text(current)


def _inner(value: dict[str, Any]) -> Iterator[Any]:
    """The relevant part of a mapping: its text, its numbered values in order, else all values but attributes."""
    if not value:
        yield ""
        return
    if len(value) == 1:
        # One of a list of pairs.
        ((name, inner),) = value.items()
        if not _is_attribute(name):
            yield inner
        elif name.casefold() in _ATTRIBUTE_NAMES:
            yield ""
        return
    for key in _TEXT_KEYS:
        if key in value and all(name in _TEXT_KEYS or _is_attribute(name) for name in value):
            yield value[key]
            return
    named = {name: inner for name, inner in value.items() if not _is_attribute(name)}
    if not named and any(name.casefold() in _ATTRIBUTE_NAMES for name in value):
        yield ""
        return
    numbers = {name: number_in(name) for name in named}
    by_number = {number: named[name] for name, number in numbers.items() if number is not None}
    # A single pair is one of a list of pairs, and its place in the list counts.
    if len(by_number) > 1 and len(by_number) == len(named):
        yield from numbered_values(by_number)
    else:
        yield from named.values()


def numbered_values(values: Mapping[int, Any]) -> Iterator[Any]:
    """Like `numbered`, with the values unchanged."""
    for number in range(0 if 0 in values else 1, min(max(values), _MOST_STRINGS) + 1):
        yield values.get(number)


@lru_cache(maxsize=_MOST_NAMES)
def _is_attribute(name: str) -> bool:
    folded = name.casefold()
    return folded in _NOT_STRINGS or name[:1] in "@-" or name.endswith("_attributes") or folded == "name"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
