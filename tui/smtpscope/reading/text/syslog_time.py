"""The time at the beginning of a log line: the forms that only logs use, besides those of `dates`.

Seconds since 1970 (syslog-ng's `unix`, journalctl's short-unix), TAI64N labels (daemontools' multilog, runit's svlogd),
svlogd's UTC stamp, months in the language of the machine (journalctl), and abbreviated names of zones.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from smtpscope.reading.text.dates import WrittenTime, find_time

_SECONDS = re.compile(
    r"[\s\[(>|]{0,8}(?P<seconds>[12]\d{9})(?:(?P<thousands>\d{3})|[.,](?P<fraction>\d{1,9}))?(?=[\s\])|:]|\Z)"
)
_TAI64 = re.compile(r"@(?P<seconds>40{7}[0-9a-f]{8})(?P<nanoseconds>[0-9a-f]{8})?(?![0-9a-f])")
# What multilog and svlogd add to the seconds since 1970: 2 to the power of 62, and ten leap seconds that never change.
_TAI64_EPOCH: Final = (1 << 62) + 10

# As abbreviated by the C library, without names that mean different months in two languages (lis, mar).
_LANGUAGES: Final = (
    "jän feb mär apr mai juni juli aug sep okt nov dez",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "ene feb mar abr may jun jul ago sep oct nov dic",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "jan fév mars avril maj jun jul aug sep okt nov des",
    "sty lut mar kwi maj cze lip sie wrz paź - gru",
    "led úno bře dub kvě čen čec srp zář říj - pro",
    "jan febr márc ápr máj jún júl aug szept okt nov dec",
    "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    "янв февр марта апр мая июня июля авг сент окт нояб дек",
    "січ лют бер кві тра чер лип сер вер жов лис гру",
    "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월",
)
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As syslog and its kin write them."""
_MONTH_BY_NAME: Final = {
    name: english
    for language in _LANGUAGES
    for name, english in zip(language.split(), MONTHS, strict=True)
    if name != "-"
}
_NAMED = re.compile(r"(?<!\S)(?P<name>[^\W\d_]{3,6}|1?\d[月월])\.?(?=\s{1,2}\d{1,2},? (?:\d{4} )?\d\d:\d\d)")

# Minutes east of UTC of unambiguous names. CST, IST and BST mean several zones.
_ZONES: Final = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "EET": 120, "EEST": 180,
    "MSK": 180, "EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "AKST": -540, "AKDT": -480, "HST": -600, "NZST": 720, "NZDT": 780, "AEST": 600, "AEDT": 660, "ACST": 570,
    "ACDT": 630, "AWST": 480, "JST": 540, "KST": 540, "SAST": 120,
}  # fmt: skip
_SEVERAL_ZONES: Final = frozenset({"CST", "IST", "BST", "AST", "SST"})
_ZONE_NAME = re.compile(r" ?\(?([A-Z]{3,4})\)?(?=[\s:\]|,]|\Z)")


@lru_cache(maxsize=4_096)
def find_log_time(header: str) -> WrittenTime | None:
    """The time in `header`, which is everything before the program of a line; None if there is no valid one.

    Of two, as with a container's prefix, the more complete one.
    """
    written = _as_a_number(header) or find_time(header) or _in_another_language(header)
    if written is None or written.zone_minutes is not None:
        return written
    if header[written.begin + 10 : written.begin + 11] == "_":
        # Only svlogd -tt writes this, in UTC.
        return written._replace(zone_minutes=0)
    name = _ZONE_NAME.match(header, written.end)
    if name is None or name[1] not in _ZONES:
        return written
    return written._replace(zone_minutes=_ZONES[name[1]], end=name.end())


def _as_a_number(header: str) -> WrittenTime | None:
    seconds = _SECONDS.match(header)
    if seconds is not None:
        thousandths = seconds["thousands"] or (seconds["fraction"] or "0")[:3].ljust(3, "0")
        return _of_seconds(seconds, int(seconds["seconds"]), int(thousandths))
    label = _TAI64.search(header) if "@4" in header else None
    if label is None:
        return None
    nanoseconds = int(label["nanoseconds"] or "0", 16)
    return _of_seconds(label, int(label["seconds"], 16) - _TAI64_EPOCH, min(nanoseconds // 1_000_000, 999))


def doubtful_zone(header: str, written: WrittenTime) -> str | None:
    """An ambiguous zone name after `written`, None if there is none."""
    name = _ZONE_NAME.match(header, written.end)
    return name[1] if name is not None and name[1] in _SEVERAL_ZONES else None


def _of_seconds(match: re.Match[str], seconds: int, milliseconds: int) -> WrittenTime | None:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return WrittenTime(
        match.start(),
        match.end(),
        moment.year,
        moment.month,
        moment.day,
        True,
        moment.hour,
        moment.minute,
        moment.second,
        milliseconds,
        0,
        "-",
        False,
    )


def _in_another_language(header: str) -> WrittenTime | None:
    for match in _NAMED.finditer(header):
        english = _MONTH_BY_NAME.get(match["name"].casefold())
        if english is not None:
            # Together with the dot of the abbreviation.
            written = find_time(f"{header[: match.start()]}{english}{header[match.end() :]}")
            longer = match.end() - match.start() - len(english)
            return None if written is None else written._replace(end=written.end + longer)
    return None
