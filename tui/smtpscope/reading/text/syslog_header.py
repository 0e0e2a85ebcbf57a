"""The header of a log line, in any form: time, computer, facility and level, program and process."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.file_times import FileTimes
from smtpscope.reading.text.syslog_time import doubtful_zone, find_log_time

_KNOWN_HEADERS: Final = 4_096
_CLOCK = re.compile(r"\d:\d\d")
# Only times whose day and month are certain, and without a fraction.
_WITHIN_HOUR = re.compile(
    r"(?:(?:[A-Z][a-z]{2} [ 123]\d|\d{4}-\d\d-\d\d) \d\d|\d{4}-\d\d-\d\dT\d\d):[0-5]\d:[0-5]\d(?![.,:\d])"
)
_LAST_SECOND: Final = 3_599_000

_FACILITY: Final = (
    r"(?:kern|user|mail|daemon|auth|security|syslog|lpr|news|uucp|cron|authpriv|ftp|ntp|console|local[0-7])"
)
_SEVERITY: Final = r"(?:emerg|alert|crit|err|error|warn|warning|notice|info|debug|none|panic|information)"
UNUSUAL: Final = rf"<?{_FACILITY}[.:]{_SEVERITY}>?"
"""The pattern of facility and level in one word."""
# Never the name of a computer: syslog daemons, supervisors, containers and tables put these between the parts.
_NO_COMPUTER = re.compile(
    rf"(?i:{UNUSUAL}:?|[<\[(]?{_SEVERITY}[>\])]?:?)|<\d{{1,3}}(?:\.\d{{1,2}})?>1?|\d{{1,10}}|[\[(]?\d{{0,10}}\.?\d{{0,9}}[\])]:?"
    r"|[|>*\[(\-]{1,16}|stdout|stderr|[FP]|LOG:|MAIN|REJECT|PANIC|\""
)
_AGENT = re.compile(r"(?:\((?P<name>[^()\s]{1,255})\) )?(?P<address>[^\s>]{1,255})->(?:\S{1,500})")

# <22>1 2026-11-24T13:45:02Z host program pid msgid [structured data]
_RFC5424 = re.compile(
    r"[\s>|\"]{0,8}(?:<\d{1,3}>)?1 \d{4}-\d\d-\d\dT\S{8,24} \S{1,255} (?P<word>\S{1,64}) (?P<process>\S{1,128}) "
    r"\S{1,64} (?:-|\[.{0,280}\]) {0,2}(?:\ufeff|\xef\xbb\xbf)?"
)
_NAMED_IN_BRACKETS = re.compile(r"\[(?P<word>[^\[\]\s]{1,64})\] ?")
_WORD = re.compile(
    r"(?P<word>[^\s\[\]|:\"<>(),;]{1,64})(?P<process>(?:\[\d{0,10}\]?){0,2})(?P<colon>:?)[ \t]{0,4}"
    r"(?:\[ID \d{1,10} [\w.]{1,32}\] )?"
)
# What follows such a tag was written by the other program.
_TEXT_OF_ANOTHER = re.compile(r"[^\s\[\]:]{1,64}\[\d{1,10}\]: {1,4}(?=[^\s\[])")
_BETWEEN_WORDS = re.compile(r"[\s,;|]{1,300}")
_NUMBER = re.compile(r"\d{1,10}")


class HeaderEnd(NamedTuple):
    """The last word before a text, which may be its program: where it begins, and the process after it (or "")."""

    word_begins: int
    word: str
    process: str


class Written(NamedTuple):
    """What a header says: milliseconds since 1970-01-01 UTC, whether the zone was assumed, and the computer."""

    time_ms: int | None
    time_assumed: bool
    computer: str | None


class _Hour(NamedTuple):
    """What the header of the first second of an hour says, from which all others of the hour follow."""

    first: Written
    begin_ms: int
    without_year: bool


_UNKNOWN: Final = _Hour(Written(None, False, None), 0, False)
_SIXTY: Final = {f"{number:02}": number for number in range(60)}


def end_of_header(before: str) -> HeaderEnd | None:
    """The header directly `before` a text; None if that is not a header but other text."""
    whole = _RFC5424.fullmatch(before)
    if whole is not None:
        process = whole["process"]
        return HeaderEnd(whole.start("word"), whole["word"].strip("-"), process if process.isdecimal() else "")
    if _TEXT_OF_ANOTHER.search(before):
        return None
    stripped = before.rstrip()
    begin = max(map(stripped.rfind, _SEPARATORS)) + 1
    written = find_log_time(before)
    behind_time = 0 if written is None else written.end
    if written is None and len(stripped.split()) > _WORDS_WITHOUT_TIME:
        return None
    if begin < behind_time or not stripped[begin:]:
        return HeaderEnd(len(before), "", "")
    for pattern in (_NAMED_IN_BRACKETS, _WORD):
        match = pattern.fullmatch(before, begin)
        if match is None:
            continue
        if _NO_COMPUTER.fullmatch(match["word"]):
            number = match["word"] if match["word"].isdecimal() else ""
            return HeaderEnd(len(before), "", number)
        numbers = _NUMBER.search(match["process"]) if pattern is _WORD else None
        return HeaderEnd(begin, match["word"], numbers.group() if numbers else "")
    return HeaderEnd(len(before), "", "") if _NO_COMPUTER.fullmatch(stripped, begin) else None


_SEPARATORS: Final = (" ", "\t", "|", ">", ",", ";")
_WORDS_WITHOUT_TIME: Final = 4
"""More words than this before a text, without a time, are prose."""


def written_time(header: str) -> WrittenTime | None:
    """The time in a header; of two, as with a container's prefix, the more complete one."""
    return find_log_time(header)


