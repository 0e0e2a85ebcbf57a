"""Which events explain which refusals: the arithmetic of the window, against looking at each pair."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.store.grouping.explanations import explained

_TIMES = st.lists(st.integers(0, 40_000).map(lambda time: 500 * (time // 500)), max_size=12).map(sorted)
_WITHIN = st.sampled_from([0, 1_000, 5_000, 20_000, 60_000])
_SECOND = 999


def explains(event: int, refusal: int, ends: list[int], within_ms: int) -> bool:
    """Whether the one event explains the one refusal."""
    return (
        event - _SECOND <= refusal <= event + within_ms
        # What is told in the moment of the refusal comes after it.
        and not any(event < end < refusal for end in ends)
    )


@given(events=_TIMES, ends=_TIMES, refusals=_TIMES, within_ms=_WITHIN)
def test_it_is_what_looking_at_each_pair_finds(
    events: list[int], ends: list[int], refusals: list[int], within_ms: int
) -> None:
    found = explained(np.array(events, np.int64), np.array(ends, np.int64), np.array(refusals, np.int64), within_ms)
    assert found.events.tolist() == [any(explains(e, r, ends, within_ms) for r in refusals) for e in events]
    assert found.refusals.tolist() == [any(explains(e, r, ends, within_ms) for e in events) for r in refusals]


@given(events=_TIMES, ends=_TIMES, refusals=_TIMES, within_ms=_WITHIN)
def test_the_lead_is_the_time_to_the_next_refusal(
    events: list[int], ends: list[int], refusals: list[int], within_ms: int
) -> None:
    found = explained(np.array(events, np.int64), np.array(ends, np.int64), np.array(refusals, np.int64), within_ms)
    chosen = [event for event, is_one in zip(events, found.events.tolist(), strict=True) if is_one]
    leads = [max(0, min(r for r in refusals if r >= event - _SECOND) - event) for event in chosen]
    assert found.leads_ms.tolist() == leads
    assert all(lead <= within_ms for lead in leads)


@given(events=_TIMES, ends=_TIMES, refusals=_TIMES, within_ms=_WITHIN, shift=st.integers(-(10**15), 10**15))
def test_only_differences_of_time_count(
    events: list[int], ends: list[int], refusals: list[int], within_ms: int, shift: int
) -> None:
    first, over, then = (np.array(times, np.int64) for times in (events, ends, refusals))
    here = explained(first, over, then, within_ms)
    there = explained(first + shift, over + shift, then + shift, within_ms)
    assert here.events.tolist() == there.events.tolist()
    assert here.refusals.tolist() == there.refusals.tolist()
    assert here.leads_ms.tolist() == there.leads_ms.tolist()


@given(events=_TIMES, refusals=_TIMES, within_ms=_WITHIN)
def test_a_longer_window_never_explains_less(events: list[int], refusals: list[int], within_ms: int) -> None:
    of, none = (np.array(events, np.int64), np.array(refusals, np.int64)), np.zeros(0, np.int64)
    narrow, wide = explained(of[0], none, of[1], within_ms), explained(of[0], none, of[1], 2 * within_ms + 1)
    assert np.all(wide.events >= narrow.events)
    assert np.all(wide.refusals >= narrow.refusals)
