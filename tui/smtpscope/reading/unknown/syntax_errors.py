"""Finds the syntax error in a file that is nearly JSON, XML or a table; only for files that no reader recognises."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from typing import Final, NamedTuple
from xml.parsers import expat

from smtpscope.reading.text.broken_json import is_cut_off, why_broken
from smtpscope.reading.windows_event.column_names import what_lacks

_MARKUP: Final = re.compile(r"<(?:\?xml|(?!html\b)[A-Za-z])", re.IGNORECASE)
_DELIMITERS: Final = (",", "\t", ";", "|")
# A table may have a title line or two above it; its own rows are more numerous.
_FEWEST_ROWS: Final = 2
# Declared entities could expand beyond any memory.
_DECLARED = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DEEPEST: Final = 200
_SPACE = re.compile(r"[\s,\]]*")


def where_it_breaks(text: str, *, whole: bool) -> str | None:
    """The line and the reason, such as "line 3: the JSON object is not closed"; None if nothing is broken.

    `text` is a file or, unless `whole`, its beginning: then its end proves nothing. Never raises.
    """
    begun = text.lstrip("\ufeff \t\r\n")
    if begun[:1] in ("{", "["):
        found = _in_json(begun, whole=whole)
    elif _MARKUP.match(begun):
        found = _in_xml(begun, whole=whole)
    elif begun.startswith("#"):
        found = _in_header(begun, whole=whole)
    elif begun.startswith("<"):
        return None
    else:
        found = _in_table(begun, whole=whole)
    if found is None:
        return None
    above = text[: len(text) - len(begun)].count("\n")
    return f"line {found.line + above}: {found.reason}"


class _Break(NamedTuple):
    """`line` counts from 1, starting at the first non-blank line."""

    line: int
    reason: str


def _in_header(text: str, *, whole: bool) -> _Break | None:
    last = text.rpartition("\n")[2]
    return _Break(text.count("\n") + 1, "the file ends within its header") if whole and last.startswith("#") else None


def _in_json(text: str, *, whole: bool) -> _Break | None:
    decoder = json.JSONDecoder(strict=False)
    position = 1 if text.startswith("[") else 0
    while (position := _after_space(text, position)) < len(text):
        try:
            _, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            line = text.count("\n", 0, error.pos) + 1
            if not is_cut_off(error):
                return _Break(line, why_broken(error, line_is_named=True))
            opened = text.count("\n", 0, position) + 1
            return _Break(opened, "the JSON object is not closed") if whole and text[position] in "{[" else None
        except (ValueError, RecursionError):
            return None
    if whole and text.startswith("[") and "]" not in text[-64:]:
        return _Break(text.count("\n") + 1, "the JSON array is not closed")
    return None


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return position if found is None else found.end()


def _in_xml(text: str, *, whole: bool) -> _Break | None:
    if _DECLARED.search(text):
        return None
    opened: list[tuple[str, int]] = []
    parser = expat.ParserCreate(namespace_separator=None)

    def begin(name: str, _: dict[str, str]) -> None:
        opened.append((name[:64], parser.CurrentLineNumber))
        if len(opened) > _DEEPEST:
            raise RecursionError

    def end(_: str) -> None:
        opened.pop()

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    try:
        parser.Parse(text.encode("utf-8", "replace").decode("utf-8"), whole)
    except expat.ExpatError as error:
        return _of_xml(error, opened, whole=whole)
    except (RecursionError, ValueError):
        return None
    return None


def _of_xml(error: expat.ExpatError, opened: list[tuple[str, int]], *, whole: bool) -> _Break | None:
    words = expat.ErrorString(error.code) or ""
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]:
        # wevtutil prints events without a root element.
        return None
    if error.code in _ENDS_TOO_EARLY:
        if not whole or not opened:
            return None
        name, line = opened[-1]
        return _Break(line, f"the element {name} is not closed")
    return _Break(error.lineno, f"{words}, at character {error.offset + 1}")


_ENDS_TOO_EARLY: Final = frozenset(
    expat.errors.codes[each]
    for each in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


def _in_table(text: str, *, whole: bool) -> _Break | None:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    if first.count(delimiter) < _FEWEST_ROWS:
        return None
    counts: list[tuple[int, int]] = []
    header: list[str] = []
    begin = 1
    reader = csv.reader(
        (f"{line}\n" for line in text.replace("\0", " ").rstrip().split("\n")), delimiter=delimiter, strict=True
    )
    try:
        for fields in reader:
            if fields:
                header = header or fields
                counts.append((begin, len(fields)))
            begin = reader.line_num + 1
    except csv.Error as error:
        ends = whole and "end of data" in str(error)
        return _Break(begin, "quotes opened here are never closed") if ends else None
    lacking = what_lacks(header) if len(counts) > 1 else None
    if lacking is not None:
        return _Break(1, f"the header has no column for {lacking}")
    return _odd_row(counts if whole else counts[:-1])


def _odd_row(counts: list[tuple[int, int]]) -> _Break | None:
    """The first row with another number of fields than most; `rows` are line and number of fields of each."""
    if len(counts) <= _FEWEST_ROWS:
        return None
    # The header of Event Viewer has one name less than its rows have values: the rows decide.
    usual, times = Counter(count for _, count in counts[1:]).most_common(1)[0]
    odd = next(((line, count) for line, count in counts[1:] if count != usual), None)
    # Half of all rows differ: this is not a table.
    if odd is None or times * 2 <= len(counts):
        return None
    line, count = odd
    return _Break(line, f"{count} {'field' if count == 1 else 'fields'}, the other rows have {usual}")
