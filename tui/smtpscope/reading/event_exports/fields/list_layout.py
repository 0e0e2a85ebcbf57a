"""Events printed as lists, one label and value per line: finds where each begins, and reads its labels.

Format-List of PowerShell pads the labels to one column and wraps values at the width of the window; evtxexport divides
by tabs; psloglist prints the source in a separate line, and the text of the event last, without a label.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

from smtpscope.reading.windows_event.event_fields import Fact, meaning_of, number_of

_LABEL: Final = re.compile(
    r"[ ]{0,3}(?P<label>[^\W\d_][\w .#()\[\]'\x80-\xff\u2019-]{0,40}?(?::[ ]?\d{1,3})?)"
    r"(?P<pad>[ \t]{0,40}):(?:[ \t]|(?=[\r\n]|\Z|\w))"
)
_HEADING: Final = re.compile(r"\[(\d{1,10})\][ \t]+(\S[^\r\n]{0,200})")
_NEXT_LABEL: Final = re.compile(r"[ ]{2,}(?=[A-Z][A-Za-z]{1,20}:[ ]{2,})")
_CONTINUED: Final = re.compile(r"[ \t]{4,}")
_REPLY_LINE: Final = re.compile(r"[2-5]\d\d[- ]")
_OF_TEXTS: Final = ("This is an SMTP", "Message", "Description")
_FEWEST_FACTS: Final = 3
_TEXTS: Final[frozenset[Fact]] = frozenset({"provider", "message", "strings"})
_BLANK_LINE: Final = re.compile(r"\n[ \t]{0,8}\r?\n(?=[^\W\d_])")
_REST: Final = re.compile(r"\n[ \t]{0,8}\r?\n(?=\S)")
_REACH: Final = 2_000
"""Characters that contain the labels of one event."""
_MOST_LINES: Final = 2_000
LONGEST: Final = 1 << 17
"""Characters of one event."""


class ListStart(NamedTuple):
    """How an event begins: with the label `label`, or with a heading if that is "".

    `second` is the line below, which shows an event whose first line is damaged.
    """

    label: str
    pattern: re.Pattern[str]
    second: re.Pattern[str] | None = None


def start_in(text: str) -> ListStart | None:
    """How the events of a text begin, if its first lines with labels are those of an event; else None."""
    found: set[Fact] = set()
    first: str | None = None
    second = ""
    numbered = False
    for count, line in enumerate(_lines(text)):
        if count > _MOST_LINES:
            break
        heading = _HEADING.match(line) if first is None else None
        if heading is not None:
            first, found = "", {"record_id", "provider"}
            continue
        label = _LABEL.match(line)
        if label is None:
            if not line.strip() and _is_event(found, numbered=numbered):
                break
            if not line.strip() and found and not line.isspace():
                first, second, found, numbered = None, "", set(), False
            continue
        name = label["label"]
        facts = meaning_of(_plain(name))
        if first is None:
            if not facts and not label["pad"]:
                continue
            first = name
        elif not second and name != first and facts:
            second = name
        elif name == first and _is_event(found, numbered=numbered):
            break
        found |= {fact for fact, _ in facts}
        for part in _NEXT_LABEL.split(line)[1:]:
            found |= {fact for fact, _ in meaning_of(part.partition(":")[0])}
        numbered = numbered or number_of(_plain(name)) is not None
    if first is None or not _is_event(found, numbered=numbered):
        return None
    pattern = _labelled(first) if first else f"^{_HEADING.pattern}"
    below = re.compile(_labelled(second), re.MULTILINE) if second else None
    return ListStart(first, re.compile(pattern, re.MULTILINE), below)


def _labelled(name: str) -> str:
    return rf"^[ ]{{0,3}}{re.escape(name)}[ \t]{{0,40}}:(?=[ \t\r\n]|\Z)"


def _is_event(found: set[Fact], *, numbered: bool) -> bool:
    texts = bool(found & _TEXTS) or numbered
    return texts and "event_id" in found and len(found) >= _FEWEST_FACTS


def starts_of(text: str, start: ListStart, begin: int = 0) -> list[int]:
    """Where events begin in `text`."""
    starts = [found.start() for found in start.pattern.finditer(text, begin)]
    if start.second is None or not starts:
        return starts
    seconds = [found.start() for found in start.second.finditer(text, starts[0])]
    if len(seconds) <= len(starts):
        return starts
    return sorted({*starts, *_without_first(text, starts, seconds)})


def _without_first(text: str, starts: list[int], seconds: list[int]) -> Iterator[int]:
    """Where events begin whose first line is damaged: the second line comes again."""
    taken: set[int] = set()
    for second in seconds:
        index = bisect_right(starts, second)
        if index in taken:
            first = text.rfind("\n", 0, max(0, second - 1)) + 1
            if first and not text[text.rfind("\n", 0, first - 1) + 1 : first].strip():
                yield first
            elif not any(text.find(name, starts[index - 1], second) >= 0 for name in _OF_TEXTS):
                # The first line hangs on the last one before, which is not text, where anything may look like a label.
                yield second
        taken.add(index)


def further_starts(text: str, begin: int, end: int, *, at_begin: bool = False) -> list[int]:
    """Where events of another kind of list begin after a blank line, such as those of another Windows language.

    One may be `at_begin` too.
    """
    found: list[int] = []
    places = [blank.end() for blank in _BLANK_LINE.finditer(text, begin, end)]
    for place in [begin, *places] if at_begin else places:
        label = _LABEL.match(text, place, end)
        if label is None or not meaning_of(_plain(label["label"])):
            continue
        start = start_in(text[place : min(end, place + _REACH)])
        if start is not None and start.label == label["label"]:
            found.append(place)
    return found


def values_in(text: str) -> dict[str, str]:
    """The values of the one event in `text` by label; text without a label is its message.

    A wrapped value has spaces instead of line ends, except between the lines of a reply.
    """
    values: dict[str, str] = {}
    name: str | None = None
    column = -1
    rest: list[str] = []
    lines = text.replace("\r\n", "\n").split("\n")
    heading = _HEADING.match(lines[0])
    if heading is not None:
        values = {"RecordNumber": heading[1], "SourceName": heading[2].strip()}
        lines = lines[1:]
    in_message = french = False
    width, before = max(map(len, lines)), ""
    for line in lines:
        # After the description in Event Viewer, anything may look like a label.
        label = None if in_message or rest else _LABEL.match(line)
        if label is not None and (
            label.end("pad") == column or column < 0 or (french and label["pad"] == " ") or _has_meaning(label["label"])
        ):
            # French has a space before each colon: that pads no label to a column.
            french = french or (label["pad"] == " " and 0 <= column != label.end("pad"))
            if label["pad"] and "\t" not in label["pad"]:
                column = label.end("pad")
            for part in _NEXT_LABEL.split(line):
                name, _, value = _divided(part)
                values.setdefault(name, value)
            in_message = not label["pad"] and _is_message(label["label"])
        elif heading is not None:
            rest.append(line)
        elif name is not None:
            values[name] = _joined(values[name], line, cut=_is_cut(before, line, width))
        before = line
    if rest:
        values["Message"] = "\n".join(rest).strip("\n")
    return {_plain(label): value.rstrip("\n") for label, value in values.items()}


def text_behind(values: dict[str, str]) -> str:
    """Takes what is below a blank line off the strings in `values`, and returns it: text that has no label."""
    rest = ""
    # The last string is the command, which has no blank line; a reply may have one before its next code.
    last = next(reversed(values), "")
    for name, value in values.items():
        behind = _REST.search(value) if name == last else _BLANK_LINE.search(value)
        if number_of(name) is not None and behind is not None:
            values[name], _, rest = value.partition("\n\n")
    return rest


def _divided(line: str) -> tuple[str, str, str]:
    label = _LABEL.match(line)
    if label is None:
        return line.strip(), "", ""
    value = line[label.end() :]
    # After a padded label there is one space; otherwise as many as needed to reach the next column.
    return label["label"], ":", value if label["pad"] else value.strip()


def _joined(value: str, line: str, *, cut: bool) -> str:
    continued = _CONTINUED.match(line)
    if continued is None:
        return f"{value}\n{line}"
    line = line[continued.end() :]
    if _REPLY_LINE.match(line) and "-" in line[:4] + value[-200:]:
        return f"{value}\n{line}"
    return f"{value}{line}" if cut else f"{value} {line}"


def _is_cut(before: str, line: str, width: int) -> bool:
    """Whether a word continues from the line `before` in `line`: split because it is longer than a line, else
    wrapped.
    """
    continued = _CONTINUED.match(line)
    if continued is None or len(before) < width:
        return False
    head, tail = line[continued.end() :].partition(" ")[0], before.rpartition(" ")[2]
    return len(head) + len(tail) > width - continued.end()


def _is_message(name: str) -> bool:
    return any(fact == "message" for fact, _ in meaning_of(_plain(name)))


def _has_meaning(name: str) -> bool:
    name = _plain(name)
    return bool(meaning_of(name)) or number_of(name) is not None


def _plain(name: str) -> str:
    """`String: 3` is the third string. As searched, each byte of a letter is a character of its own."""
    if not name.isascii():
        with suppress(UnicodeEncodeError, UnicodeDecodeError):
            name = name.encode("latin-1").decode("utf-8")
    return name.replace(": ", " ").replace(":", " ").strip()


def _lines(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        yield text[position:end].rstrip("\r")
        position = end + 1
