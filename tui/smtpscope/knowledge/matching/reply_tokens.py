"""A reply as normalised words for phrase matching, with the position of each word in the verbatim text.

Case, accents, apostrophes and spellings such as `e-mail` or `can't` / `cannot` / `can not` are normalised. Mailboxes,
IP addresses, host names, URLs and numbers can contain any word (`<spam@blocked.example>`), so each becomes one sign.
The words inside hosts and URLs are kept separately.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable

from msgspec import Struct

# RFC 5321 section 4.5.3.1.5 gives a reply line 512 octets; text beyond this length is not read.
LONGEST_TEXT = 4000

MAILBOX, ADDRESS, HOST, URL, NULL = "MAILBOX", "ADDRESS", "HOST", "URL", "NULL"
SIGNS = frozenset({MAILBOX, ADDRESS, HOST, URL, NULL})
"""NULL is the null reverse-path `<>`."""

_TOKEN = re.compile(
    r"""
      (?P<url> (?:https?:/{1,2}|www\.) [^\s<>"']* )
    | (?P<mailbox> [\w.+=&*$%-]{1,64} @ [\w.-]{1,255} )
    | (?P<address> \d{1,3} (?:\.(?:\d{1,3}|[xX]{1,3})){3} (?![\w.])
                | [0-9a-fA-F]{0,4} (?::[0-9a-fA-F]{0,4}){3,7} (?!\w) )
    | (?P<number> [\#\d] [\d.\#,]* (?![^\W\d_]) )
    | (?P<name> [^\W_] [^\W_-]{0,62} (?:-[^\W_]{1,40}){0,8} (?:\.[^\W_][\w-]{0,62}){1,12} )
    | (?P<null> <> )
    | (?P<word> [^\W_]+ (?: (?:['\u2019\u00b4`\ufffd\x92] | \?(?=(?:t|s|re|ve|ll)\b)) [^\W_]+ )? )
    """,
    re.VERBOSE,
)
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u00b4`\ufffd\x92?", "'"))
"""Other signs in the place of an apostrophe: typed ones, those of another encoding, and the question mark that msmtp
writes into its log instead."""
_PART = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Names with a capital letter inside that are one word nevertheless.
_ONE_WORD = frozenset(
    {"spamcop", "spamhaus", "senderbase", "senderscore", "spamassassin", "mailchannels", "hostkarma", "mailspike"}
    | {"spamrats", "spamtrap", "domainkeys", "trustedsource", "backscatterer", "cloudmark", "uceprotect", "trendmicro"}
)
JOINED = {
    ("e", "mail"): "email",
    ("e", "mails"): "emails",
    ("mail", "box"): "mailbox",
    ("black", "list"): "blacklist",
    ("black", "listed"): "blacklisted",
    ("block", "list"): "blocklist",
    ("block", "listed"): "blocklisted",
    ("grey", "listed"): "greylisted",
    ("grey", "list"): "greylist",
    ("grey", "listing"): "greylisting",
    ("gray", "listed"): "greylisted",
    ("time", "out"): "timeout",
    ("timed", "out"): "timeout",
    ("over", "quota"): "overquota",
    ("host", "name"): "hostname",
    ("user", "name"): "username",
    ("white", "list"): "whitelist",
    ("white", "listed"): "whitelisted",
    ("spam", "trap"): "spamtrap",
    ("call", "out"): "callout",
    ("call", "back"): "callback",
    ("start", "tls"): "starttls",
    ("by", "pass"): "bypass",
    ("dns", "bl"): "dnsbl",
    ("look", "up"): "lookup",
    ("anti", "spam"): "antispam",
}
"""Two words that are also written as one, and the one."""
_SAME = {
    "graylisted": "greylisted",
    "graylisting": "greylisting",
    "graylist": "greylist",
    "mails": "mail",
    "emails": "email",
    "timedout": "timeout",
}
_ELIDED = frozenset({"l", "d", "qu", "dell", "nell", "all", "un"})
"""What stands before the apostrophe of an article or a preposition (`l'adresse`, `dell'utente`)."""
_NOT = {
    "cannot": "can",
    "cant": "can",
    "wont": "will",
    "dont": "do",
    "doesnt": "does",
    "didnt": "did",
    "isnt": "is",
    "arent": "are",
    "wasnt": "was",
    "hasnt": "has",
    "havent": "have",
    "couldnt": "could",
    "shouldnt": "should",
    "wouldnt": "would",
}
_COMMON_TOP_DOMAINS = frozenset(
    {"com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "arpa", "cloud", "email", "online", "host"}
    | {"example", "test", "invalid", "local", "lan", "internal", "corp", "app", "dev", "jobs", "pro", "mobi", "tech"}
    | {"site", "shop", "store", "xyz", "club", "top", "asia", "coop", "museum", "travel"}
)


class ReplyTokens(Struct, frozen=True):
    """The words of a reply.

    `line` holds them with one space before and after each; `names` has the words of host names and URLs in the same
    form. `distinct` has each word once, those of names with a leading `~`.
    """

    line: str
    names: str
    distinct: frozenset[str]
    _starts: list[int]
    _spans: list[tuple[int, int]]
    _name_starts: list[int]
    _name_spans: list[tuple[int, int]]

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """The span in the text of the words from `start` to `end` (offsets in `line`)."""
        return _text_spans(self._starts, self._spans, start, end)

    def name_spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """Like `spans`, for offsets in `names`."""
        return _text_spans(self._name_starts, self._name_spans, start, end)

    def outside(self, spans: Iterable[tuple[int, int]]) -> int:
        """The number of words outside `spans` (offsets in the text), not counting signs."""
        inside = tuple(spans)
        return sum(
            word not in SIGNS and not any(first <= start < last for first, last in inside)
            for word, (start, _) in zip(self.line.split(), self._spans, strict=False)
        )


def _text_spans(starts: list[int], spans: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    first = max(bisect_right(starts, start) - 1, 0)
    last = bisect_right(starts, end - 1)
    chosen = spans[first:last]
    return [(chosen[0][0], chosen[-1][1])] if chosen else []


def levelled(word: str) -> str:
    """`word` without case and accents. Letters of other scripts stay."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return unicodedata.normalize("NFC", "".join(letter for letter in decomposed if not unicodedata.combining(letter)))


def is_level(word: str) -> bool:
    """Whether `word` is certainly normalised already."""
    return (
        word.isascii()
        and word.isalpha()
        and word.islower()
        and word not in _NOT
        and word not in _SAME
        and len(word) > 1
    )


def _is_host(name: str) -> bool:
    last = name.rpartition(".")[2]
    if last in _COMMON_TOP_DOMAINS:
        return True
    if last.isupper() and last.lower() in _COMMON_TOP_DOMAINS:
        return True
    return len(last) == 2 and last.isascii() and last.isalpha() and (last.islower() or name.isupper())


class _Collector:
    """Collects the words of one text in order."""

    __slots__ = ("name_spans", "names", "spans", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self.names: list[str] = []
        self.name_spans: list[tuple[int, int]] = []

    def add(self, word: str, span: tuple[int, int]) -> None:
        words = self.words
        if word == "s":  # `argument(s)`
            return
        if words:
            joined = JOINED.get((words[-1], word))
            if joined is not None:
                words[-1] = joined
                self.spans[-1] = (self.spans[-1][0], span[1])
                return
        words.append(_SAME.get(word, word))
        self.spans.append(span)

    def add_word(self, text: str, start: int) -> None:
        """Adds a word as written: `can't` becomes two words, `RecipientNotFound` three."""
        if not text.isascii() or not text.isalpha():
            text = text.translate(_APOSTROPHES)
        end = start + len(text)
        if text[0].islower() or text.isupper() or not text.isalpha():
            self._add_plain(levelled(text), (start, end))
            return
        if text.lower() in _ONE_WORD:
            self._add_plain(text.lower(), (start, end))
            return
        at = start
        for part in _HUMP.split(text):
            self._add_plain(levelled(part), (at, at + len(part)))
            at += len(part)

    def _add_plain(self, word: str, span: tuple[int, int]) -> None:
        if "'" in word:
            word = _without_apostrophe(word)
        stem = _NOT.get(word)
        if stem is None:
            self.add(word, span)
        else:
            self.add(stem, span)
            self.add("not", span)

    def add_name(self, text: str, span: tuple[int, int], sign: str) -> None:
        self.add(sign, span)
        for part in _PART.findall(text):
            self.names.append(levelled(part))
            self.name_spans.append(span)


def _without_apostrophe(word: str) -> str:
    """`recipient's` gives `recipient`, `l'adresse` gives `adresse`, `can't` gives `cant`."""
    head, _, tail = word.partition("'")
    if tail == "s":
        return head
    return tail if head in _ELIDED else head + tail


def _starts(words: list[str]) -> list[int]:
    starts = []
    at = 1
    for word in words:
        starts.append(at)
        at += len(word) + 1
    return starts


def words_of(text: str) -> ReplyTokens:
    """The words of `text`, any text at all. Linear in its length; only the first 4,000 characters are read."""
    collector = _Collector()
    for found in _TOKEN.finditer(text[:LONGEST_TEXT]):
        kind = found.lastgroup
        start, end = found.span()
        if kind == "word":
            collector.add_word(found.group(), start)
        elif kind == "url":
            collector.add_name(found.group(), (start, end), URL)
        elif kind == "mailbox":
            collector.add(MAILBOX, (start, end))
        elif kind == "address":
            collector.add(ADDRESS, (start, end))
        elif kind == "null":
            collector.add(NULL, (start, end))
        elif kind == "name":
            name = found.group()
            if _is_host(name):
                collector.add_name(name, (start, end), HOST)
            else:
                for part in _PART.finditer(name):
                    collector.add_word(part.group(), start + part.start())
    words = collector.words
    return ReplyTokens(
        line=f" {' '.join(words)} " if words else " ",
        names=f" {' '.join(collector.names)} " if collector.names else " ",
        distinct=frozenset(words).union(["~" + name for name in collector.names]),
        _starts=_starts(words),
        _spans=collector.spans,
        _name_starts=_starts(collector.names),
        _name_spans=collector.name_spans,
    )
