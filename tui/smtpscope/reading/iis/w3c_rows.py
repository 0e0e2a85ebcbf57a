"""Rows of a W3C extended log, with the columns of the #Fields line above them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from smtpscope.reading.iis.turns import COMMAND_OF_OURS, OTHER, REPLY_TO_US, Turn, TurnKind, turn_of

_DAY_MS: Final = 86_400_000
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_READ: Final = (
    "date",
    "time",
    "c-ip",
    "cs-username",
    "s-sitename",
    "s-computername",
    "s-ip",
    "s-port",
    "cs-method",
    "cs-uri-query",
    "sc-status",
)


USUAL_FIELDS: Final = (
    "date", "time", "c-ip", "cs-username", "s-sitename", "s-computername", "s-ip", "s-port", "cs-method",
    "cs-uri-stem", "cs-uri-query", "sc-status", "sc-win32-status", "sc-bytes", "cs-bytes", "time-taken", "cs-version",
    "cs-host", "cs(User-Agent)", "cs(Cookie)", "cs(Referer)",
)  # fmt: skip
"""All fields that IIS can write for SMTP, always in this order; an administrator may choose fewer."""
_FEWEST: Final = USUAL_FIELDS.index("sc-status") + 1
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "time": re.compile(r"\d\d:\d\d:\d\d"),
    "c-ip": re.compile(r"[0-9A-Fa-f.:%]{3,45}|-"),
    "s-sitename": re.compile(r"SMTPSVC\d{0,5}", re.IGNORECASE),
    "s-ip": re.compile(r"[0-9A-Fa-f.:%]{3,45}|-"),
    "s-port": re.compile(r"\d{1,5}|-"),
    "sc-status": re.compile(r"\d{1,5}|-"),
    "cs-version": re.compile(r"SMTP|-"),
}

# No blank is in the text of a client.
_DATED: Final = re.compile(r"(?:19|20)\d\d-\d\d-\d\d (?=\d\d:\d\d:\d\d )", re.ASCII)


def assumed_fields(row: str) -> tuple[str, ...]:
    """The fields of an SMTP row without a #Fields line above it, by its shape; () if it has another shape.

    It may lack the date, and some of those at the end.
    """
    values = row.split(" ")
    for first in (0, 1):
        names = USUAL_FIELDS[first : first + len(values)]
        whole = _FEWEST - first <= len(values) == len(names)
        if whole and all(
            form.fullmatch(value)
            for name, value in zip(names, values, strict=True)
            if (form := _FORMS.get(name)) is not None
        ):
            return names
    return ()


class W3cColumns(NamedTuple):
    """The positions of the fields that every row needs; below zero where the log lacks one."""

    date: int
    time: int
    peer: int
    service: int
    user: int
    verb: int
    argument: int
    status: int


class W3cRows:
    """https://www.w3.org/TR/WD-logfile.html as IIS writes it. Times are UTC; a row without a date has that of its
    heading.

    A `RowForm`.
    """

    time_assumed = False

    def __init__(self, fields: tuple[str, ...] = ()) -> None:
        """`fields` are those of rows without a #Fields line above them."""
        self.software: str | None = None
        self.fields = fields
        self._blanks = -1
        self._set_columns()
        self._heading_day: int | None = None
        self._day_text = ""
        self._day: int | None = None
        self._time_text = ""
        self._time_ms: int | None = None
        self._past_midnight = 0

    @property
    def provider(self) -> str | None:
        return self.software

    @property
    def columns(self) -> W3cColumns:
        """Those of the current #Fields line."""
        return W3cColumns(
            self._date, self._time, self._peer, self._service, self._user, self._verb, self._argument, self._status
        )

    def turn(self, line: str) -> Turn | str | None:
        """See `RowForm`."""
        parts = line.split(" ")
        if len(parts) - 1 != self._blanks or line[:1] == "#":
            return self._unusual(line)
        # Without arguments, there are no recipients and no replies to us: only our refusals count.
        if self._argument < 0 and " 5" not in line and " 4" not in line:
            return OTHER
        # A column that the log lacks has the index -1.
        parts.append("")
        user = parts[self._user]
        verb, argument = parts[self._verb], parts[self._argument]
        kind: TurnKind
        if user == REPLY_TO_US:
            kind, reply = "reply", argument
        elif user == COMMAND_OF_OURS:
            kind, reply = "command", ""
        else:
            kind, reply = "answered", parts[self._status]
            if self._user < 0:
                kind, reply = self._kind_without_user(parts)
            if self._argument < 0 and reply[:1] not in ("4", "5"):
                return OTHER
        day, time = parts[self._date], parts[self._time]
        if time != self._time_text or day != self._day_text:
            self._time_ms = self._milliseconds(day, time)
        peer, service, computer = parts[self._peer], parts[self._service], parts[self._computer]
        if kind == "reply":
            return turn_of((kind, peer, service, computer, "", "", "", reply, self._time_ms))
        return turn_of((kind, peer, service, computer, user, verb, argument, reply, self._time_ms))

    def moment(self, line: str) -> int | None:
        """See `RowForm`; rows that `turn` ignores have a time too."""
        parts = line.strip("\0").rstrip(" \r").split(" ")
        if len(parts) != self._blanks + 1:
            return None
        parts.append("")
        day, time = parts[self._date], parts[self._time]
        if time != self._time_text or day != self._day_text:
            self._time_ms = self._milliseconds(day, time)
        return self._time_ms

    def _kind_without_user(self, parts: list[str]) -> tuple[TurnKind, str]:
        """The kind of a row in a log without the column for it: an outgoing connection lacks our IP address."""
        argument = parts[self._argument]
        if parts[self._verb] in ("", "-"):
            return ("reply", argument) if argument[:3].isdigit() and argument[3:4] in ("+", "-", "") else ("other", "")
        outwards = parts[self._address] == "-" or parts[self._port] == "25"
        return ("command", "") if outwards and parts[self._status] in ("", "0") else ("answered", parts[self._status])

    def next_row(self, line: str) -> tuple[int, int] | None:
        """See `RowForm`. Only a row with its date in front is recognised."""
        second = _DATED.search(line, 1) if self._date == 0 else None
        return None if second is None else (second.start(), second.start())

    def _unusual(self, line: str) -> Turn | str | None:
        # IIS reserves room for the log in steps of 64 KiB, filled with zeros.
        bare = line.strip("\0").rstrip(" \r")
        if not bare:
            return None
        if bare.startswith("#"):
            self._heading(bare)
            return None
        if bare != line and bare.count(" ") == self._blanks:
            return self.turn(bare)
        if self._blanks < 0:
            return "no #Fields line names its columns"
        if bare.count(" ") == self._blanks:
            return self.turn(bare)
        count = bare.count(" ") + 1
        return f"{count} {'field' if count == 1 else 'fields'}, header has {self._blanks + 1}"

    def _heading(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.strip()
        if name == "#Software":
            self.software = value or None
        elif name == "#Date":
            self._heading_day = day_of(value[:10])
            self._past_midnight = 0
            self._time_text = ""
        elif name == "#Fields":
            self.fields = tuple(value.split())
            self._set_columns()

    def _set_columns(self) -> None:
        places = {name.lower(): offset for offset, name in enumerate(self.fields)}
        chosen = [places.get(name, -1) for name in _READ]
        self._date, self._time, self._peer, self._user, self._service, self._computer = chosen[:6]
        self._address, self._port, self._verb, self._argument, self._status = chosen[6:]
        self._blanks = len(self.fields) - 1

    def _milliseconds(self, day_text: str, time_text: str) -> int | None:
        """Milliseconds since 1970-01-01 UTC; None if the row has no time."""
        before, day_before = self._time_text, self._day_text
        self._time_text = time_text
        if day_text != day_before:
            self._day_text = day_text
            self._day = day_of(day_text)
        seconds = _seconds(time_text)
        if seconds is None:
            return None
        day = self._day
        if self._date < 0:
            if self._heading_day is None:
                return None
            earlier = _seconds(before)
            # The log passed midnight: no clock is set back by half a day.
            if earlier is not None and earlier - seconds > 43_200:
                self._past_midnight += 1
            day = self._heading_day + self._past_midnight
        return None if day is None else day * _DAY_MS + seconds * 1_000


def day_of(text: str) -> int | None:
    """Days since 1970-01-01 of a date such as 2008-03-26."""
    try:
        return date.fromisoformat(text).toordinal() - _EPOCH_DAY
    except ValueError:
        return None


def _seconds(text: str) -> int | None:
    """Seconds since midnight of a time such as 19:18:06."""
    if len(text) < 8 or text[2] != ":" or text[5] != ":" or not text.isascii():
        return None
    hour, minute, second = text[:2], text[3:5], text[6:8]
    if not (hour.isdigit() and minute.isdigit() and second.isdigit()):
        return None
    return int(hour) * 3_600 + int(minute) * 60 + int(second)
