"""Evaluates a filter tree: each field's column returns the rows of a value."""

from __future__ import annotations

from datetime import tzinfo

import numpy as np

from smtpscope.store.event_store import EventStore
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.filter.filter_grammar import Filter, Term
from smtpscope.store.numbered_column import Mask


def matching(store: EventStore, tree: Filter, zone: tzinfo) -> Mask:
    """A mask over all rows of `store`; times are those of `zone`, relative ones count from the end of the log."""
    mask = np.ones(len(store), np.bool_)
    for term in tree.terms:
        mask &= term_mask(store, term, zone)
    return mask


def term_mask(store: EventStore, term: Term, zone: tzinfo) -> Mask:
    """The rows that match one term."""
    mask = np.zeros(len(store), np.bool_)
    column = FIELDS.of_term(term.field).column
    for value in term.values:
        mask |= column.mask(store, value, zone)
    return ~mask if term.excluded else mask
