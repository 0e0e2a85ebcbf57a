"""Errors in knowledge files, for their author: which table, which field, and what is expected there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from smtpscope.errors import KnowledgeError

REMEDY: Final = "Correct the file, or skip its folder (--no-own-knowledge for your own)"

_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_PATH = re.compile(r" - at `(?:key in )?\$([^`]*)`$")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+|\.\.\.)\]")
_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(.*)`")
_MISSING_FIELD = re.compile(r"Object missing required field `(.*)`")
_TYPES: Final = re.compile(r"Expected `(.+)`, got `(.+)`")
_MOST_MISTAKES: Final = 200
"""The limit of errors per file."""
_IN_WORDS: Final = {
    "str": "text in quotes",
    "int": "a number",
    "float": "a decimal number",
    "bool": "true or false",
    "array": "a list in brackets",
    "object": "a table",
    "null": "nothing",
}


class _Place(NamedTuple):
    """Where msgspec's path leads: the table that people name (`entry 'policy'`), the field in it, and its type."""

    table: str
    field: str
    kind: Any


def broken_toml(path: Path, text: str, error: Exception) -> KnowledgeError:
    """For what `tomllib` says of `text`."""
    message = str(error)
    found = _POSITION.search(message)
    if found is None:
        # Too deep or too long: there it says no place.
        return KnowledgeError(where=str(path), what=f"not TOML: {message}", remedy=REMEDY)
    line = found[1] or str(text.rstrip().count("\n") + 1)
    column = f", column {found[2]}" if found[2] else ""
    remedy = "Correct that line; text needs quotes, or ''' if it has several lines"
    if "\\" in message or "hex value" in message:
        remedy = "Put text with backslashes in single quotes, or double each backslash"
    what = message[: found.start()]
    return KnowledgeError(
        where=f"{path}, line {line}{column}", what=f"not TOML: {what[:1].lower()}{what[1:]}", remedy=remedy
    )


def wrong_value(path: Path, data: Mapping[str, Any], kind: type, error: msgspec.ValidationError) -> KnowledgeError:
    """For what msgspec says of `data`, which should have been a `kind`."""
    message = str(error)
    found = _PATH.search(message)
    place = _place(data, kind, found[1] if found is not None else "")
    what, remedy = _in_words(message if found is None else message[: found.start()], place)
    parts = [str(path), place.table, f"field {place.field}" if place.field else ""]
    return KnowledgeError(where=", ".join(part for part in parts if part), what=what, remedy=remedy)


def wrong_values(path: Path, data: dict[str, Any], kind: type) -> Iterator[KnowledgeError]:
    """All of msgspec's errors for `data`, correcting each to find the next."""
    for _ in range(_MOST_MISTAKES):
        try:
            msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            yield wrong_value(path, data, kind, error)
            if not _put_right(data, kind, str(error)):
                return
        else:
            return


def _put_right(data: Any, kind: Any, message: str) -> bool:
    """Puts something possible into the place of what `message` is about; False where that place is not found."""
    found = _PATH.search(message)
    steps = _STEP.findall(found[1]) if found is not None else []
    what = message if found is None else message[: found.start()]
    holder, key, value = None, None, data
    for name, number in steps:
        holder, key = value, _key(kind, name, value) if name else number
        if isinstance(value, list) and number.isdigit() and int(number) < len(value):
            key = int(number)
        elif not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
        kind = _field_type(kind, name) if name else _item_type(kind)
    unknown, missing, known = (
        pattern.fullmatch(what) for pattern in (_UNKNOWN_FIELD, _MISSING_FIELD, re.compile("Expected .*|Invalid .*"))
    )
    if unknown is not None and isinstance(value, dict):
        del value[unknown[1]]
    elif missing is not None and isinstance(value, dict):
        value[missing[1]] = _something(_field_type(kind, missing[1]))
    elif holder is None:
        return False
    elif known is not None:
        # A name stays what it is, for the mistakes that follow.
        holder[key] = str(value) if kind is str else _something(kind)
    else:
        # The table as a whole is refused, each of its fields is possible.
        del holder[key]
    return True


