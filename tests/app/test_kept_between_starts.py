"""What the next start finds again: the line, the filters of before, a note; and what an end from outside leaves."""

from __future__ import annotations

import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

import pytest
from textual.widgets import TextArea

from app.driving import Browsing, NotedClipboard
from smtpscope.app.application import Browser
from smtpscope.app.screens.note import NoteScreen
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis, View
from smtpscope.workspace.workspace import Workspace

OpenAgain = Callable[[], Analysis]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "kept" / "workspace.sqlite3") as opened:
        yield opened


@pytest.fixture
def open_again(knowledge: KnowledgeBase, sample_folder: Path, workspace: Workspace) -> OpenAgain:
    """Another start on the same logs."""

    def opened() -> Analysis:
        analysis = Analysis(knowledge, zone=UTC, workspace=workspace)
        analysis.open([str(file) for file in sorted(sample_folder.iterdir())])
        return analysis

    return opened


@asynccontextmanager
async def _started(analysis: Analysis) -> AsyncIterator[Browsing]:
    clipboard = NotedClipboard()
    app = Browser(analysis, restore=True, clipboard=clipboard)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        yield Browsing(app, pilot, clipboard)


async def test_the_cursor_is_back_on_its_line_however_late_the_first_answer_comes(
    open_again: OpenAgain, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _started(open_again()) as driven:
        await driven.settled()
        await driven.press("j", "j", "j")
        left_on = driven.line.name
        await driven.pilot.press("q")
    analysis = open_again()
    all_read = threading.Event()
    ask = analysis.view

    def late(*args: object, **options: object) -> View:
        # The first view is still being worked out when the reading ends and another view is asked for.
        all_read.wait(10)
        return ask(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(analysis, "view", late)
    async with _started(analysis) as driven:
        await driven.until(lambda: driven.browse.state.read_all)
        all_read.set()
        await driven.settled()
        assert driven.line.name == left_on
        assert driven.browse.table.cursor > 0


async def test_a_filter_of_the_last_time_is_had_back_with_the_up_key(open_again: OpenAgain) -> None:
    async with _started(open_again()) as driven:
        await driven.settled()
        await driven.keep_filter("host:fabrikam")
        await driven.press("x")
        await driven.pilot.press("q")
    async with _started(open_again()) as driven:
        await driven.settled()
        await driven.press("/", "up", "enter")
        assert driven.filter_text == "host:fabrikam"


async def test_a_filter_with_a_mistake_is_not_remembered(open_again: OpenAgain) -> None:
    analysis = open_again()
    async with _started(analysis) as driven:
        await driven.settled()
        await driven.keep_filter("host:fabrikam since:99-99")
        assert analysis.user_data.filters() == ("host:fabrikam",)


async def test_a_note_that_can_not_be_kept_stays_on_the_screen(open_again: OpenAgain) -> None:
    async with _started(open_again()) as driven:
        await driven.settled()
        await driven.press("j", "a")
        driven.screen.query_one("#note-text", TextArea).insert("x" * 10_001)
        await driven.press("f2")
        assert isinstance(driven.screen, NoteScreen)
        assert any("the limit is 10,000" in notice for notice in driven.notices)
        await driven.press("delete", "f2")
        assert driven.app.screen_stack[-1] is driven.browse
        await driven.press("a")
        assert isinstance(driven.screen, NoteScreen)
        assert driven.screen.written == "x" * 10_000


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs the signals of a terminal")
@pytest.mark.parametrize("number", [signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)])
async def test_an_end_from_outside_is_as_orderly_as_quitting(open_again: OpenAgain, number: int) -> None:
    analysis = open_again()
    async with _started(analysis) as driven:
        await driven.settled()
        await driven.press("j", "j")
        assert signal.getsignal(number) is not signal.SIG_DFL, "the signal would end the tests"
        signal.raise_signal(number)
        await driven.until(lambda: not driven.app.is_running)
        assert driven.app.return_code == 128 + number
        assert analysis.user_data.state() is not None
