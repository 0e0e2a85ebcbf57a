"""The distinct numbers of an array, and the position of each value among them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A counting table is faster than sorting as long as its size is close to the number of rows.
_TABLE_FACTOR = 4
_SMALL_TABLE = 1 << 20


def compacted(values: NDArray[np.signedinteger]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct values in ascending order, and for each value its position among them."""
    if not len(values):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    low, high = int(np.min(values)), int(np.max(values))
    if high - low < max(_SMALL_TABLE, _TABLE_FACTOR * len(values)):
        shifted = values.astype(np.int64)
        if low:
            shifted -= low
        present = np.zeros(high - low + 1, np.bool_)
        present[shifted] = True
        distinct = np.flatnonzero(present)
        if len(distinct) == len(present):
            return distinct + low, shifted
        position = np.zeros(high - low + 1, np.int64)
        position[distinct] = np.arange(len(distinct))
        return distinct + low, position[shifted]
    distinct, inverse = np.unique(values, return_inverse=True)
    return distinct.astype(np.int64), inverse.reshape(-1).astype(np.int64)
