"""Events beside the refusals: read with the logs, counted with the others, and told with the incident they explain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from smtpscope.session.converting import exchanges
from smtpscope.session.view_values import IncidentDetail
from smtpscope.store.cache.log_cache import LogCache
from support.changed import replace
from support.evtx_writer import evtx_bytes
from support.explaining_logs import FORMS, PRESSURE, OtherEvent, refused_at

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EAST = timezone(timedelta(hours=3))


def pressure(minutes: float, *, number: int = 15006, computer: str = "EXCH01.example.com") -> OtherEvent:
    """Back pressure so many minutes before noon."""
    return replace(PRESSURE, event_id=number, time=NOON - minutes * MINUTE, computer=computer)


def log(path: Path, events: Iterable[OtherEvent], *refusals: datetime) -> Path:
    """An .evtx with refusals of the server EXCH01.example.com for lack of space."""
    path.write_bytes(evtx_bytes([*(event.written for event in events), *map(refused_at, refusals)]))
    return path


def begun(*paths: Path, cache: Path | None = None) -> Analysis:
    analysis = Analysis(KnowledgeBase.load(), zone=UTC, cache=cache)
    analysis.open(list(map(str, paths)))
    return analysis


def opened(*paths: Path, cache: Path | None = None) -> Analysis:
    analysis = begun(*paths, cache=cache)
    analysis.read_all()
    return analysis


def follow(analysis: Analysis) -> None:
    for batch in analysis.follow():
        analysis.add(batch)


def refused(analysis: Analysis) -> IncidentDetail:
    """The incident of the refusals for lack of space."""
    view = analysis.view("cause:resources")
    (detail,) = analysis.incidents(view.tree.order)
    return detail


def told(analysis: Analysis) -> list[tuple[str, int, int, int, int]]:
    """Kind, number, how often, before how many refusals, and how many minutes."""
    return [
        (each.kind.id, each.event_id, each.count, each.refusals, each.lead_ms // 60_000)
        for each in refused(analysis).explanations
    ]


def test_what_came_shortly_before_is_told_with_the_incident(tmp_path: Path) -> None:
    analysis = opened(log(tmp_path / "a.evtx", [pressure(3), pressure(90)], NOON, NOON + MINUTE))
    assert told(analysis) == [("back-pressure-disk", 15006, 1, 2, 3)]
    overview = analysis.overview()
    assert (overview.events, overview.unrelated_records) == (2, 2)


def test_of_another_cause_or_from_another_computer_it_is_not(tmp_path: Path) -> None:
    dns = OtherEvent("Microsoft-Windows-DNS-Client", 1014, NOON - MINUTE, ("example.com",), form="manifest")
    elsewhere = pressure(3, computer="EXCH02.example.com")
    assert told(opened(log(tmp_path / "a.evtx", [dns, elsewhere], NOON))) == []


def test_a_name_without_domain_is_the_same_computer(tmp_path: Path) -> None:
    short, other = pressure(3, computer="exch01"), pressure(3, computer="EXCH01.other.example")
    assert told(opened(log(tmp_path / "a.evtx", [short], NOON))) == [("back-pressure-disk", 15006, 1, 1, 3)]
    assert told(opened(log(tmp_path / "b.evtx", [other], NOON))) == []


def test_what_is_over_explains_nothing_any_more(tmp_path: Path) -> None:
    events = [pressure(30), pressure(20, number=15005)]
    path = log(tmp_path / "a.evtx", events, NOON - 25 * MINUTE, NOON)
    assert told(opened(path)) == [("back-pressure-disk", 15006, 1, 1, 5)]


def test_another_log_of_the_computer_tells_it_too_and_the_same_event_counts_once(tmp_path: Path) -> None:
    refusals = log(tmp_path / "refusals.evtx", [], NOON)
    system = log(tmp_path / "system.evtx", [pressure(2), pressure(1)])
    exported = tmp_path / "system.xml"
    exported.write_bytes(FORMS["xml"]([pressure(2)]))
    analysis = opened(refusals, system, exported)
    assert told(analysis) == [("back-pressure-disk", 15006, 2, 1, 1)]
    assert not refused(analysis).explanations[0].time_assumed


def test_a_zone_that_was_assumed_is_told_and_moves_what_it_explains(tmp_path: Path) -> None:
    refusals = log(tmp_path / "refusals.evtx", [], NOON)
    copied = tmp_path / "copied.txt"
    copied.write_bytes(FORMS["event-viewer"]([pressure(2)]))
    analysis = opened(refusals, copied)
    assert told(analysis) == [("back-pressure-disk", 15006, 1, 1, 2)]
    assert refused(analysis).explanations[0].time_assumed
    analysis.set_assumed_zone(EAST)
    assert told(analysis) == []
    analysis.set_assumed_zone(UTC)
    assert told(analysis) == [("back-pressure-disk", 15006, 1, 1, 2)]
    later = begun(refusals, copied)
    later.set_assumed_zone(EAST)
    later.read_all()
    assert told(later) == []


def test_what_is_added_later_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "a.evtx"
    early = [pressure(30).written, refused_at(NOON - 29 * MINUTE)]
    path.write_bytes(evtx_bytes(early))
    analysis = opened(path)
    follow(analysis)
    assert told(analysis) == [("back-pressure-disk", 15006, 1, 1, 1)]
    late = [pressure(28 - number / 60).written for number in range(600)]
    path.write_bytes(evtx_bytes([*early, *late]))
    follow(analysis)
    assert told(analysis) == [("back-pressure-disk", 15006, 1, 1, 1)]
    path.write_bytes(evtx_bytes([*early, *late, refused_at(NOON)]))
    follow(analysis)
    ((_, _, count, refusals, _),) = told(analysis)
    assert (count, refusals, analysis.unrelated_records) == (601, 2, 601)


def test_a_text_log_that_is_read_again_tells_nothing_twice(tmp_path: Path) -> None:
    refusals = log(tmp_path / "refusals.evtx", [], NOON)
    path = tmp_path / "events.xml"
    path.write_bytes(FORMS["xml"]([pressure(9)]))
    analysis = opened(refusals, path)
    path.write_bytes(FORMS["xml"]([pressure(9), pressure(4)]))
    follow(analysis)
    assert told(analysis) == [("back-pressure-disk", 15006, 2, 1, 4)]


def test_what_is_kept_of_a_log_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = LogCache.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "smallest", 1)
    path = log(tmp_path / "a.evtx", [pressure(3)], NOON)
    first, again = opened(path, cache=tmp_path / "kept"), opened(path, cache=tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir())
    assert told(first) == told(again) == [("back-pressure-disk", 15006, 1, 1, 3)]
    assert first.unrelated_records == again.unrelated_records == 1


def test_a_conversion_keeps_none_and_misses_no_refusal(tmp_path: Path) -> None:
    path = log(tmp_path / "a.evtx", [pressure(3)], NOON)
    analysis = begun(path)
    assert len(list(exchanges(analysis))) == 1
    assert not analysis.store.explaining
