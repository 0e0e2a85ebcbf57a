"""The times of one file: what a single line leaves open is decided once for the whole file, and noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final, Protocol

from smtpscope.errors import Problem
from smtpscope.reading.record import DateOrderName, ReadOptions
from smtpscope.reading.text.date_order_evidence import MANY, DateOrderProofs, only_proof
from smtpscope.reading.text.dates import DateOrder, WrittenTime, assumed_order, find_time, moment

_ORDERS: Final[dict[DateOrderName, DateOrder]] = {
    "dmy": DateOrder.DAY_FIRST,
    "mdy": DateOrder.MONTH_FIRST,
    "ymd": DateOrder.YEAR_FIRST,
}
_LISTED: Final = 20
"""How many dates that contradict the order of their file are listed."""


_IN_UTC: Final = re.compile(r"((?:19|20)\d\d-\d\d-\d\d[T ]\d\d):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_MOST_HOURS: Final = 4_096
_UNEVEN: Final = -(1 << 62)


class Years(Protocol):
    """The years of the lines in a file whose times have no year."""

    def years_before_the_end(self, offset: int) -> int:
        """How many years before the last line the line at the byte `offset` was written."""
        ...

    @property
    def last(self) -> WrittenTime | None:
        """The time of the last line."""
        ...


class FileTimes:
    """Turns the written times of one file into moments.

    `written_times` reads all times of the file from its beginning; it is called at the first ambiguous date, to find
    unambiguous ones. If those contradict each other, the majority decides, and the others are noted: one damaged date
    must not swap day and month in a whole file. Dates with dots are decided separately from all others, so it is called
    once for each: in a file merged from two sources, neither proves the other.
    """

    def __init__(
        self,
        file: str,
        options: ReadOptions,
        written_times: Callable[[], Iterable[WrittenTime]],
        years: Years | None = None,
    ) -> None:
        self._file = file
        self._zone = options.zone
        # Without years, times are counted back from now; tests set their own.
        self._newest = options.newest or datetime.now(UTC)
        self._written_times = written_times
        self._years = years
        self._given = None if options.date_order is None else _ORDERS[options.date_order]
        # "Year first" says nothing about dates that end with a four-digit year.
        given = None if self._given is DateOrder.YEAR_FIRST else self._given
        self._orders: dict[bool, DateOrder] = {} if given is None else {True: given, False: given}
        self._contradicted = False
        self._contradictions = 0
        self._undecided = 0
        self._sole_proof = ""
        self._year_noted = False
        self._years_noted = False
        self._timeless_noted = False
        self._doubtful_zones: set[str] = set()
        self._problems: list[Problem] = []
        # The moments at which hours begin; of one in which the clock was changed, or of no day, _UNEVEN.
        self._even_hours: dict[tuple[object, ...], int] = {}
        self._hours: dict[str, int] = {}

    def years_before_the_end(self, offset: int) -> int:
        """How many years before the last line the line at `offset` was written, as far as is known."""
        return 0 if self._years is None else self._years.years_before_the_end(offset)

    def milliseconds(self, written: WrittenTime, offset: int | None = None, *, years_before: int = 0) -> int | None:
        """The moment of `written` in milliseconds since 1970-01-01 UTC, None if there is no such date.

        `offset` is the byte at which the record begins, for problems; `years_before` is how many years before the end
        of the file it was written, see `years_before_the_end`.
        """
        if self._given is DateOrder.YEAR_FIRST and written.short_year:
            return moment(written, order=self._given, zone=self._zone, newest=self._newest)
        order = self._orders.get(written.separator == ".")
        if order is None and written.ambiguous:
            order = self._orders[written.separator == "."] = self._find_order(written)
        self._undecided += written.ambiguous
        if self._sole_proof and self._undecided >= MANY:
            self._note(self._sole_proof)
            self._sole_proof = ""
        if self._given is not None and not self._contradicted:
            self._compare(written, self._given)
        elif self._given is None and written.order is not None:
            self._compare_with_others(written, order, offset)
        if written.year is None and not self._year_noted:
            self._year_noted = True
            self._note("The times have no year: each gets the latest year that is not in the future")
        if written.year is None and years_before > 0:
            earlier = self._years_earlier(written, years_before)
            if earlier is not None:
                return earlier
        return self._moment(written, order or DateOrder.DAY_FIRST)

    def _moment(self, written: WrittenTime, order: DateOrder) -> int | None:
        """The moment of `written`, told by the beginning of its hour unless the clock was changed within it."""
        if written.year is None:
            return moment(written, order=order, zone=self._zone, newest=self._newest)
        key = (*written[2:7], written.zone_minutes, written.short_year, order)
        begin = self._even_hours.get(key)
        if begin is None:
            if len(self._even_hours) >= _MOST_HOURS:
                self._even_hours.clear()
            first = written._replace(minute=0, second_of_minute=0, millisecond=0)
            last = first._replace(minute=59, second_of_minute=59)
            ends = [moment(each, order=order, zone=self._zone, newest=self._newest) for each in (first, last)]
            is_even = ends[0] is not None and ends[1] is not None and ends[1] - ends[0] == 3_599_000
            begin = self._even_hours[key] = ends[0] if is_even and ends[0] is not None else _UNEVEN
        if begin == _UNEVEN:
            return moment(written, order=order, zone=self._zone, newest=self._newest)
        return begin + (written.minute * 60 + written.second_of_minute) * 1_000 + written.millisecond

    def of_utc(self, text: str) -> int | None:
        """The moment of a time in UTC, as `milliseconds` gives it; None if `text` has any other form.

        Only the form of most programs, 2026-01-02T13:04:05.678Z: an hour is worked out once.
        """
        found = _IN_UTC.fullmatch(text)
        if found is None:
            return None
        hour, minute, second, fraction = found.groups()
        begin = self._hours.get(hour)
        if begin is None:
            if len(self._hours) >= _MOST_HOURS:
                self._hours.clear()
            written = find_time(f"{hour}:00:00Z")
            begin = self._hours[hour] = -1 if written is None else self.milliseconds(written) or -1
        if begin < 0:
            return None
        thousandths = int(fraction[:3].ljust(3, "0")) if fraction else 0
        return begin + (int(minute) * 60 + int(second)) * 1_000 + thousandths

    def _years_earlier(self, written: WrittenTime, years: int) -> int | None:
        """The moment of `written`, so many years before the last line of the file."""
        last = None if self._years is None else self._years.last
        if last is None:
            return None
        newest = moment(last, order=DateOrder.DAY_FIRST, zone=self._zone, newest=self._newest)
        for year in range(self._newest.year + 1, self._newest.year - 9, -1):
            if newest == self._in_year(last, year):
                if not self._years_noted:
                    self._years_noted = True
                    self._note("The log covers more than one year: a new year starts where its times go back")
                return self._in_year(written, year - years)
        return None

    def _in_year(self, written: WrittenTime, year: int) -> int | None:
        of_that_year = written._replace(year=year)
        return moment(of_that_year, order=DateOrder.DAY_FIRST, zone=self._zone, newest=self._newest)

    def note_zone(self, name: str) -> None:
        """Notes once that the times name a zone by an abbreviation that several zones share."""
        if name not in self._doubtful_zones:
            self._doubtful_zones.add(name)
            self._note(
                f'The times name a zone "{name}", which several zones are called: they are read as times without one; '
                "--timezone says which it is"
            )

    def note_timeless(self) -> None:
        """Notes once that a record has no time."""
        if not self._timeless_noted:
            self._timeless_noted = True
            self._note("Some records have no time")

    def take_problems(self) -> list[Problem]:
        """What had to be assumed since the last call."""
        problems, self._problems = self._problems, []
        return problems

    def _find_order(self, doubtful: WrittenTime) -> DateOrder:
        proofs, dots = DateOrderProofs(), doubtful.separator == "."
        proven = proofs.decide(each for each in self._written_times() if (each.separator == ".") is dots)
        if proven is not None:
            # Noted when it has decided over many: some readers look for proofs only.
            self._sole_proof = "" if proofs.sole is None else only_proof(_as_written(proofs.sole), proven)
            return proven
        order = assumed_order(doubtful)
        if doubtful.separator == ".":
            why = "as usual with dots"
        else:
            why = "because the times have AM and PM" if doubtful.half_day else "because the times have 24 hours"
        if proofs:
            self._note(
                f"Dates contradict each other on day or month first: read as {order}, {why}"
                "; set --date-order dmy, mdy or ymd"
            )
            return order
        self._note(
            f"No date shows whether day or month comes first (such as {_as_written(doubtful)}): read as {order}, {why}"
            "; set --date-order dmy, mdy or ymd"
        )
        return order

    def _compare(self, written: WrittenTime, given: DateOrder) -> None:
        """Notes once that a date can't have the order that was asked for."""
        proven = written.order
        if proven is not None and proven is not given and given is not DateOrder.YEAR_FIRST:
            self._contradicted = True
            self._note(f"Dates such as {_as_written(written)} can't be {given}, as --date-order says: read as {proven}")

    def _compare_with_others(self, written: WrittenTime, order: DateOrder | None, offset: int | None) -> None:
        """Notes that a date contradicts the `order` that all others prove."""
        proven = written.order
        if order is None or proven is order or proven is None:
            return
        self._contradictions += 1
        if self._contradictions > _LISTED:
            return
        time = f"{written.hour:02}:{written.minute:02}:{written.second_of_minute:02}"
        reason = f"The date {_as_written(written)} {time} can't be {order}, as the other dates of the file are: "
        reason += f"read as {proven}; it may be damaged"
        if self._contradictions == _LISTED:
            reason += " (further dates of this kind are not listed)"
        place = "dates" if offset is None else f"byte {offset:#x}"
        self._problems.append(Problem(self._file, place, reason, "noted", 1))

    def _note(self, reason: str) -> None:
        self._problems.append(Problem(self._file, "dates", reason, "noted"))


def _as_written(written: WrittenTime) -> str:
    return f"{written.first}{written.separator}{written.second}{written.separator}{written.year}"
