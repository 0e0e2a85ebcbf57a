"""The same event in two logs is one event, unless the user wants each counted."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from smtpscope.session import Analysis, open_analysis
from support.every_format import SERVICE_LOGS
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes


@pytest.fixture
def twice(tmp_path: Path) -> Analysis:
    log, copy = tmp_path / "a.evtx", tmp_path / "copy.evtx"
    log.write_bytes(evtx_bytes(many_events(40, ours_every=1)))
    shutil.copy(log, copy)
    analysis = open_analysis([str(log), str(copy)])
    analysis.read_all()
    return analysis


def test_each_event_counts_once(twice: Analysis) -> None:
    overview = twice.overview()
    assert (overview.events, overview.duplicates) == (40, 40)
    view = twice.view()
    assert (view.count, view.total) == (40, 40)
    assert sum(count for _, count in overview.directions) == 40
    assert twice.view("id:7002").count == sum(event.event_id == 7002 for event in many_events(40, ours_every=1))


def test_the_user_may_count_each(twice: Analysis) -> None:
    twice.count_duplicates = True
    assert twice.overview().events == 80
    assert (twice.view().count, twice.view().total) == (80, 80)


def test_a_report_says_how_many_were_there_before(twice: Analysis) -> None:
    assert twice.report(twice.view()).duplicates == 40


def test_a_log_without_record_numbers_and_its_packed_copy_count_once(tmp_path: Path) -> None:
    log = tmp_path / "SEND.LOG"
    log.write_bytes(SERVICE_LOGS["SMTP Send protocol log"][1]())
    (tmp_path / "SEND.LOG.gz").write_bytes(gzip.compress(log.read_bytes()))
    once, both = open_analysis([str(log)]), open_analysis([str(log), str(tmp_path / "SEND.LOG.gz")])
    once.read_all()
    both.read_all()
    assert both.overview().events == once.overview().events == both.overview().duplicates
