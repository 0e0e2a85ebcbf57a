"""The things that a reply names: links, IP addresses, block lists, provider codes, mailboxes, waiting times, size
limits.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache

from smtpscope.parsing.block_list_names import (
    holds_list_name,
    may_name_a_list,
    may_refuse,
    parse_block_lists,
)
from smtpscope.parsing.reply_quantities import is_about_size, may_hold_seconds, parse_seconds, parse_size_limit
from smtpscope.parsing.smtp_exchange import ReplyValues

_PROVIDER_CODE = re.compile(
    r"(?<![\w#])(?:"
    r"(?<=\[)[A-Z]{2,6}[0-9]{1,3}(?=\])"  # Yahoo [TSS04] [BL21] [PH01], Apple [HME1] [CS01]
    r"|TSS[0-9]{2}"
    r"|(?<=\()S[0-9]{2,12}[A-Z]?(?=\))|S3[0-9]{3}|S77[0-9A-Z]{0,6}"  # Outlook.com, Exchange Online throttling
    r"|AS\([0-9]{4,10}\)|(?<=\()AS[0-9]{4,10}(?=\))|AS[0-9]{7,10}"  # Exchange Online
    r"|(?:OFR|ofr|LPN|lpn)_?[0-9]{3}(?:_[0-9]{3})?"  # Orange, La Poste
    r"|AUP#[A-Za-z0-9-]{1,24}"  # Charter
    r"|IB[0-9]{3}"  # GoDaddy
    r"|(?:RTR|RLY|HVU|CON|DYN|DNS|SND|PRO|LMA|VIR|DNSBL|DT):[A-Z][A-Z0-9]{0,7}"  # AOL, AT&T, 163
    r"|(?:BL|RL|RP|PT|DM|AU|SC|EL)[0-9]{6}"  # Comcast
    r"|CX(?:BL|SNDR|THRT|MXRT|DNS|SMTP|AUP)[0-9]{0,4}|CDRBL|IPBL[0-9]{1,5}"  # Cox
    r"|JFE[0-9]{6}|IntCode[0-9]{3,8}"
    r")(?![\w])"
    r"|#(?:BL|RL|RP|PT|DM|AU|SC|EL)[0-9]{6}(?!\w)",  # Comcast again: the last part of its help link
)


def parse_provider_codes(text: str) -> list[str]:
    """Codes that a provider explains on its own pages, in order: `TSS04`, `S3150`, `AS(201806281)`, `OFR_506`."""
    return [
        match.group().lstrip("#").replace("ofr", "OFR").replace("lpn", "LPN") for match in _PROVIDER_CODE.finditer(text)
    ]


_LINK = re.compile(
    r"(?:https?://|(?<![\w@./-])www\.)[^\s<>\"`{}|\\^]+"
    # Without a scheme, a path makes a name a link: csi.example.com/reset-request/?ip=192.0.2.1
    r"|(?<![\w@./-])(?:[a-z0-9_-]{1,63}\.)+[a-z]{2,24}/[^\s<>\"`{}|\\^]+",
    re.IGNORECASE,
)
_LINK_TAIL = ".,;:!?'\"”’*"
_BRACKETS = {")": "(", "]": "["}

_IPV4 = re.compile(r"(?<![\w.-])([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?![\w-]|\.\w)")
_IPV6 = re.compile(
    r"(?<![\w:.])(?:ipv6:)?((?:[0-9a-f]{0,4}:){2,8}[0-9a-f]{0,4}(?:\.[0-9]{1,3}){0,3})(?![\w])", re.IGNORECASE
)
_PLAIN_IPV4 = re.compile(r"[<(\[]?(?:[0-9]{1,3}\.){3}[0-9]{1,3}[>)\],;]{0,3}:?\Z")
"""Most parts of a text with an IP address; nothing else can be found in one."""
_OCTETS = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.|\Z)){4}")
_PROGRAM_BEFORE = re.compile(r"(?:[A-Za-z]/|\b(?:version|ver\.?|release|build)[\s:]{1,3})\Z", re.IGNORECASE)
# Yahoo writes its own number of the cause at the end, "user complaints - 4.16.55.1".
_YAHOO_CAUSE = re.compile(r"- \Z")
_LOOK_BACK = 12

_LOCAL = r"(?:\"[^\"\s]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,64})"
_MAILBOX = re.compile(rf"(?<![\w.!#$%&'*+/=?^`{{|}}~@-]){_LOCAL}@(?:[\w-]{{1,63}}\.){{0,20}}[\w-]{{1,63}}(?!@)")


_LINK_SIGN, _IPV4_SIGN, _IPV6_SIGN, _CODE_SIGN = 1, 2, 4, 8
_TIME_SIGN, _SIZE_SIGN, _REFUSAL_SIGN, _LIST_SIGN, _NAMED_SIGN = 16, 32, 64, 128, 256
_EVERY_SIGN = 511
_LONGEST_KEPT = 64


def parse_reply_values(text: str) -> ReplyValues:
    """The things named in any text, each kind in order of appearance and without duplicates.

    Links lose the punctuation of the sentence around them; IP addresses are in canonical form (RFC 5952).
    """
    signs = _signs_of(text)
    links = [(match.start(), _trimmed(match.group())) for match in _LINK.finditer(text)] if signs & _LINK_SIGN else []
    plain = text
    if links:
        # Otherwise, part of a link would be taken for a mailbox or a block list.
        plain = _without(text, links)
        signs |= _signs_of(plain)
    about_lists = signs & _REFUSAL_SIGN and signs & (_LIST_SIGN | _NAMED_SIGN)
    return ReplyValues(
        urls=_distinct([link for _, link in links if not link.endswith("://")]),
        addresses=_distinct(_addresses(text, plain, signs)) if signs & (_IPV4_SIGN | _IPV6_SIGN) else (),
        block_lists=_distinct(parse_block_lists(plain, known_names=bool(signs & _NAMED_SIGN))) if about_lists else (),
        provider_codes=_distinct(parse_provider_codes(text)) if signs & _CODE_SIGN else (),
        mailboxes=_distinct([match.group().rstrip("-") for match in _MAILBOX.finditer(plain)]) if "@" in plain else (),
        seconds=parse_seconds(plain) if signs & _TIME_SIGN else None,
        size_limit=parse_size_limit(plain) if signs & _SIZE_SIGN else None,
    )


def _signs_of(text: str) -> int:
    """What `text` may name: the signs of its parts between spaces, which are those of most other replies.

    No pattern for anything but a waiting time reaches over a space, so what no part holds, the text doesn't hold.
    """
    signs = 0
    parts = text.split(" ")
    if len(text) > _LONGEST_KEPT and len(max(parts, key=len)) > _LONGEST_KEPT:
        return _EVERY_SIGN
    for sign in map(_signs_in, parts):
        signs |= sign
    return signs


@lru_cache(maxsize=16_384)
def _signs_in(part: str) -> int:
    if part.isdecimal():
        return 0
    if _PLAIN_IPV4.match(part) is not None:
        return _IPV4_SIGN
    lower = part.lower()
    signs = 0
    if "." in part:
        if part.count(".") > 2 and _IPV4.search(part):
            signs = _IPV4_SIGN
        if holds_list_name(lower):
            signs |= _NAMED_SIGN
    if ("/" in part or "www." in lower) and _LINK.search(part):
        signs |= _LINK_SIGN
    if ":" in part and _IPV6.search(part):
        signs |= _IPV6_SIGN
    if (part != lower or "ofr" in part or "lpn" in part) and _PROVIDER_CODE.search(part):
        signs |= _CODE_SIGN
    if may_hold_seconds(lower):
        signs |= _TIME_SIGN
    if is_about_size(lower):
        signs |= _SIZE_SIGN
    if may_refuse(lower):
        signs |= _REFUSAL_SIGN
    if may_name_a_list(lower):
        signs |= _LIST_SIGN
    return signs


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
    """`text` with spaces in place of `links`, to keep the indices."""
    parts: list[str] = []
    done = 0
    for start, link in links:
        parts += (text[done:start], " " * len(link))
        done = start + len(link)
    return "".join((*parts, text[done:])) if parts else text


def _addresses(text: str, plain: str, signs: int) -> list[str]:
    found: dict[int, str] = {}
    for match in _IPV4.finditer(text) if signs & _IPV4_SIGN else ():
        start = match.start()
        before = (text, max(0, start - _LOOK_BACK), start)
        inside_link = plain[start] == " "
        if not inside_link and _PROGRAM_BEFORE.search(*before):
            continue
        if match.group().startswith("4.16.") and _YAHOO_CAUSE.search(*before):
            continue
        _put(found, start, match.group())
    if signs & _IPV6_SIGN:
        for match in _IPV6.finditer(text):
            written = match.group(1)
            # One colon after the IP address belongs to the sentence, two belong to the address.
            _put(found, match.start(), written if written.endswith("::") else written.removesuffix(":"))
    return [address for _, address in sorted(found.items())]


def _put(found: dict[int, str], start: int, written: str) -> None:
    if ":" not in written:
        # As `ipaddress` has it, and ten times as fast.
        if _OCTETS.match(written) is not None:
            found[start] = written
        return
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return
    # "::" and "add::" are punctuation and words more often than addresses.
    if not any(map(str.isdigit, written)):
        return
    found[start] = str(address)
