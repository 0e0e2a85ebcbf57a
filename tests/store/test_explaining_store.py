"""The events beside ours in the store: each once, in order of time, by computer."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.store.beside.explaining_events import ExplainingEvents, place_of
from support.changed import replace

EVENT = ExplainingEvent("a.evtx", 1_772_442_000_000, False, "EXCH01.example.com", "ESE", 428)


def stored(*events: ExplainingEvent) -> ExplainingEvents:
    store = ExplainingEvents()
    store.add(events)
    return store


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("EXCH01.example.com", "exch01.EXAMPLE.com.", True),
        ("EXCH01", "exch01.example.com", True),
        ("EXCH01.example.com", "EXCH01.other.example", False),
        ("EXCH01", "EXCH011", False),
        ("", "EXCH01", False),
        (None, None, False),
    ],
)
def test_which_computers_are_the_same(one: str | None, other: str | None, same: bool) -> None:
    places = place_of(one, "a.evtx"), place_of(other, "b.evtx")
    assert places[0].is_same(places[1]) is places[1].is_same(places[0]) is same


def test_without_a_name_the_log_tells() -> None:
    assert place_of("", "a.csv").is_same(place_of(None, "a.csv"))
    assert place_of("", "a.csv").is_same(place_of("EXCH01", "a.csv"))


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({"file": "b.xml"}, 1),
        ({"provider": "ese", "computer": "exch01.example.com"}, 1),
        ({"time_ms": EVENT.time_ms + 1_000}, 2),
        ({"computer": "EXCH02.example.com"}, 2),
        ({"event_id": 474}, 2),
        ({"computer": "", "file": "b.xml"}, 2),
    ],
)
def test_the_same_event_counts_once(change: dict[str, object], count: int) -> None:
    assert len(stored(EVENT, replace(EVENT, **change)).columns) == count


def test_one_that_names_no_zone_moves_with_it() -> None:
    store = stored(EVENT, replace(EVENT, time_assumed=True, event_id=474))
    east = timezone(timedelta(hours=3))
    store.move_assumed_times(UTC, east)
    store.add([replace(EVENT, time_assumed=True, event_id=101)])
    assert store.columns.time_ms.tolist() == [EVENT.time_ms - 3 * 3_600_000] * 2 + [EVENT.time_ms]
    store.move_assumed_times(UTC, UTC)
    assert store.columns.time_ms.tolist() == [EVENT.time_ms] * 3


@given(
    events=st.lists(
        st.builds(
            replace,
            st.just(EVENT),
            time_ms=st.integers(0, 9).map(lambda second: EVENT.time_ms + 1_000 * second),
            event_id=st.sampled_from([428, 474]),
            computer=st.sampled_from(["EXCH01", "EXCH02", ""]),
        )
    )
)
def test_all_are_found_by_kind_and_place(events: list[ExplainingEvent]) -> None:
    store = stored(*events)
    columns = store.columns
    assert len(columns) == len({(each.time_ms, each.event_id, each.computer) for each in events})
    assert columns.time_ms.tolist() == sorted(columns.time_ms.tolist())
    everywhere = range(len(store.places))
    for number, (_, event_id) in enumerate(store.kinds):
        times = sorted({(each.time_ms, each.computer) for each in events if each.event_id == event_id})
        assert columns.time_ms[store.rows([number], everywhere)].tolist() == [time for time, _ in times]
    assert sorted(store.rows(range(len(store.kinds)), everywhere).tolist()) == list(range(len(columns)))
