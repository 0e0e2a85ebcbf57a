"""The beginning of a line that a syslog daemon or journal wrote: time, computer, program and process.

Forms: RFC 3164 (`Nov 24 13:45:02 host program[pid]: text`), the same with an ISO 8601 time (rsyslog, journalctl) or
with a container's prefix before it, and RFC 5424 (`<22>1 2026-11-24T13:45:02Z host program pid - - text`).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from smtpscope.reading.text.dates import WrittenTime, find_time
from smtpscope.reading.text.file_times import FileTimes

_HEADER: Final = 300
_KNOWN_HEADERS: Final = 4_096
_CLOCK = re.compile(r"\d:\d\d")


class LogLine(NamedTuple):
    """A line taken apart; `header` is all before the program, `process` "" where none is named."""

    header: str
    program: str
    process: str
    text: str


class Written(NamedTuple):
    """What a header says: milliseconds since 1970-01-01 UTC, whether the zone was assumed, and the computer."""

    time_ms: int | None
    time_assumed: bool
    computer: str | None


def tag(programs: str) -> re.Pattern[str]:
    """The pattern of a tag with a program that `programs` (a regular expression without groups) matches."""
    return re.compile(
        rf"(?<!\S)(?P<program>{programs})"
        # Solaris puts the number and the facility of the message behind the tag.
        r"(?:(?:\[(?P<process>\d{1,10})\])?: (?:\[ID \d{1,10} [\w.]{1,32}\] )?"
        r"| (?P<process_id>\d{1,10}|-) \S{1,32} (?:-|\[[^\]]{0,500}\]) (?:\ufeff|\xef\xbb\xbf)?)"
    )


def split(line: str, pattern: re.Pattern[str]) -> LogLine | None:
    """`line` taken apart at the first tag that `pattern` (see `tag`) finds near its beginning, None without one."""
    match = pattern.search(line, 0, _HEADER)
    if match is None:
        return None
    process = match["process"] or match["process_id"] or ""
    return LogLine(line[: match.start()], match["program"], process.strip("-"), line[match.end() :])


def written_time(header: str) -> WrittenTime | None:
    """The time in a header; of two, such as a container's prefix has, the one that is written out more fully."""
    return find_time(header)


class Headers:
    """The headers of one file; `times` settles what their times leave open."""

    def __init__(self, times: FileTimes) -> None:
        self._times = times
        # A busy server writes dozens of lines in a second, and all have the same header.
        self._known: dict[str, Written] = {}

    def written(self, header: str) -> Written:
        """What `header` says; any text is accepted."""
        known = self._known.get(header)
        if known is None:
            if len(self._known) >= _KNOWN_HEADERS:
                self._known.clear()
            known = self._known[header] = self._read(header)
        return known

    def _read(self, header: str) -> Written:
        written = written_time(header)
        if written is None:
            return Written(None, False, _computer(header))
        milliseconds = self._times.milliseconds(written)
        assumed = milliseconds is not None and written.zone_minutes is None
        return Written(milliseconds, assumed, _computer(header[written.end :]))


def _computer(behind_time: str) -> str | None:
    words = behind_time.split()
    # Without a computer the last word is the clock, or nothing.
    return words[-1] if words and not _CLOCK.search(words[-1]) else None
