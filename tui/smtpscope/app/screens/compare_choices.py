"""What can be compared in a log: periods that people ask for, its servers and its files, and periods that are typed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from msgspec import Struct

from smtpscope.export.comparison.comparison import Comparison
from smtpscope.harmless import shown
from smtpscope.session import Analysis
from smtpscope.session.watching.comparing import Period, compare_periods, compare_values
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.grouping.dimensions import NO_GROUPS
from smtpscope.store.grouping.group_tree import TreePart

_MOST_VALUES: Final = 5
"""Of the servers and files, the most frequent are offered in pairs."""
_PERIODS: Final = (
    ("Since today, with all before", Period(until="today"), Period(since="today")),
    ("Last 24 h, with all before", Period(until="24h"), Period(since="24h")),
    ("Since Monday, with all before", Period(until="monday"), Period(since="monday")),
    ("Last 7 days, with the 7 days before", Period(since="14d", until="7d"), Period(since="7d")),
    ("Last 30 days, with the 30 days before", Period(since="60d", until="30d"), Period(since="30d")),
)


class CompareChoice(Struct, frozen=True):
    """`title` is harmless. Either two periods, or two values of the filter field `field`."""

    title: str
    periods: tuple[Period, Period] | None = None
    field: str = ""
    values: tuple[str, str] = ("", "")

    def compared(self, analysis: Analysis, filter_text: str) -> Comparison:
        """The comparison; blocks, so call it from a thread. Raises FilterError, and UsageError for an invalid time."""
        if self.periods is not None:
            return compare_periods(analysis, *self.periods, filter_text)
        return compare_values(analysis, self.field, *self.values, filter_text)


def offered(analysis: Analysis) -> Iterator[CompareChoice]:
    """What these logs can be compared by, the newest period first."""
    for title, earlier, later in _PERIODS:
        yield CompareChoice(title, periods=(earlier, later))
    everything = TreePart(analysis.view(grouping=NO_GROUPS).tree)
    for field, facet in FIELDS.tabs():
        if field.name in ("server", "file"):
            values = [value for value, _ in analysis.questions.facets(everything, facet.name)[:_MOST_VALUES] if value]
            for before, after in combinations(sorted(values), 2):
                title = shown(f"{after}, with {before}")
                yield CompareChoice(str(title), field=field.name, values=(before, after))
    files = analysis.files[:_MOST_VALUES]
    if not any(field.name == "file" for field, _ in FIELDS.tabs()):
        for before, after in combinations(files, 2):
            title = shown(f"{after}, with {before}")
            yield CompareChoice(str(title), field="file", values=(before, after))


def typed(words: str) -> CompareChoice | None:
    """One time is compared with all before it, two with the time between them; four are two periods; else None."""
    times = words.split()
    if len(times) == 1:
        return CompareChoice(words, periods=(Period(until=times[0]), Period(since=times[0])))
    if len(times) == 2:
        return CompareChoice(words, periods=(Period(times[0], times[1]), Period(times[1])))
    if len(times) == 4:
        return CompareChoice(words, periods=(Period(times[0], times[1]), Period(times[2], times[3])))
    return None
