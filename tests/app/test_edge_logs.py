"""Logs that hold none of our events, no times, no hosts, or events that can't be taken apart; and small screens."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.conftest import OpenSession
from app.driving import browsing
from smtpscope.parsing.events.event_message import render
from smtpscope.session import Analysis
from support.evtx_writer import WrittenEvent, write_evtx

RCPT = ("1", "6", "mx1.example.com", "rcpt", "550 5.1.1 User unknown", "RCPT TO:<a@example.com>")
WITHOUT_HOST = ("1", "7", "", "rcpt", "550 5.1.1 User unknown", "RCPT TO:<b@example.com>")
WITHOUT_CODE = ("1", "8", "mx2.example.com", "rcpt", "go away", "RCPT TO:<c@example.com>")

EVERY_KEY = ("enter", *"lhjnN][yY", "space", *"=x-xo0Ostw")


@pytest.fixture
def foreign_log(tmp_path: Path) -> Path:
    events = [WrittenEvent("ESE", 101, (f"page {number}",)) for number in range(12)]
    return write_evtx(tmp_path / "foreign.evtx", events)


async def test_a_log_with_none_of_our_events_says_so_and_how_to_get_them(
    open_analysis: OpenSession, foreign_log: Path
) -> None:
    async with browsing(open_analysis(foreign_log)) as driven:
        assert driven.lines == []
        assert "No SMTP refusals" in driven.facts
        assert "12 other records" in driven.facts
        assert "Diagnostics Logging" in driven.guidance
        assert any("0 SMTP refusals, 12 other records" in line for line in driven.drawn[:2])


async def test_every_key_is_safe_on_an_empty_table(open_analysis: OpenSession, foreign_log: Path) -> None:
    async with browsing(open_analysis(foreign_log)) as driven:
        await driven.press(*EVERY_KEY, "e", "i", "r", "5", "5", "0", "u", "tab", "tab", "tab")
        assert driven.screen is driven.browse
        assert driven.clipboard.copied == []


async def test_events_without_time_are_grouped_and_say_that_nobody_can_tell_whether_it_goes_on(
    open_analysis: OpenSession, tmp_path: Path
) -> None:
    path = tmp_path / "pasted.txt"
    path.write_text("\n".join(render(7004, RCPT) for _ in range(3)), encoding="utf-8")
    async with browsing(open_analysis(path)) as driven:
        assert any("no times" in line for line in driven.drawn[:2])
        await driven.put_on("mx1.example.com")
        assert (driven.line.first, driven.line.last, driven.line.state) == ("", "", "")
        assert "no times" in driven.facts
        await driven.press("]")
        assert "no time in the log" in driven.facts
        assert any("no time" in line for line in driven.drawn)
        await driven.press("i")
        assert any("no event here has a time" in line or "3 without a time" in line for line in driven.drawn)
        await driven.press("+", "-", "n", "j", "enter", "escape")
        await driven.until(lambda: driven.screen is driven.browse)
        await driven.settled()
        assert driven.view.count == 3


async def test_events_that_cannot_be_taken_apart_have_a_group_and_their_reason(
    open_analysis: OpenSession, tmp_path: Path
) -> None:
    events = [WrittenEvent(strings=("only", "two")), WrittenEvent(strings=RCPT), WrittenEvent(strings=RCPT)]
    analysis = open_analysis(write_evtx(tmp_path / "odd.evtx", events))
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("no reply code")
        assert driven.line_events == 1
        await driven.press("]")
        row = driven.row
        reason = analysis.store.exchange(row).problem
        assert reason is not None
        assert reason in " ".join(driven.facts.split())
        assert reason[:30] in driven.line.cause
        await driven.press("r")
        assert any("two" in line for line in driven.drawn)


async def test_only_this_on_no_reply_code_keeps_just_those(open_analysis: OpenSession, tmp_path: Path) -> None:
    events = [WrittenEvent(strings=strings) for strings in (RCPT, WITHOUT_HOST, WITHOUT_CODE)]
    analysis = open_analysis(write_evtx(tmp_path / "a.evtx", events))
    async with browsing(analysis) as driven:
        await driven.put_on("no reply code")
        await driven.press("=")
        assert [analysis.store.exchange(row).reply.code for row in driven.view.tree.order.tolist()] == [None]
        await driven.press("x")
        await driven.put_on("no reply code")
        await driven.press("-")
        assert [analysis.store.exchange(row).reply.code for row in driven.view.tree.order.tolist()] == [550, 550]


async def test_only_this_on_the_group_without_a_host_keeps_just_those(
    open_analysis: OpenSession, tmp_path: Path
) -> None:
    events = [WrittenEvent(strings=strings) for strings in (RCPT, WITHOUT_HOST, WITHOUT_CODE)]
    analysis = open_analysis(write_evtx(tmp_path / "a.evtx", events))
    async with browsing(analysis) as driven:
        await driven.press("o", "2")
        await driven.put_on("(no host)")
        await driven.press("=")
        assert [analysis.store.exchange(row).remote_host.verbatim for row in driven.view.tree.order.tolist()] == [""]
        await driven.press("x")
        await driven.put_on("(no host)")
        await driven.press("-")
        assert driven.view.count == 2


async def test_an_empty_file_is_no_crash(open_analysis: OpenSession, tmp_path: Path, sample_folder: Path) -> None:
    (tmp_path / "empty.log").write_bytes(b"")
    async with browsing(open_analysis(tmp_path / "empty.log", sample_folder / "EXCH02-transport.log")) as driven:
        assert driven.view.total > 0


@pytest.mark.parametrize("size", [(40, 12), (20, 5)])
async def test_every_screen_opens_however_small_the_terminal_is(analysis: Analysis, size: tuple[int, int]) -> None:
    async with browsing(analysis, size=size) as driven:
        assert len(driven.drawn) == size[1]
        for key in ("?", "i", "c", "r", "f", "e", "K"):
            await driven.press(key)
            assert driven.screen is not driven.browse
            assert len(driven.drawn) == size[1]
            await driven.press("escape")
            assert driven.screen is driven.browse
        await driven.press("enter", "t", "w", "/", "x", "escape")
        assert driven.view.count == 528


async def test_the_lines_follow_when_the_terminal_changes_its_size(analysis: Analysis) -> None:
    async with browsing(analysis, size=(220, 50)) as driven:
        table, detail = driven.browse.table, driven.browse.detail
        assert detail.region.x >= table.region.right
        await driven.pilot.resize_terminal(80, 24)
        await driven.settled()
        assert detail.region.y >= table.region.bottom
        assert all(len(line) <= 80 for line in driven.drawn)
        await driven.press("G")
        await driven.pilot.resize_terminal(40, 12)
        await driven.settled()
        assert any(driven.line.name.strip()[:12] in line for line in driven.drawn)


async def test_without_colours_the_words_still_say_everything(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        assert driven.app.no_color
        drawn = "\n".join(driven.drawn)
        for words in ("mail.fabrikam.example", "Action: us", "ongoing"):
            assert words in drawn
