"""Human-readable times: zones, filter values (`11-16`, `24h`), and display formats.

Logs are old, so relative times count from the end of the log, never from the current time.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from smtpscope.errors import UsageError

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - to it the offset of a zone is added
_MILLISECOND = timedelta(milliseconds=1)
_OFFSET = re.compile(r"(?:UTC)?([+-])(\d{1,2})(?::?(\d{2}))?", re.ASCII)


class LocalZone(tzinfo):
    """The zone of this computer with the operating system's daylight saving rules."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        if moment is None:
            return None
        try:
            return moment.replace(tzinfo=None).astimezone().utcoffset()
        except (OverflowError, OSError, ValueError):
            # Windows has no local time before 1970.
            return datetime(2000, 1, 1).astimezone().utcoffset()

    def dst(self, moment: datetime | None) -> timedelta | None:
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        offset = self.utcoffset(moment)
        return None if offset is None else timezone(offset).tzname(None)

    def fromutc(self, moment: datetime) -> datetime:
        try:
            local = moment.replace(tzinfo=UTC).astimezone()
        except (OverflowError, OSError, ValueError):
            local = moment.replace(tzinfo=UTC).astimezone(timezone(self.utcoffset(moment) or timedelta()))
        return local.replace(tzinfo=self)


def zone_named(name: str) -> tzinfo:
    """The zone that `name` stands for: `UTC`, `local`, an IANA name (`Europe/Berlin`) or an offset (`+01:00`).

    Raises UsageError if there is no such zone.
    """
    word = name.strip()
    if word.upper() in ("UTC", "Z", "GMT"):
        return UTC
    if word.lower() == "local":
        return LocalZone()
    if match := _OFFSET.fullmatch(word):
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours <= 14 and minutes < 60:
            offset = timedelta(hours=hours, minutes=minutes)
            return timezone(-offset if match[1] == "-" else offset)
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(word)
    # A name with a NUL, a path, a folder of the database: each has an exception of its own.
    except (ValueError, OSError, KeyError, ModuleNotFoundError) as error:
        raise UsageError(
            where="time zone",
            what=f'there is no time zone "{name}"',
            remedy="Use UTC, local, a name such as Europe/Berlin, or an offset such as +01:00",
        ) from error


def zone_label(zone: tzinfo) -> str:
    """The name of `zone` next to a time: `UTC`, `Europe/Berlin`, `UTC+01:00`, `local time`."""
    if zone is UTC:
        return "UTC"
    if isinstance(zone, LocalZone):
        return "local time"
    from zoneinfo import ZoneInfo

    if isinstance(zone, ZoneInfo):
        return zone.key or "UTC"
    return zone.tzname(None) or "local time"


def local_datetime(ms: int, zone: tzinfo) -> datetime:
    """`ms` (since 1970-01-01 UTC) as wall-clock time in `zone`; a time beyond the years 1 to 9999 is clamped."""
    try:
        return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone)
    except (OverflowError, ValueError):
        return datetime.min.replace(tzinfo=zone) if ms < 0 else datetime.max.replace(tzinfo=zone)


