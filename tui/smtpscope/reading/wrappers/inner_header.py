"""Writes the facts of a record before the line in it, in the form that readers of the line know.

2026-11-24T13:45:02.123Z mail postfix/smtp[4711]: text
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.syslog_time import MONTHS, find_log_time

_STAMP: Final = 64
"""Characters at the beginning of a line that contain its own time, if any."""
_PRIORITY = re.compile(r"<\d{1,3}>(?:1 )?")
# Exim's own stamp has the year and usually no zone; the time in a row of IIS or Exchange is UTC.
_OF_EXIM = re.compile(
    r" (?:\[\d{1,10}\] )?(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} |H=|[A-Za-z]\w{0,40} [a-z]"
    r"|(?:temporarily )?(?:rejected|refused) )"
)
# Of hMailServer: its own time is in the fourth column.
_OWN_COLUMNS: Final = re.compile(r'"[A-Z]{3,20}"\t\d')
_DAYS_OF_EVERY_MONTH: Final = 28
# Behind it the name of a host, not a year or a zone.
_STAMPED: Final = re.compile(
    r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?P<day>[ \d]\d)"
    r" (?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)"
    r"(?= (?!(?:utc|gmt|z|[ap]\.?m|[a-z]{1,3}t|msk)\b)[a-z])"
)
_IN_UTC: Final = re.compile(
    r"(?P<date>(?:19|20)\d\d-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01]))T"
    r"(?P<clock>(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d))"
    r"(?:\.(?P<fraction>\d{1,9}))?(?:Z|\+00:00)\Z"
)
_SINCE_1970: Final = re.compile(r"(?P<seconds>1\d{9})(?:\.(?P<fraction>\d{1,9}))?", re.ASCII)
# Whether a line may begin with a time, after at most one other character: digits and a sign, or a month and a day.
_MAY_BE_TIME: Final = re.compile(
    r"[\s\[(>|]{0,8}[12]\d{9}|.?\d{1,4}[-/. ]|.?[^\W\d_]{1,16}\.?\s{1,2}\d|.?@4|.?1?\d[月월]", re.DOTALL
)
_QUARTER: Final = 15 * 60
_SLACK: Final = 60
"""Seconds between the time in a line and the time of its collection."""
_FARTHEST: Final = 14 * 3600
_HALF_A_YEAR: Final = timedelta(days=183)


class Labels(NamedTuple):
    """The facts in a record besides the line, "" if missing. `time` is as written."""

    time: str = ""
    host: str = ""
    program: str = ""
    process: str = ""


NO_LABELS: Final = Labels()


def labelled(line: str, labels: Labels) -> str:
    """`line` with the header from `labels`."""
    line = line.strip("\r\n\0").lstrip(" ")
    if not line:
        return ""
    priority = _PRIORITY.match(line)
    begin = priority.end() if priority else 0
    usual = _usual(line, begin, labels.time)
    if usual is not None:
        return usual
    own = find_log_time(line[begin : begin + _STAMP]) if _MAY_BE_TIME.match(line, begin) else None
    outer = find_log_time(f"{labels.time} ") if labels.time else None
    if _OWN_COLUMNS.match(line):
        return line
    if own is not None and own.begin <= 1:
        if outer is None or own.zone_minutes is not None:
            return line
        behind = line[begin + own.end :]
        if own.year is None or _OF_EXIM.match(behind):
            settled = _settled(own, outer)
            return f"{_as_written(settled) if own.year is None else _as_exim_writes(settled)}{behind}"
        return line
    header = "" if outer is None else f"{_in_full(labels.time, outer)} "
    host = _one_word(labels.host)
    if host:
        header += f"{host} "
    program = _one_word(labels.program).rstrip(":")
    if program and not line.startswith(program):
        process = f"[{labels.process}]" if labels.process.isdecimal() and "[" not in program else ""
        header += f"{program}{process}: "
    return f"{header}{line[begin:]}"


def _usual(line: str, begin: int, time: str) -> str | None:
    """What `labelled` makes of a stamp of RFC 3164 and a `time` in UTC within a minute of it; None for all else.

    Nearly all records of containers and collectors are such; told so, they take a tenth of the time.
    """
    own = _STAMPED.match(line, begin)
    outer = None if own is None else _IN_UTC.match(time) or _IN_UTC.match(_in_iso(time))
    if own is None or outer is None or MONTHS.index(own["month"]) + 1 != int(outer["month"]):
        return None
    day = int(own["day"])
    if day != int(outer["day"]) or day > _DAYS_OF_EVERY_MONTH:
        return None
    seconds = (
        (int(outer["hour"]) - int(own["hour"])) * 3600
        + (int(outer["minute"]) - int(own["minute"])) * 60
        + int(outer["second"])
        - int(own["second"])
    )
    if abs(seconds) > _SLACK:
        return None
    fraction = (outer["fraction"] or "")[:3].ljust(3, "0")
    return f"{outer['date']}T{outer['clock']}.{fraction}+00:00{line[own.end() :]}"


def _in_iso(time: str) -> str:
    """Seconds since 1970 in ISO 8601, "" for anything else."""
    found = _SINCE_1970.fullmatch(time)
    if found is None:
        return ""
    fraction = f".{found['fraction']}" if found["fraction"] else ""
    return f"{datetime.fromtimestamp(int(found['seconds']), UTC).isoformat()[:19]}{fraction}Z"


def _in_full(text: str, written: WrittenTime) -> str:
    """A time with zone and year; for a regional one, the text shows what it may mean."""
    return _as_written(written) if written.ordered else text[written.begin : written.end]


def _one_word(text: str) -> str:
    return "" if text == "-" else re.sub(r"\s+", "_", text.strip())


def _settled(own: WrittenTime, outer: WrittenTime) -> WrittenTime:
    """The time of a line whose `own` lacks the year or the zone, by that of its record."""
    taken = _moment(outer)
    if taken is None or outer.year is None:
        return own
    years = [own.year] if own.year is not None else [taken.year, taken.year - 1, taken.year + 1]
    moments = [moment for year in years if (moment := _moment(own._replace(year=year))) is not None]
    nearest = min(moments, key=lambda moment: abs(moment - taken), default=None)
    if nearest is None:
        return outer
    if outer.zone_minutes is not None:
        distance = round((taken - timedelta(minutes=outer.zone_minutes) - nearest) / timedelta(seconds=1))
        zone = round(distance / _QUARTER) * _QUARTER
        # A line written just when it was collected: the difference is the zone of its clock.
        if abs(distance) <= _FARTHEST and abs(distance - zone) <= _SLACK:
            return outer
    # An old line collected later: the record only gives the year.
    return own._replace(year=nearest.year) if abs(nearest - taken) < _HALF_A_YEAR else own


def _moment(written: WrittenTime) -> datetime | None:
    month, day = (written.first, written.second) if written.ordered else (written.second, written.first)
    try:
        return datetime(
            written.year or 2000, month, day, written.hour, written.minute, written.second_of_minute, tzinfo=UTC
        )
    except ValueError:
        return None


def _as_written(written: WrittenTime) -> str:
    """The time in ISO 8601, or as in RFC 3164 if there is no year; a regional date stays as it is."""
    clock = f"{written.hour:02d}:{written.minute:02d}:{written.second_of_minute:02d}"
    if written.year is None:
        return f"{MONTHS[written.first - 1]} {written.second:2d} {clock}"
    zone = ""
    if written.zone_minutes is not None:
        hours, minutes = divmod(abs(written.zone_minutes), 60)
        zone = f"{'-' if written.zone_minutes < 0 else '+'}{hours:02d}:{minutes:02d}"
    if not written.ordered:
        sign = written.separator
        return f"{written.first:02d}{sign}{written.second:02d}{sign}{written.year} {clock}{zone}"
    return f"{written.year}-{written.first:02d}-{written.second:02d}T{clock}.{written.millisecond:03d}{zone}"


def _as_exim_writes(written: WrittenTime) -> str:
    """The time with spaces before clock and zone, as Exim's readers expect."""
    date, _, clock = _as_written(written._replace(zone_minutes=None)).partition("T")
    zone = written.zone_minutes
    if zone is None:
        return f"{date} {clock}"
    hours, minutes = divmod(abs(zone), 60)
    return f"{date} {clock} {'-' if zone < 0 else '+'}{hours:02d}{minutes:02d}"