def _something(kind: Any) -> Any:
    """The least that a field of this type takes."""
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if hasattr(kind, "__struct_fields__"):
        return {
            field.encode_name: _something(get_type_hints(kind)[field.name])
            for field in msgspec.structs.fields(kind)
            if field.required
        }
    if get_origin(kind) in (tuple, list):
        return []
    if get_origin(kind) is dict:
        return {}
    return kind() if kind in (str, bool, int, float) else None


def _place(data: Mapping[str, Any], kind: Any, path: str) -> _Place:
    """Walks from the whole file along `path` (`.entry[2].outbound.who_acts`), beside it from type to type."""
    value: Any = data
    table, field, area = "", "", ""
    for name, number in _STEP.findall(path):
        if name:
            area = name
            field = f"{field}.{name}" if field else name
            value = value.get(_key(kind, name, value)) if isinstance(value, dict) else None
            kind = _field_type(kind, name)
            continue
        if number.isdigit() and isinstance(value, list) and int(number) < len(value):
            value = value[int(number)]
            if not table:
                table, field = _table_name(area, int(number), value), ""
            else:
                field += f"[{int(number) + 1}]"
        else:
            value = None
        kind = _item_type(kind)
    return _Place(table, field, kind)


def _key(kind: Any, name: str, value: Mapping[str, Any]) -> str:
    return name if name in value else name.replace("classes", "class")


def _table_name(area: str, number: int, table: Any) -> str:
    names = [table[key] for key in ("id", "code", "name", "origin") if key in table] if isinstance(table, dict) else []
    return f"{area} {names[0]!r}" if names and names[0] != "" else f"{area} number {number + 1}"


def _field_type(kind: Any, name: str) -> Any:
    try:
        return get_type_hints(kind).get(name)
    except (TypeError, NameError):
        return None


def _item_type(kind: Any) -> Any:
    arguments = [argument for argument in get_args(kind) if argument is not Ellipsis]
    return arguments[0] if arguments else None


def _in_words(message: str, place: _Place) -> tuple[str, str]:
    """The problem and the remedy."""
    unknown, missing, types = (pattern.fullmatch(message) for pattern in (_UNKNOWN_FIELD, _MISSING_FIELD, _TYPES))
    fields = list(getattr(place.kind, "__struct_encode_fields__", ()))
    if unknown is not None:
        return f"there is no field {unknown[1]!r}", nearest(unknown[1], fields)
    if missing is not None:
        return f"the field {missing[1]!r} is missing", f"Add it: {_expected(_field_type(place.kind, missing[1]))}"
    choices = _choices(place.kind)
    if choices:
        wrong = re.search(r"'(.*)'", message)
        if wrong is not None:
            return f"{wrong[0]} is not a valid value", nearest(wrong[1], choices)
        got = _IN_WORDS.get(types[2], types[2]) if types is not None else "something else"
        return f"found {got}", nearest("", choices)
    if types is not None:
        wanted, got = (_IN_WORDS.get(name, name) for name in types.groups())
        return f"found {got}, expected {wanted}", f"Write {_expected(place.kind)}"
    return message, REMEDY


def _choices(kind: Any) -> tuple[str, ...]:
    return tuple(map(str, get_args(kind))) if get_origin(kind) is Literal else ()


def _expected(kind: Any) -> str:
    """The value a field accepts, with an example if it is short."""
    choices = _choices(kind)
    if choices:
        return f"one of {', '.join(choices)}"
    if kind is str:
        return "text in quotes"
    if kind is bool:
        return "true or false"
    if get_origin(kind) in (tuple, list):
        item = _item_type(kind)
        return (
            "a list of tables, each below its own [[...]]"
            if hasattr(item, "__struct_fields__")
            else 'a list of texts: ["...", "..."]'
        )
    if hasattr(kind, "__struct_fields__"):
        return f"a table with {', '.join(kind.__struct_fields__)}"
    return "a valid value"


def nearest(written: str, names: Iterable[str]) -> str:
    """The remedy for an unknown name: the nearest one, else all of them."""
    known = list(names)
    near = close_to(written, known)
    if near is not None:
        return f"Did you mean {near}?"
    return f"Use one of {', '.join(known)}" if known else REMEDY


def close_to(written: str, names: Iterable[str]) -> str | None:
    """The most similar of `names`."""
    # A local import, needed only for errors.
    from difflib import get_close_matches

    near = get_close_matches(written, list(names), n=1, cutoff=0.6)
    return near[0] if near else None
