"""Tells of a whole log that none of its records is in a span of time, without reading a record.

Only for logs each line of which begins with its time in one certain form. That is proved for all lines: a log with any
other line is read, and so is one whose times jump into the span and out of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from smtpscope.reading.log_span import AskedSpan
from smtpscope.reading.record import Source

_PIECE: Final = 1 << 20
_FIRST_PIECE: Final = 1 << 16
_HOUR: Final = timedelta(hours=1)
_MARK: Final = b"\xef\xbb\xbf"
_ZERO, _COMMENT, _LINE_END = ord("0"), ord("#"), ord("\n")
_ROWS_IN_UTC: Final = frozenset({"protocol", "connectivity", "tracking", "agent"})
_MAIL_SERVERS: Final = frozenset({"postfix", "exim", "sendmail"})
_LINE: Final = re.compile(rb"[^\n]*\n?")
_FAR: Final = timedelta(hours=15)
_FIRST_DAY: Final = re.compile(rb"(?:\A|\n)(\d{4}-\d\d-\d\d)[T ]")
# What no line begins with that is a row, or a comment (but with other columns); and no line of a mail server.
# The quick one first: only the first lines of a log are comments.
_ROWS: Final = (
    r"\n(?!{day}T|\Z)",
    r"\n(?!(?:{day})T|#(?!Fields:)|#Fields: (?:date-time|Timestamp),|\Z)",
)
_TIMES: Final = (r"\n(?!{day} |\Z)", r"\n(?!(?:{day}) |\Z)")
_NAMES: Final = (b"#Fields: date-time,", b"#Fields: Timestamp,")
_ROW_SIGNS: Final = ((4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (23, "Z"), (24, ","))
_LOCAL_SIGNS: Final = ((4, "-"), (7, "-"), (10, " "), (13, ":"), (16, ":"), (19, " "))
_SYSLOG_SIGNS: Final = ((3, " "), (6, " "), (9, ":"), (12, ":"), (15, " "))
_MONTHS: Final = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_HOURS_OF_A_YEAR: Final = 366 * 24
_OPEN: Final = 1 << 62

Letters = NDArray[np.uint8]
Places = NDArray[np.int64]


def is_outside(source: Source, format_name: str, span: AskedSpan, zone: tzinfo) -> bool:
    """Whether no record of `source`, a log of that format, is in `span`; False also if that is unknown.

    `zone` is that of logs which name none. Raises LogError or OSError if the log can't be read.
    """
    proofs: tuple[Callable[[memoryview], bool], ...] = ()
    if format_name in _ROWS_IN_UTC:
        proofs = (_Days(span, partial(_rows_are_outside, bounds=_bounds(span, UTC)), _ROWS).are_outside,)
    elif format_name in _MAIL_SERVERS:
        in_span = _hours_of_months(span, zone)
        proofs = (
            _Days(span, partial(_times_are_outside, bounds=_bounds(span, zone, _HOUR)), _TIMES).are_outside,
            partial(_syslog_is_outside, in_span=in_span),
        )
    for data in _whole_lines(source):
        # A log has one form of time, which its first lines show.
        proofs = tuple(proof for proof in proofs if proof(data))
        if not proofs:
            return False
    return bool(proofs)


class _Days:
    """Tells of pieces that all their lines are of one day or the next, both far from the span; `of_hours` tells of all
    others, at four times the cost.

    No zone is further from UTC than 14 hours, so neither the zone nor the clock of a line matters.
    """

    def __init__(self, span: AskedSpan, of_hours: Callable[[bytes], bool], lines: tuple[str, str]) -> None:
        self._since = None if span.since_ms is None else _moment(span.since_ms) - _FAR
        self._until = None if span.until_ms is None else _moment(span.until_ms) + _FAR
        self._of_hours = of_hours
        self._lines = lines
        self._other_lines: dict[bytes, tuple[re.Pattern[bytes], ...] | None] = {}

    def are_outside(self, data: memoryview) -> bool:
        """Whether no line is in the span."""
        first = _FIRST_DAY.search(data)
        if first is not None:
            day = first[1]
            if day not in self._other_lines:
                self._other_lines[day] = self._pattern(day.decode("ascii"))
            others = self._other_lines[day]
            if others is not None and any(not _begins_with(other, data) and not other.search(data) for other in others):
                return True
        return self._of_hours(bytes(data))

    def _pattern(self, text: str) -> tuple[re.Pattern[bytes], ...] | None:
        """What is in no piece with rows of this day alone, or of this day and the next with comments; None for a day
        that is not far from the span.
        """
        try:
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            following = day + timedelta(days=1)
        except (ValueError, OverflowError):
            return None
        is_before = self._since is not None and following + timedelta(days=1) <= self._since
        if not is_before and (self._until is None or day < self._until):
            return None
        days = f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d}|{following:%Y-%m-%d}"
        return tuple(
            re.compile(line.format(day=each).encode("ascii")) for line, each in zip(self._lines, days, strict=True)
        )


def _whole_lines(source: Source) -> Iterator[memoryview]:
    """The content of `source` in pieces of whole lines, each with its line end but perhaps the last.

    A piece is overwritten by the next one: copying takes as long as looking through it.
    """
    buffer = bytearray(_PIECE)
    with source.open() as stream:
        first = stream.read(_FIRST_PIECE).removeprefix(_MARK)
        filled = len(first)
        buffer[:filled] = first
        while filled:
            end = buffer.rfind(b"\n", 0, filled) + 1
            if end:
                yield memoryview(buffer)[:end]
                buffer[: filled - end] = buffer[end:filled]
                filled -= end
            elif filled == len(buffer):
                # What was handed out is never resized.
                buffer = buffer + bytes(len(buffer))
            read = _read_into(stream, memoryview(buffer)[filled:])
            if not read:
                break
            filled += read
        if filled:
            yield memoryview(buffer)[:filled]


def _read_into(stream: BinaryIO, room: memoryview) -> int:
    readinto = getattr(stream, "readinto", None)
    if readinto is not None:
        return int(readinto(room) or 0)
    data = stream.read(len(room))
    room[: len(data)] = data
    return len(data)


def _lines(data: bytes, longest: int) -> tuple[Letters, Places]:
    """The letters of `data` and where its lines begin; there are `longest` letters behind each beginning."""
    letters = np.frombuffer(data + bytes(longest), np.uint8)
    ends = np.flatnonzero(letters[: len(data)] == _LINE_END)
    begins = np.concatenate([np.zeros(1, np.int64), ends + 1])
    return letters, begins[begins < len(data)]


def _number(letters: Letters, begins: Places, *places: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The number of the digits at the `places` behind each beginning, and whether they are digits."""
    number = np.zeros(len(begins), np.int64)
    are_digits = np.ones(len(begins), np.bool_)
    for place in places:
        digit = letters[begins + place].astype(np.int64) - _ZERO
        are_digits &= (digit >= 0) & (digit <= 9)
        number = number * 10 + digit
    return number, are_digits


