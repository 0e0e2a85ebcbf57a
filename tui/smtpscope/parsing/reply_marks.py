"""Names in a reply that lead to its author's own explanation: DNS block lists, and providers' codes."""

from __future__ import annotations

import re

# Looking ahead and taking what was seen: a name is taken whole or not at all.
_NAME = r"(?=(?P<name>[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+))(?P=name)(?![\w@]|\.\w)"
# "blocked using zen.dnsbl.example", "listed at ...": the word before says that the name is a list.
_NAMED_AS_LIST = re.compile(
    r"\b(?:using|list(?:ed|ing)?(?: \w{1,10}){0,2} (?:in|at|on|by|with)|rbls?|dnsbls?|block ?lists?|black ?lists?)"
    rf"(?: (?:on|at|in|by|the|of|is)(?![\w.-]))*\s?[:=]?\s?[\[(\"'<]?{_NAME}"
)
_ANY_NAME = re.compile(rf"(?<![\w@.-]){_NAME}")
_REFUSALS = ("block", "list", "rbl", "nsbl", "bl.", "reject", "denied", "refus", "spam", "banned")
# Lists in use since the days of Exchange 2000. A name is known by its end, as zones have many in front (zen, sbl-xbl).
_ZONES = (
    "spamhaus.org", "spamhaus.net", "spamcop.net", "sorbs.net", "barracudacentral.org", "uceprotect.net",
    "abuseat.org", "surriel.com", "manitu.net", "spameatingmonkey.net", "gbudb.net", "mailspike.net",
    "senderscore.com", "spamrats.com", "junkemailfilter.com", "wpbl.info", "msrbl.net", "mail-abuse.org",
    "mail-abuse.com", "surbl.org", "uribl.com", "njabl.org", "ordb.org", "dsbl.org", "lashback.com",
    "backscatterer.org", "nerd.dk", "inps.de", "ahbl.org", "invaluement.com", "hostkarma.com", "habeas.com",
    "dnswl.org", "s5h.net", "anonmails.de", "interserver.net", "0spam.org", "rfc-clueless.org", "rfc-ignorant.org",
    "spfbl.net", "nixspam.org", "weighted.org",
)  # fmt: skip
# What was looked up is the list's name behind the client's address, turned round (RFC 5782 section 2.1).
_REVERSED_ADDRESS = re.compile(r"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){4}(?=[a-z0-9_-]+\.)")
# The short ones count at the start only: companies are called zen and bl, too.
_LIST_LABEL = re.compile(
    r"^(?:bl|sbl|xbl|sbl-xbl|pbl|dbl|cbl|psbl|ipbl|spambl)[0-9]?\."
    r"|(?:^|[.-])(?:dnsr?bl\w{0,8}|d?rbl\w{0,8}|uribl|surbl|(?:block|black)-?list\w{0,3}|blackholes?)(?=[.-]|$)"
)
# A provider's web site is no zone: www.spamhaus.org, support.example.com.
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
    r"|#(?:BL|RL|RP|PT|DM|AU|SC|EL)[0-9]{6}(?!\w)",  # Comcast once more: the last part of its help link
)


def parse_block_lists(text: str) -> list[str]:
    """DNS names of block lists in `text`, lower case, in order; `text` without links, whose hosts are web sites."""
    text = text.lower()
    if "." not in text or not any(word in text for word in _REFUSALS):
        return []
    found = {match.start(1): _zone(match.group(1)) for match in _NAMED_AS_LIST.finditer(text)}
    for match in _ANY_NAME.finditer(text):
        name = _zone(match.group(1))
        if any(name == zone or name.endswith("." + zone) for zone in _ZONES) or _LIST_LABEL.search(name):
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
