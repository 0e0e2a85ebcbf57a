"""The block lists that a reply names, by their DNS zones."""

from __future__ import annotations

import re

# A lookahead and its group: a name matches as a whole or not at all.
_NAME = r"(?=(?P<name>[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+))(?P=name)(?![\w@]|\.\w)"
# "blocked using zen.dnsbl.example", "listed at ...": the word before it shows that the name is a list.
_NAMED_AS_LIST = re.compile(
    r"\b(?:using|list(?:ed|ing)?(?: \w{1,10}){0,2} (?:in|at|on|by|with)|rbls?|dnsbls?|block ?lists?|black ?lists?)"
    rf"(?: (?:on|at|in|by|the|of|is)(?![\w.-]))*\s?[:=]?\s?[\[(\"'<]?{_NAME}"
)
_ANY_NAME = re.compile(rf"(?<![\w@.-]){_NAME}")
_ONE_NAME = re.compile(r"[\[(<]?([a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+)[\])>,;:]{0,3}\Z")
"""A part of a text that is one name, as most are."""
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


_ZONES = frozenset(BLOCK_LIST_ZONES)


def parse_block_lists(text: str, *, known_names: bool = True) -> list[str]:
    """DNS names of block lists in `text`, lower case, in order; `text` without links, whose hosts are web sites.

    `known_names` is False if `holds_list_name` of no part of it.
    """
    text = text.lower()
    if "." not in text or not may_refuse(text):
        return []
    found: dict[int, str] = {}
    if may_name_a_list(text):
        found = {match.start(1): _zone(match.group(1)) for match in _NAMED_AS_LIST.finditer(text)}
    if known_names:
        found.update(_by_name(text))
    return [name for _, name in sorted(found.items()) if _is_zone(name)]


def may_refuse(text: str) -> bool:
    """Whether `text`, in lower case, has a word for a refusal: all others are spared the search for names.

    Written out, as it is asked of each word of each reply.
    """
    return (
        "block" in text or "list" in text or "rbl" in text or "nsbl" in text or "bl." in text or "reject" in text
        or "denied" in text or "refus" in text or "spam" in text or "banned" in text
    )  # fmt: skip


def may_name_a_list(text: str) -> bool:
    """Whether `text`, in lower case, may say of a name that it is a list: the beginnings in `_NAMED_AS_LIST`."""
    return "using" in text or "list" in text or "bl" in text


def holds_list_name(text: str) -> bool:
    """Whether `text`, in lower case, has a name that is known as a list, or looks like one."""
    if "." not in text:
        return False
    one = _ONE_NAME.match(text)
    return bool(_by_name(text)) if one is None else _is_list(_zone(one.group(1)))


def _by_name(text: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for match in _ANY_NAME.finditer(text):
        name = _zone(match.group(1))
        if _is_list(name):
            found[match.start(1)] = name
    return found


def _is_list(name: str) -> bool:
    return ".".join(name.rsplit(".", 2)[-2:]) in _ZONES or _LIST_LABEL.search(name) is not None


def _zone(name: str) -> str:
    return _REVERSED_ADDRESS.sub("", name)


def _is_zone(name: str) -> bool:
    """Neither an IP address (no top-level domain begins with a digit) nor a web site."""
    return name.rpartition(".")[2][0].isalpha() and not name.startswith(_SITE_LABELS)
