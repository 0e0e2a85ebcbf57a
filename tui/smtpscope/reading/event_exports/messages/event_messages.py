"""Finds the messages of the SMTP protocol events in a text, whatever surrounds them.

Source of the wording: Microsoft KB 843106 and the event texts of Exchange 2000 and 2003. Values are ignored here; a
quote in a reply is not escaped in the event, so only the fixed phrases can be trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from msgspec import Struct

from smtpscope.reading.event_exports.messages.related_messages import first_words, holds_related, related_places
from smtpscope.reading.text.dates import begins_with_time

# Between two words of a fixed phrase: spaces, a line wrap, the ">" of a quoted mail, and the first byte of a
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
"""Characters before a message that are read: a line may have no end."""
_LINES_WITHOUT_CLOSING = 12
_USUALLY_ENOUGH = 4_096


class MessageMatch(Struct, frozen=True):
    """One message in a text: it goes from `opening` to `closing`, its record from `start` to `end`.

    The record begins with the line, or with the end of the record before on the same line; it includes the line before
    if that has the time and the message begins a line. All are indices, the ends exclusive. `related` marks the message
    of a related event (not 7002, 7004 or 7010).
    """

    start: int
    opening: int
    closing: int
    end: int
    related: bool = False


class Scan(Struct, frozen=True):
    """`rest` is the index at which the next block has to begin."""

    sentences: list[MessageMatch]
    rest: int


class _Opening(NamedTuple):
    """The start of a message and the end of its first words; `identified` is the end of the words that identify a
    related event (0: not yet).
    """

    start: int
    end: int
    related: bool
    identified: int


def holds_message(text: str, begin: int = 0, stop: int | None = None) -> bool:
    """Whether a message begins between the indices."""
    stop = len(text) if stop is None else stop
    return OPENING.search(text, begin, stop) is not None or holds_related(text, begin, stop)


def beginnings(text: str) -> list[int]:
    """The places in `text` where a message may begin, in order: there are certainly no others."""
    return sorted([*(match.start() for match in OPENING.finditer(text)), *first_words(text)])


def scan(text: str, *, final: bool, begin: int = 0, stop: int | None = None) -> Scan:
    """The messages in `text` from `begin` to `stop` in order; unless `final`, an unfinished one is left for later."""
    found: list[MessageMatch] = []
    done = begin
    stop = len(text) if stop is None else stop
    openings = _openings(text, begin, stop)
    for opening, limit, is_last in _with_limits(openings, stop):
        if opening.start < done:
            continue  # The reply in a message contains the words of another one.
        start = _record_start(text, done, opening.start)
        closing = (
            _related_closing(text, opening, limit)
            if opening.related
            else _closing(text, opening.start, opening.end, limit)
        )
        if closing is None:
            if not final and is_last and stop - opening.start < LONGEST:
                return Scan(found, start)
            if opening.related:
                continue
            closing = _end_without_closing(text, opening.start, limit)
        end = text.find("\n", closing, limit)
        if end < 0 and is_last and not final:
            if stop - opening.start < LONGEST:
                return Scan(found, start)
            # The rest of the line may end in the first words of another message.
            end = max(closing, stop - LONGEST_PREFIX)
        elif end < 0:
            end = stop if is_last else closing
        found.append(MessageMatch(start, opening.start, closing, end, opening.related))
        done = end
    return Scan(
        found, stop if final else max(text.rfind("\n", done, max(stop - 1, done)) + 1, done, stop - LONGEST_PREFIX)
    )


def first_message(text: str) -> list[MessageMatch]:
    """The first message of `scan(text, final=True)`, perhaps with others behind it; most often without looking at all
    of `text`.
    """
    found = scan(text, final=True, stop=_USUALLY_ENOUGH).sentences if len(text) > _USUALLY_ENOUGH else []
    # The next message of ours is what ends the first one, wherever the text ends. A related event before it might have
    # the words that identify it further down.
    if (
        len(found) > 1
        and not found[0].related
        and not all(each.related for each in found[1:])
        and not related_places(text, 0, found[0].opening)
    ):
        return found
    return scan(text, final=True).sentences


def further_message(text: str, begin: int, end: int) -> int | None:
    """Where a second message begins between the indices, behind the full command of the first; None without one."""
    openings = list(islice(OPENING.finditer(text, begin, end), 2))
    if len(openings) < 2 or _FULL_COMMAND.search(text, openings[0].end(), openings[1].start()) is None:
        return None
    return openings[1].start()


def unfinished(text: str, rest: int) -> int:
    """`rest`, or the start of a message that goes on after it or has no end yet."""
    found = scan(text, final=False)
    across = (sentence.start for sentence in found.sentences if sentence.start < rest < sentence.end)
    return min(rest, found.rest, *across)


def _openings(text: str, begin: int, stop: int) -> list[_Opening]:
    found = [_Opening(match.start(), match.end(), False, 0) for match in OPENING.finditer(text, begin, stop)]
    related = related_places(text, begin, stop)
    if not related:
        return found
    found += [_Opening(offset.opening, offset.opening, True, offset.identified) for offset in related]
    return sorted(found)


def _with_limits(openings: list[_Opening], stop: int) -> Iterator[tuple[_Opening, int, bool]]:
    """Each opening, the last possible end of its message, and whether that is the end of the text.

    The reply in a message may contain the words of a related event, but hardly the other way round.
    """
    limit, limit_of_ours, last, last_of_ours = stop, stop, True, True
    limited = []
    for opening in reversed(openings):
        limited.append((opening, limit, last) if opening.related else (opening, limit_of_ours, last_of_ours))
        limit, last = opening.start, False
        if not opening.related:
            limit_of_ours, last_of_ours = opening.start, False
    return reversed(limited)


def _related_closing(text: str, opening: _Opening, limit: int) -> int | None:
    """The end of the line with the identifying words, None if they are missing."""
    if not opening.identified or opening.identified > limit:
        return None
    end = text.find("\n", opening.identified, limit)
    end = limit if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" else end


def _closing(text: str, opening: int, begin: int, limit: int) -> int | None:
    """The index after the closing words, None if they are missing before `limit` or the surrounding text ends first."""
    match = _CLOSING.search(text, begin, min(limit, opening + LONGEST))
    if match is None:
        return None
    first_break = text.find("\n", opening, match.end())
    if first_break >= 0 and _foreign_line(text, first_break, match.end()) is not None:
        return _end_without_closing(text, opening, match.end())
    return match.end()


def _foreign_line(text: str, begin: int, end: int) -> int | None:
    """The first line end from `begin` on that is followed by a blank line or a line with a time."""
    blank = _BLANK_LINE.search(text, begin, end)
    stop = blank.start() if blank else end
    position = begin
    while 0 <= position < stop:
        if begins_with_time(text[position + 1 : position + 64]):
            return position
        position = text.find("\n", position + 1, stop)
    return blank.start() if blank else None


def _end_without_closing(text: str, opening: int, limit: int) -> int:
    """The end of a message that lost its last words: after the full command, else at the end of its lines."""
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
    # Nothing before the message on its line: the line above may have the time.
    above = max(text.rfind("\n", done, max(line - 1, done)) + 1, done)
    if above < line and begins_with_time(text[above:line]):
        return above
    return line


def lines_between(text: str, begin: int, end: int) -> int:
    """The number of lines from `begin` to `end` that are not empty."""
    if end - begin <= 1:
        return 0  # Only the line end between two records, the usual case.
    if text[begin] == "\n":
        begin += 1
    empty = "\n\r\n" if text.find("\r", begin, min(begin + 4096, end)) >= 0 else "\n\n"
    if text.find(empty, begin, end) >= 0 or text[begin] in "\r\n":
        return sum(line not in ("", "\r") for line in text[begin:end].split("\n"))
    return text.count("\n", begin, end) + (text[end - 1] != "\n")
