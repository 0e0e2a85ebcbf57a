"""The questions of screens, answered from the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from smtpscope.session.filtering import rows_that_match
from smtpscope.session.incident_split import incident_keys
from smtpscope.session.questions.layers import Layer, StackedBy, action_terms, host_terms, layers_of
from smtpscope.store.activity import State
from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.suggestions import Completion, CountedInStore, by_other_terms, completions
from smtpscope.store.grouping.facets import facets
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.store.grouping.incident import Episode
from smtpscope.store.grouping.time_bins import (
    Step,
    Timeline,
    activity,
    episodes,
    episodes_text,
    sorted_times,
    timeline,
)
from smtpscope.store.incident_key import IncidentKey
from smtpscope.store.spellings import Counted


class LogQuestions:
    """The questions about `store`, with the zone on display; `twice` says whether duplicates count. See `Questions`."""

    def __init__(self, store: EventStore, zone: tzinfo, *, twice: bool) -> None:
        self._store = store
        self._zone = zone
        self._twice = twice

    def facets(self, part: TreePart, name: str) -> Counted:
        """The distinct values of the facet `name` in `part`, the most frequent first."""
        return facets(self._store, part.rows, name)

    def timeline(self, part: TreePart, by: StackedBy, step: Step | None) -> tuple[Timeline, tuple[Layer, ...]]:
        """Counts of `part` by calendar step (None: a suitable one), and its layers, which add up to them."""
        store, rows, zone = self._store, part.rows, self._zone
        found = timeline(store, rows, zone, step=step)
        if not found.bins:
            return found, ()
        times = sorted_times(store, rows)
        window = (int(times[0]), int(times[-1]))
        order = store.rows_by_time(rows)
        layers = []
        for name, term in action_terms() if by == "action" else host_terms(self.facets(part, "hosts")):
            mask = rows_that_match(store, term, zone, twice=True)
            of_layer = timeline(store, order[mask[order]], zone, step=found.step, window=window)
            # The same window and step give the same bins.
            layers.append((name, [each.count for each in of_layer.bins]))
        return found, layers_of([each.count for each in found.bins], layers)

    def episodes(self, part: TreePart) -> Sequence[Episode]:
        """The bursts in `part`, in order of time."""
        return episodes(sorted_times(self._store, part.rows))

    def episodes_text(self, part: TreePart, state: State | None = None) -> str:
        """The bursts in `part` and their `state` (worked out if None) in one sentence, "" if no row has a time."""
        return episodes_text(self._store, part.rows, self._zone, state)

    def activity(self, bins: int) -> tuple[int, ...]:
        """All events, counted in `bins` equal parts of the log's time span."""
        return activity(self._store, bins)

    def completions(self, text: str, cursor: int) -> list[Completion]:
        """How the term of the filter `text` at `cursor` may go on, with values that the other terms let through."""
        store = self._store
        mask = by_other_terms(
            text, cursor, lambda others: rows_that_match(store, others, self._zone, twice=self._twice)
        )
        return completions(CountedInStore(store, store.rows_by_time(mask)), text, cursor)

    def incident_keys(self, part: TreePart) -> Sequence[IncidentKey]:
        """The incidents in `part`, the most frequent first."""
        return incident_keys(self._store, part.rows)
