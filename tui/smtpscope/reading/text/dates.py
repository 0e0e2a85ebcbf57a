"""Dates as logs write them; what a text leaves open (order of day and month, year, zone), the caller supplies.

Forms: ISO 8601 and RFC 3339 with `-`, `/` or `.`, regional dates of Windows in either order with 12 or 24 hours,
dates with an English month name (RFC 5322 and others), and the time stamp of RFC 3164 that has no year.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from typing import Literal, NamedTuple, cast

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TWO_DIGIT_YEARS = 2000


class DateOrder(StrEnum):
    """What comes first in a regional date; the year only if it too has two digits."""

    DAY_FIRST = "day/month/year"
    MONTH_FIRST = "month/day/year"
    YEAR_FIRST = "year/month/day"


Separator = Literal["-", "/", "."]


class WrittenTime(NamedTuple):
    """A date and time as written in a text, from index `begin` to `end`.

    `first` and `second` are month and day if `ordered`, else two numbers in an order that the text alone may not
    reveal. `year` is None if none is written, `zone_minutes` (east of UTC) None if no zone is. `separator` is between
    the numbers of the date; `half_day` means that AM or PM is written, `short_year` that the year, or the number in its
    place, has two digits. A NamedTuple because one is made for each line of a log: a frozen dataclass takes four times
    as long.
    """

    begin: int
    end: int
    year: int | None
    first: int
    second: int
    ordered: bool
    hour: int
    minute: int
    second_of_minute: int
    millisecond: int
    zone_minutes: int | None
    separator: Separator
    half_day: bool
    short_year: bool = False

    @property
    def order(self) -> DateOrder | None:
        """The order that this date proves; None if both are possible, or if the form leaves no doubt."""
        if self.ordered:
            return None
        if self.first > 12 >= self.second:
            return DateOrder.DAY_FIRST
        if self.second > 12 >= self.first:
            return DateOrder.MONTH_FIRST
        return None

    @property
    def ambiguous(self) -> bool:
        """Whether swapping day and month gives another valid date."""
        return not self.ordered and self.first <= 12 and self.second <= 12 and self.first != self.second


_CLOCK = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    # A comma before four digits is the next column of a table, not a fraction.
    r"(?:\.(?P<fraction>\d{1,9})|,(?P<thousandth>\d{3})(?!\d))?(?![\d])"
    r"(?:\s?(?P<half>[AaPp])\.?\s?[Mm]\b\.?)?"
    r"(?:\s?\(?(?P<zone>Z\b|UTC\b|GMT\b|[+\-\u2212]\d{2}:?\d{2}(?!\d)|[+-]\d{2}(?![\d:]))\)?)?"
)
# Between date and time: only what tables, ISO 8601 and prose put there.
_BETWEEN = r"(?:T|_|\"?[,;|]\"?|\"?\t\"?)?\s{0,3}(?<=[\sT_,;|\"])"
ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"

# The other patterns are compiled when one is needed: most logs write their times like this.
_ISO = re.compile(
    r"(?<![\d.:/-])(?P<year>(?:19|20)\d{2})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})\.?"
    + _BETWEEN
    + _CLOCK
)


@cache
def _regional() -> re.Pattern[str]:
    return re.compile(
        r"(?<![\d.:/-])(?P<first>\d{1,2})(?P<sep>[-/.])(?P<next>\d{1,2})(?P=sep)(?P<year>(?:19|20)\d{2}|\d{2})(?!\d)"
        + _BETWEEN
        + _CLOCK
    )


@cache
def _named() -> re.Pattern[str]:
    return re.compile(
        r"(?<![\d.:/-])(?P<day>\d{1,2})[ /-]" + _MONTH + r"[ /-](?P<year>(?:19|20)\d{2})[ :T,]{1,2}" + _CLOCK,
        re.IGNORECASE,
    )


@cache
def _named_first() -> re.Pattern[str]:
    return re.compile(
        # OSSEC and some routers put the year first.
        r"\b(?:(?P<first_year>(?:19|20)\d{2})[ ]{1,2})?"
        + _MONTH
        + r"[ ]{1,2}(?P<day>\d{1,2}),?(?:[ ](?P<year>(?:19|20)\d{2}),?)?[ ]{1,2}"
        + _CLOCK
        # The C library's ctime and some syslog daemons put the year last.
        + r"(?:[ ](?P<last_year>(?:19|20)\d{2})\b)?",
        re.IGNORECASE,
    )


def find_time(text: str) -> WrittenTime | None:
    """The first valid date with a time in `text`, the most specific form first; None if there is none."""
    match = _ISO.search(text)
    if match is not None:
        return _written(match, int(match["year"]), int(match["month"]), int(match["day"]), ordered=True)
    match = _regional().search(text)
    if match is not None:
        year = int(match["year"])
        year = year if year > 99 else year + _TWO_DIGIT_YEARS
        return _written(match, year, int(match["first"]), int(match["next"]), ordered=False)
    match = _named().search(text)
    if match is not None:
        month = ENGLISH_MONTHS.index(match["name"].lower()) + 1
        return _written(match, int(match["year"]), month, int(match["day"]), ordered=True)
    match = _named_first().search(text)
    if match is not None:
        month = ENGLISH_MONTHS.index(match["name"].lower()) + 1
        written_year = match["first_year"] or match["year"] or match["last_year"]
        return _written(match, int(written_year) if written_year else None, month, int(match["day"]), ordered=True)
    return None


def _written(match: re.Match[str], year: int | None, first: int, second: int, *, ordered: bool) -> WrittenTime | None:
    hour_digits, minute_digits, second_digits, fraction, thousandth, half, zone = match.group(
        "hour", "minute", "second", "fraction", "thousandth", "half", "zone"
    )
    hour, minute, second_of_minute = int(hour_digits), int(minute_digits), int(second_digits or 0)
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "Pp" else 0)
    if hour > 23 or minute > 59 or second_of_minute > 60:
        return None
    if not (1 <= first <= 31 and 1 <= second <= 31) or (first > 12 and (second > 12 or ordered)):
        return None
    fraction = fraction or thousandth
    return WrittenTime(
        match.start(),
        match.end(),
        year,
        first,
        second,
        ordered,
        hour,
        minute,
        # A leap second counts as the last second of its minute.
        min(second_of_minute, 59),
        int(fraction[:3].ljust(3, "0")) if fraction else 0,
        _zone_minutes(zone) if zone else None,
        "-" if ordered else cast(Separator, match["sep"]),
        half is not None,
        not ordered and len(match["year"]) == 2,
    )


def _zone_minutes(zone: str) -> int | None:
    if zone[0] not in "+-\u2212":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes >= 24 * 60:
        return None
    return minutes if zone[0] == "+" else -minutes


_MONTH_WORD = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"


@cache
def _time_at_start() -> re.Pattern[str]:
    return re.compile(
        r"[\s>\[\"(<]{0,8}(?:\d{1,5}>)?(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?"
        r"(?:(?:19|20)\d{2}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:19|20)?\d{2}"
        rf"|{_MONTH_WORD} {{1,2}}\d{{1,2}}|\d{{1,2}}[ /-]{_MONTH_WORD}[ /-](?:19|20)\d{{2}}"
        r"|(?:Error|Warning|Information|Critical|Verbose)[,\t]\"?\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})"
        r"[ T,\t\"_]{1,3}\d{1,4}[:. ]"
    )


def begins_with_time(line: str) -> bool:
    """Whether `line` begins with a date and a time, or with a level and a date as the exports of Event Viewer do."""
    return _time_at_start().match(line) is not None


def assumed_order(written: WrittenTime) -> DateOrder:
    """The likelier order of an ambiguous date: month first with AM or PM (United States), else day first."""
    return DateOrder.MONTH_FIRST if written.half_day and written.separator != "." else DateOrder.DAY_FIRST


def moment(written: WrittenTime, *, order: DateOrder, zone: tzinfo, newest: datetime) -> int | None:
    """Milliseconds since 1970-01-01 UTC, None if there is no such day.

    `order` applies if the date itself proves none (year first: to every date of three short numbers), `zone` if none is
    written. Without a year, it is the latest one that puts the time at most a day after `newest` (aware). A local time
    that the clock skips or repeats has the offset before the change (PEP 495, fold 0).
    """
    month, day = written.first, written.second
    if order is DateOrder.YEAR_FIRST and written.short_year and written.year is not None:
        return _moment(written, _TWO_DIGIT_YEARS + written.first, day, written.year - _TWO_DIGIT_YEARS, zone)
    if not written.ordered and (written.order or order) is DateOrder.DAY_FIRST:
        month, day = day, month
    if written.year is not None:
        return _moment(written, written.year, month, day, zone)
    latest = (newest - _EPOCH) // timedelta(milliseconds=1) + 86_400_000
    # 29 February may be eight years back.
    for year in range(newest.year + 1, newest.year - 9, -1):
        found = _moment(written, year, month, day, zone)
        if found is not None and found <= latest:
            return found
    return None


def _moment(written: WrittenTime, year: int, month: int, day: int, zone: tzinfo) -> int | None:
    try:
        naive = datetime(  # noqa: DTZ001 - the zone is subtracted below, which can't overflow
            year, month, day, written.hour, written.minute, written.second_of_minute
        )
    except ValueError:
        return None
    if written.zone_minutes is not None:
        offset_seconds = written.zone_minutes * 60
    elif zone is UTC:
        offset_seconds = 0
    else:
        offset = naive.replace(tzinfo=zone).utcoffset()
        offset_seconds = round(offset.total_seconds()) if offset is not None else 0
    days = naive.toordinal() - 719_163
    seconds = days * 86_400 + written.hour * 3_600 + written.minute * 60 + written.second_of_minute - offset_seconds
    return seconds * 1_000 + written.millisecond
