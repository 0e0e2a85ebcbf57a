"""The things that a reply names: links, IP addresses, block lists, provider codes, mailboxes, waiting times, size
limits.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from smtpscope.parsing.smtp_exchange import ReplyValues

_UNIT_WORDS = {
    1: "s sec secs second seconds sek sekunde sekunden seconde secondes seconden segundo segundos secondi sekund",
    60: "min mins minute minutes minuta minuten minuto minutos minuti minuut minut",
    3600: "h hr hrs hour hours std stunde stunden heure heures hora horas ora ore uur uren godzin",
    86400: "day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen dni",
}
_SECONDS = {word: seconds for seconds, words in _UNIT_WORDS.items() for word in words.split()}
_DURATION = re.compile(r"(?<![\w.:-])([0-9]{1,7}|an?|one|eine[rn]?|une?)\s{0,2}([^\W\d_]{1,9})(?!\w)")
_CLOCK = re.compile(r"\b(?:in|after|for|wait)\s([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])(?![\w:])")
_WAITING = re.compile(
    r"\b(?:in|after|for|within|wait|least|nach|für|pendant|dans|apr[eè]s|durante|en|tra|over|za|po)\s\Z"
)
# "in the last 30 minutes", "100 messages per 1 hour": a period over which something is counted.
_COUNTING = re.compile(r"\b(?:last|past|per|every|each|previous)\s\Z|/\s?\Z")
_UNIT_LOOK_BACK = 12

_ABOUT_SIZE = ("siz", "large", "big", "byte", "octet", "kb", "mb", "gb", "größe", "groesse", "taille", "tama")
_LIMIT = re.compile(
    r"\b(?:limit|maximum|max|exceed(?:s|ed|ing)?|(?:larger|greater|bigger|more) than|allow(?:ed|s)|over)\b"
)
_FIGURE = re.compile(r"(?<![\w.,])([0-9]{1,12})(?:[.,]([0-9]{1,2}))?\s?([kmg]i?b?|[a-z]{4,9})?(?!\w)")
_FACTORS = {
    **dict.fromkeys(("byte", "bytes", "octets", "octet", "octeti"), 1),
    **dict.fromkeys(("k", "kb", "kib", "kilobyte", "kilobytes"), 1024),
    **dict.fromkeys(("m", "mb", "mib", "megabyte", "megabytes"), 1024**2),
    **dict.fromkeys(("g", "gb", "gib", "gigabyte", "gigabytes"), 1024**3),
}
_COUNTED = frozenset({"messages", "message", "mails", "emails", "recipients", "recipient", "connections"})
_REACH = 64
# Without a unit, a smaller number counts recipients or messages, not bytes.
_FEWEST_BYTES = 1024


def parse_seconds(text: str) -> int | None:
    """The waiting time that `text` asks for, in seconds: `in 300 seconds`, `5 minutes`, `an hour`, `in 00:04:59`."""
    text = text.lower()
    clock = _CLOCK.search(text) if ":" in text else None
    if clock:
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    unasked: int | None = None
    for match in _DURATION.finditer(text):
        unit = _SECONDS.get(match.group(2))
        before = (text, max(0, match.start() - _UNIT_LOOK_BACK), match.start())
        if unit is None or _COUNTING.search(*before):
            continue
        figure = match.group(1)
        duration = (int(figure) if figure.isdigit() else 1) * unit
        if _WAITING.search(*before):
            return duration
        if unasked is None and figure.isdigit():
            unasked = duration
    return unasked


def parse_size_limit(text: str) -> int | None:
    """The size limit that `text` names, in bytes (a kilobyte has 1,024); None if it names none.

    A limit beyond 64 bits is nonsense that JSON encoders reject, and counts as none.
    """
    text = text.lower()
    if not any(word in text for word in _ABOUT_SIZE):
        return None
    for limit in _LIMIT.finditer(text):
        reach = limit.end() + _REACH
        for figure in _FIGURE.finditer(text, limit.end(), reach):
            if figure.end() == reach:
                break  # perhaps cut in the middle of a number
            whole, fraction, unit = figure.groups()
            factor = _FACTORS.get(unit or "")
            if factor is not None:
                limit_bytes = int(float(f"{whole}.{fraction or 0}") * factor)
                return limit_bytes if limit_bytes < 1 << 63 else None
            # Anything but a unit is the next word: "limit 20971520 of server" against "limit 5000 recipients".
            if not fraction and int(whole) >= _FEWEST_BYTES and unit not in _COUNTED:
                return int(whole)
    return None


# A lookahead and its group: a name matches as a whole or not at all.
_NAME = r"(?=(?P<name>[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+))(?P=name)(?![\w@]|\.\w)"
# "blocked using zen.dnsbl.example", "listed at ...": the word before it shows that the name is a list.
_NAMED_AS_LIST = re.compile(
    r"\b(?:using|list(?:ed|ing)?(?: \w{1,10}){0,2} (?:in|at|on|by|with)|rbls?|dnsbls?|block ?lists?|black ?lists?)"
    rf"(?: (?:on|at|in|by|the|of|is)(?![\w.-]))*\s?[:=]?\s?[\[(\"'<]?{_NAME}"
)
_ANY_NAME = re.compile(rf"(?<![\w@.-]){_NAME}")
_REFUSALS = ("block", "list", "rbl", "nsbl", "bl.", "reject", "denied", "refus", "spam", "banned")
# Lists in use since the days of Exchange 2000. A name is recognised by its end, since zones have various prefixes (zen,
# sbl-xbl).
BLOCK_LIST_ZONES = (
    "spamhaus.org", "spamhaus.net", "spamcop.net", "sorbs.net", "barracudacentral.org", "uceprotect.net",
    "abuseat.org", "surriel.com", "manitu.net", "spameatingmonkey.net", "gbudb.net", "mailspike.net",
    "senderscore.com", "spamrats.com", "junkemailfilter.com", "wpbl.info", "msrbl.net", "mail-abuse.org",
    "mail-abuse.com", "surbl.org", "uribl.com", "njabl.org", "ordb.org", "dsbl.org", "lashback.com",
    "backscatterer.org", "nerd.dk", "inps.de", "ahbl.org", "invaluement.com", "hostkarma.com", "habeas.com",
    "dnswl.org", "s5h.net", "anonmails.de", "interserver.net", "0spam.org", "rfc-clueless.org", "rfc-ignorant.org",
    "spfbl.net", "nixspam.org", "weighted.org",
)  # fmt: skip
# The query is the client's reversed IP address, followed by the name of the list (RFC 5782 section 2.1).
_REVERSED_ADDRESS = re.compile(r"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){4}(?=[a-z0-9_-]+\.)")
# The short ones count only at the start: companies are called zen and bl too.
_LIST_LABEL = re.compile(
    r"^(?:bl|sbl|xbl|sbl-xbl|pbl|dbl|cbl|psbl|ipbl|spambl)[0-9]?\."
    r"|(?:^|[.-])(?:dnsr?bl\w{0,8}|d?rbl\w{0,8}|uribl|surbl|(?:block|black)-?list\w{0,3}|blackholes?)(?=[.-]|$)"
)
# The web site of a provider is not a zone: www.spamhaus.org, support.example.com.
_SITE_LABELS = ("www.", "mail.", "mx.", "smtp.", "support.", "help.", "postmaster.", "lookup.")

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


def parse_block_lists(text: str) -> list[str]:
    """DNS names of block lists in `text`, lower case, in order; `text` without links, whose hosts are web sites."""
    text = text.lower()
    if "." not in text or not any(word in text for word in _REFUSALS):
        return []
    found = {match.start(1): _zone(match.group(1)) for match in _NAMED_AS_LIST.finditer(text)}
    for match in _ANY_NAME.finditer(text):
        name = _zone(match.group(1))
        if any(name == zone or name.endswith("." + zone) for zone in BLOCK_LIST_ZONES) or _LIST_LABEL.search(name):
            found[match.start(1)] = name
    return [name for _, name in sorted(found.items()) if _is_zone(name)]


def _zone(name: str) -> str:
    return _REVERSED_ADDRESS.sub("", name)


def _is_zone(name: str) -> bool:
    """Neither an IP address (no top-level domain begins with a digit) nor a web site."""
    return name.rpartition(".")[2][0].isalpha() and not name.startswith(_SITE_LABELS)


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
_PROGRAM_BEFORE = re.compile(r"(?:[A-Za-z]/|\b(?:version|ver\.?|release|build)[\s:]{1,3})\Z", re.IGNORECASE)
# Yahoo writes its own number of the cause at the end, "user complaints - 4.16.55.1".
_YAHOO_CAUSE = re.compile(r"- \Z")
_LOOK_BACK = 12

_LOCAL = r"(?:\"[^\"\s]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,64})"
_MAILBOX = re.compile(rf"(?<![\w.!#$%&'*+/=?^`{{|}}~@-]){_LOCAL}@(?:[\w-]{{1,63}}\.){{0,20}}[\w-]{{1,63}}(?!@)")


def parse_reply_values(text: str) -> ReplyValues:
    """The things named in any text, each kind in order of appearance and without duplicates.

    Links lose the punctuation of the sentence around them; IP addresses are in canonical form (RFC 5952).
    """
    links = [(match.start(), _trimmed(match.group())) for match in _LINK.finditer(text)] if _may_link(text) else []
    # Otherwise, part of a link would be taken for a mailbox or a block list.
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
    """`text` with spaces in place of `links`, to keep the indices."""
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
            # One colon after the IP address belongs to the sentence, two belong to the address.
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
