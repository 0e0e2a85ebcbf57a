"""The arithmetic under the groups: numbers made dense, rows put side by side."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.store.distinct import compacted
from smtpscope.store.grouping.grouping import grouped
from store.events import exchange, store_of


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-5, 40) | st.integers(-(2**40), 2**40), max_size=30))
def test_numbers_are_made_dense_however_far_apart_they_are(numbers: list[int]) -> None:
    values = np.array(numbers, np.int64)
    distinct, positions = compacted(values)
    assert distinct.tolist() == sorted(set(numbers))
    assert distinct[positions].tolist() == numbers


def test_more_groups_than_sixteen_bits_can_count_stay_in_order() -> None:
    number = 70_000
    model = exchange()
    hosts = [(position * 7919) % number for position in range(number)]
    store = store_of(
        *(
            exchange(host=f"h{host}", said="550 unknown", sent=model.command.full, time=position)
            for position, host in enumerate(hosts)
        ),
        *(
            exchange(host=f"h{host}", said="550 unknown", time=number + position)
            for position, host in enumerate(hosts[:50])
        ),
        batch=5000,
    )
    result = grouped(store, None, "host")
    last = result.levels[-1]
    assert len(last) == number
    assert sorted(result.order.tolist()) == list(range(number + 50))
    keys = store.columns.host_key[result.order]
    assert np.all(np.diff(keys) >= 0)
    same = np.diff(keys) == 0
    assert int(same.sum()) == 50
    assert np.all(np.diff(result.times)[same] > 0)
