"""Finds the JSON objects of events in a text: one per line, perhaps after a prefix, or in an array."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

import msgspec

from smtpscope.reading.text.broken_json import why_broken
from smtpscope.reading.text.encodings import TextBlock

LONGEST: Final = 1 << 20
"""Characters of one object; Windows allows 64 KiB of values, each character of which may be escaped."""

_TOKEN = re.compile(r'"[^"\\]*(?:"|(?:\\.[^"\\]*)*(?:"|\\?\Z))|[{}]', re.DOTALL)
# After a broken object: the next one of the array, or the next one that begins a line.
_FOLLOWING = re.compile(r",\s{0,64}(?=\{)|\n[ \t]{0,64}(?=\{)")
# Lines that only open or close an object: it is written over several lines.
_OPENS_LINES = re.compile(r"^[ \t]{0,256}(?:\"[^\"\n]{0,256}\"[ \t]{0,8}:[ \t]{0,8})?[{\[][ \t]{0,8}\r?$", re.MULTILINE)
_CLOSES_LINES = re.compile(r"^[ \t]{0,256}[}\]]{1,8},?[ \t]{0,8}\r?$", re.MULTILINE)
# A broken object is searched a second time; a hostile file must not make that quadratic.
_BROKEN_LOOKED_THROUGH = 20


# An object whose first array of objects comes before any field of an event.
_ARRAY_WITHIN = re.compile(r"[\ufeff\s]{0,64}\{[^\[]*(?:\[(?!\s{0,64}\{)[^\[]*)*\[\s{0,64}(?=\{)")
_ARRAY = re.compile(r"\[\s{0,64}(?=\{)")
# Splunk names all fields first.
_SPLUNK_RESULTS = re.compile(
    r"[\ufeff\s]{0,64}\{\s{0,64}\"(?:preview|init_offset)\"[^\0]{0,32000}?\"results\"\s{0,8}:\s{0,8}\[\s{0,64}(?=\{)"
)
_LONGEST_WRAPPER = 4_096
EVENT_KEY: Final = re.compile(
    r'\\{0,3}"(?:[\w. -]{0,40}[._ ])?(?:winlog|provider_?name|source_?name|event_?id(?:entifier)?|instance_?id'
    r'|event_?code)\\{0,3}"\s{0,8}:'
    r'|"(?:_raw|event)"\s{0,8}:\s{0,8}"(?:[^"\\]|\\.){0,256}?(?:EventCode=|SourceName=|LogName=|Logfile=|<Event )'
    r'|"resourceLogs"\s{0,8}:'
    r'|\\?"Event\\?"\s{0,8}:\s{0,8}\{\s{0,64}\\?"(?:#attributes|System|EventData|@?xmlns)\\?"'
    r'|"System"\s{0,8}:\s{0,8}\{|"[^"\\]{0,64}log for virtual server',
    re.IGNORECASE,
)
"""A name that the events of some program have."""


class JsonObject(NamedTuple):
    """An object from index `start` to `end` of a block; `whole` is False if its end is missing.

    `ours` says whether it has a sign of one of our events, None that nobody looked for one.
    """

    start: int
    end: int
    whole: bool
    ours: bool | None = None


class NoObjectError(Exception):
    """The text is not a JSON object; the message is the reason, without a full stop."""


def wrapper_length(text: str) -> int:
    """How many characters of a file that begins with `text` come before its events, for an object around them.

    Elasticsearch and Splunk answer a search that way. 0 if there is no object around the events.
    """
    array = _SPLUNK_RESULTS.match(text) or _ARRAY_WITHIN.match(text, 0, _LONGEST_WRAPPER)
    if array is None or EVENT_KEY.search(text, 0, array.end()):
        return 0
    end = end_of(text, text.index("{"))
    # Nothing follows an object around all events: these are events that begin with an array.
    return 0 if end is not None and text[end:].lstrip().startswith("{") else array.end()


def is_lines(text: str) -> bool:
    """Whether a file that begins with `text` has one object a line, not an array and not objects over several lines."""
    text = text.lstrip("\ufeff\xef\xbb\xbf \t\r\n")
    if re.match(r"\[\s{0,64}[{\]]", text) or wrapper_length(text):
        return False
    if not text.startswith("{"):
        # The rest of a file that lost its beginning may be of either form.
        return not (_OPENS_LINES.search(text) and _CLOSES_LINES.search(text))
    line, newline, rest = text.partition("\n")
    return bool(newline) and (line.rstrip().endswith("}") or (line.strip() != "{" and rest.startswith("{")))


def decoded_object(text: str) -> dict[str, Any]:
    """The JSON object at the beginning of `text`. Raises NoObjectError."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        found = _decoded_slowly(text)
    if not isinstance(found, dict):
        raise NoObjectError("Not a JSON object")
    return found


def _decoded_slowly(text: str) -> object:
    """Control characters in strings and lone surrogates are accepted: a stranger's reply may contain them."""
    try:
        found, end = json.JSONDecoder(strict=False).raw_decode(text)
        if "{" in text[end:]:
            raise NoObjectError("Another object follows this one")
        return _without_halves(found)
    except RecursionError as error:
        raise NoObjectError("The event nests too deep") from error
    except ValueError as error:
        raise NoObjectError(f"The event is not valid JSON: {why_broken(error)}") from error


def _without_halves(value: Any) -> Any:
    """`value` with lone surrogates replaced, since one would break every encoder later on."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_without_halves(name): _without_halves(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_halves(inner) for inner in value]
    return value


class ObjectScan:
    """Finds the objects of one file, block by block, whatever is between them.

    `skipped` characters at the beginning of the file are ignored.
    """

    def __init__(self, skipped: int = 0) -> None:
        self._skipped = skipped
        self._broken_left = _BROKEN_LOOKED_THROUGH

    def objects(self, block: TextBlock) -> tuple[list[JsonObject], int]:
        """The objects in `block`, and the index at which the next block has to begin."""
        text = block.text
        found: list[JsonObject] = []
        position = min(self._skipped, len(text))
        self._skipped -= position
        while (start := text.find("{", position)) >= 0:
            end = end_of(text, start)
            if end is not None:
                found.append(JsonObject(start, end, True))
                position = end
                continue
            if not block.final and len(text) - start <= LONGEST:
                return found, start
            array = _ARRAY_WITHIN.match(text, start, start + _LONGEST_WRAPPER)
            if array is not None and EVENT_KEY.search(text, start, array.end()) is None:
                # The object around a page of events is longer than any event: the events are inside.
                position = array.end()
                continue
            following = _FOLLOWING.search(text, start + 1) if self._broken_left else None
            self._broken_left -= following is not None
            position = following.end() if following else len(text)
            found.append(JsonObject(start, position, False))
        return found, len(text)


def objects_within(text: str, begin: int, end: int) -> list[JsonObject]:
    """The objects of an array between `begin` and `end`: Splunk's results, else the first array of objects."""
    array = _SPLUNK_RESULTS.match(text, begin, end) or _ARRAY.search(text, begin, end)
    if array is None:
        return []
    found: list[JsonObject] = []
    position = array.end()
    while (start := text.find("{", position, end)) >= 0:
        after = end_of(text, start)
        if after is None or after > end:
            break
        found.append(JsonObject(start, after, True))
        position = after
    return found


def end_of(text: str, start: int, limit: int | None = None) -> int | None:
    """The index after the object that begins at `start`, None if it has no end before `limit`."""
    depth = 0
    longest = start + LONGEST
    for token in _TOKEN.finditer(text, start, longest if limit is None else min(limit, longest)):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if not depth:
                return token.end()
    return None
