"""Names the field that a position in a text belongs to: of a JSON object, an element or a column."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from smtpscope.reading.text.dates import find_time
from smtpscope.reading.text.table_rows import DELIMITERS, first_rows

LOOKED_BACK: Final = 600
"""Characters before a position that are enough to name its field."""
_TAGS: Final = re.compile(r"(?:\xef\xbb\xbf|\ufeff)?\s{0,64}<[A-Za-z!?][\w.:-]{0,60}[\s/>]")
_OBJECTS: Final = re.compile(r"(?:\xef\xbb\xbf|\ufeff)?\s{0,64}(?:\[\s{0,64}\{|\{)")
_KEY: Final = re.compile(r'"((?:[^"\\]|\\.){1,60})"\s{0,8}:\s{0,8}(?:\[\s{0,8})?"')
_ELEMENT: Final = re.compile(r"<([A-Za-z][\w.:-]{0,60})[^<>]{0,400}>")
_NAME: Final = re.compile(r"[^\W\d_][^\d,;|\t]{0,40}")
_FEWEST_COLUMNS: Final = 2


def has_tags(head: str) -> bool:
    """Whether a text that begins with `head` consists of elements."""
    return _TAGS.match(head) is not None


def has_objects(head: str) -> bool:
    """Whether a text that begins with `head` consists of JSON objects."""
    return _OBJECTS.match(head) is not None


def has_fields(head: str) -> bool:
    """Whether a text that begins with `head` consists of objects, elements or rows with named columns."""
    return has_tags(head) or has_objects(head) or bool(columns_in(head)[1])


def field_at_end(head: str, before: str) -> str:
    """The field that begins where `before` ends, in a text that begins with `head`; "" if it has no name."""
    if has_tags(head):
        elements = _ELEMENT.findall(before)
        return f"the element {elements[-1]}" if elements else ""
    if has_objects(head):
        keys = _KEY.findall(before)
        return f"the field {keys[-1]}" if keys else ""
    delimiter, names = columns_in(head)
    rows = first_rows(before.rpartition("\n")[2], delimiter, 1) if names else []
    index = len(rows[0]) - 1 if rows else 0
    return f"the column {names[index]}" if index < len(names) else ""


@lru_cache(maxsize=2)
def columns_in(head: str) -> tuple[str, list[str]]:
    """The separator and the names of the columns of a table that begins with `head`; no names if it is not one."""
    line = head.lstrip("\ufeff\r\n").partition("\n")[0]
    if find_time(line) is None:
        for delimiter in DELIMITERS:
            rows = first_rows(line + "\n", delimiter, 1)
            names = [name.strip('\ufeff" \r') for name in rows[0]] if rows else []
            if len(names) >= _FEWEST_COLUMNS and all(map(_NAME.fullmatch, names)):
                return delimiter, names
    return "", []
