"""Undoes the escapes of servers and syslog daemons in a reply, where there is no doubt.

A `?` that Postfix writes instead of a byte can't be undone; whatever is ambiguous stays as logged.
"""

from __future__ import annotations

import re
from typing import Final

from smtpscope.reading.text.encodings import decoded

# Control characters and bytes above 0x7f; what can be printed is never escaped.
_OCTAL: Final = r"(?:0[0-3][0-7]|177|[23][0-7]{2})"
_BACKSLASHES = re.compile(rf"(?:\\{_OCTAL})+")
# Digits after it belong to the next line of a reply, or it is a number such as #0120.
_HASHES = re.compile(rf"(?:#{_OCTAL})+(?!\d(?!\d\d(?:[- ]|\Z)))")
_ONE = re.compile(rf"\\(?:\\|[abfnrtv]|{_OCTAL})")
_LETTERS: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_MORE_FOLLOWS = re.compile(r"\d{3}-")
_NEXT_LINE = re.compile(r"\\n(?=\d{3}(?:[- ]|\Z))")


def without_octal(text: str) -> str:
    """`text` with bytes in place of a backslash and three digits: Exim escapes no backslash of its own."""
    return _BACKSLASHES.sub(_bytes, text) if "\\" in text else text


def with_line_ends(reply: str) -> str:
    r"""`reply` with line ends in place of `\n`, which can only follow a line that announces another one.

    Source: RFC 5321 section 4.2.1.
    """
    lines: list[str] = []
    while _MORE_FOLLOWS.match(reply) and (end := _NEXT_LINE.search(reply)) is not None:
        lines.append(reply[: end.start()])
        reply = reply[end.end() :]
    return "\n".join((*lines, reply))


def without_c_escapes(text: str) -> str:
    r"""`text` as it was before Sendmail escaped it as C does: a backslash is two, a tab `\t`, a byte three digits."""
    if "\\" not in text:
        return text
    data = bytearray()
    index = 0
    for match in _ONE.finditer(text):
        data += text[index : match.start()].encode()
        escape = match.group()[1:]
        data += _LETTERS[escape].encode() if escape in _LETTERS else bytes((int(escape, 8),))
        index = match.end()
    data += text[index:].encode()
    return decoded(bytes(data))


def without_syslog_escapes(text: str) -> str:
    """`text` as it was before rsyslog put `#` and three octal digits in place of control characters."""
    return _HASHES.sub(_bytes, text).replace("\r\n", "\n") if "#" in text else text


def _bytes(match: re.Match[str]) -> str:
    digits = match.group()
    return decoded(bytes(int(digits[index + 1 : index + 4], 8) for index in range(0, len(digits), 4)))
