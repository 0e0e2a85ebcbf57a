"""Reading while the user already looks: rows come, progress shows, escape stops, and one bad file stops nothing."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from app.conftest import OpenSession
from app.driving import Browsing, browsing
from smtpscope.app.screens.browse.browse_screen import BrowseScreen
from smtpscope.app.widgets.log_header import LogHeader
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.session import Analysis, LoadedBatch, View


class GatedSession(Analysis):
    """Reads as the real one, but hands on a batch only when the test lets it through."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        super().__init__(knowledge, zone=UTC)
        self.gate = threading.Semaphore(0)
        self.closed = threading.Event()

    def read(self) -> Iterator[LoadedBatch]:
        try:
            for batch in super().read():
                self.gate.acquire()
                yield batch
        finally:
            self.closed.set()


@contextmanager
def _gated(knowledge: KnowledgeBase, folder: Path) -> Iterator[GatedSession]:
    analysis = GatedSession(knowledge)
    analysis.open([str(path) for path in sorted(folder.iterdir())])
    try:
        yield analysis
    finally:
        # The reading thread must never be left waiting, whatever the test found.
        analysis.gate.release(1000)


def _header(driven: Browsing) -> str:
    header = driven.browse.query_one(LogHeader).header
    assert header is not None
    return header.reading


async def _first_batch(driven: Browsing, analysis: GatedSession) -> None:
    analysis.gate.release()
    await driven.until(lambda: driven.browse.view is not None and driven.browse.view.total > 0)


async def test_the_first_rows_stand_there_while_the_rest_is_read(knowledge: KnowledgeBase, sample_folder: Path) -> None:
    with _gated(knowledge, sample_folder) as analysis:
        async with browsing(analysis, loaded=False) as driven:
            await _first_batch(driven, analysis)
            assert not driven.browse.state.read_all
            assert not driven.browse.settled
            assert driven.lines
            assert 0 < driven.view.total < 528
            analysis.gate.release(1000)
            await driven.settled()
            assert driven.view.total == 528


async def test_progress_is_shown_in_bytes_until_all_is_read(knowledge: KnowledgeBase, sample_folder: Path) -> None:
    with _gated(knowledge, sample_folder) as analysis:
        total = sum(path.stat().st_size for path in sample_folder.iterdir())
        async with browsing(analysis, loaded=False) as driven:
            await _first_batch(driven, analysis)
            assert f"of {total / 1e6:,.1f} MB" in _header(driven)
            assert any("reading" in line and "MB" in line for line in driven.drawn)
            analysis.gate.release(1000)
            await driven.settled()
            assert _header(driven) == ""
            assert not any("reading" in line for line in driven.drawn[:2])


async def test_the_filter_works_while_the_rest_is_read_and_takes_what_comes_later(
    knowledge: KnowledgeBase, sample_folder: Path
) -> None:
    with _gated(knowledge, sample_folder) as analysis:
        async with browsing(analysis, loaded=False) as driven:
            await _first_batch(driven, analysis)
            await driven.pilot.press("5", "5", "0")
            await driven.until(lambda: driven.filter_text != "")
            first = driven.view.count
            assert 0 < first < 139
            analysis.gate.release(1000)
            await driven.settled()
            assert driven.view.count == 139


async def test_the_cursor_stays_on_its_incident_while_others_come(
    knowledge: KnowledgeBase, sample_folder: Path
) -> None:
    with _gated(knowledge, sample_folder) as analysis:
        async with browsing(analysis, loaded=False, size=(120, 60)) as driven:
            await _first_batch(driven, analysis)
            driven.browse.table.cursor = len(driven.lines) - 1
            name = driven.line.name
            analysis.gate.release(1000)
            await driven.settled()
            assert driven.line.name == name


async def test_a_cursor_that_nobody_moved_ends_on_the_first_line(knowledge: KnowledgeBase, sample_folder: Path) -> None:
    with _gated(knowledge, sample_folder) as analysis:
        async with browsing(analysis, loaded=False) as driven:
            # What comes first has another order than all files together.
            await _first_batch(driven, analysis)
            first = driven.line.key
            analysis.gate.release(1000)
            await driven.settled()
            assert driven.browse.table.cursor == 0
            assert driven.line.key != first


class SlowQueries(GatedSession):
    """Answers a query only when the test lets it through, too."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        super().__init__(knowledge)
        self.answers = threading.Semaphore(1)

    def view(self, *arguments: Any, **options: Any) -> View:
        self.answers.acquire()
        return super().view(*arguments, **options)


async def test_the_cursor_follows_no_incident_that_was_first_for_a_moment(
    knowledge: KnowledgeBase, sample_folder: Path
) -> None:
    analysis = SlowQueries(knowledge)
    # The first file has other refusals on top than all files together.
    analysis.open([str(path) for path in sorted(sample_folder.iterdir())])
    try:
        async with browsing(analysis, loaded=False, size=(120, 36)) as driven:
            await _first_batch(driven, analysis)
            first = driven.line.name
            # One query is on its way and another one waits when all of it has been read.
            driven.browse.views.refresh()
            await driven.until(lambda: driven.browse.state.view is not None)
            analysis.gate.release(1000)
            await driven.until(lambda: driven.browse.state.read_all)
            analysis.answers.release(1000)
            await driven.settled()
            assert driven.browse.table.cursor == 0
            assert driven.line.name != first
    finally:
        analysis.gate.release(1000)
        analysis.answers.release(1000)


async def test_escape_stops_the_reading_and_keeps_what_came(knowledge: KnowledgeBase, sample_folder: Path) -> None:
    with _gated(knowledge, sample_folder) as analysis:
        async with browsing(analysis, loaded=False) as driven:
            await _first_batch(driven, analysis)
            came = driven.view.total
            await driven.pilot.press("escape")
            analysis.gate.release()
            await driven.settled()
            assert analysis.closed.is_set()
            assert driven.view.total == came < 528
            assert driven.lines
            assert any("loading cancelled" in line for line in driven.drawn[:2])


async def test_a_file_that_is_missing_is_told_and_the_others_are_read(
    open_analysis: OpenSession, sample_folder: Path
) -> None:
    analysis = open_analysis(sample_folder / "EXCH02-transport.log", sample_folder / "gone.evtx")
    async with browsing(analysis) as driven:
        assert driven.view.total > 0
        assert any("gone.evtx" in notice for notice in driven.notices)
        await driven.press("f")
        assert any("gone.evtx" in line for line in driven.drawn)


async def test_a_reader_that_breaks_down_ends_its_file_and_not_the_browser(
    knowledge: KnowledgeBase, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = Analysis(knowledge, zone=UTC)
    analysis.open([str(path) for path in sorted(sample_folder.iterdir())])

    def breaks(reader: object) -> Iterator[object]:
        yield from ()
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(EvtxReader, "batches", breaks)
    async with browsing(analysis) as driven:
        assert isinstance(driven.screen, BrowseScreen)
        assert driven.view.total > 0
        assert any("reading stopped" in notice for notice in driven.notices)


async def test_a_log_that_can_not_grow_is_not_said_to_be_followed(
    open_analysis: OpenSession, sample_folder: Path, tmp_path: Path
) -> None:
    packed = tmp_path / "transport.log.gz"
    packed.write_bytes(gzip.compress(next(sample_folder.glob("*transport.log")).read_bytes()))
    async with browsing(open_analysis(packed)) as driven:
        await driven.press("F")
        assert "Nothing to follow" in driven.notices[0]
        assert not driven.browse.loader.following
        assert "following" not in "".join(driven.drawn[:2])