def _wall_clock(ms: int, zone: tzinfo) -> datetime:
    """`local_datetime` without its zone."""
    if ms < 0:
        return local_datetime(ms, zone).replace(tzinfo=None)
    try:
        steady = _day_offset(ms // DAY, zone)
        if steady is None:
            return local_datetime(ms, zone).replace(tzinfo=None)
        return _NAIVE_EPOCH + timedelta(milliseconds=ms) + steady
    except (OverflowError, ValueError):
        return local_datetime(ms, zone).replace(tzinfo=None)


@lru_cache(maxsize=4096)
def _day_offset(day: int, zone: tzinfo) -> timedelta | None:
    """How far the clocks of `zone` are ahead of UTC on a day of UTC, counted from 1970; None where they are changed.

    A report asks for few days, and often; no zone has changed its clocks and back on one day since 1970.
    """
    first, last = (local_datetime(moment, zone).utcoffset() for moment in (day * DAY, (day + 1) * DAY))
    return first if first == last else None


def milliseconds(moment: datetime) -> int:
    """An aware `moment` in milliseconds since 1970-01-01 UTC.

    A time that daylight saving skips is taken as the clock went before; of a time that came twice, the first.
    """
    # Wall-clock differences ignore the offset, so the two parts are taken one by one.
    naive = moment.replace(tzinfo=UTC) - _EPOCH
    return (naive - (moment.utcoffset() or timedelta())) // _MILLISECOND


def day_start(day: date, zone: tzinfo) -> int:
    """The first moment of `day` in `zone`, in milliseconds."""
    return milliseconds(datetime.combine(day, time(), zone))


def day_end(day: date, zone: tzinfo) -> int:
    """The first moment after `day` in `zone`, in milliseconds; a day of 23 or 25 hours ends when it ends."""
    if day == date.max:
        return day_start(day, zone) + DAY
    return day_start(day + timedelta(days=1), zone)


def format_time(
    ms: int | None, zone: tzinfo, *, year: bool = True, seconds: bool = True, fraction: bool = False
) -> str:
    """`2026-11-18 22:47:03`; without `year` `11-18 22:47:03`, without `seconds` `22:47`; "" for None.

    `fraction` adds milliseconds.
    """
    if ms is None:
        return ""
    text = _wall_clock(ms, zone).isoformat(" ", "milliseconds")
    end = 23 if fraction else 19 if seconds else 16
    return text[0 if year else 5 : end]


def format_short(ms: int | None, zone: tzinfo) -> str:
    """`11-18 22:47`, "" for None."""
    return format_time(ms, zone, year=False, seconds=False)


def format_day(ms: int | None, zone: tzinfo) -> str:
    """`2026-11-18`, "" for None."""
    return "" if ms is None else local_datetime(ms, zone).date().isoformat()


_UNITS: tuple[tuple[int, str, str], ...] = (
    (DAY, "day", "days"),
    (HOUR, "h", "h"),
    (MINUTE, "min", "min"),
    (SECOND, "s", "s"),
)


def duration(ms: int) -> str:
    """A length of time in plain words, rounded down to its largest unit: `3 days`, `8 h`, `5 min`, `12 s`, `0 s`.

    Up to two days are given in hours, since "1 day" could be nearly two.
    """
    for size, one, many in _UNITS:
        if ms >= (2 * size if size == DAY else size):
            number = ms // size
            return f"{number} {one if number == 1 else many}"
    return "0 s"


Precision = Literal["month", "day", "minute", "second", "moment"]


class TimeWord(Struct, frozen=True):
    """A time as written in a filter, not yet placed in a log.

    `back_ms` is set for relative words (`24h`), `days_back` for `today` (0) and `yesterday` (1), `weekday` for the
    latest such day of the week in the log (Monday is 0). Otherwise the parts that were written: without `year` the
    latest such date in the log is meant, without `month` the latest such time.
    """

    text: str
    precision: Precision
    year: int | None = None
    month: int | None = None
    day: int | None = None
    clock: time | None = None
    back_ms: int | None = None
    days_back: int | None = None
    weekday: int | None = None


class Span(Struct, frozen=True):
    """From `start_ms` to before `end_ms`, milliseconds since 1970-01-01 UTC."""

    start_ms: int
    end_ms: int


TIME_WORDS = "11-16, 2026-11-16, 2026-11-16T13:00, 13:00, today, yesterday, monday, 24h or 7d"

_RELATIVE = re.compile(r"(\d{1,5}) ?(min|m|h|d|w)", re.ASCII)
_RELATIVE_UNITS = {"m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_ABSOLUTE = re.compile(
    r"(?:(?:(?P<year>\d{4})-)?(?P<month>\d{1,2})-(?P<day>\d{1,2}))?"
    r"(?:(?:^|[T ])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?",
    re.ASCII | re.IGNORECASE,
)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)
_DAYS_BACK = {"today": 0, "yesterday": 1}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# 29 February is the latest such date at most eight years back.
_YEARS_TO_LOOK_BACK = 9


