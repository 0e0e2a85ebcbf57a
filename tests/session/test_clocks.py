"""Logs whose times name no zone: said where they meet certain ones, and moved when they are taken for another zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from smtpscope.session import Session, open_session
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


def opened(files: list[str]) -> Session:
    session = open_session(files, zone=UTC)
    session.read_all()
    return session


def test_logs_with_different_clocks_are_told(both: list[str]) -> None:
    (word,) = [problem for problem in opened(both).noted if "certain" in problem.reason]
    assert word.file == both[1]
    assert "taken for UTC" in word.reason
    assert "certain.evtx" in word.reason
    assert [problem for problem in opened(both[1:]).noted if "certain" in problem.reason] == []


def test_times_without_a_zone_are_taken_for_another(both: list[str]) -> None:
    session = opened(both)
    before = [session.store.exchange(row).time_ms for row in range(len(session.store))]
    session.take_times_for(EAST)
    after = [session.store.exchange(row).time_ms for row in range(len(session.store))]
    assert after[:-1] == before[:-1]
    assert before[-1] is not None
    assert after[-1] == before[-1] - 3 * 3_600_000
    assert session.zone_name == "UTC"
    session.take_times_for(UTC)
    assert session.store.exchange(len(session.store) - 1).time_ms == before[-1]


def test_what_is_read_later_is_moved_too(both: list[str]) -> None:
    session = open_session(both, zone=UTC)
    session.take_times_for(EAST)
    session.read_all()
    at_once = session.store.exchange(len(session.store) - 1).time_ms
    later = opened(both)
    later.take_times_for(EAST)
    assert at_once == later.store.exchange(len(later.store) - 1).time_ms


def test_the_span_of_the_log_follows(both: list[str]) -> None:
    session = opened(both[1:])
    first = session.overview().first_ms
    session.take_times_for(EAST)
    assert first is not None
    assert session.overview().first_ms == first - 3 * 3_600_000
