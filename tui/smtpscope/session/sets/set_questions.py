"""The questions of screens, answered from a set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.asking.exchange_set import ExchangeSet
from smtpscope.asking.set_facets import facets
from smtpscope.asking.set_incidents import incident_keys
from smtpscope.asking.set_times import activity, timeline
from smtpscope.asking.sql import Sql
from smtpscope.session.questions.layers import Layer, StackedBy, action_terms, host_terms, layers_of
from smtpscope.store.activity import State, state_of
from smtpscope.store.filter.field_table import Field
from smtpscope.store.filter.suggestions import Completion, by_other_terms, completions
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.store.grouping.incident import Episode
from smtpscope.store.grouping.time_bins import Step, Timeline, episode_sentence, episodes
from smtpscope.store.incident_key import IncidentKey
from smtpscope.store.spellings import Counted

_MOST_VALUES = 1_000
"""Values of a list; of 3 million recipients nobody reads more."""


class CountedInSet(Struct, frozen=True):
    """The words in the rows of a set that match `rows`; see `CountedWords`."""

    asked: ExchangeSet
    rows: Sql

    def counted(self, field: Field) -> Counted:
        """The values of `field` with how often each occurs, the most frequent first."""
        return facets(self.asked, self.rows, field.facets[0].name, _MOST_VALUES) if field.facets else ()


class SetQuestions:
    """The questions about `asked`, with the zone on display. `rows_of` gives the rows of a part, `known_activity` is
    what was found of the whole set before. See `Questions`.
    """

    def __init__(
        self,
        asked: ExchangeSet,
        zone: tzinfo,
        rows_of: Callable[[TreePart], Sql],
        known_activity: dict[int, tuple[int, ...]],
    ) -> None:
        self._asked = asked
        self._zone = zone
        self._rows_of = rows_of
        self._activity = known_activity

    def facets(self, part: TreePart, name: str) -> Counted:
        """The distinct values of the facet `name` in `part`, at most a thousand, the most frequent first."""
        return facets(self._asked, self._rows_of(part), name, _MOST_VALUES)

    def timeline(self, part: TreePart, by: StackedBy, step: Step | None) -> tuple[Timeline, tuple[Layer, ...]]:
        """Counts of `part` by calendar step (None: a suitable one), and its layers, which add up to them."""
        rows, zone = self._rows_of(part), self._zone
        terms = action_terms() if by == "action" else host_terms(self.facets(part, "hosts"))
        layers = [self._asked.asked(term, zone) for _, term in terms]
        found, counts = timeline(self._asked, rows, zone, layers, step=step)
        names = [name for name, _ in terms]
        return found, layers_of([each.count for each in found.bins], list(zip(names, counts, strict=True)))

    def episodes(self, part: TreePart) -> Sequence[Episode]:
        """The bursts in `part`, in order of time."""
        return episodes(self._times(part))

    def episodes_text(self, part: TreePart, state: State | None = None) -> str:
        """The bursts in `part` and their `state` (worked out if None) in one sentence, "" if no row has a time."""
        times, end_ms = self._times(part), self._asked.log_end_ms
        state = state or state_of(times, self._asked.log_start_ms, end_ms)
        return episode_sentence(episodes(times), end_ms, state, self._zone)

    def activity(self, bins: int) -> tuple[int, ...]:
        """All events, counted in `bins` equal parts of the time span of the logs."""
        known = self._activity.get(bins)
        if known is None:
            known = self._activity[bins] = activity(self._asked, bins)
        return known

    def completions(self, text: str, cursor: int) -> list[Completion]:
        """How the term of the filter `text` at `cursor` may go on, with values that the other terms let through."""
        rows = by_other_terms(text, cursor, lambda others: self._asked.asked(others, self._zone))
        return completions(CountedInSet(self._asked, rows), text, cursor)

    def incident_keys(self, part: TreePart) -> Sequence[IncidentKey]:
        """The incidents in `part`, the most frequent first."""
        return incident_keys(self._asked, self._rows_of(part))

    def _times(self, part: TreePart) -> NDArray[np.int64]:
        rows = self._rows_of(part)
        found = self._asked.columns(
            f"SELECT time_ms FROM part_rows WHERE time_ms IS NOT NULL AND ({rows.text}) ORDER BY 1", rows.values
        )
        return np.asarray(found["time_ms"], np.int64)
