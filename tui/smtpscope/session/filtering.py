"""Which rows match a filter, and how many an entry explains."""

from __future__ import annotations

from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from smtpscope.store.event_store import EventStore


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


def count_of_entry(store: EventStore, entry_id: str) -> int:
    """How many events the entry explains; a category's general entry counts for the whole category."""
    matches = [judgement.match for judgement in store.words.judgements]
    wanted = [number for number, match in enumerate(matches) if entry_id in (match.entry_id, match.category)]
    return int(np.isin(store.columns.judgement, wanted).sum()) if wanted else 0
