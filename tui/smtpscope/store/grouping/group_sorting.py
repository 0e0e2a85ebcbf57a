"""The orders in which groups are shown, from the facts of all groups of a level as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.store.activity import NO_STATE, ONGOING, OVER
from smtpscope.store.grouping.grouping import Level

SortColumn = Literal["attention", "count", "first", "last", "code", "host", "cause"]
SORT_COLUMNS: tuple[SortColumn, ...] = ("attention", "count", "first", "last", "code", "host", "cause")

EXPECTED_NOISE = "verb-refused"
"""The category of refusals that cost no mail: an Exchange-only command that the other side does not support."""


class Urgency(Struct, frozen=True):
    """For each group, whether any of its events is more than expected noise (`costs_mail`), whether any of those is for
    somebody to act on, or for us, and how many events of the group are ours.
    """

    costs_mail: NDArray[np.bool_]
    somebody: NDArray[np.bool_]
    ours: NDArray[np.bool_]
    number_of_ours: NDArray[np.int64]


def keys_of_level(level: Level, column: SortColumn) -> list[NDArray[np.int64]] | None:
    """The sort keys for "count", "first" and "last", which are in the level itself; None for all others."""
    known: dict[SortColumn, NDArray[np.int64]] = {
        "count": level.count,
        "first": level.first_ms,
        "last": level.last_ms,
    }
    return [known[column]] if column in known else None


def attention_keys(urgency: Urgency, states: NDArray[np.int8]) -> list[NDArray[np.int64]]:
    """Sort keys for the action and the state, most significant first, each ascending."""
    state = states.astype(np.int64)
    # Incidents that are over need no action; without times the state is unknown.
    return [
        (~urgency.costs_mail).astype(np.int64),
        (~urgency.somebody).astype(np.int64),
        (state == OVER).astype(np.int64),
        (~urgency.ours).astype(np.int64),
        np.where(state == NO_STATE, ONGOING, state),
        -urgency.number_of_ours,
    ]


def display_order(level: Level, keys: list[NDArray[np.int64]], *, descending: bool, inner: bool) -> NDArray[np.int64]:
    """The indices of the groups of `level`, sorted by `keys`, the most significant first. Those of an `inner` level
    keep the range of their parent.
    """
    if descending:
        keys = [-key for key in keys]
    # lexsort takes the most significant key last; the index makes the order of ties deterministic.
    parents = [level.parent] if inner else []
    order: NDArray[np.int64] = np.lexsort([np.arange(len(level)), *reversed(keys), *parents]).astype(
        np.int64, copy=False
    )
    return order


def ranks(texts: Sequence[str]) -> NDArray[np.int64]:
    """The alphabetical rank of each text; equal texts have equal ranks."""
    position = {text: rank for rank, text in enumerate(sorted(set(texts)))}
    return np.array([position[text] for text in texts], np.int64)
