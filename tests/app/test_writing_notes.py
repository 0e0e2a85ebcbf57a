"""Our note in the browser: written with a and f3, in force at once, above the guidance, changed and removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

import pytest
from textual.widgets import TextArea

from app.driving import Browsing, browsing
from smtpscope.app.screens.export_screen import ExportScreen
from smtpscope.app.screens.note import NoteScreen
from smtpscope.configuration.paths import own_knowledge_folder
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.export.masking.masking import Mask
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis

SPARE = "Call Anna, extension 12."


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the user's own knowledge, which does not exist yet."""
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path / "data"))
    return own_knowledge_folder()


@pytest.fixture
def opened(own: Path, sample_folder: Path) -> Analysis:
    analysis = Analysis(KnowledgeBase.load(), zone=UTC)
    analysis.open([str(sample_folder)])
    return analysis


def again(own: Path, sample_folder: Path) -> Analysis:
    analysis = Analysis(KnowledgeBase.load(own), zone=UTC)
    analysis.open([str(sample_folder)])
    return analysis


async def on_incident(driven: Browsing) -> None:
    await driven.keep_filter("code:550 host:=mail.fabrikam.example")
    await driven.press("g", "j")


async def write(driven: Browsing, text: str, *keys: str) -> None:
    assert isinstance(driven.screen, NoteScreen)
    focused = driven.screen.focused
    assert isinstance(focused, TextArea)
    focused.text = text
    await driven.press(*keys)


@contextmanager
def _summary(driven: Browsing) -> Iterator[dict[str, str]]:
    """The export of what is under the cursor in every format."""
    analysis = driven.browse.state.analysis
    document = analysis.document(driven.browse.selection.incidents(), driven.view)
    yield {name: each.render(document) for name, each in SUMMARY_FORMATS.items()}


async def test_f3_puts_the_note_above_the_guidance_at_once_and_takes_nothing_away(opened: Analysis, own: Path) -> None:
    async with browsing(opened, size=(120, 40)) as driven:
        await on_incident(driven)
        before = driven.guidance
        headline = (
            SUMMARY_FORMATS["text"]
            .render(opened.document(driven.browse.selection.incidents(), driven.view))
            .splitlines()[:6]
        )
        await driven.press("a")
        await write(driven, SPARE, "f3")
        assert any("Our note appears above the guidance" in notice for notice in driven.notices)
        assert driven.guidance.splitlines()[:2] == ["Our note", SPARE]
        assert driven.guidance.endswith(before)
        with _summary(driven) as texts:
            assert texts["text"].splitlines()[:6] == headline
            assert all((SPARE in text) == (name != "postmaster") for name, text in texts.items())
        masked = opened.document(driven.browse.selection.incidents(), driven.view)
        assert not any(SPARE in each.render(masked, mask=Mask()) for each in SUMMARY_FORMATS.values())
        assert len(list(own.rglob("*.toml"))) == 1


async def test_it_is_there_in_every_log_and_for_that_host_alone(
    opened: Analysis, own: Path, sample_folder: Path
) -> None:
    async with browsing(opened, size=(120, 40)) as driven:
        await on_incident(driven)
        await driven.press("a")
        await write(driven, SPARE, "f3")
    async with browsing(again(own, sample_folder), size=(120, 40)) as driven:
        await on_incident(driven)
        assert driven.guidance.splitlines()[:2] == ["Our note", SPARE]
        await driven.press("x")
        await driven.keep_filter("cause:greylisted")
        await driven.press("g", "j")
        assert SPARE not in driven.guidance


async def test_it_is_changed_and_removed_with_its_own_key(opened: Analysis, own: Path) -> None:
    async with browsing(opened, size=(120, 40)) as driven:
        await on_incident(driven)
        before = driven.guidance
        await driven.press("A")
        assert not any("Delete our note" in line for line in driven.drawn)
        await write(driven, SPARE, "f2")
        await driven.press("A")
        assert isinstance(driven.screen, NoteScreen)
        assert driven.screen.our_note == SPARE
        assert any("Delete our note" in line for line in driven.drawn)
        await write(driven, "Call Bob.", "f2")
        assert driven.guidance.splitlines()[:2] == ["Our note", "Call Bob."]
        await driven.press("A", "f8")
        assert driven.guidance == before
        assert not list(own.rglob("*.toml"))
        assert any("Deleted our note" in notice for notice in driven.notices)


async def test_f3_adds_to_the_note_that_is_there(opened: Analysis, own: Path) -> None:
    async with browsing(opened, size=(120, 40)) as driven:
        await on_incident(driven)
        await driven.press("a")
        await write(driven, SPARE, "f3")
        await driven.press("a")
        await write(driven, "They moved.", "f3")
        assert driven.guidance.splitlines()[:4] == ["Our note", SPARE, "", "They moved."]


async def test_tab_leads_from_one_note_to_the_other_and_escape_keeps_nothing(opened: Analysis, own: Path) -> None:
    async with browsing(opened) as driven:
        await on_incident(driven)
        await driven.press("a", *"abc", "tab", *"xyz")
        assert isinstance(driven.screen, NoteScreen)
        assert (driven.screen.written, driven.screen.our_note) == ("abc", "xyz")
        await driven.press("escape")
        assert "xyz" not in driven.guidance
        assert not own.exists()


async def test_what_can_not_be_written_stays_on_the_screen(opened: Analysis, own: Path) -> None:
    own.parent.mkdir(parents=True)
    own.write_text("a file where the folder should be", encoding="utf-8")
    async with browsing(opened) as driven:
        await on_incident(driven)
        await driven.press("a")
        await write(driven, SPARE, "f3")
        assert isinstance(driven.screen, NoteScreen)
        assert driven.screen.our_note == SPARE
        assert any("can't be written" in notice for notice in driven.notices)


async def test_the_export_screen_has_it_and_not_when_masked(opened: Analysis, own: Path) -> None:
    async with browsing(opened, size=(120, 60)) as driven:
        await on_incident(driven)
        await driven.press("A")
        await write(driven, SPARE, "f2")
        await driven.press("e")
        assert isinstance(driven.screen, ExportScreen)
        assert any(SPARE in line for line in driven.drawn)
        await driven.press("f3")
        assert not any(SPARE in line for line in driven.drawn)


async def test_the_keys_are_in_the_palette(opened: Analysis, own: Path) -> None:
    async with browsing(opened, size=(120, 60)) as driven:
        await driven.press("ctrl+p", *"our note")
        assert any("Our note  (A)" in line for line in driven.drawn)
