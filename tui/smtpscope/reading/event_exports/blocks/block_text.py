"""The text block that Event Viewer copies: finds blocks in a text, and the parts of one.

Two forms: Windows 2000 to 2003 (`Event Type:` … `Description:`, text, footer, `Data:` dump) and Windows 2008 and later
(`Log Name:` … `Description:`, text, `Event Xml:`). Mail programs quote them, drop tabs and join lines.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

_NAMES = (
    r"Event[ \t]+(?:Type|Source|Category|ID)|Task[ \t]+Category|Log[ \t]+Name|Source|Type|Category|Date|Time|Level"
    r"|Keywords|User|Computer|OpCode"
)
_PLAIN_NAMES = frozenset(
    {"event type", "event source", "event category", "event id", "task category", "log name", "source", "type"}
    | {"category", "date", "time", "level", "keywords", "user", "computer", "opcode"}
)
_LABEL = re.compile(rf"(?<![\w-])({_NAMES})[ \t]{{0,8}}:", re.IGNORECASE)
_LABEL_LINE = re.compile(rf"[ \t>]{{0,32}}(?:{_NAMES})[ \t]{{0,8}}:", re.IGNORECASE)
_EVENT_ID = re.compile(r"Event[ \t]{1,8}I[Dd][ \t]{0,8}:")
_ID_VALUE = re.compile(r"[ \t]{0,16}(\d{1,10})\b")
_TELLING_LABEL = re.compile(r"(?:Source|Type|Level|Log[ \t]+Name)[ \t]{0,8}:", re.IGNORECASE)
_DESCRIPTION = re.compile(r"Description[ \t]{0,8}:")
_END_OF_DESCRIPTION = re.compile(
    r"\n[> \t]{0,32}(?:Event Xml|Data)[ \t]{0,8}:|For more information, (?:click|see) (?:http|Help)"
)
_EVENT_XML = re.compile(r"\n[> \t]{0,32}Event Xml[ \t]{0,8}:")
_DATA = re.compile(r"\n[> \t]{0,32}Data[ \t]{0,8}:[^\n]*(?:\n[> \t]{0,32}[0-9a-fA-F]{4}:[^\n]*)*")
_XML_END = "</Event>"
_NUMBER = re.compile(r"\d{1,10}")

# The headers of either Windows as copied, one label per line: nearly all are like this, and found at once.
_USUAL_TIME: Final = r"[\d.:,/ \tAaPpMm-]*\r?"
_USUAL: Final = (
    (
        "Event Type:",
        re.compile(
            r"Event Type:[^\n:]*\nEvent Source:([^\n:]*)\n(?:Event Category:[^\n:]*\n)?(Event ID:)([^\n:]*)\n"
            rf"Date:{_USUAL_TIME}\nTime:{_USUAL_TIME}\nUser:[^\n:]*\nComputer:[^\n:]*\n(Description:)"
        ),
    ),
    (
        "Log Name:",
        re.compile(
            rf"Log Name:[^\n:]*\nSource:([^\n:]*)\nDate:{_USUAL_TIME}\n(Event ID:)([^\n:]*)\n"
            r"(?:Task Category:[^\n:]*\n)?Level:[^\n:]*\n(?:Keywords:[^\n:]*\n)?(?:User:[^\n:]*\n)?"
            r"Computer:[^\n:]*\n(Description:)"
        ),
    ),
)
_USUAL_BEFORE_ID: Final = 400
_FIRST_LABELS: Final = ("Log Name:", "Event Type:")
"""With which a copied block begins: after the header of one that was cut off, the next one begins there."""
_FIRST_LABEL: Final = re.compile(r"[ \t>]{0,32}(?:Log[ \t]+Name|Event[ \t]+Type)[ \t]{0,8}:", re.IGNORECASE)

LONGEST = 1 << 16
"""Characters of one block with its description, data and XML."""
_LABEL_LINES = 12
_HEADER = 2_000


class BlockHeader(Struct, frozen=True):
    """Indices: the block begins at `start`, its labels end at `labels_end`, its description begins at `description`.

    `source` is the source (as searched, see `encodings`) if known without reading the labels, else ""; then `event_id`
    is known too, None if there is none.
    """

    start: int
    labels_end: int
    description: int
    source: str = ""
    event_id: int | None = None


class BlockParts(Struct, frozen=True):
    """Indices: the description ends at `description_end`, the XML of the event is `xml`, the block ends at `end`."""

    description_end: int
    xml: tuple[int, int] | None
    end: int


class HeaderScan(Struct, frozen=True):
    """`rest` is the index at which the next block has to begin."""

    headers: list[BlockHeader]
    rest: int


def scan_headers(text: str, *, final: bool, begin: int = 0) -> HeaderScan:
    """The headers of all blocks in `text` from the line at `begin` on.

    Unless `final`, the last block is left for later, as it may continue.
    """
    headers: list[BlockHeader] = []
    done = begin
    anchor = _EVENT_ID.search(text, begin)
    while anchor is not None:
        header = _usual_header(text, done, anchor.start())
        following = _EVENT_ID.search(text, anchor.end() if header is None else header.description)
        if header is None:
            header = _header(text, done, anchor, following.start() if following else len(text))
            if header is not None and following is not None and _is_heading(text, header, anchor, following):
                anchor = following
                continue
        if header is not None:
            headers.append(header)
        # A block has one event id, so the next header begins after this one.
        done = header.description if header is not None else anchor.end()
        anchor = following
    if final:
        return HeaderScan(headers, len(text))
    if headers and len(text) - headers[-1].start < LONGEST:
        return HeaderScan(headers[:-1], headers[-1].start)
    return HeaderScan(headers, max(_label_lines_start(text, len(text)), done))


def _usual_header(text: str, done: int, anchor: int) -> BlockHeader | None:
    """The result of `_header` for a usual header; else None."""
    for first, form in _USUAL:
        start = text.rfind(first, max(done, anchor - _USUAL_BEFORE_ID), anchor)
        found = form.match(text, start, start + _HEADER) if start >= 0 else None
        if found is None or found.start(2) != anchor:
            continue
        above = max(text.rfind("\n", done, max(start - 1, done)) + 1, done)
        # Label lines above belong to the header too.
        if start and (text[start - 1] != "\n" or _LABEL_LINE.match(text, above, start)):
            return None
        return BlockHeader(start, found.start(4), found.end(4), found[1].strip(), event_id_of(found[3]))
    return None


def event_id_of(label: str) -> int | None:
    """The number in the text of the label Event ID: the low 16 bits, None if there is none."""
    number = _NUMBER.search(label)
    return int(number[0]) & 0xFFFF if number else None


def _header(text: str, done: int, anchor: re.Match[str], limit: int) -> BlockHeader | None:
    first = _first_label_line(text, done, text.rfind("\n", done, anchor.start()) + 1 or done)
    label = _LABEL.search(text, first, anchor.end())
    if label is None:
        return None
    start = label.start() if text[first : label.start()].strip(" \t>") else first
    for name in _FIRST_LABELS:
        if text.startswith(name, start):
            # A second one above the same event id: the block before was cut off within its labels.
            start = max(start, text.rfind(f"\n{name}", start, anchor.start()) + 1)
    description = _DESCRIPTION.search(text, anchor.end(), min(limit, anchor.end() + _HEADER))
    if description is not None:
        header = BlockHeader(start, description.start(), description.end())
    else:
        end = _after_label_lines(text, anchor.end(), limit)
        header = BlockHeader(start, end, end)
    # An event id alone may occur in any text: a block also has its source, its type or its log.
    return header if _TELLING_LABEL.search(text, header.start, header.labels_end) else None


def _is_heading(text: str, header: BlockHeader, anchor: re.Match[str], following: re.Match[str]) -> bool:
    """Whether the event id at `anchor` is a heading above a copied event, which has it again."""
    if header.labels_end != following.start() or header.description != header.labels_end:
        return False
    first, second = _ID_VALUE.match(text, anchor.end()), _ID_VALUE.match(text, following.end())
    return first is not None and second is not None and first[1] == second[1]


def _first_label_line(text: str, done: int, line: int) -> int:
    for _ in range(_LABEL_LINES):
        above = max(text.rfind("\n", done, max(line - 1, done)) + 1, done)
        if above >= line or _LABEL_LINE.match(text, above, line) is None:
            break
        line = above
    return line


def _after_label_lines(text: str, position: int, limit: int) -> int:
    for _ in range(_LABEL_LINES):
        line_end = text.find("\n", position, limit)
        if line_end < 0:
            return limit
        position = line_end + 1
        if _LABEL_LINE.match(text, position, limit) is None or _FIRST_LABEL.match(text, position, limit) is not None:
            break
    return position


def _label_lines_start(text: str, end: int) -> int:
    """The start of the label lines at the end of `text`: the event id of their block may follow."""
    line = text.rfind("\n", 0, max(end - 1, 0)) + 1
    if _LABEL_LINE.match(text, line) is None:
        return line
    return _first_label_line(text, 0, line)


def labels_of(header_text: str) -> dict[str, str]:
    """Label (in lower case, one space between words) -> its first value, in a header of any form."""
    labels: dict[str, str] = {}
    for line in header_text.split("\n"):
        name, colon, value = line.partition(":")
        key = _plain_name(name)
        if key in _PLAIN_NAMES and not (":" in value and _LABEL.search(value)):
            labels.setdefault(key, value.strip())
        elif colon:
            _add_merged(line, labels)
    return labels


def _plain_name(name: str) -> str:
    return " ".join(name.lower().lstrip("> \t").split())


def _add_merged(line: str, labels: dict[str, str]) -> None:
    """Adds the labels of a line with several labels, or with prose before the first."""
    found = list(_LABEL.finditer(line))
    for index, match in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(line)
        labels.setdefault(_plain_name(match[1]), line[match.end() : end].strip())


def parts_of(text: str, header: BlockHeader, limit: int) -> BlockParts:
    """The parts of the block with `header`; the next block begins at `limit`."""
    mark = _END_OF_DESCRIPTION.search(text, header.description, limit)
    if mark is None:
        return BlockParts(limit, None, limit)
    xml = _EVENT_XML.search(text, mark.start(), limit)
    if xml is not None:
        end = text.find(_XML_END, xml.end(), limit)
        end = limit if end < 0 else end + len(_XML_END)
        return BlockParts(mark.start(), (xml.end(), end), end)
    data = _DATA.search(text, mark.start(), limit)
    if data is not None:
        return BlockParts(mark.start(), None, data.end())
    line_end = text.find("\n", mark.end(), limit)
    return BlockParts(mark.start(), None, limit if line_end < 0 else line_end)
