"""Pictures of the states that everybody sees; each state is asserted before its picture is compared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from app.driving import Browsing, NotedClipboard
from app.pace import no_waiting
from smtpscope.app.application import Browser
from smtpscope.app.screens.export_screen import ExportScreen
from smtpscope.app.screens.help_screen import HelpScreen
from smtpscope.app.screens.link import LinkScreen
from smtpscope.app.screens.timeline_screen import TimelineScreen
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis

SMALL, MIDDLE, LARGE, WIDE = (80, 24), (120, 30), (160, 50), (250, 60)

Scene = Callable[[Browsing], Awaitable[None]]
Picture = Callable[[Scene, tuple[int, int]], bool]


@pytest.fixture
def picture(
    snap_compare: Callable[..., bool],
    knowledge: KnowledgeBase,
    sample_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Picture:
    """Plays a scene on the sample logs and compares the last screen with its picture."""
    # Paths are drawn as they were given, so they are given as names.
    monkeypatch.chdir(sample_folder)
    analysis = Analysis(knowledge, zone=UTC)
    analysis.open(sorted(path.name for path in sample_folder.iterdir()))

    def compare(scene: Scene, size: tuple[int, int]) -> bool:
        clipboard = NotedClipboard()
        app = Browser(analysis, clipboard=clipboard)

        async def play(pilot: Pilot[None]) -> None:
            driven = Browsing(app, pilot, clipboard)
            await driven.settled()
            await scene(driven)
            await driven.settled()
            for line in app.screen.query(Input):
                # A cursor that blinks makes two pictures of one screen.
                line.cursor_blink = False
            await driven.settled()

        with no_waiting():
            return snap_compare(app, terminal_size=size, run_before=play)

    return compare


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE, WIDE])
def test_first_screen(picture: Picture, size: tuple[int, int]) -> None:
    async def scene(driven: Browsing) -> None:
        assert driven.view.total == 528
        assert driven.browse.table.cursor == 0

    assert picture(scene, size)


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE])
def test_an_incident_under_the_cursor(picture: Picture, size: tuple[int, int]) -> None:
    async def scene(driven: Browsing) -> None:
        await driven.press("n")
        assert "mail.fabrikam.example refuses us with 550" in " ".join(driven.facts.split())

    assert picture(scene, size)


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE])
def test_an_event_under_the_cursor(picture: Picture, size: tuple[int, int]) -> None:
    async def scene(driven: Browsing) -> None:
        await driven.press("n", "]")
        assert driven.row >= 0
        assert "RCPT TO:<" in driven.facts

    assert picture(scene, size)


def test_the_guidance_on_a_small_screen(picture: Picture) -> None:
    async def scene(driven: Browsing) -> None:
        await driven.press("n", "t")
        assert "Action: us" in driven.guidance

    assert picture(scene, SMALL)


@pytest.mark.parametrize("size", [SMALL, MIDDLE])
def test_a_mistake_in_the_filter(picture: Picture, size: tuple[int, int]) -> None:
    async def scene(driven: Browsing) -> None:
        await driven.press("4", "5", "0")
        await driven.begin_filter(" hots:litware")
        assert "hots" in driven.browse.filter_bar.message
        assert driven.view.count == 120

    assert picture(scene, size)


@pytest.mark.parametrize("size", [SMALL, MIDDLE])
def test_help(picture: Picture, size: tuple[int, int]) -> None:
    async def scene(driven: Browsing) -> None:
        await driven.press("?")
        assert isinstance(driven.app.screen, HelpScreen)

    assert picture(scene, size)


@pytest.mark.parametrize("size", [SMALL, MIDDLE])
def test_timeline(picture: Picture, size: tuple[int, int]) -> None:
    async def scene(driven: Browsing) -> None:
        await driven.press("n", "i")
        assert isinstance(driven.app.screen, TimelineScreen)

    assert picture(scene, size)


@pytest.mark.parametrize("size", [SMALL, MIDDLE])
def test_export_dialog(picture: Picture, size: tuple[int, int]) -> None:
    async def scene(driven: Browsing) -> None:
        await driven.press("n", "e")
        screen = driven.app.screen
        assert isinstance(screen, ExportScreen)
        assert screen.path.startswith("550-mail.fabrikam.example-")

    assert picture(scene, size)


@pytest.mark.parametrize("size", [SMALL, MIDDLE])
def test_completions_of_a_filter(picture: Picture, size: tuple[int, int]) -> None:
    async def scene(driven: Browsing) -> None:
        await driven.begin_filter("550 host:")
        await driven.press("down")
        assert driven.browse.filter_bar.completions.chosen == 0

    assert picture(scene, size)


@pytest.mark.parametrize("size", [SMALL, MIDDLE])
def test_the_cursor_in_the_detail_and_a_message(picture: Picture, size: tuple[int, int]) -> None:
    async def scene(driven: Browsing) -> None:
        await driven.press("n", "tab", "j", "j", "j", "y")
        assert driven.notices == ["Copied this item to the test's clipboard"]

    assert picture(scene, size)


@pytest.mark.parametrize("size", [SMALL, MIDDLE])
def test_a_link_before_it_is_opened(picture: Picture, size: tuple[int, int]) -> None:
    async def scene(driven: Browsing) -> None:
        await driven.press("n", "tab", "tab", "G", "enter")
        assert isinstance(driven.app.screen, LinkScreen)

    assert picture(scene, size)
