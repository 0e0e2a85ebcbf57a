"""Whether something still goes on is asked of the whole log, not of the last refusal in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis, open_analysis
from smtpscope.store.grouping.group_tree import TreePart
from support.evtx_events import SIX_STRINGS
from support.evtx_writer import WrittenEvent, evtx_bytes

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
WEST = timezone(-timedelta(hours=5))
HOUR_MS = 3_600_000
SYSLOG = """2026-11-09 06:00:00 exim 4.96 daemon started: pid=7
2026-11-09 06:12:41 1r0AbC-0001aB-2c ** a@b.example R=dnslookup T=remote_smtp H=mx [192.0.2.7]: SMTP error from remote \
mail server after RCPT TO:<a@b.example>: 550 5.1.1 no
2026-11-13 06:00:00 1r0AbD-0001aB-2c Completed
"""


def log_bytes(days_of_ours: int, days: int) -> bytes:
    """An event of others each hour, and one of ours as well in the first `days_of_ours` of `days`."""
    written = []
    for hour in range(24 * days):
        time = FIRST + timedelta(hours=hour)
        written.append(WrittenEvent(provider="ESE", time=time))
        if hour < 24 * days_of_ours:
            written.append(WrittenEvent(strings=SIX_STRINGS, time=time + timedelta(minutes=30)))
    return evtx_bytes(written)


def opened(path: Path) -> Analysis:
    analysis = open_analysis([str(path)], zone=UTC)
    analysis.read_all()
    return analysis


def goes_on(analysis: Analysis) -> bool | None:
    (incident,) = analysis.incidents(analysis.view().tree.order)
    return incident.incident.ongoing


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "application.evtx"
    path.write_bytes(log_bytes(9, 13))
    return path


def test_refusals_that_end_days_before_the_log_are_over(log: Path) -> None:
    analysis = opened(log)
    assert goes_on(analysis) is False
    overview = analysis.overview()
    assert (overview.first_ms, overview.last_ms) == (
        int(FIRST.timestamp()) * 1_000,
        int((FIRST + timedelta(hours=13 * 24 - 1)).timestamp()) * 1_000,
    )
    assert "over for 3 days" in analysis.questions.episodes_text(TreePart(analysis.view().tree))


def test_refusals_until_the_end_of_the_log_go_on(log: Path) -> None:
    log.write_bytes(log_bytes(9, 9))
    assert goes_on(opened(log)) is True


def test_since_counts_from_the_end_of_the_log(log: Path) -> None:
    analysis = opened(log)
    assert analysis.view("since:24h").count == 0
    assert analysis.view("since:5d").count == 25


def test_a_log_that_grows_without_refusals_ends_what_went_on(log: Path) -> None:
    log.write_bytes(log_bytes(9, 9))
    analysis = opened(log)
    log.write_bytes(log_bytes(9, 13))
    for batch in analysis.follow():
        analysis.add(batch)
    assert goes_on(analysis) is False


def test_a_log_from_the_cache_covers_as_much(tmp_path: Path) -> None:
    log = tmp_path / "mainlog"
    first, refused, last = SYSLOG.splitlines(keepends=True)
    passing = "2026-11-09 06:13:00 1r0AbD-0001aB-2c <= a@b.example H=mx [192.0.2.7] P=esmtps S=2048\n"
    log.write_text("".join([first, refused, passing * 50_000, last]), encoding="utf-8")
    knowledge = KnowledgeBase.load()
    sessions = []
    for _ in range(2):
        analysis = Analysis(knowledge, zone=UTC, cache=tmp_path / "kept")
        analysis.open([str(log)])
        analysis.read_all()
        analysis.set_assumed_zone(WEST)
        sessions.append(analysis)
    assert len(list((tmp_path / "kept").iterdir())) == 1
    assert sessions[0].overview() == sessions[1].overview()
    assert sessions[1].store.log_end_ms == int(datetime(2026, 11, 13, 11, tzinfo=UTC).timestamp()) * 1_000


def test_the_span_of_a_log_without_a_zone_moves_with_its_events(tmp_path: Path) -> None:
    log = tmp_path / "mainlog"
    log.write_text(SYSLOG, encoding="utf-8")
    analysis = opened(log)
    before = analysis.overview()
    assert before.first_ms == int(datetime(2026, 11, 9, 6, tzinfo=UTC).timestamp()) * 1_000
    assert before.last_ms == int(datetime(2026, 11, 13, 6, tzinfo=UTC).timestamp()) * 1_000
    analysis.set_assumed_zone(WEST)
    later = open_analysis([str(log)], zone=UTC)
    later.set_assumed_zone(WEST)
    later.read_all()
    for moved in (analysis.overview(), later.overview()):
        assert (moved.first_ms, moved.last_ms) == (before.first_ms + 5 * HOUR_MS, before.last_ms + 5 * HOUR_MS)
    analysis.set_assumed_zone(UTC)
    assert analysis.overview() == before
