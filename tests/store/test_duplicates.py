"""The same event twice is told by record id, provider, computer and second."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.duplicates import SeenEvents

NONE = int(np.iinfo(np.int64).min)
event = st.tuples(st.integers(0, 6) | st.just(NONE), st.integers(0, 4000) | st.just(NONE), st.integers(0, 2))


def naive(batches: list[list[tuple[int, int, int]]]) -> list[list[bool]]:
    seen: set[tuple[int, int, int]] = set()
    result = []
    for batch in batches:
        flags = []
        for record_id, time_ms, origin in batch:
            key = (record_id, time_ms // 1000, origin)
            told = NONE not in (record_id, time_ms)
            flags.append(told and key in seen)
            if told:
                seen.add(key)
        result.append(flags)
    return result


@given(st.lists(st.lists(event, max_size=12), max_size=8))
@settings(max_examples=60)
def test_an_event_is_found_again_whatever_batch_it_comes_in(batches: list[list[tuple[int, int, int]]]) -> None:
    seen = SeenEvents()
    found = []
    for batch in batches:
        record_id, time_ms, origin = (
            (np.array(column, np.int64) for column in zip(*batch, strict=True))
            if batch
            else (np.zeros(0, np.int64),) * 3
        )
        found.append(seen.find(record_id, time_ms, origin.astype(np.int32), NONE).tolist())
    assert found == naive(batches)


def test_many_small_batches_are_merged_to_few_runs() -> None:
    seen = SeenEvents()
    origin = np.zeros(50, np.int32)
    for start in range(0, 5000, 50):
        numbers = np.arange(start, start + 50, dtype=np.int64)
        assert not seen.find(numbers, numbers * 1000, origin, NONE).any()
    assert len(seen._runs) <= 8
    numbers = np.arange(4900, 4950, dtype=np.int64)
    assert seen.find(numbers, numbers * 1000 + 999, origin, NONE).all()
