"""Dates that prove whether day or month comes first: where to look for them, and what they prove together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from smtpscope.reading.text.dates import DateOrder, WrittenTime

_PROVING: Final = r"(?:1[3-9]|2\d|3[01])"


def _dates(separator: str) -> re.Pattern[str]:
    # It begins with one literal character: `re` finds that many times faster than a set.
    return re.compile(rf"{separator}(?:{_PROVING}{separator}\d\d|(?<={_PROVING}{separator})\d{{1,2}}{separator}\d\d)")


_DATES: Final = (_dates("/"), _dates("-"), _dates(r"\."))
# Digits of other scripts count too: the first is U+0660, in UTF-8 D9 A0.
_OTHER_DIGITS: Final = re.compile("[\xd9-\U0010ffff]")


class DateOrderEvidence:
    """The places in `text` where a date may prove its order (see `WrittenTime.order`).

    A place is within such a date, or where too little is known. Ask in ascending order: then the search is linear.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._places = dict.fromkeys(_DATES if text.isascii() else (*_DATES, _OTHER_DIGITS), -1)

    def following(self, begin: int) -> int:
        """The first place from `begin` on; the end of the text if there is none."""
        for pattern, offset in self._places.items():
            if offset < begin:
                found = pattern.search(self.text, begin)
                self._places[pattern] = len(self.text) if found is None else found.start()
        return min(self._places.values())


_ENOUGH: Final = 64
"""The lead of one order at which the rest of a file is no longer searched."""
MANY: Final = 5
"""Dates over which a single one decides, so that it is worth a word."""


class DateOrderProofs:
    """How many dates in a file prove each order."""

    def __init__(self) -> None:
        self._counts: Counter[DateOrder] = Counter()
        self._undecided = 0
        self._first: WrittenTime | None = None

    @property
    def sole(self) -> WrittenTime | None:
        """The date that proves the order all alone, so that its damage would turn all others round."""
        return self._first if self._counts.total() == 1 else None

    @property
    def alone(self) -> WrittenTime | None:
        """The same if it decides over many."""
        return self.sole if self._undecided >= MANY else None

    def __bool__(self) -> bool:
        """Whether any date proves an order."""
        return bool(self._counts)

    def decide(self, written_times: Iterable[WrittenTime]) -> DateOrder | None:
        """The order that most of `written_times` prove; None if there is no proof, or as much for either."""
        for written in written_times:
            self._undecided += written.ambiguous
            if written.order is not None:
                self._first = self._first or written
                self._counts[written.order] += 1
                if abs(self._counts[DateOrder.DAY_FIRST] - self._counts[DateOrder.MONTH_FIRST]) >= _ENOUGH:
                    break
        days, months = self._counts[DateOrder.DAY_FIRST], self._counts[DateOrder.MONTH_FIRST]
        if days == months:
            return None
        return DateOrder.DAY_FIRST if days > months else DateOrder.MONTH_FIRST


def only_proof(date: str, order: DateOrder) -> str:
    """What to say of a log in which `date` alone shows the order of day and month."""
    return (
        f"Only {date} shows whether day or month comes first: all dates are read as {order}; if that one is damaged, "
        "set --date-order"
    )


def only_proof_in(written_times: Iterable[WrittenTime], order: DateOrder) -> str:
    """The same of the log with `written_times`; "" where several dates show it, or none."""
    proofs = DateOrderProofs()
    proofs.decide(written_times)
    date = proofs.alone
    return (
        ""
        if date is None
        else only_proof(f"{date.first}{date.separator}{date.second}{date.separator}{date.year}", order)
    )
