"""Logs that several processes read give what one process finds in them, in the same order and with the same numbers."""

from __future__ import annotations

import gzip
import multiprocessing
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from smtpscope.export.report.report_text import render_text
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.record import ReadOptions
from smtpscope.session import Analysis
from smtpscope.session.parallel import reading_processes, spread
from smtpscope.session.parallel.log_elsewhere import HowToRead
from smtpscope.session.parallel.reading_processes import ReadingProcesses
from support.event_tables import event_viewer_2008
from support.event_texts import TextEvent, block_2003
from support.every_format import SERVICE_LOGS
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes
from support.explaining_logs import FORMS as EXPLAINING
from support.explaining_logs import PRESSURE, STOPPED

EVENT = TextEvent(datetime(2026, 3, 4, 13, 4, 34))  # noqa: DTZ001 - in the zone of the log


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of many formats: damaged, repeated, packed, of a zone of their own, without refusals, and no logs at all."""
    folder = tmp_path_factory.mktemp("logs")
    for number, (_, write) in enumerate(SERVICE_LOGS.values()):
        (folder / f"{number:02} service.log").write_bytes(write())
    (folder / "a.evtx").write_bytes(evtx_bytes(many_events(60, ours_every=3)))
    shutil.copy(folder / "a.evtx", folder / "b copy of a.evtx")
    damaged = bytearray(evtx_bytes(many_events(60, ours_every=1)))
    damaged[9_000:9_400] = bytes(400)
    (folder / "c damaged.evtx").write_bytes(damaged)
    (folder / "d.csv").write_text(event_viewer_2008([EVENT]), encoding="utf-8")
    (folder / "e blocks.txt").write_text(block_2003(EVENT), encoding="utf-16")
    for form, written in EXPLAINING.items():
        (folder / f"f {form.replace('/', ' ')}.log").write_bytes(written([PRESSURE, STOPPED]))
    (folder / "g packed.log.gz").write_bytes(gzip.compress((folder / "00 service.log").read_bytes()))
    (folder / "h notes.txt").write_text("nothing of ours\n" * 50)
    (folder / "i empty.log").write_bytes(b"")
    return folder


def events(analysis: Analysis) -> list[tuple[object, ...]]:
    store = analysis.store
    return [
        (store.exchange(row), store.match(row), store.who_acts(row), bool(store.columns.is_duplicate[row]))
        for row in range(len(store))
    ]


def analysed(folder: Path, jobs: int) -> Analysis:
    analysis = Analysis(KnowledgeBase.load(), zone=ZoneInfo("Europe/Berlin"), jobs=jobs)
    analysis.open([str(folder)])
    return analysis


@pytest.fixture(autouse=True)
def whatever_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "_LEAST_SECONDS", 0.0)


def test_two_processes_find_what_one_finds(folder: Path) -> None:
    alone, together = analysed(folder, 1), analysed(folder, 2)
    alone.read_all()
    progress = []
    together.read_all(lambda each: progress.append(each))
    assert len(alone.store) > 200
    assert events(together) == events(alone)
    assert together.noted == alone.noted
    assert [str(error) for error in together.errors] == [str(error) for error in alone.errors]
    assert together.overview() == alone.overview()
    assert render_text(together.report(together.view())) == render_text(alone.report(alone.view()))
    assert [each.bytes_read for each in progress] == sorted(each.bytes_read for each in progress)
    assert progress[-1].bytes_read == progress[-1].bytes_total
    for row in (0, len(alone.store) - 1):
        assert together.raw(row) == alone.raw(row)
    assert not multiprocessing.active_children()


def test_logs_of_a_process_that_died_are_read_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = ReadingProcesses.__init__

    def killed(self: ReadingProcesses, number: int, paths: list[str], how: HowToRead) -> None:
        begin(self, number, paths, how)
        for each in self._processes:
            each.piped.process.kill()

    monkeypatch.setattr(reading_processes.ReadingProcesses, "__init__", killed)
    alone, together = analysed(folder, 1), analysed(folder, 2)
    alone.read_all()
    together.read_all()
    assert events(together) == events(alone)
    assert together.noted == alone.noted


def test_whoever_stops_reading_ends_the_processes(folder: Path) -> None:
    analysis = analysed(folder, 2)
    batches = analysis.read()
    assert isinstance(batches, Iterator)
    next(batches)
    assert multiprocessing.active_children()
    batches.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


def test_one_process_reads_what_is_read_in_less_than_a_second(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "_LEAST_SECONDS", 1.0)
    analysis = analysed(folder, 8)
    few = spread.FileSpread(8).processes(analysis.loader.sources, ReadOptions(), None)
    growing = spread.FileSpread(8).processes([*analysis.loader.sources] * 100, ReadOptions(growing=True), None)
    assert few is growing is None
