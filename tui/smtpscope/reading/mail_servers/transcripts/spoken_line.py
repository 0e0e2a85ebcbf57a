"""Takes apart a line of a transcript: its header, its side, and the command or reply.

Test tools, mail libraries and servers mark the two sides in their own ways, and some not at all:

    -> RCPT TO:<ann@contoso.example>        send: 'rcpt TO:<ann@contoso.example>\\r\\n'
    <** 550 5.1.1 User unknown              reply: b'550 5.1.1 User unknown\\r\\n'
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

Way = Literal["sent", "received", "asked", "answered", ""]
"""The side that said it, as seen by the writer of the line; "asked" and "answered" only tell client from server."""

_SENT: Final = r"SMTP>{2}|[-=~]{0,2}>{1,3}|[Ss]ent:|SENT:|send:|[Ss]endCommand:|[Ss]ending:|out:"
_RECEIVED: Final = (
    r"SMTP<{2}|<{1,3}(?:[-=~]{1,2}|\*\*|~\*)?|[Rr]ecv:|RECV:|[Rr]eceived:|RECEIVED:|reply:|[Rr]eceiveResponse:|inp:"
)
_ASKED: Final = r"CLIENT -> SERVER:|C:|cmd:|CMD:"
_ANSWERED: Final = r"SERVER -> CLIENT:|SMTP -> FROM SERVER:|S:|rsp:|RSP:"
_BRANCH: Final = "(?:\u2514\u2500\u2500|\xe2\x94\x94\xe2\x94\x80\xe2\x94\x80)"
"""Before the first line below "CLIENT 1:" or "SERVER 1:", in the log of nodemailer 0.7; also as bytes of UTF-8."""
_COMMAND: Final = (
    r"(?:(?:EHLO|HELO|LHLO|AUTH|VRFY|EXPN|ETRN|BDAT|XCLIENT|XFORWARD|XEXCH50|X-EXPS|HELP|NOOP) "
    r"|(?:MAIL FROM|RCPT TO) ?:)"
    r"|(?:DATA|STARTTLS|RSET|QUIT|NOOP|TURN|AUTH|HELP|EHLO|HELO)(?=['\"\\]|\s*\Z)|\.(?=['\"\\]|\s*\Z)"
)
_UNMARKED: Final = re.compile(
    r"(?:EHLO|HELO|LHLO) \S{1,255}\s*\Z|MAIL FROM ?:|RCPT TO ?:|AUTH [A-Z0-9-]{3,20}(?: |\Z)|VRFY \S{1,255}\Z"
    r"|(?:DATA|STARTTLS|RSET|QUIT|EHLO|HELO|\.)\Z",
    re.IGNORECASE,
)
"""Commands even without a mark; other verbs also begin sentences."""
_WORDS = re.compile(
    rf"(?<![^\s<>:*~\u2500\x80-])(?:b?['\"])?(?:(?P<command>(?i:{_COMMAND}))|(?P<code>[2-5]\d\d)(?=[ \-\\'\"]|\s*\Z))"
)
_MARK = re.compile(
    rf"(?<![^\s|\])])(?:(?P<sent>{_SENT})|(?P<received>{_RECEIVED})|(?P<asked>{_ASKED})|(?P<answered>{_ANSWERED})"
    rf"|{_BRANCH})"
    r"[ \t]{0,8}\Z"
)
_ANY_MARK: Final = re.compile(rf"(?<![^\s|\])])(?:{_SENT}|{_RECEIVED}|{_ASKED}|{_ANSWERED}|{_BRANCH})")
_BEFORE_MARK: Final = frozenset(" \t\r\n\v\f|])")
_AT_BEGINNING: Final = re.compile(rf"[ \t]{{0,2}}(?:b?['\"])?(?:(?i:{_COMMAND})|[2-5]\d\d(?:[ \-\\'\"]|\s*\Z))")
_DIGITS: Final = dict.fromkeys(range(ord("1"), ord("9") + 1), "0")
_MOST_MARKS: Final = 6
_MOST_HEADERS: Final = 500
_QUOTED: Final = re.compile(r"b?(['\"])")
_QUOTING: Final = ("b", "'", '"')
_LONGEST_MARK: Final = 32
_LONGEST_HEADER: Final = 160
_INDENT: Final = 2
# Libraries indent all lines of a reply but the first.
_INDENTED = re.compile(r"[ \t]{3,80}(?P<words>[2-5]\d\d(?:[ \-]|\Z).*)", re.DOTALL)
_HOST: Final = r"(?P<{0}>[A-Za-z0-9_](?:[\w.:-]{{0,253}}[A-Za-z0-9])?)"
_PEER = re.compile(
    r"(?P<before>.{0,160}?)(?:"
    rf"\b[Tt]rying {_HOST.format('tried')}\.{{3}}"
    rf"|\b[Cc]onnection\b(?:(?! to ).){{0,40}}?\bfrom:? ['\"(\[]{{0,2}}{_HOST.format('client')}"
    r"|\b(?:[Cc]onnect(?:ed|ing|ion)?:?|[Tt]rying|[Oo]pening)\b.{0,40}?\bto:? (?:host |server )?['\"(\[]{0,2}"
    r"(?:[a-z]{2,8}://)?"
    rf"{_HOST.format('host')}"
    r")",
    re.DOTALL,
)
_PORT = re.compile(r":\d{1,5}\Z")
_DATE = re.compile(r"\bconnected at (?P<date>\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}) ")
# Not names of sessions: times, levels, counters.
_TIMELIKE = re.compile(
    r"[\[(]?(?:\d{1,4}|[+-]\d{2}:?\d{2}|\d{1,4}([-./])\d{1,2}\1\d{1,4}|[\dT./-]{0,11}\d{1,2}:\d\d:\d\d[\d:.,Z+-]{0,16})"
    r"[\])]?[:,]?"
    # Nor is the address that a connection came in on.
    r"|\[\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}\]"
)
_NAMED = re.compile(r"\d")


class SpokenLine(NamedTuple):
    """`words` are a command or a reply; `session` is its name in the header, or ""."""

    header: str
    session: str
    way: Way
    words: str
    is_reply: bool


class PeerLine(NamedTuple):
    """A line that names the other side of a connection: its host, and whether it is one of our clients."""

    session: str
    host: str
    is_client: bool


@lru_cache(maxsize=64)
def spoken_line(text: str) -> SpokenLine | None:
    """`text` parsed, None if it is neither a command nor a reply."""
    return _as_before(text) or _searched(text)


class _Marks:
    """The marks of a log, each with the spaces behind it, and the forms of the headers before them: the lines of one
    log are alike, so most need no search. It forgets everything if there are too many.
    """

    def __init__(self) -> None:
        self.ways: dict[str, Way] = {}
        self.headers: set[str] = set()

    def note(self, header: str, mark: str, way: Way) -> None:
        """A line has this `mark` behind this `header`."""
        if len(self.ways) > _MOST_MARKS or len(self.headers) > _MOST_HEADERS:
            self.ways.clear()
            self.headers.clear()
        if _ANY_MARK.search(header) is None:
            self.ways[mark] = way
            self.headers.add(header.translate(_DIGITS))


_MARKS: Final = _Marks()


def _as_before(text: str) -> SpokenLine | None:
    """`text` parsed if it is like a line before: what `_searched` would return, or None."""
    begin = mark = None
    for each in _MARKS.ways:
        place = text.find(each, 0, _LONGEST_HEADER)
        if place >= 0 and (begin is None or place < begin):
            begin, mark = place, each
    if begin is None or mark is None or (begin and text[begin - 1] not in _BEFORE_MARK):
        return None
    header = text[:begin]
    if header.translate(_DIGITS) not in _MARKS.headers or _AT_BEGINNING.match(text) is not None:
        return None
    found = _WORDS.match(text, begin + len(mark), _LONGEST_HEADER + _LONGEST_MARK)
    if found is None:
        return None
    is_reply = found["code"] is not None
    return SpokenLine(header, session_in(header), _MARKS.ways[mark], _bare(text[found.start() :]), is_reply)


def _searched(text: str) -> SpokenLine | None:
    for found in _WORDS.finditer(text, 0, _LONGEST_HEADER + _LONGEST_MARK):
        begin, is_reply = found.start(), found["code"] is not None
        mark = _MARK.search(text, max(0, begin - _LONGEST_MARK), begin)
        if mark is None and (begin > _INDENT or text[:begin].strip(" \t")):
            continue
        words = _bare(text[begin:])
        if mark is not None:
            header, way = text[: mark.start()], _way(mark)
            _MARKS.note(header, text[mark.start() : begin], way)
            return SpokenLine(header, session_in(header), way, words, is_reply)
        return SpokenLine("", "", "", words, is_reply) if is_reply or _UNMARKED.match(words) else None
    indented = _INDENTED.match(text)
    return None if indented is None else SpokenLine("", "", "", indented["words"].rstrip(), is_reply=True)


def _way(mark: re.Match[str]) -> Way:
    if mark["sent"]:
        return "sent"
    if mark["received"]:
        return "received"
    if mark["asked"] or mark["answered"]:
        return "asked" if mark["asked"] else "answered"
    return ""


def _bare(words: str) -> str:
    """Words without the quotes and the escaped line end that Python puts around them."""
    words = words.rstrip()
    quoted = _QUOTED.match(words) if words[:1] in _QUOTING else None
    if quoted is None:
        return words
    bare = words[quoted.end() :].removesuffix(quoted[1]).removesuffix("\\n").removesuffix("\\r")
    return bare.replace("\\'", "'").replace("\\\\", "\\")


def peer_line(text: str) -> PeerLine | None:
    """The other side that `text` names, or None."""
    found = _PEER.match(text)
    if found is None:
        return None
    host = _PORT.sub("", found["tried"] or found["host"] or found["client"])
    return PeerLine(session_in(found["before"]), host.rstrip("."), is_client=found["client"] is not None)


def date_in(text: str) -> str:
    """The date in a line that says when a connection began, or ""."""
    found = _DATE.search(text)
    return found["date"] if found else ""


def session_in(header: str) -> str:
    """The words of a header that name a session: those with a number that is not a time."""
    return " ".join(filter(_names_session, header.split()))


@lru_cache(maxsize=4_096)
def _names_session(word: str) -> bool:
    return _NAMED.search(word) is not None and _TIMELIKE.fullmatch(word) is None
