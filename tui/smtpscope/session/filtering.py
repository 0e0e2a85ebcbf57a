"""Which rows match a filter, and how many an entry explains."""

from __future__ import annotations

from collections import Counter
from datetime import tzinfo
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from smtpscope.session.user_data import UserData
from smtpscope.store.event_store import Annotations, EventStore

if TYPE_CHECKING:
    pass


def rows_that_match(store: EventStore, filter_text: str, zone: tzinfo, *, twice: bool) -> NDArray[np.bool_]:
    """A mask over all rows; duplicates are included only with `twice`. Raises FilterError."""
    rows: NDArray[np.bool_] = np.ones(len(store), np.bool_)
    if not twice and store.duplicates:
        rows = ~store.columns.is_duplicate
    if not filter_text.strip():
        return rows
    from smtpscope.store.filter.filter_evaluation import matching
    from smtpscope.store.filter.filter_grammar import parse_filter

    return rows & matching(store, parse_filter(filter_text), zone)


def counts_of_entries(store: EventStore) -> Counter[str]:
    """How many events each entry explains, by its id; a category's general entry counts for the whole category."""
    matches = [judgement.match for judgement in store.words.judgements]
    counts: Counter[str] = Counter()
    for match, count in zip(
        matches, np.bincount(store.columns.judgement, minlength=len(matches)).tolist(), strict=False
    ):
        for entry_id in {match.entry_id, match.category}:
            counts[entry_id] += count
    return counts


def annotations_for(user_data: UserData, filter_text: str) -> Annotations:
    """Marks and notes as far as `filter_text` asks for them."""
    words = filter_text.lower()
    return Annotations(
        frozenset(user_data.marks) if "marked:" in words else frozenset(),
        user_data.noted() if "noted:" in words else frozenset(),
    )
