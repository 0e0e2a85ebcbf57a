"""Rows of the Microsoft IIS log file format and of the NCSA common log format, as the SMTP service writes them.

Microsoft lists their columns in "Log Formats" (Windows Server 2003, cc780772).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from smtpscope.reading.iis.turns import COMMAND_OF_OURS, JOINED, REPLY_TO_US, Turn, TurnKind, turn_of
from smtpscope.reading.text.dates import ENGLISH_MONTHS, DateOrder, find_time, moment

COLUMNS: Final = 15
# Microsoft's own example has spaces around the sign of the zone; logs have none.
_STAMP: Final = re.compile(
    r"\[(\d{1,2})/([A-Za-z]{3})/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ?([+-]) ?(\d{2})(\d{2})\]", re.ASCII
)
# The beginning of a row, also where the line end before it is lost. No blank is in what a client or server said.
_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_ADDRESS: Final = rf"(?:{_OCTET}(?:\.{_OCTET}){{3}}|[0-9A-Fa-f]{{0,4}}:[0-9A-Fa-f:.]{{2,40}})"
_LONGEST_ADDRESS: Final = 15
_PUT_BETWEEN: Final = 4
_IIS_ROW: Final = re.compile(
    rf"{_ADDRESS}, [^,\n]{{1,512}}, [\d./-]{{6,10}}, [\d:.]{{4,11}}, SMTPSVC\d{{0,5}}, ", re.IGNORECASE
)
_NCSA_ROW: Final = re.compile(rf'{_ADDRESS} - [^ \n]{{1,512}} \[\d{{1,2}}/[A-Za-z]{{3}}/\d{{4}}:[^\]"\n]{{8,20}}\] "')
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _turn(
    peer: str, user: str, service: str, computer: str, verb: str, argument: str, code: str, time_ms: int | None
) -> Turn:
    if user == REPLY_TO_US:
        return turn_of(("reply", peer, service, computer, "", "", "", argument, time_ms))
    # The oldest versions write two words for the verb, as in MAIL FROM, and repeat the second in the argument.
    if " " in verb:
        verb = verb.split(" ", 1)[0]
    kind: TurnKind = "command" if user == COMMAND_OF_OURS else "answered"
    return turn_of((kind, peer, service, computer, user, verb, argument or "-", code, time_ms))


class IisRows:
    """Fifteen columns, separated by commas; times are local to the server, dates in its regional order. A `RowForm`.

    Address, name, date, time, service, computer, own address, milliseconds, bytes received, bytes sent, reply code,
    Windows error, verb, target, argument; a comma ends the row.
    """

    provider = None
    time_assumed = True

    def __init__(self, order: DateOrder, zone: tzinfo) -> None:
        self._order = order
        self._zone = zone
        self._stamp = ("", "")
        self._time_ms: int | None = None
        self._minute = ("", "")
        self._minute_ms: int | None = None

    def turn(self, line: str) -> Turn | str | None:
        """See `RowForm`."""
        columns = line.split(", ", COLUMNS - 1)
        if len(columns) < COLUMNS:
            # Some versions write no blank after the comma before the argument.
            columns = [column.strip() for column in line.split(",", COLUMNS - 1)]
            if len(columns) < COLUMNS:
                bare = line.strip("\0 \r")
                return f"{len(columns)} columns, a row has {COLUMNS}" if bare else None
        peer, user, day, time, service, computer, _, _, _, _, code, _, verb, _, argument = columns
        if not code.isdigit():
            return "no number in the reply code column"
        if ", " in argument and _IIS_ROW.search(argument):
            return JOINED
        if (day, time) != self._stamp:
            self._stamp = day, time
            self._time_ms = self._milliseconds(day, time)
        argument = argument.rstrip("\r").removesuffix(",").strip(" ")
        return _turn(peer.lstrip("\0"), user, service, computer, verb, argument, code, self._time_ms)

    def moment(self, line: str) -> int | None:
        """See `RowForm`."""
        turn = self.turn(line)
        return turn.time_ms if isinstance(turn, Turn) else None

    def next_row(self, line: str) -> tuple[int, int] | None:
        """See `RowForm`."""
        begin = _second(_IIS_ROW, line)
        # A comma ends a row; what was put in place of the line end may follow.
        end = line.rfind(",", 0, begin) + 1
        return (end if begin - end < _PUT_BETWEEN else begin, begin) if begin else None

    def _milliseconds(self, day: str, time: str) -> int | None:
        minute, colon, seconds = time.rpartition(":")
        if not (colon and len(seconds) == 2 and seconds.isascii() and seconds.isdigit()):
            minute, seconds = time, "0"
        if (day, minute) != self._minute:
            self._minute = day, minute
            written = find_time(f"{day} {minute}")
            self._minute_ms = None
            if written is not None:
                self._minute_ms = moment(written, order=self._order, zone=self._zone, newest=_EPOCH)
        return None if self._minute_ms is None else self._minute_ms + int(seconds) * 1_000


class NcsaRows:
    """Address, -, name, [time with zone], "verb target?argument SMTP", reply code, bytes. A `RowForm`."""

    # Rows of this format name neither the service nor its instance; no other service writes SMTP in it.
    provider = "Microsoft SMTP Service"
    time_assumed = False

    def __init__(self) -> None:
        self._stamp = ""
        self._time_ms: int | None = None
        self._minute = ""
        self._minute_ms: int | None = None

    def turn(self, line: str) -> Turn | str | None:
        """See `RowForm`."""
        bare = line.strip("\0 \r")
        if not bare:
            return None
        # Quotes inside the command are not escaped: the last one ends it.
        begin, _, rest = bare.partition(' "')
        said, quote, numbers = rest.rpartition('" ')
        names = begin.split(" ", 3)
        if not quote or len(names) < 4:
            return 'not of the form: address, name, [time] "command" code bytes'
        peer, _, user, stamp = names
        code = numbers.partition(" ")[0]
        if not code.isdigit():
            return "no number after the command"
        if '] "' in said and _NCSA_ROW.search(said):
            return JOINED
        if stamp != self._stamp:
            self._stamp = stamp
            self._time_ms = self._milliseconds(stamp)
        # The service has no targets, and writes a hyphen.
        verb, _, argument = said.removesuffix(" SMTP").removesuffix(" HTTP/1.0").partition(" -")
        return _turn(peer, user, "", "", verb, argument.removeprefix("?"), code, self._time_ms)

    def moment(self, line: str) -> int | None:
        """See `RowForm`."""
        turn = self.turn(line)
        return turn.time_ms if isinstance(turn, Turn) else None

    def next_row(self, line: str) -> tuple[int, int] | None:
        """See `RowForm`."""
        begin = _second(_NCSA_ROW, line)
        return (begin, begin) if begin else None

    def _milliseconds(self, stamp: str) -> int | None:
        seconds = stamp[19:21]
        if not (seconds.isascii() and seconds.isdigit() and len(stamp) == 28):
            return _milliseconds(stamp)
        minute = f"{stamp[:19]}00{stamp[21:]}"
        if minute != self._minute:
            self._minute = minute
            self._minute_ms = _milliseconds(minute)
        return None if self._minute_ms is None else self._minute_ms + int(seconds) * 1_000


def _second(row: re.Pattern[str], line: str) -> int:
    found = row.search(line)
    if found is not None and found.start() < _LONGEST_ADDRESS:
        # The first one, whose own address may be damaged.
        found = row.search(line, found.end())
    return found.start() if found is not None else 0


def _milliseconds(stamp: str) -> int | None:
    found = _STAMP.fullmatch(stamp)
    if found is None or found[2].lower() not in ENGLISH_MONTHS:
        return None
    month = ENGLISH_MONTHS.index(found[2].lower()) + 1
    east = timedelta(hours=int(found[8]), minutes=int(found[9])) * (1 if found[7] == "+" else -1)
    try:
        time = datetime(
            int(found[3]), month, int(found[1]), int(found[4]), int(found[5]), int(found[6]), tzinfo=timezone(east)
        )
        return (time - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
