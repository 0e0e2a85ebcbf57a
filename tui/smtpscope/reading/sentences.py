"""Where the sentences of the SMTP protocol events stand in a text, whatever stands around them.

Source of the wording: Microsoft KB 843106 and the event texts of Exchange 2000 and 2003. Values are not looked at
here; a quote in a reply is not escaped in the event, so only the fixed phrases can be trusted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from smtpscope.reading.dates import begins_with_time

# Between two words of a fixed phrase: blanks, a line wrap, the ">" of a quoted mail, and the first byte of a
# no-break space (UTF-8 C2 A0, seen as Latin-1).
_GAP = r"[\s>\xc2]{1,40}"


def _phrase(words: str) -> str:
    return _GAP.join(map(re.escape, words.split()))


OPENING = re.compile(
    _phrase("This is an SMTP protocol") + _GAP + rf"(?:(?:warning|error){_GAP})?" + _phrase("log for virtual server")
)
_CLOSING = re.compile(_phrase("cause the connection to fail") + r"\.?")
_FULL_COMMAND = re.compile(_phrase("full command sent was"))
_BLANK_LINE = re.compile(r"\n[ \t\r>]*\n")
_QUOTE_AND_STOP = re.compile(r"[\"'`\u201c\u201d\x93\x94\x9c\x9d][ \t]*\.")

LONGEST = 1 << 16
"""Characters; the text of a Windows event has at most half of them (EventLog limits a string to 31,839)."""
LONGEST_PREFIX = 4_096
"""Characters before a sentence that are looked at: a line may have no end."""
_LINES_WITHOUT_CLOSING = 12


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in a text: it stands from `opening` to `closing`, its record from `start` to `end`.

    The record begins with the line, or with the end of the record before on the same line; it takes in the line
    before when the sentence begins a line and that one has the time. All are indices, the ends exclusive.
    """

    start: int
    opening: int
    closing: int
    end: int


@dataclass(frozen=True, slots=True)
class Scan:
    """`rest` is the index from which the text has to be seen again together with what follows it."""

    sentences: list[Sentence]
    rest: int


def scan(text: str, *, final: bool, begin: int = 0, stop: int | None = None) -> Scan:
    """The sentences of `text` from `begin` to `stop` in order; unless `final`, an unfinished one is left for later."""
    found: list[Sentence] = []
    done = begin
    stop = len(text) if stop is None else stop
    opening = OPENING.search(text, begin, stop)
    while opening is not None:
        following = OPENING.search(text, opening.end(), stop)
        limit = following.start() if following else stop
        closing = _closing(text, opening.start(), opening.end(), limit)
        start = _record_start(text, done, opening.start())
        if closing is None:
            if not final and following is None and stop - opening.start() < LONGEST:
                return Scan(found, start)
            closing = _end_without_closing(text, opening.start(), limit)
        end = text.find("\n", closing, limit)
        if end < 0 and following is None and not final:
            if stop - opening.start() < LONGEST:
                return Scan(found, start)
            # What is left of the line may end in the first words of another sentence.
            end = max(closing, stop - LONGEST_PREFIX)
        elif end < 0:
            end = closing if following else stop
        found.append(Sentence(start, opening.start(), closing, end))
        done = end
        opening = following
    return Scan(
        found, stop if final else max(text.rfind("\n", done, max(stop - 1, done)) + 1, done, stop - LONGEST_PREFIX)
    )


def _closing(text: str, opening: int, begin: int, limit: int) -> int | None:
    """The index behind the closing words, None where they are missing before `limit` or the text around ends first."""
    match = _CLOSING.search(text, begin, min(limit, opening + LONGEST))
    if match is None:
        return None
    first_break = text.find("\n", opening, match.end())
    if first_break >= 0 and _foreign_line(text, first_break, match.end()) is not None:
        return _end_without_closing(text, opening, match.end())
    return match.end()


def _foreign_line(text: str, begin: int, end: int) -> int | None:
    """The index of the first line end from `begin` on that a blank line or a line with its own time follows."""
    blank = _BLANK_LINE.search(text, begin, end)
    stop = blank.start() if blank else end
    position = begin
    while 0 <= position < stop:
        if begins_with_time(text[position + 1 : position + 64]):
            return position
        position = text.find("\n", position + 1, stop)
    return blank.start() if blank else None


def _end_without_closing(text: str, opening: int, limit: int) -> int:
    """Where a sentence ends that lost its last words: behind the full command, else at the end of its lines."""
    limit = min(limit, opening + LONGEST)
    stop = _foreign_line(text, opening, limit)
    if stop is None:
        stop = limit
    command = _FULL_COMMAND.search(text, opening, stop)
    if command is not None:
        line_end = text.find("\n", command.end(), stop)
        quotes = list(_QUOTE_AND_STOP.finditer(text, command.end(), stop if line_end < 0 else line_end))
        last = quotes[-1] if quotes else _QUOTE_AND_STOP.search(text, command.end() + 2, stop)
        if last is not None:
            return last.end()
    position = opening
    for _ in range(_LINES_WITHOUT_CLOSING):
        line_end = text.find("\n", position, stop)
        if line_end < 0:
            return stop
        position = line_end + 1
    return position - 1


def _record_start(text: str, done: int, opening: int) -> int:
    done = max(done, opening - LONGEST_PREFIX)
    line = text.rfind("\n", done, opening) + 1 or done
    if text[line:opening].strip('> \t"'):
        return line
    # Nothing before the sentence on its line: the line above may hold the time.
    above = max(text.rfind("\n", done, max(line - 1, done)) + 1, done)
    if above < line and begins_with_time(text[above:line]):
        return above
    return line


def lines_between(text: str, begin: int, end: int) -> int:
    """The number of lines from `begin` to `end` that are not empty."""
    if end - begin <= 1:
        return 0  # Only the line end between two records, the usual case in a log of ours.
    if text[begin] == "\n":
        begin += 1
    empty = "\n\r\n" if text.find("\r", begin, min(begin + 4096, end)) >= 0 else "\n\n"
    if text.find(empty, begin, end) >= 0 or text[begin] in "\r\n":
        return sum(line not in ("", "\r") for line in text[begin:end].split("\n"))
    return text.count("\n", begin, end) + (text[end - 1] != "\n")
