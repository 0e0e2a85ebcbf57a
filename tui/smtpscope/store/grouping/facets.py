"""The distinct values of a field among some rows, with how often each occurs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smtpscope.store.event_store import EventStore, Rows
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.spellings import Counted


def facets(store: EventStore, rows: Rows, name: str) -> Counted:
    """The values of the facet `name` in `rows` (mask, row numbers or None for all): the most frequent first, then by
    alphabet. Raises KeyError where no field has such a facet.

    Replies and full commands are compared without the spaces around them. Hosts and mailboxes come in their most
    frequent spelling. Values that are missing (no mailbox, no reply code, no computer) are left out, except for the
    empty remote host and the null sender, which are answers.
    """
    return ordered_facets(store, store.rows_by_time(rows), name)


def ordered_facets(store: EventStore, rows: NDArray[np.int64], name: str) -> Counted:
    """Like `facets`, for `rows` that are in order of time."""
    return FIELDS.facet(name).counts(store, rows)
