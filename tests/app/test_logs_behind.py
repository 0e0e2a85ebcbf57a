"""The logs behind the table: their clocks, events that are twice, sessions, and logs that grow."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from textual.widgets import Input

from app.conftest import OpenSession
from app.driving import browsing
from smtpscope.app import loading
from smtpscope.app.screens.browse import view_controller
from smtpscope.app.screens.text_view import TextScreen
from smtpscope.app.screens.zone import ZoneScreen
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.session import Analysis
from support.event_texts import TextEvent, block_2003, log_line
from support.every_format import SERVICE_LOGS
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes

NINE = datetime(2026, 11, 16, 9, 30)  # noqa: DTZ001 - a copied event names no zone


def header(driven_lines: list[str]) -> str:
    return " ".join(driven_lines[:2])


# Clocks


async def test_z_shows_times_in_another_zone(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 30)) as driven:
        assert " UTC" in header(driven.drawn)
        before = analysis.store.exchange(0).time_ms
        await driven.press("z", *"+05:00", "enter")
        assert "UTC+05:00" in header(driven.drawn)
        assert analysis.store.exchange(0).time_ms == before
        assert any("Times shown in UTC+05:00" in notice for notice in driven.notices)


async def test_a_zone_is_found_by_its_letters_once_the_names_are_there(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("z", *"berl")
        await driven.until(lambda: any("Europe/Berlin" in line for line in driven.drawn))
        await driven.press("enter")
        assert analysis.zone_name == "Europe/Berlin"


async def test_what_is_no_zone_is_said_and_nothing_changes(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("z", *"nowhere", "enter")
        assert isinstance(driven.screen, ZoneScreen)
        assert any("there is no time zone" in line for line in driven.drawn)
        assert driven.screen.query_one(Input).value == "nowhere"
        await driven.press("escape")
        assert analysis.zone_name == "UTC"


async def test_f2_takes_the_zone_for_times_without_one_too(open_analysis: OpenSession, tmp_path: Path) -> None:
    log = tmp_path / "copied.txt"
    log.write_text(block_2003(TextEvent(NINE)), encoding="utf-8")
    analysis = open_analysis(log)
    async with browsing(analysis, size=(120, 30)) as driven:
        assert "UTC assumed" in header(driven.drawn)
        before = analysis.store.exchange(0).time_ms
        assert before is not None
        await driven.press("z", "f2", *"+05:00")
        assert any("[x] f2: 1 event comes from a log" in line for line in driven.drawn)
        await driven.press("enter")
        assert analysis.store.exchange(0).time_ms == before - 5 * 3_600_000
        # The clock on the wall shows the same as in the log.
        assert "2026-11-16 09:30:00" in header(driven.drawn)


async def test_logs_with_different_clocks_are_named_with_the_files(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        assert "partly assumed" in header(driven.drawn)
        await driven.press("f", "G")
        assert "name no zone and were read as UTC" in " ".join(
            " ".join(driven.screen.query_one(ProsePane).lines).split()
        )


# Events that are twice


async def test_an_event_in_two_logs_counts_once_until_d_is_pressed(open_analysis: OpenSession, tmp_path: Path) -> None:
    log = tmp_path / "a.evtx"
    log.write_bytes(evtx_bytes(many_events(12, ours_every=1)))
    shutil.copy(log, tmp_path / "b.evtx")
    async with browsing(open_analysis(log, tmp_path / "b.evtx")) as driven:
        assert driven.view.count == 12
        assert "12 duplicates skipped" in header(driven.drawn)
        await driven.press("D")
        assert driven.view.count == 24
        assert "duplicates" not in header(driven.drawn)
        await driven.press("D")
        assert driven.view.count == 12


async def test_without_duplicates_d_says_so(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        count = driven.view.count
        await driven.press("D")
        assert any("No duplicate events" in notice for notice in driven.notices)
        assert driven.view.count == count


# Whole sessions


async def test_a_log_of_single_events_has_no_sessions(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("d")
        assert any("single events, not whole sessions" in notice for notice in driven.notices)
        assert driven.screen is driven.browse


# Logs that grow


def lines(first: int, last: int) -> str:
    return "".join(
        log_line(TextEvent(NINE + timedelta(minutes=number), connection=number)) for number in range(first, last)
    )


async def test_f_brings_in_what_is_added_and_the_cursor_stays(
    open_analysis: OpenSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_SECONDS_BETWEEN_LOOKS", 0.02)
    monkeypatch.setattr(loading, "_SECONDS_TO_END", 0.01)
    monkeypatch.setattr(view_controller, "_REFRESH_SECONDS", 0.02)
    log = tmp_path / "growing.log"
    log.write_text(lines(0, 5), encoding="utf-8")
    async with browsing(open_analysis(log)) as driven:
        await driven.press("l", "j")
        here = driven.line.name
        bells: list[int] = []
        monkeypatch.setattr(driven.app, "bell", lambda: bells.append(1))
        # The bell follows the logs, too.
        await driven.press("B")
        assert ", following" in header(driven.drawn)
        assert not any(line.new for line in driven.lines)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(lines(5, 9))
        await driven.until(lambda: driven.view.count == 9)
        await driven.settled()
        assert driven.line.name == here
        assert bells
        assert ", following, 4 new" in header(driven.drawn)
        assert any(line.new for line in driven.lines)
        await driven.press("j")
        assert ", following, 4 new" not in header(driven.drawn)
        await driven.press("F")
        assert ", following" not in header(driven.drawn)


async def test_d_shows_the_whole_session_at_the_refusal(open_analysis: OpenSession, tmp_path: Path) -> None:
    log = tmp_path / "SEND.LOG"
    log.write_bytes(SERVICE_LOGS["SMTP Send protocol log"][1]())
    async with browsing(open_analysis(log), size=(120, 40)) as driven:
        await driven.keep_filter("cmd:RCPT")
        await driven.press("j", "l", "j")
        reply = driven.browse.state.analysis.store.exchange(driven.row).reply.verbatim
        await driven.press("d")
        await driven.until(lambda: isinstance(driven.screen, TextScreen))
        await driven.settled()
        lines = driven.screen.query_one(ProsePane).lines
        (refusal,) = (number for number, line in enumerate(lines) if line.startswith("=> "))
        assert reply[:20] in lines[refusal]
        assert any(" > RCPT TO:<" in line for line in lines[:refusal])
        assert any(line.startswith("session") for line in lines)
        await driven.press("y")
        assert reply[:20] in driven.clipboard.copied[-1]


async def test_a_session_whose_log_is_gone_is_told(open_analysis: OpenSession, tmp_path: Path) -> None:
    log = tmp_path / "SEND.LOG"
    log.write_bytes(SERVICE_LOGS["SMTP Send protocol log"][1]())
    async with browsing(open_analysis(log)) as driven:
        log.unlink()
        await driven.press("d")
        await driven.until(lambda: any("SEND.LOG" in notice for notice in driven.notices))
        assert driven.screen is driven.browse