def _rows_are_outside(data: bytes, bounds: tuple[int, int]) -> bool:
    """Whether all lines are such as `2026-11-09T05:12:41.478Z,...` or comments, and none is within `bounds`."""
    if data.count(b"#Fields:") != sum(map(data.count, _NAMES)):
        return False
    letters, begins = _lines(data, 32)
    return _are_outside(letters, begins[letters[begins] != _COMMENT], _ROW_SIGNS, bounds)


def _times_are_outside(data: bytes, bounds: tuple[int, int]) -> bool:
    """The same for lines such as `2026-11-09 05:12:41 1qA...`, whose time names no zone."""
    letters, begins = _lines(data, 32)
    behind = letters[begins + 20]
    if ((behind == ord("+")) | (behind == ord("-"))).any():
        return False
    return _are_outside(letters, begins, _LOCAL_SIGNS, bounds)


def _are_outside(letters: Letters, begins: Places, signs: tuple[tuple[int, str], ...], bounds: tuple[int, int]) -> bool:
    proved = np.ones(len(begins), np.bool_)
    for place, sign in signs:
        proved &= letters[begins + place] == ord(sign)
    hour = np.zeros(len(begins), np.int64)
    for places, most in (((0, 1, 2, 3), 10_000), ((5, 6), 13), ((8, 9), 32), ((11, 12), 24)):
        number, are_digits = _number(letters, begins, *places)
        proved &= are_digits & (number < most)
        hour = hour * most + number
    first, last = bounds
    return bool(proved.all()) and not bool(((hour >= first) & (hour <= last)).any())


