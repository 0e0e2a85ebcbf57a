"""Lines of a log that a window, a mail or a page broke into several: a refusal may begin in one and end in the next."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from smtpscope.reading.mail_servers.mail_grammar import Damaged, Found, LoggedRefusal
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.syslog_line import LogLine

BROKEN: Final = "the line was wrapped; its parts were joined"
UNREAD: Final = "a refusal in a line without its beginning (time and program)"
_MOST: Final = 6
"""Lines that one line may be broken into."""
_LONGEST: Final = 8_192
_TELLS_OF_REFUSAL = re.compile(
    r"(?: said: |status=(?:bounced|deferred) [^\n]{0,300}? | reject: [^\n]{0,300}?: )[45]\d\d[ \-]"
)
_STATUS: Final = " status="


class RefusedLine(NamedTuple):
    """A line joined again, from index `start` of a block to `end`, with the refusal in it."""

    start: int
    end: int
    line: LogLine
    refusal: LoggedRefusal


class BrokenLines:
    """Joins the lines of one log. `line_of` parses a text as a line, `taken_apart` finds the refusal in it; unless
    `may_be`, no line of the log can be broken.
    """

    def __init__(
        self,
        line_of: Callable[[str], LogLine | None],
        taken_apart: Callable[[str], tuple[Found, LogLine | None, object]],
        *,
        may_be: bool,
    ) -> None:
        self._line_of, self._taken_apart, self._may_be = line_of, taken_apart, may_be

    def start(self, block: TextBlock, start: int, end: int) -> int:
        """Where the line begins that the text from `start` to `end` is part of."""
        begins = self._may_be and self._begins_line(block.cut(start, end).rstrip("\r\n"))
        whole = _whole_line(block, start, end, self._begins_line, begins=begins) if self._may_be else None
        return start if whole is None else whole.start

    def whole(
        self, block: TextBlock, start: int, end: int, found: Found, text: str, line: LogLine | None = None
    ) -> RefusedLine | None:
        """The line that `text`, from `start` to `end`, is part of, if it tells of a refusal; None if the text stands
        for itself, or for nothing. This was `found` in the text alone; `line` is the text as `line_of` parses it, if
        that is known.
        """
        if not self._may_be or not _lacks_something(found, text):
            return None
        part = block.cut(start, end).rstrip("\r\n")
        begins = _begins(line, part) if line is not None and part == text else self._begins_line(part)
        whole = _whole_line(block, start, end, self._begins_line, begins=begins)
        if whole is None:
            return None
        if whole.start < start:
            first = block.cut(whole.start, block.text.find("\n", whole.start))
            if isinstance(self._taken_apart(first)[0], LoggedRefusal):
                return None
        refusal, line, _ = self._taken_apart(whole.text)
        if line is None or not isinstance(refusal, LoggedRefusal):
            return None
        # What stands below a refusal may be the header of the message.
        says_more = not isinstance(found, LoggedRefusal) or refusal.mailbox is not None or _is_cut(text)
        return RefusedLine(whole.start, whole.end, line, refusal) if says_more else None

    def is_unread(self, text: str) -> bool:
        """Whether a text that is not a line certainly has a refusal."""
        return self._may_be and _TELLS_OF_REFUSAL.search(text) is not None

    def _begins_line(self, text: str) -> bool:
        """Whether a line begins here: what is indented and has no time goes on with the one before."""
        line = self._line_of(text)
        return line is not None and _begins(line, text)


def _begins(line: LogLine, text: str) -> bool:
    return bool(line.timed.strip()) or not text[:1].isspace()


class _WholeLine(NamedTuple):
    start: int
    end: int
    text: str


def _lacks_something(found: Found, text: str) -> bool:
    """Whether the line `text`, in which this was found, may be a part of one."""
    if _is_cut(text) or found is None or isinstance(found, Damaged):
        return True
    return isinstance(found, LoggedRefusal) and found.mailbox is None


def _is_cut(text: str) -> bool:
    """Whether the bracket around the reply is not closed, as Postfix closes it."""
    return _STATUS in text and text.count("(") > text.count(")")


def _whole_line(
    block: TextBlock, start: int, end: int, is_line: Callable[[str], bool], *, begins: bool
) -> _WholeLine | None:
    """The line that the text from `start` to `end` is part of; None if it is a line of its own, or of nothing.

    `is_line` says whether a text begins like the lines of the log, and `begins` whether this one does.
    """
    text = block.text
    parts = [block.cut(start, end).rstrip("\r\n")]
    while not begins:
        if not start or len(parts) == _MOST or end - start > _LONGEST or not parts[0].strip():
            return None
        begin = text.rfind("\n", 0, start - 1) + 1
        parts.insert(0, block.cut(begin, start).rstrip("\r\n"))
        start, begins = begin, is_line(parts[0])
    while end < len(text) and len(parts) < _MOST and end - start <= _LONGEST:
        behind = text.find("\n", end) + 1 or len(text)
        part = block.cut(end, behind).rstrip("\r\n")
        if not part.strip() or is_line(part):
            break
        parts.append(part)
        end = behind
    if len(parts) == 1:
        return None
    # A window cuts after a certain number of letters; everything else breaks between two words.
    cut = len({len(part) for part in parts[:-1]}) == 1 and len(parts) > 2
    joined = "".join(parts) if cut else " ".join(part.strip() for part in parts)
    return _WholeLine(start, end, joined)
