"""u takes back the last change of any kind; marks of other days are no surprise; no half-written note is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from textual.widgets import TextArea

from app.driving import Browsing, browsing
from smtpscope.app.screens.export_screen import ExportScreen
from smtpscope.app.screens.note import NoteScreen
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.session import Analysis
from smtpscope.workspace.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "workspace.sqlite3") as opened:
        yield opened


@pytest.fixture
def opened(knowledge: KnowledgeBase, workspace: Workspace, sample_folder: Path) -> Analysis:
    return again(knowledge, workspace, sample_folder)


def again(knowledge: KnowledgeBase, workspace: Workspace, sample_folder: Path) -> Analysis:
    analysis = Analysis(knowledge, zone=UTC, workspace=workspace)
    analysis.open([str(sample_folder)])
    return analysis


async def test_u_takes_back_marks_notes_and_filters_in_turn(opened: Analysis) -> None:
    async with browsing(opened, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("space")
        await driven.put_on("mail.fabrikam.example")
        await driven.press("a")
        await driven.press(*"call", "f2")
        assert "call" in driven.facts
        await driven.press("5", "5", "0")
        await driven.press("u")
        assert (driven.filter_text, driven.notices) == ("", ["Undone: filter"])
        await driven.press("u")
        assert driven.notices == ["Undone: note on mail.fabrikam.example"]
        await driven.put_on("mail.fabrikam.example")
        assert "call" not in driven.facts
        await driven.press("u")
        assert driven.notices == ["Undone: marks of 1 incident"]
        assert not opened.marks
        await driven.press("u")
        assert driven.notices == ["Nothing to undo"]
        await driven.press("U", "U", "U")
        assert driven.filter_text == "code:550"
        assert len(opened.marks) == 1
        assert "call" in driven.facts
        await driven.press("U")
        assert driven.notices == ["Nothing to redo"]


async def test_all_marks_are_taken_away_and_come_back(opened: Analysis) -> None:
    async with browsing(opened) as driven:
        await driven.press("space", "space")
        marks = set(opened.marks)
        assert len(marks) > 1
        await driven.press("M")
        assert not opened.marks
        assert not any(line.marked for line in driven.lines)
        await driven.press("u")
        assert opened.marks == marks
        await driven.press("M", "M")
        assert driven.notices == ["Nothing is marked"]


async def test_marks_of_another_day_are_shown_and_not_the_first_choice_of_an_export(
    knowledge: KnowledgeBase, workspace: Workspace, sample_folder: Path
) -> None:
    async with browsing(again(knowledge, workspace, sample_folder)) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("space")
        assert {line.marked for line in driven.lines} == {"", "now"}
        await driven.press("e")
        assert "Export 1 marked" in "\n".join(driven.drawn)
    async with browsing(again(knowledge, workspace, sample_folder)) as driven:
        assert {line.marked for line in driven.lines} == {"", "before"}
        await driven.press("e")
        assert isinstance(driven.screen, ExportScreen)
        assert "Export selected row" in "\n".join(driven.drawn)
        await driven.press("f2")
        assert "Export 1 marked on other days" in "\n".join(driven.drawn)
        await driven.press("escape")
        await driven.put_on("mx1.contoso.example")
        await driven.press("space", "e")
        assert "Export 2 marked (1 of them on other days)" in "\n".join(driven.drawn)


async def _write_half(driven: Browsing) -> None:
    await driven.put_on("mail.fabrikam.example")
    await driven.press("a")
    await driven.press(*"half", "escape")


async def test_escape_keeps_a_half_written_note_as_a_draft(opened: Analysis) -> None:
    async with browsing(opened, size=(120, 40)) as driven:
        await _write_half(driven)
        assert driven.notices == ["Not saved. a opens the draft again"]
        assert "half" not in driven.facts
        await driven.put_on("mx1.contoso.example")
        await driven.press("a")
        assert isinstance(driven.screen, NoteScreen)
        assert driven.screen.query_one("#note-text", TextArea).text == ""
        await driven.press("escape")
        assert driven.notices == []
        await driven.put_on("mail.fabrikam.example")
        await driven.press("a")
        assert driven.screen.query_one("#note-text", TextArea).text == "half"
        await driven.press("f2")
        assert "half" in driven.facts
