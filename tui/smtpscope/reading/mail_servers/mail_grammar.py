"""The grammar of a mail server's log: it takes lines apart and finds refusals."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_left
from itertools import islice
from typing import ClassVar, Final, NamedTuple

from smtpscope.reading.mail_servers.mail_thread import Thread
from smtpscope.reading.record import Side
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.syslog_line import LogLine

FAILED: Final = "Failed without a reply"
"""The reason for a failure without any reply: host not found, not reached, or silent."""

LONGEST: Final = 65_536
"""Characters of a line that are read; syslog daemons cut lines at 8 KiB by default."""

LOOKS_AHEAD: Final = 4_096
"""Characters after a line that can be searched."""
_LOOKS_BACK: Final = 262_144


class LoggedRefusal(NamedTuple):
    """A refusal in one line; the fields are those of `SmtpExchangeRecord`.

    `further_mailboxes` are those of other recipients to whom the same line applies, `further_replies` those of other
    recipients with the replies that they got: each is an exchange of its own. `when` is a text with the time, where it
    is not in the line.
    """

    side: Side
    remote_host: str
    logged_verb: str
    command: str
    reply: str
    mailbox: str | None
    guess: str | None = None
    further_mailboxes: tuple[str, ...] = ()
    further_replies: tuple[tuple[str, str], ...] = ()
    when: str = ""


class NoReply(NamedTuple):
    """Mail that failed without a reply, and why: counted for the information on the file."""

    reason: str


class Damaged(NamedTuple):
    """Why a line with a refusal can't be understood."""

    reason: str


Found = LoggedRefusal | NoReply | Damaged | None
"""What a line holds; None if it is not about a refusal."""


class Around:
    """The lines before and after the current one, as far as they are in memory."""

    def __init__(self) -> None:
        self._block: TextBlock | None = None
        self._before: TextBlock | None = None
        self._start = self._behind = 0
        self._before_ends: int | None = None

    def enter(self, block: TextBlock) -> None:
        """Moves on to `block`; the previous block is kept."""
        if self._block is not block:
            self._before, self._block = self._block, block
            self._before_ends = None

    def place(self, start: int, behind: int) -> None:
        """The current line is from `start` to `behind` in the current block."""
        self._start, self._behind = start, behind

    def earlier(self, key: str) -> str:
        """The nearest earlier line with `key` in it, or ""."""
        for block, end in ((self._block, self._start), (self._before, None)):
            if block is None:
                continue
            end = self._end_of_before() if end is None else end
            index = block.text.rfind(key, max(0, end - _LOOKS_BACK), end)
            if index >= 0:
                return _line_at(block, index)
        return ""

    def later(self, key: str, characters: int = LOOKS_AHEAD) -> str:
        """The nearest later line with `key` in it, or ""; it may be missed beyond the default distance."""
        if self._block is None:
            return ""
        index = self._block.text.find(key, self._behind, self._behind + characters)
        return _line_at(self._block, index) if index >= 0 else ""

    def _end_of_before(self) -> int:
        """The index in the block before this one at which this one begins: it may begin with lines of that one."""
        before, block = self._before, self._block
        assert before is not None, "there is no block before"
        assert block is not None, "there is no block"
        if self._before_ends is None:
            indices = range(len(before.text) + 1)
            self._before_ends = bisect_left(indices, block.start, key=before.offset)
        return self._before_ends

    def lines_before(self) -> list[str]:
        """The whole lines before this one, the nearest first, some of them from the block before."""
        if self._block is None:
            return []
        begin = max(0, self._start - LOOKS_AHEAD)
        text = self._block.cut(begin, self._start)
        if not begin and self._before is not None:
            end = self._end_of_before()
            begin = max(0, end - LOOKS_AHEAD)
            text = self._before.cut(begin, end) + text
        lines = text.splitlines()
        return lines[:0:-1] if begin else lines[::-1]

    def preceding(self, count: int) -> list[str]:
        """At most `count` lines just before this one, the nearest first; none from the block before."""
        lines: list[str] = []
        end = self._start
        while self._block is not None and len(lines) < count and end > 0:
            begin = self._block.text.rfind("\n", max(0, end - 1 - _LOOKS_BACK), end - 1) + 1
            lines.append(self._block.cut(begin, end - 1))
            end = begin
        return lines

    def following(self) -> list[str]:
        """The whole lines after this one."""
        if self._block is None:
            return []
        text = self._block.cut(self._behind, min(len(self._block.text), self._behind + LOOKS_AHEAD))
        return text.splitlines()


_MAILBOX: Final = re.compile(r"[^<>,\s]{1,512}")
MOST_MAILBOXES: Final = 1_000
"""The most recipients that count in one line: nobody can fill the memory with a list."""


def mailboxes_of(listed: str) -> tuple[str, ...]:
    """The mailboxes in a list such as `<ann@example.com>,<bob@example.com>`, each once, in order."""
    found = (match.group() for match in _MAILBOX.finditer(listed) if match.group() != "...")
    return tuple(islice(dict.fromkeys(found), MOST_MAILBOXES))


class MailGrammar(ABC):
    """The grammar of one program; one object reads one file in order, and may keep state.

    `beginning` matches the beginning of each line, None if that is its time.
    """

    beginning: ClassVar[re.Pattern[str] | None] = None

    @abstractmethod
    def line(self, text: str) -> LogLine | None:
        """A line of the program, parsed; None for a line of another program."""

    @abstractmethod
    def refusal(self, line: LogLine, around: Around) -> Found:
        """The refusal in `line`, or None."""

    def thread(self, line: LogLine) -> Thread | None:
        """What the lines of the same message or session have in common."""
        return None


def host_of(name: str, address: str) -> str:
    """The host for tables and guidance: its name, or its IP address if the name is unknown."""
    return name.rstrip(".") if name and name != "unknown" else address


def _line_at(block: TextBlock, index: int) -> str:
    start = block.text.rfind("\n", max(0, index - LONGEST), index) + 1 or max(0, index - LONGEST)
    end = block.text.find("\n", index, index + LONGEST)
    return block.cut(start, end if end >= 0 else min(len(block.text), index + LONGEST)).rstrip("\r")