class Headers:
    """The headers of one file; `times` decides what their times leave open."""

    def __init__(self, times: FileTimes) -> None:
        self._times = times
        # A busy server writes dozens of lines per second, all with the same header.
        self._known: dict[str, Written] = {}
        self._hours: dict[tuple[str, str, str], _Hour | None] = {}
        self._several_years = False

    def written(self, header: str, offset: int | None = None) -> Written:
        """What `header` says; any text is accepted. `offset` is the byte at which its line starts."""
        # The same day of another year has the same header.
        known = None if self._several_years else self._known.get(header)
        if known is None:
            if len(self._known) >= _KNOWN_HEADERS:
                self._known.clear()
            known = self._known[header] = self._within_hour(header, offset) or self._read(header, offset)
        return known

    def _within_hour(self, header: str, offset: int | None) -> Written | None:
        """The same from what the first and the last second of the hour give; None if that may not be so."""
        colon = header.find(":")
        minute, second = _SIXTY.get(header[colon + 1 : colon + 3]), _SIXTY.get(header[colon + 4 : colon + 6])
        if minute is None or second is None:
            return None
        # The pattern fits all headers or none that differ in minute and second only.
        key = header[: colon + 1], header[colon + 3 : colon + 4], header[colon + 6 :]
        hour = self._hours.get(key, _UNKNOWN)
        if hour is _UNKNOWN:
            if _WITHIN_HOUR.match(header) is None:
                return None
            if len(self._hours) >= _KNOWN_HEADERS:
                self._hours.clear()
            hour = self._hours[key] = self._hour(key[0], key[2])
        if hour is None or (hour.without_year and offset is not None and self._times.years_before_the_end(offset)):
            return None
        first = hour.first
        return Written(hour.begin_ms + 1_000 * (60 * minute + second), first.time_assumed, first.computer)

    def _hour(self, hour: str, rest: str) -> _Hour | None:
        """None if the zone may change within it, the year end there, or the time is another one behind the first."""
        written = find_log_time(f"{hour}00:00{rest}")
        first, last = self._read(f"{hour}00:00{rest}", None), self._read(f"{hour}59:59{rest}", None)
        if written is None or first.time_ms is None or first._replace(time_ms=first.time_ms + _LAST_SECOND) != last:
            return None
        return _Hour(first, first.time_ms, written.year is None)

    def _read(self, header: str, offset: int | None) -> Written:
        written = find_log_time(header)
        if written is None:
            return Written(None, False, _computer(header))
        years = 0
        if offset is not None and written.year is None:
            years = self._times.years_before_the_end(offset)
            self._several_years = self._several_years or years > 0
        if written.zone_minutes is None and (doubtful := doubtful_zone(header, written)) is not None:
            self._times.note_zone(doubtful)
        milliseconds = self._times.milliseconds(written, years_before=years)
        assumed = milliseconds is not None and written.zone_minutes is None
        return Written(milliseconds, assumed, _computer(header[written.end :]))


def _computer(behind_time: str) -> str | None:
    agent = _AGENT.search(behind_time)
    if agent is not None and not behind_time[agent.end() :].strip():
        return agent["name"] or agent["address"]
    for word in reversed(_BETWEEN_WORDS.split(behind_time)):
        if not word:
            continue
        # Without a computer, the last word is the time of day, or nothing.
        if _CLOCK.search(word):
            return None
        if not _NO_COMPUTER.fullmatch(word):
            return word.strip(":,\"'") or None
    return None
