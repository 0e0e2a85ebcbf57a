"""An SMTP reply as the server sent it: code, enhanced status code, text, and what it names."""

from __future__ import annotations

import re
from functools import cache

from smtpscope.parsing.reply_contents import parse_reply_values
from smtpscope.parsing.smtp_exchange import Reply

_CODE = re.compile(r"[\s\"'“”`]*([2-5][0-9]{2})(?![0-9])")
_ENHANCED = r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9]|\.[0-9])"
_AFTER_CODE = re.compile(rf"[\s\-#('\"<\[]{{0,8}}{_ENHANCED}[)'\"\]>]{{0,4}}[:;,]?")
# RFC 3463 section 3 knows the subjects 0 to 7. Away from the code, this distinguishes a status code from a program
# version, a date, or Yahoo's own numbers (4.16.50).
_ANYWHERE = re.compile(r"(?<![\w.])([45]\.[0-7]\.[0-9]{1,3})(?![\w]|\.[0-9])")
_NOT_A_STATUS = re.compile(r"(?:section|version|release|build|rfc)[\s:]*\Z", re.IGNORECASE)
_AT_END = re.compile(r"\s*[(\[]?#?[245]\.[0-9]{1,3}\.[0-9]{1,3}[)\]]?\.?\s*\Z")
_TAIL = 24
_LINE_END = re.compile(r"[\r\n]+")
_SEPARATOR = " -\t:"


def is_reply(text: str) -> bool:
    """Whether `text` begins with a reply code, as insertion string %5 does."""
    return _CODE.match(text) is not None


def parse_reply(verbatim: str) -> Reply:
    """RFC 5321 section 4.2, RFC 2034 for the enhanced code; any text is accepted.

    Several lines (LF, CR LF, or already joined by spaces: `550-5.7.26 a 550 5.7.26 b`) are one reply. If the classes
    disagree (`451 5.7.3`), both are kept.
    """
    match = _CODE.match(verbatim)
    code = match.group(1) if match else ""
    start = match.end() if match else 0
    first = _AFTER_CODE.match(verbatim, start)
    enhanced = first.group(1) if first else _elsewhere(verbatim, start)
    text = _text(verbatim[start:], code, enhanced, leads=first is not None)
    return Reply(verbatim, int(code) if code else None, enhanced, text, parse_reply_values(verbatim))


def _elsewhere(verbatim: str, start: int) -> str | None:
    """A status code further on, such as qmail's `(#5.5.1)` at the end."""
    if "5." not in verbatim and "4." not in verbatim:
        return None
    for match in _ANYWHERE.finditer(verbatim, start):
        if not _NOT_A_STATUS.search(verbatim, max(0, match.start() - 12), match.start()):
            return match.group(1)
    return None


def _text(body: str, code: str, enhanced: str | None, *, leads: bool) -> str:
    """The words of all lines of `body`, joined by spaces, without the codes at their edges.

    `leads` means that the enhanced code comes right after the code, in every line.
    """
    if code and body.startswith("-"):
        lines = _continuation(code, leads).split(body)
    elif "\n" in body or "\r" in body:
        lines = _LINE_END.split(body)
    else:
        lines = [body]
    words = [_without_codes(line, enhanced, leads) for line in lines]
    return " ".join(word for word in words if word)


@cache
def _continuation(code: str, leads: bool) -> re.Pattern[str]:
    """Where a further line of a reply with `code` begins: after a line end, or after a space that joined the lines.

    After a space, the code alone could be a word of the text, so the enhanced code has to follow, if there is one.
    """
    follows = rf"(?=[- ]{_ENHANCED.replace('(', '(?:', 1)})" if leads else r"(?=[- ])"
    return re.compile(rf"[\r\n]+(?:{code}(?=[- ]|\Z))?|(?<=\s){code}{follows}")


def _without_codes(line: str, enhanced: str | None, leads: bool) -> str:
    if enhanced is not None:
        leading = _AFTER_CODE.match(line)
        if leading and (leads or leading.group(1) == enhanced):
            line = line[leading.end() :]
        elif enhanced in line[-_TAIL:]:
            line = line[:-_TAIL] + _AT_END.sub("", line[-_TAIL:])
    return line.strip().lstrip(_SEPARATOR)