def _bounds(span: AskedSpan, zone: tzinfo, more: timedelta = timedelta()) -> tuple[int, int]:
    """The numbers of the first and last hour of `span`; `more` is how far a clock may be set back."""
    first = -1 if span.since_ms is None else _hour_number((_moment(span.since_ms) - more).astimezone(zone))
    last = _OPEN if span.until_ms is None else _hour_number((_moment(span.until_ms) + more).astimezone(zone))
    return first, last


def _hours_of_months(span: AskedSpan, zone: tzinfo) -> NDArray[np.bool_]:
    """Which hours of which days are in `span`, whatever the year."""
    in_span = np.ones(13 * 32 * 24, np.bool_)
    if span.since_ms is None:
        return in_span
    since = _moment(span.since_ms)
    until = datetime.now(UTC) + timedelta(days=2) if span.until_ms is None else _moment(span.until_ms)
    hours = int((until - since) / _HOUR) + 2
    if hours >= _HOURS_OF_A_YEAR:
        return in_span
    in_span[:] = False
    for number in range(-1, hours + 1):
        local = (since + number * _HOUR).astimezone(zone)
        in_span[(local.month * 32 + local.day) * 24 + local.hour] = True
    return in_span


def _begins_with(other: re.Pattern[bytes], data: memoryview) -> bool:
    """Whether `other`, which begins with a line end, is what the first line of `data` is."""
    end = _LINE.match(data)
    return end is not None and other.match(b"\n" + end[0]) is not None


def _syslog_is_outside(view: memoryview, in_span: NDArray[np.bool_]) -> bool:
    """Whether all lines are such as `Nov  9 05:12:41 mx ...`, and none is `in_span`."""
    first = bytes(view[:7])
    if _is_outside_day(first, in_span) and re.search(rb"\n(?!%s|\Z)" % re.escape(first), view) is None:
        return True
    letters, begins = _lines(bytes(view), 16)
    month = np.zeros(len(begins), np.int64)
    for number, name in enumerate(_MONTHS, 1):
        of_month = np.ones(len(begins), np.bool_)
        for place, sign in enumerate(name):
            of_month &= letters[begins + place] == sign
        month[of_month] = number
    proved = month > 0
    for place, mark in _SYSLOG_SIGNS:
        proved &= letters[begins + place] == ord(mark)
    tens = letters[begins + 4].astype(np.int64)
    tens[tens == ord(" ")] = _ZERO
    ones, are_digits = _number(letters, begins, 5)
    hour, are_of_hour = _number(letters, begins, 7, 8)
    day = (tens - _ZERO) * 10 + ones
    proved &= are_digits & are_of_hour & (day >= 1) & (day <= 31) & (hour < 24)
    if not proved.all():
        return False
    return not bool(in_span[(month * 32 + day) * 24 + hour].any())


def _is_outside_day(day: bytes, in_span: NDArray[np.bool_]) -> bool:
    """Whether `day` is written like `Nov  9 `, and no hour of it is `in_span`."""
    if day[:3] not in _MONTHS or day[3:4] != b" " or day[6:] != b" " or not day[4:6].strip().isdigit():
        return False
    hour = ((_MONTHS.index(day[:3]) + 1) * 32 + int(day[4:6])) * 24
    return int(day[4:6]) < 32 and not bool(in_span[hour : hour + 24].any())


def _hour_number(moment: datetime) -> int:
    return ((moment.year * 13 + moment.month) * 32 + moment.day) * 24 + moment.hour


def _moment(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
