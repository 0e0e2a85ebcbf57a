"""Records in columns are the same records."""

from __future__ import annotations

import numpy as np
import pytest

from smtpscope.reading.record import EventRecord
from smtpscope.reading.record_table import NONE, MixedRecords, RecordShape, RecordTable

SHAPE = RecordShape(7002, "warning", "MSExchangeTransport", "Application", None)


def record(offset: int, *, time_ms: int | None = 5, record_id: int | None = 7) -> EventRecord:
    strings = tuple(f"{offset}.{number}" for number in range(6))
    return EventRecord("a.evtx", offset, time_ms, False, record_id, *SHAPE, strings=strings, message=None)


def table(*records: EventRecord) -> RecordTable:
    def numbers(values: list[int | None]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([NONE if value is None else value for value in values], np.int64)

    return RecordTable(
        "a.evtx",
        [SHAPE],
        numbers([0] * len(records)),
        numbers([each.offset for each in records]),
        numbers([each.time_ms for each in records]),
        numbers([each.record_id for each in records]),
        [text for each in records for text in each.strings or ()],
    )


def test_a_row_is_the_record_that_it_was() -> None:
    records = (record(10), record(20, time_ms=None), record(30, record_id=None))
    assert tuple(table(*records).record(row) for row in range(3)) == records


def test_those_beside_the_table_come_in_the_order_of_the_file() -> None:
    mixed = MixedRecords(table(record(10), record(30)), [record(20), record(40)])
    assert [each.offset for each in mixed] == [10, 20, 30, 40]
    assert len(mixed) == 4
    assert mixed[1] == record(20)
    assert mixed[-1] == record(40)
    assert mixed[1:3] == [record(20), record(30)]


def test_there_is_no_row_behind_the_last() -> None:
    with pytest.raises(IndexError):
        MixedRecords(table(record(10)), [])[1]
