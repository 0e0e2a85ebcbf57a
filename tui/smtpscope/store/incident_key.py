"""What makes an incident: all exchanges with the same key belong to one."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.parsing.smtp_exchange import Direction
from smtpscope.store.column_set import Columns
from smtpscope.store.distinct import compacted


class IncidentKey(Struct, frozen=True):
    """`host_key` is the folded remote host ("" where the event names none), `category` the cause."""

    direction: Direction
    host_key: str
    code: int | None
    category: str


def numbers_of_incidents(columns: Columns, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number from zero on for each of `rows`, the same for those of one incident; none is left out."""
    numbers = np.zeros(len(rows), np.int64)
    for column in (columns.direction, columns.host_key, columns.code, columns.category):
        # Made dense after each column, so that the product never outgrows 64 bits.
        distinct, positions = compacted(column[rows])
        _, numbers = compacted(numbers * len(distinct) + positions)
    return numbers
