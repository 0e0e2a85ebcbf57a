"""The same event twice is told by record id, provider, computer and second."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.doubles.duplicates import EventFingerprint, SeenEvents
from smtpscope.store.doubles.shared_events import SharedEvents, shared_refusals

Rows = list[tuple[int, int, int]]
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


def told(batch: list[tuple[int, int, int]], *, said: list[int] | None = None, file: int = 0) -> EventFingerprint:
    rows = np.array(batch, np.int64).reshape(-1, 3)
    words = np.zeros(len(rows), np.int64) if said is None else np.array(said, np.int64)
    return EventFingerprint(rows[:, 0], rows[:, 1], rows[:, 2].astype(np.int32), (words,), file, NONE)


@given(st.lists(st.lists(event, max_size=12), max_size=8))
@settings(max_examples=60)
def test_an_event_is_found_again_whatever_batch_it_comes_in(batches: list[list[tuple[int, int, int]]]) -> None:
    seen = SeenEvents()
    assert [seen.find(told(batch)).tolist() for batch in batches] == naive(batches)


def test_many_small_batches_are_merged_to_few_runs() -> None:
    seen = SeenEvents()
    for start in range(0, 5000, 50):
        assert not seen.find(told([(number, number * 1000, 0) for number in range(start, start + 50)])).any()
    assert len(seen._runs.runs) <= 8
    assert seen.find(told([(number, number * 1000 + 999, 0) for number in range(4900, 4950)])).all()


def without_ids(*seconds: int) -> list[tuple[int, int, int]]:
    return [(NONE, 1000 * second, 1) for second in seconds]


def test_without_record_ids_what_is_said_has_to_agree() -> None:
    seen = SeenEvents()
    assert not seen.find(told(without_ids(1, 2), said=[5, 6], file=0)).any()
    assert seen.find(told(without_ids(1, 2, 3), said=[5, 7, 6], file=1)).tolist() == [True, False, False]


def test_what_is_said_twice_in_one_log_is_no_double_but_in_a_copy_both_are() -> None:
    seen = SeenEvents()
    assert not seen.find(told(without_ids(1, 1), file=0)).any()
    assert not seen.find(told(without_ids(1), file=0)).any()
    assert seen.find(told(without_ids(1, 1, 1, 1), file=1)).tolist() == [True, True, True, False]


def test_without_a_time_nobody_can_tell() -> None:
    seen = SeenEvents()
    for file in (0, 1):
        assert not seen.find(told([(NONE, NONE, 1), (7, NONE, 1)], file=file)).any()


def shared(rows: list[tuple[int, int, int, int]]) -> list[SharedEvents]:
    """Rows of time, recipient, provider and file."""
    time_ms, recipient, provider, file = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return shared_refusals(time_ms, (recipient,), provider, file)


def test_a_refusal_that_two_kinds_of_log_tell_is_found() -> None:
    assert shared([(1_000, 5, 0, 0), (9_000, 6, 0, 0), (2_900, 5, 1, 1), (9_500, 7, 1, 1)]) == [SharedEvents(0, 1, 1)]


def test_two_logs_of_one_kind_or_one_log_of_two_kinds_share_nothing() -> None:
    assert shared([(1_000, 5, 0, 0), (1_000, 5, 0, 1)]) == []
    assert shared([(1_000, 5, 0, 0), (1_000, 5, 1, 0)]) == []


def test_refusals_that_are_further_apart_are_two() -> None:
    assert shared([(1_000, 5, 0, 0), (3_001, 5, 1, 1)]) == []
