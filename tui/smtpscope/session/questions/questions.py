"""What the screens ask about some rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from smtpscope.session.questions.layers import Layer, StackedBy
from smtpscope.store.activity import State
from smtpscope.store.filter.suggestions import Completion
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.store.grouping.incident import Episode
from smtpscope.store.grouping.time_bins import Step, Timeline
from smtpscope.store.incident_key import IncidentKey
from smtpscope.store.spellings import Counted


class Questions(Protocol):
    """The questions; times are milliseconds since 1970-01-01 UTC, calendar steps those of the zone on display."""

    def facets(self, part: TreePart, name: str) -> Counted:
        """The distinct values of the facet `name` in `part`, the most frequent first."""
        ...

    def timeline(self, part: TreePart, by: StackedBy, step: Step | None) -> tuple[Timeline, tuple[Layer, ...]]:
        """Counts of `part` by calendar step (None: a suitable one), and its layers, which add up to them."""
        ...

    def episodes(self, part: TreePart) -> Sequence[Episode]:
        """The bursts in `part`, in order of time."""
        ...

    def episodes_text(self, part: TreePart, state: State | None = None) -> str:
        """The bursts in `part` and their `state` (worked out if None) in one sentence, "" if no row has a time."""
        ...

    def activity(self, bins: int) -> tuple[int, ...]:
        """All events, counted in `bins` equal parts of the log's time span."""
        ...

    def completions(self, text: str, cursor: int) -> list[Completion]:
        """How the term of the filter `text` at `cursor` may go on."""
        ...

    def incident_keys(self, part: TreePart) -> Sequence[IncidentKey]:
        """The incidents in `part`, the most frequent first."""
        ...
