"""The times of one file: what a single line leaves open is settled once for the whole file, and said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from smtpscope.errors import Problem
from smtpscope.reading.dates import DateOrder, WrittenTime, assumed_order, moment
from smtpscope.reading.record import ReadOptions


class FileTimes:
    """Turns the written times of one file into moments.

    `written_times` reads all times of the file from its beginning; it is called at most once, at the first date that
    can be read in two ways, to find one that can't.
    """

    def __init__(self, file: str, options: ReadOptions, written_times: Callable[[], Iterable[WrittenTime]]) -> None:
        self._file = file
        self._zone = options.zone
        # A log without years is told from the present; tests give their own.
        self._newest = options.newest or datetime.now(UTC)
        self._written_times = written_times
        self._order: DateOrder | None = None
        self._year_noted = False
        self._problems: list[Problem] = []

    @property
    def order(self) -> DateOrder | None:
        """The order of day and month in this file, None while no date has needed it."""
        return self._order

    def milliseconds(self, written: WrittenTime) -> int | None:
        """The moment of `written` in milliseconds since 1970-01-01 UTC, None if there is no such day."""
        if written.ambiguous and self._order is None:
            self._order = self._find_order(written)
        if written.year is None and not self._year_noted:
            self._year_noted = True
            self._note("The times have no year: each is taken for the newest year that does not put it into the future")
        return moment(written, order=self._order or DateOrder.DAY_FIRST, zone=self._zone, newest=self._newest)

    def take_problems(self) -> list[Problem]:
        """What had to be assumed since the last call."""
        problems, self._problems = self._problems, []
        return problems

    def _find_order(self, doubtful: WrittenTime) -> DateOrder:
        for written in self._written_times():
            if written.order is not None:
                return written.order
        order = assumed_order(doubtful)
        if doubtful.separator == ".":
            why = "as usual with dots"
        else:
            why = "because the times have AM and PM" if doubtful.half_day else "because the times have 24 hours"
        example = f"{doubtful.first}{doubtful.separator}{doubtful.second}{doubtful.separator}{doubtful.year}"
        self._note(f"No date tells whether day or month comes first (such as {example}): read as {order}, {why}")
        return order

    def _note(self, reason: str) -> None:
        self._problems.append(Problem(self._file, "dates", reason, "noted"))
