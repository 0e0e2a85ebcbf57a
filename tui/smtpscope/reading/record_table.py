"""Many records of the same shape as columns: a million of them need no million objects.

A table holds records with six insertion strings; all others remain objects beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, overload

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from smtpscope.reading.record import EventRecord, Level

NONE: Final = int(np.iinfo(np.int64).min)
"""None, in a column."""

STRINGS: Final = 6
"""The insertion strings of a record in a table."""


class RecordShape(NamedTuple):
    """What many records have in common; see `EventRecord`."""

    event_id: int | None
    level: Level | None
    provider: str | None
    channel: str | None
    computer: str | None


class RecordTable(Struct, frozen=True):
    """One entry per record in each column, in file order; `time_ms` and `record_id` may be NONE.

    `shape` indexes `shapes`. `strings` are the insertion strings of all records in a row, six for each. No record in a
    table has an assumed time, a message, or data after its strings.
    """

    file: str
    shapes: Sequence[RecordShape]
    shape: NDArray[np.int64]
    offset: NDArray[np.int64]
    time_ms: NDArray[np.int64]
    record_id: NDArray[np.int64]
    strings: list[str]

    def __len__(self) -> int:
        return len(self.offset)

    def record(self, row: int) -> EventRecord:
        """Raises IndexError if there is no such row."""
        time_ms, record_id = int(self.time_ms[row]), int(self.record_id[row])
        return EventRecord(
            self.file,
            int(self.offset[row]),
            None if time_ms == NONE else time_ms,
            False,
            None if record_id == NONE else record_id,
            *self.shapes[int(self.shape[row])],
            strings=tuple(self.strings[STRINGS * row : STRINGS * row + STRINGS]),
            message=None,
        )


class MixedRecords(Sequence[EventRecord]):
    """The records of `table` and those beside it (`singles`), in file order; objects are made on demand."""

    __slots__ = ("_order", "singles", "table")

    def __init__(self, table: RecordTable, singles: Sequence[EventRecord]) -> None:
        self.table = table
        self.singles = singles
        self._order: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.table) + len(self.singles)

    @overload
    def __getitem__(self, index: int) -> EventRecord: ...
    @overload
    def __getitem__(self, index: slice) -> list[EventRecord]: ...
    def __getitem__(self, index: int | slice) -> EventRecord | list[EventRecord]:
        if isinstance(index, slice):
            return [self._at(int(offset)) for offset in self._by_place()[index]]
        return self._at(int(self._by_place()[index]))

    def __iter__(self) -> Iterator[EventRecord]:
        return map(self._at, self._by_place().tolist())

    def _at(self, number: int) -> EventRecord:
        rows = len(self.table)
        return self.table.record(number) if number < rows else self.singles[number - rows]

    def _by_place(self) -> NDArray[np.int64]:
        """The numbers of all records in file order; those of `singles` come after those of the table."""
        if self._order is None:
            places = np.array([record.offset for record in self.singles], np.int64)
            self._order = np.argsort(np.concatenate([self.table.offset, places]), kind="stable")
        return self._order
