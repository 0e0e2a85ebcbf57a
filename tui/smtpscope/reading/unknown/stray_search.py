"""Where in a text replies are: by their two codes, or by the name of their field; and where their records are."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from msgspec import Struct

from smtpscope.reading.text.field_names import columns_in, has_objects, has_tags

# qmail and Cisco's appliances write a # before the second code; in Python's errors, the text is a string of its own.
_BETWEEN: Final = r"(?:[ -]#?|, (?:b?['\"])?)"
_ENHANCED: Final = re.compile(rf"(?<![\w.:/+-])([45])[0-5]\d{_BETWEEN}\1\.\d{{1,3}}\.\d{{1,3}}(?![\w.])")
_OF_PYTHON: Final = re.compile(r"\A([45][0-5]\d), (?:b?(?P<quote>['\"]))?")
_CODES_BEFORE: Final = (3, 4, 5, 6)
"""Characters from the first code to a sign, which is between the codes."""
# Each begins with a literal, which is found at the speed of memory.
_SIGNS_OF_ENHANCED: Final = tuple(
    re.compile(rf"{sign}\.\d") for sign in (" 5", "-5", " 4", "-4", " #5", "-#5", " #4", "-#4", "'5", "'4")
)
# Without the second code, only its field identifies a reply; codes of web servers (500, 503, 404) don't count.
_SIGNS_OF_NAMED: Final = tuple(re.compile(rf"{code}[ -][^\W\d]") for code in ("421", "45[0-2]", "53[045]", "55[0-6]"))
_NAME: Final = re.compile(
    r"(?:reply|response|diagnostic|said|reason|last_?error|error|status|result|message)[\w ]{0,24}[\"']?\s{0,8}[:=>]"
    r"\s{0,8}(?:\[\s{0,8})?[\"']?\Z",
    re.IGNORECASE,
)
_LONGEST_NAME: Final = 80
_END: Final = re.compile(
    r"\s{0,8}(?:\(in reply to [^)]{0,80}\)|\(state \d{1,3}\)|[,;] ?(?:from|to|relay|proto|helo)=.*"
    # Names of other facts, as Kerio Connect writes them.
    r"|, (?:Remote-Host|Msg-Id|Queue-ID|Sender-Host): .*)?[\s)\]}]{0,16}$"
)
_CLOSING: Final = re.compile(r"'(?!\w)")
REACH: Final = 4_000
"""Characters on either side of a reply that contain its record."""
_LONGEST_REPLY: Final = 2_000
_LONGEST_SIGN: Final = 8
_ENTITIES: Final = re.compile(r"&(?:lt|gt|amp|quot|apos|#[0-9]{1,7});")


class StrayReply(Struct, frozen=True):
    """A reply from `begin` to `end`, in a record from `start` to `stop`; all are indices."""

    start: int
    begin: int
    end: int
    stop: int


def stray_replies(head: str, text: str) -> Iterator[StrayReply]:
    """The replies in `text` in order, each with its record, in a file that begins with `head`."""
    done = 0
    for found in _found(text):
        if found[0] < done:
            continue
        begin, end = found[0], _end_of(head, text, found[0])
        # The lines of one reply are consecutive; all but the last have a hyphen after the code.
        while text[begin + 3 : begin + 4] == "-" and (more := _next_line(text, begin, end)) is not None:
            end = more
            if text[text.rfind("\n", begin, end) + 1 :][3:4] != "-":
                break
        start, stop = _record_around(head, text, begin, end, done)
        done = end
        yield StrayReply(start, begin, end, max(stop, end))


def _found(text: str) -> list[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for index in _places(text, _SIGNS_OF_ENHANCED):
        both = (_ENHANCED.match(text, max(0, index - before)) for before in _CODES_BEFORE)
        found.update((match.start(), match.end()) for match in both if match is not None)
    found.update((index, index + 4) for index in _places(text, _SIGNS_OF_NAMED) if _is_named(text, index))
    return sorted(found)


def _is_named(text: str, index: int) -> bool:
    """Whether there is the name of a reply field before `index`, a word after it, and a mailbox in the record."""
    before = text[max(0, index - _LONGEST_NAME) : index]
    if before.rstrip(" \"'[")[-1:] not in (":", "=", ">"):
        return False
    return _NAME.search(before) is not None and "@" in _line_at(text, index)


def _places(text: str, signs: tuple[re.Pattern[str], ...]) -> Iterator[int]:
    return (found.start() for sign in signs for found in sign.finditer(text))


def _line_at(text: str, index: int) -> str:
    begin = text.rfind("\n\n", max(0, index - REACH), index)
    end = text.find("\n\n", index, index + REACH)
    return text[max(0, begin, index - REACH) : end if end >= 0 else index + REACH]


def _next_line(text: str, begin: int, end: int) -> int | None:
    code = text[begin : begin + 3]
    line = text[end : end + 2].lstrip("\r")
    at = text.find(code, end, end + 8) if line.startswith("\n") else -1
    if at < 0 or text[at + 3 : at + 4] not in (" ", "-") or text[end:at].strip():
        return None
    stop = text.find("\n", at, at + _LONGEST_REPLY)
    return len(text) if stop < 0 else stop


def _end_of(head: str, text: str, begin: int) -> int:
    """The end of the reply at `begin`: that of its field, its quotes or its line."""
    stop = text.find("\n", begin, begin + _LONGEST_REPLY)
    stop = min(len(text), begin + _LONGEST_REPLY) if stop < 0 else stop
    if has_tags(head):
        tag = text.find("<", begin, stop)
        stop = stop if tag < 0 else tag
        quoted = text[begin - 1 : begin] == "'" and text[stop - 1] == "'"
        return stop - 1 if quoted else stop
    quote = _quote_around(head, text, begin, stop)
    if quote is not None:
        return quote
    delimiter, names = columns_in(head)
    if names:
        cell = text.find(delimiter, begin, stop)
        return stop if cell < 0 else cell
    end = _END.search(text, begin, stop)
    return stop if end is None else _with_parenthesis(text, begin, end.start())


def _quote_around(head: str, text: str, begin: int, stop: int) -> int | None:
    """The quote that ends the value with the reply at `begin`, at most `stop`; None if it is in none."""
    string = _OF_PYTHON.match(text[begin : begin + _LONGEST_SIGN])
    if text[begin - 1 : begin] == "'" or (string is not None and string["quote"] == "'"):
        closing = _CLOSING.search(text, begin + (string.end() if string else 0), stop)
        return None if closing is None else closing.start()
    is_object = has_objects(head)
    before = text[max(0, text.rfind("\n", 0, begin) + 1, begin - REACH) : begin]
    if not is_object and (before.count('"') - before.count('\\"')) % 2 == 0:
        return None
    # Within a cell, quotes are doubled.
    ending = '""' if before.endswith('""') and not is_object else '"'
    quote = begin
    while (quote := text.find(ending, quote, stop)) >= 0:
        escaped = len(text[begin:quote]) - len(text[begin:quote].rstrip("\\"))
        if ending == '"' and text[quote + 1 : quote + 2] == '"' and not is_object:
            quote += 2
        elif escaped % 2:
            quote += 1
        else:
            return quote
    return stop


def _with_parenthesis(text: str, begin: int, end: int) -> int:
    """The end of the reply between the indices, with the parenthesis that closes one in it."""
    return end + 1 if text.count("(", begin, end) > text.count(")", begin, end) and text[end : end + 1] == ")" else end


def _record_around(head: str, text: str, begin: int, end: int, done: int) -> tuple[int, int]:
    """The record of the reply between the indices, as far as the text shows it."""
    first, last = max(done, begin - REACH), min(len(text), end + REACH)
    if has_objects(head) and "{" not in text[text.rfind("\n", first, begin) + 1 :][:1]:
        opening, closing = text.rfind("{", first, begin), text.find("}", end, last)
        return (first if opening < 0 else opening), (last if closing < 0 else closing + 1)
    line, line_end = text.rfind("\n", first, begin) + 1, text.find("\n", end, last)
    line, line_end = max(line, first), last if line_end < 0 else line_end
    # In a list, each label has its own line, and blank lines separate records.
    label = text[line:begin].rpartition(":")[0].strip()
    if (has_tags(head) and text[line:begin].count("<") <= 1) or (label.replace(" ", "").isalpha() and len(label) < 40):
        above, below = text.rfind("\n\n", first, begin), text.find("\n\n", end, last)
        return (first if above < 0 else above + 2), (last if below < 0 else below)
    return line, line_end


def plain_reply(reply: str, head: str) -> str:
    """`reply` without the escapes of the surrounding format."""
    if has_objects(head):
        with suppress(ValueError):
            reply = str(json.loads(f'"{reply}"', strict=False))
    elif has_tags(head):
        reply = _ENTITIES.sub(lambda entity: html.unescape(entity[0]), reply)
    else:
        reply = reply.replace('""', '"')
    return _OF_PYTHON.sub(r"\1 ", reply.replace("\r\n", "\n")).strip()
