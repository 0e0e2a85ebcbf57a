"""The words and codes of a log that are known to be public. A masked export keeps them; anything else may be a name.

They are the words, help pages and provider codes of the bundled knowledge base, and three lists in `data/masking/`:
words of our own texts and of the log formats (`words.txt`), common words in replies (`more-words.txt`), and words that
host names end with (`domain-endings.txt`). The user's own rules never count as public, since they may contain names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from smtpscope.export.masking.mask_tokens import PART, ipv4_places
from smtpscope.knowledge.explaining_table import ExplainingKind
from smtpscope.knowledge.files.knowledge_files import bundled_folder, read_explaining_events
from smtpscope.knowledge.public_vocabulary import public_vocabulary
from smtpscope.parsing.block_list_names import BLOCK_LIST_ZONES

_LONGEST_NUMBER: Final = 3
"""Digits of a number that says nothing of anybody by itself, such as a reply code."""

_CAMEL: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_MEASURE: Final = re.compile(r"[0-9]{1,4}(?:b|k|m|g|kb|mb|gb|kib|mib|gib|bytes|s|ms|sec|min|h|d|x|st|nd|rd|th)", re.I)
_CODE_OF_FAMILY: Final = re.compile(r"[A-Z]{1,8}(?:[-_]?[A-Z]?[0-9]{1,12}){1,4}")
"""What stands for the `*` of a provider's codes are figures here: letters could be those of a name."""

_STATUS_CODE: Final = re.compile(r"(?:[2-5][0-9]{2}-)?#?[245x]\.(?:[0-9]{1,3}|x)\.(?:[0-9]{1,3}|x)", re.IGNORECASE)
_CODE_CLASS: Final = re.compile(r"[2-5]xx", re.IGNORECASE)
_LOOPBACK: Final = re.compile(r"127\.[0-9]{1,3}\.[0-9]{1,3}\.(?:[0-9]{1,3}|x)")
"""Also what DNS block lists answer with (RFC 5782 section 2.1)."""

_SECTION: Final = re.compile(r"section-[0-9]{1,2}(?:\.[0-9]{1,2}){0,4}")
"""Part of a link to an RFC, and not an IP address."""

_DECIMAL: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
_ABBREVIATION: Final = re.compile(r"[a-z](?:\.[a-z])+", re.IGNORECASE)
_NO_BLANKS: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
"""Scripts that put no spaces between words (Han, kana, Hangul, Thai)."""

# Exchange components, the first part of its dotted diagnostic codes ("RESOLVER.ADR.ExRecipNotFound").
_COMPONENTS: Final = frozenset(
    {"resolver", "storedrv", "smtpsend", "smtpreceive", "routing", "queue", "agent", "submission", "transport"}
    | {"deliver", "delivery", "mapi", "dns", "exception", "mapiexception", "content", "approval", "moderation"}
)


_LIST_LABELS: Final = frozenset(
    {"zen", "sbl", "xbl", "pbl", "css", "dbl", "cbl", "bl", "b", "dnsbl", "rbl", "multi", "psbl", "dul", "l2", "spam"}
)
"""Labels in front of the zone of a DNS block list (`zen.spamhaus.org`)."""


_NAMESPACES: Final = frozenset({"schemas.microsoft.com", "www.w3.org"})
"""Hosts in the names of XML schemas, which are in every record."""


def _lines(name: str) -> Iterator[str]:
    for line in (bundled_folder().parent / "masking" / name).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield line


@cache
def _words() -> frozenset[str]:
    listed = frozenset(word.casefold() for name in ("words.txt", "more-words.txt") for word in _words_of(name))
    return listed | public_vocabulary().words


def _words_of(name: str) -> Iterator[str]:
    return (word for line in _lines(name) for word in line.split())


@cache
def _sites() -> frozenset[str]:
    return public_vocabulary().sites | _NAMESPACES


@cache
def _domain_endings() -> frozenset[str]:
    return frozenset(_words_of("domain-endings.txt"))


@cache
def _listed_codes() -> frozenset[str]:
    return frozenset(code.code for code in public_vocabulary().codes.codes)


@cache
def _words_without_blanks() -> re.Pattern[str]:
    words = sorted(filter(_NO_BLANKS.search, _words()), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def is_word(text: str) -> bool:
    """Whether `text` is a common word, in upper or lower case."""
    return text.casefold() in _words()


@lru_cache(maxsize=1 << 14)
def is_public_site(name: str) -> bool:
    """Whether a dotted name is a provider's help page or a public DNS block list, or isn't a host name."""
    folded = name.casefold()
    if folded in _sites() or _LOOPBACK.fullmatch(folded) or _SECTION.fullmatch(folded):
        return True
    if not folded.endswith(BLOCK_LIST_ZONES):
        return False
    zone = next((zone for zone in BLOCK_LIST_ZONES if folded == zone or folded.endswith(f".{zone}")), None)
    if zone is None:
        return False
    # The zone may be preceded by a customer's key, or by the IP address that was looked up.
    labels = folded.removesuffix(zone).replace("-", ".").split(".")
    return all(label in _LIST_LABELS for label in labels if label)


@lru_cache(maxsize=1 << 16)
def is_public(token: str) -> bool:
    """Whether a run of letters, digits, dots, hyphens and underscores is known to be public.

    Codes, short numbers and common words are, unless dotted ones look like a host.
    """
    if token in _listed_codes() or (_CODE_OF_FAMILY.fullmatch(token) and public_vocabulary().codes.knows(token)):
        return True
    if any(pattern.fullmatch(token) for pattern in (_STATUS_CODE, _CODE_CLASS, _DECIMAL, _ABBREVIATION)):
        return True
    if is_public_site(token):
        return True
    if "." in token and not _dotted_words(token):
        return False
    return all(map(_is_public_part, PART.findall(token)))


def _dotted_words(token: str) -> bool:
    """Whether dotted words are a diagnostic code or two sentences without a space, rather than a host."""
    first, *_, last = token.casefold().split(".")
    if ipv4_places(token):
        return False
    if first in _COMPONENTS:
        return True
    stem = last.rstrip("0123456789")
    return stem.isalpha() and len(stem) > 2 and stem not in _domain_endings()


def _is_public_part(part: str) -> bool:
    if len(part) == 1 or is_word(part):
        return True
    if part.isdigit():
        return len(part) <= _LONGEST_NUMBER
    if not part.isascii():
        return False
    if _MEASURE.fullmatch(part):
        return True
    pieces = _CAMEL.findall(part)
    return len(pieces) > 1 and part.isalpha() and all(len(piece) > 1 and is_word(piece) for piece in pieces)


def public_stretches(token: str) -> Iterator[tuple[int, int]]:
    """The positions of known words in a run of a script without spaces; none for other scripts."""
    if _NO_BLANKS.search(token):
        for match in _words_without_blanks().finditer(token):
            yield match.span()


@cache
def bundled_kinds() -> tuple[ExplainingKind, ...]:
    """The kinds of events that explain refusals, except those changed by the user."""
    return tuple(read_explaining_events(bundled_folder()))
