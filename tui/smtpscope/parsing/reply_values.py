"""What a reply names: links, addresses, block lists, provider codes, mailboxes, a waiting time, a size limit."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from smtpscope.parsing.exchange import ReplyValues
from smtpscope.parsing.reply_marks import parse_block_lists, parse_provider_codes
from smtpscope.parsing.reply_quantities import parse_seconds, parse_size_limit

_LINK = re.compile(
    r"(?:https?://|(?<![\w@./-])www\.)[^\s<>\"`{}|\\^]+"
    # Without a scheme a path makes a name a link: csi.example.com/reset-request/?ip=192.0.2.1
    r"|(?<![\w@./-])(?:[a-z0-9_-]{1,63}\.)+[a-z]{2,24}/[^\s<>\"`{}|\\^]+",
    re.IGNORECASE,
)
_LINK_TAIL = ".,;:!?'\"”’*"
_BRACKETS = {")": "(", "]": "["}

_IPV4 = re.compile(r"(?<![\w.-])([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?![\w-]|\.\w)")
_IPV6 = re.compile(
    r"(?<![\w:.])(?:ipv6:)?((?:[0-9a-f]{0,4}:){2,8}[0-9a-f]{0,4}(?:\.[0-9]{1,3}){0,3})(?![\w])", re.IGNORECASE
)
_PROGRAM_BEFORE = re.compile(r"(?:[A-Za-z]/|\b(?:version|ver\.?|release|build)[\s:]{1,3})\Z", re.IGNORECASE)
# Yahoo writes its own number of the cause at the end, "user complaints - 4.16.55.1".
_YAHOO_CAUSE = re.compile(r"- \Z")
_LOOK_BACK = 12

_LOCAL = r"(?:\"[^\"\s]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,64})"
_MAILBOX = re.compile(rf"(?<![\w.!#$%&'*+/=?^`{{|}}~@-]){_LOCAL}@(?:[\w-]{{1,63}}\.){{0,20}}[\w-]{{1,63}}(?!@)")


def parse_reply_values(text: str) -> ReplyValues:
    """Any text -> what it names, each kind in order of appearance and without doubles.

    Links lose the punctuation of the sentence around them, addresses come in their canonical form (RFC 5952).
    """
    links = [(match.start(), _trimmed(match.group())) for match in _LINK.finditer(text)] if _may_link(text) else []
    # Elsewhere a part of a link would be taken for a mailbox or a block list.
    plain = _without(text, links)
    return ReplyValues(
        urls=_distinct(link for _, link in links if not link.endswith("://")),
        addresses=_distinct(_addresses(text, plain)),
        block_lists=_distinct(parse_block_lists(plain)),
        provider_codes=_distinct(parse_provider_codes(text)),
        mailboxes=_distinct(match.group().rstrip("-") for match in _MAILBOX.finditer(plain)) if "@" in plain else (),
        seconds=parse_seconds(plain),
        size_limit=parse_size_limit(plain),
    )


def _may_link(text: str) -> bool:
    return "/" in text or "www." in text.lower()


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _trimmed(link: str) -> str:
    """`link` without the full stop, quote or bracket that belongs to the sentence (`(see http://x.example/a.)`)."""
    end = len(link)
    unopened = {closing: link.count(closing) - link.count(opening) for closing, opening in _BRACKETS.items()}
    while end:
        last = link[end - 1]
        if last in _BRACKETS:
            unopened[last] -= 1
        if last not in _LINK_TAIL and unopened.get(last, -1) < 0:
            break
        end -= 1
    return link[:end]


def _without(text: str, links: list[tuple[int, str]]) -> str:
    """`text` with blanks in place of `links`, so that indices stay the same."""
    parts: list[str] = []
    done = 0
    for start, link in links:
        parts += (text[done:start], " " * len(link))
        done = start + len(link)
    return "".join((*parts, text[done:])) if parts else text


def _addresses(text: str, plain: str) -> list[str]:
    found: dict[int, str] = {}
    for match in _IPV4.finditer(text):
        start = match.start()
        before = (text, max(0, start - _LOOK_BACK), start)
        inside_link = plain[start] == " "
        if not inside_link and _PROGRAM_BEFORE.search(*before):
            continue
        if match.group().startswith("4.16.") and _YAHOO_CAUSE.search(*before):
            continue
        _put(found, start, match.group())
    if text.count(":") > 1:
        for match in _IPV6.finditer(text):
            written = match.group(1)
            # A colon behind the address belongs to the sentence, two belong to the address.
            _put(found, match.start(), written if written.endswith("::") else written.removesuffix(":"))
    return [address for _, address in sorted(found.items())]


def _put(found: dict[int, str], start: int, written: str) -> None:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return
    # "::" and "add::" are punctuation and words more often than addresses.
    if address.version == 6 and not any(map(str.isdigit, written)):
        return
    found[start] = str(address)
