"""Logs whose times name no zone: said where they meet certain ones, and moved when they are taken for another zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from smtpscope.session import Analysis, open_analysis
from support.event_texts import TextEvent, block_2003
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes

EAST = timezone(timedelta(hours=3))


@pytest.fixture
def both(tmp_path: Path) -> list[str]:
    certain, uncertain = tmp_path / "certain.evtx", tmp_path / "copied.txt"
    certain.write_bytes(evtx_bytes(many_events(3, ours_every=1)))
    event = TextEvent(datetime(2026, 11, 16, 9, 30), event_id=7004)  # noqa: DTZ001 - a copied event names no zone
    uncertain.write_text(block_2003(event), encoding="utf-8")
    return [str(certain), str(uncertain)]


def opened(files: list[str]) -> Analysis:
    analysis = open_analysis(files, zone=UTC)
    analysis.read_all()
    return analysis


def test_logs_with_different_clocks_are_told(both: list[str]) -> None:
    (word,) = [problem for problem in opened(both).noted if "certain" in problem.reason]
    assert word.file == both[1]
    assert "read as UTC" in word.reason
    assert "certain.evtx" in word.reason
    assert [problem for problem in opened(both[1:]).noted if "certain" in problem.reason] == []


def test_times_without_a_zone_are_taken_for_another(both: list[str]) -> None:
    analysis = opened(both)
    before = [analysis.store.exchange(row).time_ms for row in range(len(analysis.store))]
    analysis.set_assumed_zone(EAST)
    after = [analysis.store.exchange(row).time_ms for row in range(len(analysis.store))]
    assert after[:-1] == before[:-1]
    assert before[-1] is not None
    assert after[-1] == before[-1] - 3 * 3_600_000
    assert analysis.zone_name == "UTC"
    analysis.set_assumed_zone(UTC)
    assert analysis.store.exchange(len(analysis.store) - 1).time_ms == before[-1]


def test_what_is_read_later_is_moved_too(both: list[str]) -> None:
    analysis = open_analysis(both, zone=UTC)
    analysis.set_assumed_zone(EAST)
    analysis.read_all()
    at_once = analysis.store.exchange(len(analysis.store) - 1).time_ms
    later = opened(both)
    later.set_assumed_zone(EAST)
    assert at_once == later.store.exchange(len(later.store) - 1).time_ms


def test_the_span_of_the_log_follows(both: list[str]) -> None:
    analysis = opened(both[1:])
    first = analysis.overview().first_ms
    analysis.set_assumed_zone(EAST)
    assert first is not None
    assert analysis.overview().first_ms == first - 3 * 3_600_000
