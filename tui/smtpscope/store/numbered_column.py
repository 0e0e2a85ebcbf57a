"""The number of each row in some column, and how rows look up results by number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.store.column_set import Columns
from smtpscope.store.event_store import EventStore
from smtpscope.store.search_texts import Hits
from smtpscope.store.vocabularies import Vocabularies

Mask = NDArray[np.bool_]
RowNumbers = NDArray[np.int64]


def look_up(hits: Hits, codes: NDArray[np.signedinteger]) -> Mask:
    """For each row, whether its value is hit; a negative code means no value and is never hit."""
    if not hits.any():
        return np.zeros(len(codes), np.bool_)
    # The last place answers for -1.
    mask: Mask = np.append(hits, False)[codes]
    return mask


class NumberedColumn(Struct, frozen=True):
    """Which number each row has: that in the column `of`, or what `through` notes for that (below zero: none)."""

    of: Callable[[Columns], NDArray[np.signedinteger]]
    through: Callable[[Vocabularies], NDArray[np.int32]] | None = None

    def look_up(self, store: EventStore, hits: Hits) -> Mask:
        """The rows whose number is hit."""
        numbers = self.of(store.columns)
        if self.through is None:
            return look_up(hits, numbers)
        through = self.through(store.words)
        # The reading thread may have added values since `hits` were computed; no row has them yet.
        return look_up(look_up(hits, np.where(through < len(hits), through, -1)), numbers)

    def of_rows(self, store: EventStore, rows: RowNumbers) -> NDArray[np.signedinteger]:
        """The number of each of `rows`."""
        numbers = self.of(store.columns)[rows]
        return numbers if self.through is None else self.through(store.words)[numbers]

    def by_frequency(self, store: EventStore) -> list[int]:
        """The numbers that occur, most frequent first."""
        numbers = self.of(store.columns)
        counts = np.bincount(numbers[numbers >= 0], minlength=1)
        if self.through is not None:
            through = self.through(store.words)[: len(counts)]
            counts = counts[: len(through)]
            known = through >= 0
            counts = np.bincount(through[known], weights=counts[known], minlength=1).astype(np.int64)
        order = np.argsort(-counts, kind="stable")
        most: list[int] = order[counts[order] > 0].tolist()
        return most
