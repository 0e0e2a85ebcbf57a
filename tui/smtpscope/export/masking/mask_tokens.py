"""Finds mailboxes, IP addresses and host names by their shape, in linear time."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

PIECE: Final = re.compile(
    r"""
      (?P<quoted>"[^"\r\n]{1,120}"@[\w.-]+)
    | (?P<colons>[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f.]{0,15}){2,})
    | (?P<run>[^\s<>()\[\]{}",;:|'`]+)
    """,
    re.VERBOSE,
)
"""A mailbox with a quoted local part, digits and colons that may be an IPv6 address, or a run without separators."""

RUN: Final = re.compile(r"[^\s<>()\[\]{}\",;:|'`]+")
"""A run alone, for where digits and colons turned out to be none."""

NAME: Final = re.compile(r"\w(?:[\w-]|\.(?=[\w-]))*")
"""A word or a dotted name within a run."""

PART: Final = re.compile(r"[^\W_]+")
"""A part of a name between dots, hyphens and underscores."""

_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_UNIT: Final = (
    r"(?:[kmgt]i?b|bytes?|octets|seconds?|secs?|minutes?|mins?|hours?|days?|ms|messages?|recipients?|connections?"
    r"|errors?|times|retries|attempts|percent)"
)
_LETTER: Final = "[a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u04ff]"
FIGURES: Final = re.compile(
    rf"""
    (?P<coded>(?:[%=][0-9a-f]{{2}}){{3,}} | (?:&\#x?[0-9a-f]{{1,5}};){{2,}} | (?:\\x[0-9a-f]{{2}}){{3,}})
    | (?<![\w.@%+-])(?:
      (?P<kept>
        \d{{4}}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{{1,9}})?)?(?:\ ?Z|\ ?[+-]\d\d:?\d\d)?)?
      | (?:19|20)\d\d/\d\d(?:/\d\d)?
      | \d{{1,2}}(?P<sign>[./-])\d{{1,2}}(?P=sign)(?:19|20)\d\d
      | \d{{1,2}}:\d\d(?::\d\d(?:[.,]\d{{1,9}})?)?
      | {_MONTH}\ {{1,2}}\d{{1,2}},?(?:\ (?:19|20)\d\d)?
      | \d{{1,2}}\ {_MONTH}\ (?:19|20)\d\d
      | [2-5]\d\d[\ -]\#?[245]\.\d{{1,3}}\.\d{{1,3}}
      | \d{{1,12}}(?:[.,]\d{{1,3}})?\ ?{_UNIT}
      | \d{{1,3}}(?:,\d{{3}}){{1,2}}(?!,\d)
      | (?:RFC|KB|CVE-\d{{4}}-|Event\ ID:?|event)\s?\d{{2,7}}
      )
    | (?P<number>
        \+\d{{1,4}}(?:[\ ./()-]{{1,2}}\d{{1,12}}){{1,8}}
      | \d{{1,4}}(?P<dash>[/_-])\d{{1,5}}(?:(?P=dash)\d{{1,5}}){{1,8}}
      | (?=(?:\d[\ ,]?){{7}})\d{{1,4}}(?:[\ ,]\d{{1,4}}){{2,8}}
      | (?=(?:\d-?){{5}})\d{{1,5}}-\d{{1,5}}
      )
    | (?P<octets>(?:[0-9a-f]{{2}}[:-]){{5,40}}[0-9a-f]{{2}})
    | (?P<spelled>{_LETTER}(?:[\ ._-]{_LETTER}){{3,60}})
    )(?![\w@%-]|\.\w)
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
"""Dates, times, status codes and measures, which stay; letters written as numbers or one by one, hardware addresses,
and numbers in groups as telephones have them, which are masked.
"""

AT: Final = re.compile(r"@|%40|=40", re.ASCII)
_MAILBOX_TAIL: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_IN_URL: Final = re.compile(r"[/?&]")
_LABEL_BEFORE: Final = re.compile(
    r"(?:smtp\.)?(?:to|from|rcpt|mail|mailfrom|envelope-from|e|email|address|user|sender|recipient|helo|id|addr)=",
    re.IGNORECASE,
)
_IPV4: Final = re.compile(r"(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)", re.ASCII)
_MOST_GROUPS: Final = 10


def mailbox_in(run: str) -> tuple[int, int, int] | None:
    """The mailbox in a run of text: its start, the position of the at sign, its end; None if there is none.

    If there are several at signs, the last one counts and everything before it belongs to the local part.
    """
    at = None
    for at in AT.finditer(run):  # noqa: B007 (the last one is wanted)
        pass
    if at is None:
        return None
    tail = _MAILBOX_TAIL.match(run, at.end())
    start = max((mark.end() for mark in _IN_URL.finditer(run, 0, at.start())), default=0)
    label = _LABEL_BEFORE.match(run, start)
    if label and label.end() < at.start():
        start = label.end()
    if start == at.start() and tail is None:
        return None
    return start, at.start(), tail.end() if tail else at.end()


def is_ipv4(text: str) -> bool:
    """Whether `text` is four numbers up to 255. Leading zeros are allowed because people write them."""
    return _IPV4.fullmatch(text) is not None and all(int(part) <= 255 for part in text.split("."))


def ipv4_places(text: str) -> list[tuple[int, int]]:
    """The positions of IPv4 addresses in `text`."""
    return [match.span() for match in _IPV4.finditer(text) if is_ipv4(match.group())]


def ipv6_places(text: str) -> list[tuple[int, int]]:
    """The positions of IPv6 addresses in digits, dots and colons. Of overlapping ones, the one that begins first wins,
    then the longest.
    """
    groups = text.split(":")
    places: list[tuple[int, int]] = []
    start = first = 0
    while first < len(groups):
        length, used = _ipv6_from(groups[first : first + _MOST_GROUPS])
        if length:
            places.append((start, start + length))
        start += sum(map(len, groups[first : first + used])) + used
        first += used
    return places


def _ipv6_from(groups: list[str]) -> tuple[int, int]:
    """The length of the address that begins with the first of `groups` and the number of groups it takes; 0 and 1 if
    there is none.
    """
    # Quick tests first: hundreds of thousands of colons would take seconds.
    if len(groups) < 3 or len(groups[0]) > 4 or (not groups[0] and (groups[1] or not groups[2])):
        return 0, 1
    for count in range(len(groups), 2, -1):
        candidate = ":".join(groups[:count])
        if ":::" in candidate:
            continue
        # The dot at the end of a sentence, and what may follow it.
        before_dot = candidate[: len(candidate) - len(groups[count - 1]) + len(groups[count - 1].split(".")[0])]
        for address in (candidate.rstrip("."), before_dot):
            if _is_ipv6(address):
                return len(address), count
    return 0, 1


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return any(character != ":" for character in text)


def looks_like_host(name: str) -> bool:
    """Whether a dotted name looks like a host: a label has two letters or more, or it contains an IPv4 address.

    `5.7.1`, `e.g` and `6.5.7638.1` don't; `error.Please` does, because it could be one.
    """
    if "." not in name:
        return False
    if ipv4_places(name):
        return True
    return any(sum(map(str.isalpha, label)) >= 2 for label in name.split("."))
