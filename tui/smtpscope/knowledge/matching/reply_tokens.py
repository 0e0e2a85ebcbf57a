"""A reply as normalised words for phrase matching, with the position of each word in the verbatim text.

Case, accents, apostrophes and spellings such as `e-mail` or `can't` / `cannot` / `can not` are normalised. Mailboxes,
IP addresses, host names, URLs and numbers can contain any word (`<spam@blocked.example>`), so each becomes one sign.
The words inside hosts and URLs are kept separately.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

Span = tuple[int, int]
"""Offsets in the text."""
Places = tuple[int, int]
"""Numbers of words: the first, and the one after the last."""
# RFC 5321 section 4.5.3.1.5 gives a reply line 512 octets; text beyond this length is not read.
LONGEST_TEXT = 4000

MAILBOX, ADDRESS, HOST, URL, NULL = "MAILBOX", "ADDRESS", "HOST", "URL", "NULL"
SIGNS = frozenset({MAILBOX, ADDRESS, HOST, URL, NULL})
"""NULL is the null reverse-path `<>`."""
_SIGN_OF = {"mailbox": MAILBOX, "address": ADDRESS, "name": HOST, "url": URL, "null": NULL}
_WITH_NAMES = frozenset({"name", "url"})
"""The kinds of token whose words are kept separately."""

_TOKEN = re.compile(
    r"""
      (?P<plain> [A-Za-z]+ (?= [ ,;)\]"!] | \.?(?:\s|\Z) ) )
    | (?P<url> (?:https?:/{1,2}|www\.) [^\s<>"']* )
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
"""Other signs instead of an apostrophe: typed ones, those of another encoding, and the question mark that msmtp
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
_SECOND = frozenset(second for _, second in JOINED)
_SAME = {
    "graylisted": "greylisted",
    "graylisting": "greylisting",
    "graylist": "greylist",
    "mails": "mail",
    "emails": "email",
    "timedout": "timeout",
}
_ELIDED = frozenset({"l", "d", "qu", "dell", "nell", "all", "un"})
"""What comes before the apostrophe of an article or a preposition (`l'adresse`, `dell'utente`)."""
_NOT = {
    "cannot": "can",
    "cant": "can",
    "wont": "will",
    "dont": "do",
    "doesnt": "does",
    "dosnt": "does",
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
    form. `distinct` has each word once, those of names with a leading `~`. `words` are those of `line`, `signs` has
    for each word of `names` the place in `words` of its sign.
    """

    line: str
    names: str
    distinct: frozenset[str]
    words: list[str]
    signs: list[int]
    _spans: list[Span]

    def spans(self, start: int, end: int) -> list[Span]:
        """The span in the text of the words from `start` to `end` (offsets in `line`)."""
        return self.text_spans(self.places(start, end))

    def places(self, start: int, end: int) -> Places:
        """The first word and the one after the last, of those from `start` to `end` (offsets in `line`)."""
        return _places(self.line, start, end)

    def name_places(self, start: int, end: int) -> Places:
        """The places of the signs of the names from `start` to `end` (offsets in `names`)."""
        first, last = _places(self.names, start, end)
        chosen = self.signs[first:last]
        return (chosen[0], chosen[-1] + 1) if chosen else (0, 0)

    def text_spans(self, places: Places) -> list[Span]:
        """The span in the text of the words at `places`."""
        chosen = self._spans[places[0] : places[1]]
        return [(chosen[0][0], chosen[-1][1])] if chosen else []

    def outside(self, spans: Iterable[Span]) -> int:
        """The number of words outside `spans` (offsets in the text), not counting signs."""
        inside = tuple(spans)
        count = 0
        for word, (start, _) in zip(self.words, self._spans, strict=True):
            if word not in SIGNS:
                count += 1
                for first, last in inside:
                    if first <= start < last:
                        count -= 1
                        break
        return count


def _places(line: str, start: int, end: int) -> Places:
    """Each word has one space before it, so the spaces before a place count the words up to there."""
    return max(line.count(" ", 0, start) - 1, 0), line.count(" ", 0, max(end - 1, 0))


def levelled(word: str) -> str:
    """`word` without case and accents. Letters of other scripts stay."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    letters = (letter for letter in decomposed if not unicodedata.combining(letter) and letter != " ")
    return unicodedata.normalize("NFC", "".join(letters))


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


def is_host(name: str) -> bool:
    """Whether a name with dots is one of a host, by its last part."""
    last = name.rpartition(".")[2]
    if last in _COMMON_TOP_DOMAINS:
        return True
    if last.isupper() and last.lower() in _COMMON_TOP_DOMAINS:
        return True
    return len(last) == 2 and last.isascii() and last.isalpha() and (last.islower() or name.isupper())


_Word = tuple[str, int, int]
"""A normalised word, and the positions in the written one at which it begins and ends."""


@lru_cache(maxsize=8192)
def _read(written: str) -> tuple[_Word, ...]:
    """The words in a written word (`can't` holds two, `RecipientNotFound` three). Kept, as replies share most words."""
    if not written.isascii() or not written.isalnum():
        written = written.translate(_APOSTROPHES)
    if written[0].islower() or written.isupper() or not written.isalpha():
        return tuple(_plain(levelled(written), 0, len(written)))
    if written.lower() in _ONE_WORD:
        return tuple(_plain(written.lower(), 0, len(written)))
    words: list[_Word] = []
    at = 0
    for part in _HUMP.split(written):
        words += _plain(levelled(part), at, at + len(part))
        at += len(part)
    return tuple(words)


def _plain(word: str, start: int, end: int) -> list[_Word]:
    if "'" in word:
        word = _without_apostrophe(word)
    stem = _NOT.get(word)
    return [(word, start, end)] if stem is None else [(stem, start, end), ("not", start, end)]


def _without_apostrophe(word: str) -> str:
    """`recipient's` gives `recipient`, `l'adresse` gives `adresse`, `can't` gives `cant`."""
    head, _, tail = word.partition("'")
    if tail == "s":
        return head
    return tail if head in _ELIDED else head + tail


class TextPart(NamedTuple):
    """What stands between two spaces: its words, and the words of the names among them, by the number of their sign.

    It is `plain` if it has no names and no word depends on the one before; `one` is then its word, if it has just one.
    """

    words: tuple[_Word, ...]
    names: Mapping[int, Sequence[str]]
    plain: bool
    one: _Word | None


DEPENDENT = frozenset(word for pair in JOINED for word in pair).union(JOINED.values(), _SAME, ("s",))
"""Words that may join another, or are read as another."""
_AFTER_ANOTHER = _SECOND.union(_SAME, ("s",))
_NO_NAMES: Mapping[int, Sequence[str]] = {}


def _read_part(text: str) -> TextPart:
    words: list[_Word] = []
    names = _NO_NAMES
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        at, end = found.span()
        if kind == "plain" or kind == "word":
            words += [(word, at + first, at + last) for word, first, last in _read(found.group())]
        elif kind == "name" and not is_host(found.group()):
            for part in _PART.finditer(found.group()):
                off = at + part.start()
                words += [(word, off + first, off + last) for word, first, last in _read(part.group())]
        elif kind != "number":
            if kind in _WITH_NAMES:
                of_name = [levelled(part) for part in _PART.findall(found.group())]
                names = {**names, len(words): of_name}
            words.append((_SIGN_OF[kind or ""], at, end))
    plain = not names
    for word, _, _ in words:
        if word in _AFTER_ANOTHER:
            plain = False
            break
    return TextPart(tuple(words), names, plain, words[0] if plain and len(words) == 1 else None)


_kept_parts = lru_cache(maxsize=16_384)(_read_part)
_LONGEST_KEPT = 64


def kept_part(text: str) -> TextPart:
    """`text` between two spaces, read once: replies share most of it, and no token reaches over a space."""
    return _kept_parts(text) if len(text) <= _LONGEST_KEPT else _read_part(text)


@lru_cache(maxsize=8)
def words_of(text: str) -> ReplyTokens:
    """The words of `text`, any text at all. Linear in its length; only the first 4,000 characters are read."""
    words: list[str] = []
    spans: list[Span] = []
    names: list[str] = []
    signs: list[int] = []
    at = 0
    for written in text[:LONGEST_TEXT].split(" "):
        length = len(written)
        part = _kept_parts(written) if length <= _LONGEST_KEPT else _read_part(written)
        if part.one is not None:
            word, first, last = part.one
            words.append(word)
            spans.append((at + first, at + last))
        elif part.plain:
            for word, first, last in part.words:
                words.append(word)
                spans.append((at + first, at + last))
        else:
            for number, (word, first, last) in enumerate(part.words):
                if word in _SECOND and words and (joined := JOINED.get((words[-1], word))) is not None:
                    words[-1] = joined
                    spans[-1] = (spans[-1][0], at + last)
                elif word != "s":  # `argument(s)`
                    if number in part.names:
                        names += part.names[number]
                        signs += [len(words)] * len(part.names[number])
                    words.append(_SAME.get(word, word))
                    spans.append((at + first, at + last))
        at += length + 1
    distinct = frozenset(words)
    return ReplyTokens(
        line=f" {' '.join(words)} " if words else " ",
        names=f" {' '.join(names)} " if names else " ",
        distinct=distinct.union(["~" + name for name in names]) if names else distinct,
        words=words,
        signs=signs,
        _spans=spans,
    )