def parse_time_word(text: str) -> TimeWord:
    """A time of a filter (TIME_WORDS shows the forms). Raises ValueError with a message for the user."""
    word = text.strip()
    if word.lower() in _DAYS_BACK:
        return TimeWord(text, "day", days_back=_DAYS_BACK[word.lower()])
    if word.lower() in _WEEKDAYS:
        return TimeWord(text, "day", weekday=_WEEKDAYS.index(word.lower()))
    if match := _RELATIVE.fullmatch(word.lower()):
        return TimeWord(text, "moment", back_ms=int(match[1]) * _RELATIVE_UNITS[match[2]])
    if match := _MONTH.fullmatch(word):
        first = _real_date(int(match[1]), int(match[2]), 1)
        return TimeWord(text, "month", year=first.year, month=first.month)
    match = _ABSOLUTE.fullmatch(word) if word else None
    if match is None:
        raise ValueError(f'"{text}" is not a time')
    year, month, day, hour, minute, second = (
        None if part is None else int(part) for part in match.group("year", "month", "day", "hour", "minute", "second")
    )
    clock = None
    if hour is not None and minute is not None:
        try:
            clock = time(hour, minute, second or 0)
        except ValueError:
            raise ValueError(f'"{text}" is not a time of day') from None
    if month is not None and day is not None:
        # 2024 is a leap year: 29 February without a year may be meant.
        _real_date(2024 if year is None else year, month, day, named=year is not None)
    precision: Precision = "day" if clock is None else "minute" if second is None else "second"
    return TimeWord(text, precision, year, month, day, clock)


def resolve(word: TimeWord, log_end_ms: int, zone: tzinfo) -> Span:
    """What `word` covers, given the last time of the log: a month, a day, a minute, a second, or one moment."""
    if word.back_ms is not None:
        return Span(log_end_ms - word.back_ms, log_end_ms - word.back_ms + 1)
    last_day = local_datetime(log_end_ms, zone).date()
    if word.precision == "month" and word.year is not None and word.month is not None:
        return _month_span(word.year, word.month, zone)
    days_back = word.days_back if word.weekday is None else (last_day.weekday() - word.weekday) % 7
    if days_back is not None:
        day = date.fromordinal(max(1, last_day.toordinal() - days_back))
        return Span(day_start(day, zone), day_end(day, zone))
    if word.month is None or word.day is None:
        return _latest_clock(word, last_day, log_end_ms, zone)
    day = date(word.year, word.month, word.day) if word.year else _latest_date(word.month, word.day, last_day)
    return _span_of(day, word, zone)


def _real_date(year: int, month: int, day: int, *, named: bool = True) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        when = f" in the year {year}" if named else ""
        raise ValueError(f"there is no month {month} with a day {day}{when}") from None


def _month_span(year: int, month: int, zone: tzinfo) -> Span:
    first = date(year, month, 1)
    following = date.max if (year, month) == (9999, 12) else (first + timedelta(days=32)).replace(day=1)
    return Span(day_start(first, zone), day_start(following, zone))


def _latest_date(month: int, day: int, last_day: date) -> date:
    for year in range(last_day.year, max(1, last_day.year - _YEARS_TO_LOOK_BACK) - 1, -1):
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue
        if candidate <= last_day:
            return candidate
    return date(4, month, day)


def _latest_clock(word: TimeWord, last_day: date, log_end_ms: int, zone: tzinfo) -> Span:
    span = _span_of(last_day, word, zone)
    if span.start_ms > log_end_ms and last_day > date.min:
        return _span_of(last_day - timedelta(days=1), word, zone)
    return span


def _span_of(day: date, word: TimeWord, zone: tzinfo) -> Span:
    if word.clock is None:
        return Span(day_start(day, zone), day_end(day, zone))
    start = milliseconds(datetime.combine(day, word.clock, zone))
    return Span(start, start + (SECOND if word.precision == "second" else MINUTE))
