"""Garbage is collected without keeping a key waiting."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from smtpscope.app.garbage import RestCollector, collect_in_small_steps


@pytest.fixture(autouse=True)
def _thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_a_collection_looks_through_few_objects_while_keys_are_pressed() -> None:
    collect_in_small_steps()
    young, middle, old = gc.get_threshold()
    assert young * middle <= 50_000
    assert old > 1_000_000


def test_all_is_collected_only_when_nobody_presses_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    now, collected = [0.0], []
    monkeypatch.setattr("gc.get_count", lambda: (0, 0, 3))
    collector = RestCollector(lambda: now[0], lambda: collected.append(now[0]))
    for now[0] in range(0, 60, 5):
        collector.key_pressed()
        collector.look()
    assert not collected
    now[0] = 59.0
    collector.look()
    assert not collected
    now[0] = 76.0
    collector.look()
    assert collected == [76.0]
    monkeypatch.setattr("gc.get_count", lambda: (9, 1, 0))
    collector.look()
    assert collected == [76.0], "nothing has grown old since"
