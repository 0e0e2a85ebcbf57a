"""The six insertion strings by position, also from the text that viewers write without the message file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from smtpscope.parsing.events.message_wording import SixValues
from smtpscope.parsing.reply import is_reply

# Event Viewer 2003, Get-EventLog and Zabbix: "... Event ID ( 7002 ) in Source ( X ) cannot be found"; Event Viewer
# since Vista: "... Event ID 7002 from source X cannot be found"; NT 4 (Q165959): "could not be found".
_SUBSTITUTE = re.compile(
    r"description\s+for\s+event\s+id\s*(?:[('\"]\s*)?(-?[0-9]{1,10})(?:\s*[)'\"])?\s+"
    r"(?:in|from)\s+source\s*(?:[('\"]\s*)?(?!\s)([^\r\n()'\"]{1,80}?)(?<!\s)\s*(?:[)'\"]\s*)?"
    r"(?:cannot|could\s+not)\s+be\s+found",
    re.IGNORECASE,
)
_VALUES = re.compile(
    r"following\s+information\s+(?:is\s+part\s+of|was\s+included\s+with)\s+the\s+event\s*:"
    r"|following\s+insertion\s+string(?:\(s\)|s)?\s*:",
    re.IGNORECASE,
)
_FIRST_SEPARATOR = re.compile(r"\s*[0-9]{1,10}(\s*\n|\s*[,;|]\s?)")

_JOINED = re.compile(r"\s{0,8}([0-9]{1,10})([,;|] |[,;|]| [|¦] |\r?\n|\t)[0-9]{1,10}\2")
_ANY_SEPARATOR = re.compile(r"[,;|][ \n]")
_LINE_END = re.compile(r"\n")
# Long enough to identify a verb, short enough to compare at each separator.
_LONGEST_VERB = 32


class Substitute(Struct, frozen=True):
    """The substitute for a message that could not be looked up: the event's id (as written), source and strings.

    `strings` are split as our six values; `listing` is all of them as written.
    """

    event_id: int
    source: str
    strings: tuple[str, ...]
    listing: str = ""


def six_values(strings: Sequence[str]) -> SixValues | None:
    """`strings` by position, or None if they have another shape.

    They begin with two numbers (virtual server, connection); one of them, or a reply code in %5, may be missing. A
    reader may have dropped an empty %6.
    """
    if len(strings) < 5:
        return None
    numbers = strings[0].strip().isdecimal() + strings[1].strip().isdecimal()
    if numbers == 2 or (numbers == 1 and is_reply(strings[4])):
        server, connection, host, command, reply = strings[:5]
        return SixValues(server, connection, host, command, reply, strings[5] if len(strings) > 5 else "")
    return None


def joined_values(text: str) -> SixValues | None:
    """The six values from a text in which a tool joined them with a separator; None if it is not one.

    The first values and the last contain no separator, so the rest is the reply; an empty host may have been dropped.
    The full command begins at the last place where its verb follows a separator.
    """
    numbers = _JOINED.match(text)
    if numbers is None:
        return None
    separator = numbers[2]
    parts = text.split(separator)
    if len(parts) > 4 and is_reply(parts[4]):
        begin = 4
    elif len(parts) > 3 and is_reply(parts[3]):
        begin = 3
    elif len(parts) > 4:
        begin = 4
    else:
        return None
    verb = parts[begin - 1].strip().casefold()[:_LONGEST_VERB]
    last = len(parts) - 1
    cuts = [each for each in range(begin + 1, last + 1) if verb and parts[each].casefold().startswith(verb)]
    cut = cuts[-1] if cuts else max(last, begin + 1)
    host = parts[2] if begin == 4 else ""
    reply, full = separator.join(parts[begin:cut]), separator.join(parts[cut:])
    return SixValues(parts[0].strip(), parts[1].strip(), host, parts[begin - 1], reply, full)


def surely_ours(strings: Sequence[str]) -> bool:
    """Whether the shape alone is proof, which is needed without a provider."""
    return (
        len(strings) == 6 and strings[0].strip().isdecimal() and strings[1].strip().isdecimal() and is_reply(strings[4])
    )


def parse_substitute(text: str) -> Substitute | None:
    """The event in a "description cannot be found" text, None if `text` is not one.

    Separators are not escaped in such texts, so the full command begins at the last place where its verb follows a
    separator.
    """
    found = _SUBSTITUTE.search(text)
    if found is None:
        return None
    values = _VALUES.search(text, found.end())
    listing = text[values.end() :] if values else ""
    return Substitute(int(found.group(1)), found.group(2).strip(), _six_listed(listing), listing)


def _six_listed(text: str) -> tuple[str, ...]:
    text = text.replace("\r\n", "\n").lstrip()
    if text[:1] in ("'", '"'):
        return _cut(*_quoted(text))
    first = _FIRST_SEPARATOR.match(text)
    if first is None:
        return (text.rstrip(),) if text.strip() else ()
    separator = first.group(1).strip()
    if separator:
        return _cut(text.rstrip().removesuffix("."), re.compile(rf"{re.escape(separator)}[ \n]?"))
    return _cut(text, _LINE_END, lines=True)


def listed(text: str, count: int) -> tuple[str, ...]:
    """The `count` strings in the listing of a substitute; the last may contain separators.

    Returns fewer if there are not as many.
    """
    text = text.replace("\r\n", "\n").lstrip()
    if text[:1] in ("'", '"'):
        body, separator = _quoted(text)
        return tuple(separator.split(body, count - 1)) if count > 1 else (body,)
    # One value per line: after the last one, a blank line and the viewer's own closing words.
    lines, blank, _ = text.partition("\n\n")
    if count > 1 and lines.count("\n") >= count - 1:
        return tuple(_LINE_END.split(lines, count - 1))
    text = (lines if blank else text).rstrip().removesuffix(".")
    first = _ANY_SEPARATOR.search(text)
    return (text,) if count == 1 or first is None else tuple(text.split(first.group(), count - 1))


def _quoted(text: str) -> tuple[str, re.Pattern[str]]:
    """The values of a listing that quotes them, without the outermost quotes, and the separator between them."""
    quote = text[0]
    return text[1:].rstrip().removesuffix(".").removesuffix(quote), re.compile(rf"{quote}\s*,\s*{quote}")


def _cut(text: str, separator: re.Pattern[str], *, lines: bool = False) -> tuple[str, ...]:
    """Four values without a separator, then the reply and the full command, which may contain one."""
    *four, rest = separator.split(text, maxsplit=4)
    if len(four) < 4:
        return (*four, rest)
    verb = four[3].strip().casefold()[:_LONGEST_VERB]
    cuts = list(separator.finditer(rest))
    if not cuts:
        return (*four, rest)
    behind_verb = [cut for cut in cuts if verb and rest[cut.end() : cut.end() + len(verb)].casefold() == verb]
    cut = behind_verb[-1] if behind_verb else cuts[0] if lines else cuts[-1]
    full = rest[cut.end() :]
    # One value per line: after the last one, a blank line and the viewer's own closing words.
    return (*four, rest[: cut.start()], full.partition("\n")[0] if lines else full)
