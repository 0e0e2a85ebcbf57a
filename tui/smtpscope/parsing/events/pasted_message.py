"""An event message as people pass it on: wrapped by a mail program, quoted, typeset, converted to HTML, cut off."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Literal, cast

from smtpscope.parsing.events.message_wording import EventMessage, SixValues, Wording
from smtpscope.parsing.smtp_exchange import Certainty, Direction

_QUOTES = "\"'`´“”„‟‘’‚‛«»″＂"
_QUOTE = f"[{_QUOTES}]"


def _phrase(words: str) -> str:
    """A pattern for `words` with any spaces and line wraps between them."""
    return r"\s+".join(words.split())


_OPENING = re.compile(
    _phrase("SMTP protocol")
    + r"\s+(?:(warning|error)\s+)?"
    + _phrase("log for virtual server ID")
    + r"\s*(?!\s)([^\s,]{0,32})\s*(?:,\s*)?connection\s*(?:#\s*)?([^\s.]{0,32})"
)
_BEGINNING = re.compile(_phrase("SMTP protocol") + r"\s+(?:(?:warning|error)\s+)?" + _phrase("log for virtual server"))
_BEFORE_HOST = re.compile(rf"{_phrase('The remote host')}|{_phrase('The client at')}")
# A space before "responded" is enough: some pages lose the comma, some the quotes.
_BEFORE_COMMAND = {
    Direction.OUTBOUND: re.compile(rf"\b{_phrase('responded to the SMTP command')}\s*{_QUOTE}"),
    Direction.INBOUND: re.compile(rf"\b{_phrase('sent an')}?\s+{_QUOTE}"),
}
_BEFORE_REPLY = {
    Direction.OUTBOUND: re.compile(rf"{_QUOTE}\s*with\s*{_QUOTE}"),
    Direction.INBOUND: re.compile(
        rf"{_QUOTE}\s*command\s*(?:,\s*)?{_phrase('and the SMTP server responded with')}\s*{_QUOTE}"
    ),
}
_BEFORE_FULL_COMMAND = re.compile(rf"{_QUOTE}\s*(?:\.\s*)?{_phrase('The full command sent was')}\s*{_QUOTE}")
_CLOSING = re.compile(rf"This\s+(may|will\s+probably)\s+{_phrase('cause the connection to fail')}")
FOOTER = re.compile(rf"{_phrase('For more information')}\b|^[ \t]*(?:Data:|0000:)", re.MULTILINE)
_VALUE_END = re.compile(rf"{_QUOTE}\s*\.(?=\s|\Z)")

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}[0-9]{0,2});")
# A line of JSON, read as plain text; collectors in Go write < and > as \u003c and \u003e.
_ESCAPED_QUOTE = re.compile(rf"{_phrase('remote host')}\s*\\\"|{_phrase('client at')}\s*\\\"")
_JSON_ESCAPE = re.compile(r"\\(?:([\"\\/bfnrt])|u([0-9a-fA-F]{4}))")
_JSON_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_MAIL_QUOTATION = re.compile(r"^[ \t]*>[> \t]*", re.MULTILINE)
# The lookbehind keeps long runs of spaces linear.
_WRAP = re.compile(r"(?<![ \t])[ \t]*\r?\n[ \t]*")
_SEVERAL_LINES = re.compile(r"[2-5][0-9]{2}(?=-)")


def has_opening(text: str) -> bool:
    """Whether `text` has the beginning of an event message, however it continues."""
    return _BEGINNING.search(text) is not None


def parse_copied(text: str) -> EventMessage | None:
    """The first event message in `text` in any of its damaged forms, None if there is none.

    The opening and the last sentence may be missing; so may the full command, which is "" then.
    """
    if "SMTP" not in text:
        return None
    text = without_packing(text)
    opening = _OPENING.search(text)
    before_host = _BEFORE_HOST.search(text, opening.end() if opening else 0)
    if before_host is None:
        return None
    following = _OPENING.search(text, before_host.end())
    found = _body(text[: following.start()], opening, before_host) if following else None
    return found or _body(text, opening, before_host)


def without_packing(text: str) -> str:
    """`text` before its conversion to JSON, HTML or mail."""
    if _ESCAPED_QUOTE.search(text):
        text = _JSON_ESCAPE.sub(_json_character, text)
        # Two escapes may be the surrogates of one character; a lone one would break every encoder later on.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if "&" in text:
        # Not html.unescape on everything: it raises on numbers of more than 4,300 digits.
        text = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
    if "\n" in text and ">" in text:
        text = _MAIL_QUOTATION.sub("", text)
    return text


def _json_character(escape: re.Match[str]) -> str:
    letter, number = escape.groups()
    return chr(int(number, 16)) if number else _JSON_LETTERS.get(letter, letter)


def _body(text: str, opening: re.Match[str] | None, before_host: re.Match[str]) -> EventMessage | None:
    direction = Direction.OUTBOUND if before_host.group().endswith("host") else Direction.INBOUND
    before_command = _BEFORE_COMMAND[direction].search(text, before_host.end())
    if before_command is None:
        return None
    before_reply = _BEFORE_REPLY[direction].search(text, before_command.end())
    if before_reply is None:
        return None
    before_full = _last(_BEFORE_FULL_COMMAND.finditer(text, before_reply.end()))
    closing = _last(_CLOSING.finditer(text, before_full.end() if before_full else before_reply.end()))
    end = closing.start() if closing else len(text)
    structure = [opening, before_host, before_command, before_reply, before_full, closing]
    wrapped = any("\n" in part.group() for part in structure if part is not None)
    reply = (
        text[before_reply.end() : before_full.start()]
        if before_full
        else _ended(text[before_reply.end() : end], closing is not None)
    )
    full = _ended(text[before_full.end() : end], closing is not None) if before_full else ""
    values = [_bare(text[before_host.end() : before_command.start()])]
    values += [_without_strays(value) for value in (text[before_command.end() : before_reply.start()], reply, full)]
    if wrapped:
        # Mail programs wrap at spaces, so a line break right before the closing quote is the command's own.
        values[:3] = [unwrapped(value) for value in values[:3]]
        stem = values[3].rstrip("\r\n")
        values[3] = unwrapped(stem) + values[3][len(stem) :]
    level = cast(Literal["warning", "error"] | None, opening.group(1) if opening else None)
    certainty = cast(Certainty, " ".join(closing.group(1).split())) if closing else None
    server, connection = (opening.group(2), opening.group(3)) if opening else ("", "")
    return EventMessage(Wording(direction, level, certainty), SixValues(server, connection, *values))


def _last(matches: Iterator[re.Match[str]]) -> re.Match[str] | None:
    last = None
    for match in matches:
        last = match
    return last


def unwrapped(value: str) -> str:
    """`value` on one line, but a reply of several lines (`550-a`, `550 b`) keeps the server's own line ends."""
    several = _SEVERAL_LINES.match(value)
    if several is None:
        return _WRAP.sub(" ", value)
    code = several.group()
    return _WRAP.sub(lambda wrap: wrap.group() if value.startswith(code, wrap.end()) else " ", value)


def _bare(text: str) -> str:
    """A pattern for a value with the quotes and the comma that a copy may have kept or lost."""
    text = text.strip()
    text = text.removesuffix(",").rstrip()
    if text and text[0] in _QUOTES:
        text = text[1:]
    if text and text[-1] in _QUOTES:
        text = text[:-1]
    return _without_strays(text)


def _ended(text: str, closed: bool) -> str:
    """The value at the start of `text` without its closing quote and full stop.

    `closed` means that the last sentence was found after `text`; without it, anything may follow the value.
    """
    if not closed:
        footer = FOOTER.search(text)
        text = text[: footer.start()] if footer else text
        end = _VALUE_END.search(text)
        if end is not None:
            return text[: end.start()]
    stem = text.rstrip().removesuffix(".").rstrip()
    return stem[:-1] if stem and stem[-1] in _QUOTES else stem


def _without_strays(value: str) -> str:
    """`value` without a doubled quote at its edges: no host, command or reply begins with one."""
    if value[:1] not in _QUOTES or not value:
        return value
    value = value[1:]
    return value[:-1] if value and value[-1] in _QUOTES else value
