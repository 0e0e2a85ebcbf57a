"""What leaves the browser: copies, exported files, marks; the same bytes that the session and the command line give."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from textual.widgets import Input, OptionList

from app.driving import Browsing, browsing
from smtpscope.app.screens.confirm import ConfirmScreen
from smtpscope.app.screens.export_screen import ExportScreen
from smtpscope.cli.commands import cli
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.export.summaries.summary import SummaryDocument
from smtpscope.session import Analysis, IncidentDetail, View

FILTER = "code:550 host:=mail.fabrikam.example"


@pytest.fixture
def files(sample_folder: Path) -> list[Path]:
    return sorted(sample_folder.iterdir())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that relative paths mean."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _printed(command: str, files: Sequence[Path], *options: str) -> bytes:
    """What the command line writes to standard output."""
    arguments = [command, *map(str, files), "--timezone", "UTC", *options]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


def _dialog(driven: Browsing) -> ExportScreen:
    screen = driven.app.screen
    assert isinstance(screen, ExportScreen)
    return screen


async def _open_dialog(driven: Browsing) -> ExportScreen:
    await driven.press("e")
    return _dialog(driven)


async def _choose_format(driven: Browsing, name: str) -> None:
    await driven.press(*["down"] * list(SUMMARY_FORMATS).index(name))


async def _type_path(driven: Browsing, path: str) -> None:
    await driven.press("tab")
    dialog = _dialog(driven)
    assert dialog.focused is dialog.query_one("#export-path", Input)
    # What stands there is selected when tab comes, so that text replaces it.
    if path:
        await driven.paste(path)
    else:
        await driven.press("delete")


# Copies


async def test_y_copies_the_event_under_the_cursor_as_the_session_tells_it(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("]", "]", "y")
        row = driven.row
        [copied] = driven.clipboard.copied
        assert copied == analysis.event_text(row) + "\n"
        assert "550 5.7.1 Service unavailable" in copied
        assert any("Copied the event to the test's clipboard" in notice for notice in driven.notices)


async def test_y_on_a_group_copies_one_of_its_events(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("y")
        [copied] = driven.clipboard.copied
        assert "mail.fabrikam.example" in copied


async def test_shift_y_copies_the_summary_that_the_command_line_prints(analysis: Analysis, files: list[Path]) -> None:
    async with browsing(analysis, filter_text=FILTER) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("Y")
        [copied] = driven.clipboard.copied
        assert copied.encode() == _printed("summary", files, "--filter", FILTER)
        assert "mail.fabrikam.example" in copied


async def test_shift_y_on_an_event_copies_its_incident(analysis: Analysis) -> None:
    async with browsing(analysis, filter_text=FILTER) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("Y", "]", "Y")
        of_group, of_event = driven.clipboard.copied
        assert of_event == of_group


async def test_shift_y_on_several_incidents_says_how_many_it_copied(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("550")
        await driven.press("Y")
        assert any("the summary of 3 incidents" in notice for notice in driven.notices)
        for host in ("mail.fabrikam.example", "203.0.113.77", "mx1.contoso.example"):
            assert host in driven.clipboard.copied[0]


# The dialog


async def test_e_shows_what_would_be_written_before_it_is(analysis: Analysis, home: Path) -> None:
    async with browsing(analysis, filter_text=FILTER) as driven:
        await driven.put_on("mail.fabrikam.example")
        dialog = await _open_dialog(driven)
        assert dialog.path.startswith("550-mail.fabrikam.example-")
        assert dialog.path.endswith(".md")
        first_line = dialog.content.splitlines()[0]
        assert any(first_line.split("`")[0].strip() in line for line in driven.drawn)
        assert list(home.iterdir()) == []
        await driven.press("escape")
        assert driven.screen is driven.browse
        assert list(home.iterdir()) == []


async def test_each_format_is_written_as_the_command_line_writes_it(
    analysis: Analysis, files: list[Path], home: Path
) -> None:
    names = {}
    async with browsing(analysis, filter_text=FILTER) as driven:
        await driven.put_on("mail.fabrikam.example")
        for name in SUMMARY_FORMATS:
            dialog = await _open_dialog(driven)
            await _choose_format(driven, name)
            await _type_path(driven, f"{name}{SUMMARY_FORMATS[name].suffix}")
            names[name] = dialog.path
            await driven.press("enter")
            assert driven.screen is driven.browse
    for name, path in names.items():
        assert (home / path).read_bytes() == _printed("summary", files, "--filter", FILTER, "--format", name), name


async def test_the_suggested_name_follows_the_format(analysis: Analysis) -> None:
    async with browsing(analysis, filter_text=FILTER) as driven:
        dialog = await _open_dialog(driven)
        for each in SUMMARY_FORMATS.values():
            assert dialog.path.endswith(each.suffix)
            await driven.press("down")


async def test_all_in_view_is_what_the_command_line_writes_without_a_cursor(
    analysis: Analysis, files: list[Path], home: Path
) -> None:
    async with browsing(analysis, filter_text="code:450") as driven:
        await driven.put_on("mx3.litware.example")
        dialog = await _open_dialog(driven)
        assert "1 incident" in " ".join(driven.drawn)
        await driven.press("f2")
        assert any("Export all in view: 3 incidents" in line for line in driven.drawn)
        path = dialog.path
        await driven.press("enter")
    assert (home / path).read_bytes() == _printed("summary", files, "--filter", "code:450")


async def test_f3_masks_preview_name_and_file_as_the_command_line_does(
    analysis: Analysis, files: list[Path], home: Path
) -> None:
    async with browsing(analysis, filter_text=FILTER) as driven:
        await driven.put_on("mail.fabrikam.example")
        dialog = await _open_dialog(driven)
        assert "fabrikam" in dialog.path
        await driven.press("f3")
        assert "fabrikam" not in dialog.path
        assert "fabrikam" not in dialog.content
        path = dialog.path
        await driven.press("enter")
    written = (home / path).read_bytes()
    assert written == _printed("summary", files, "--filter", FILTER, "--mask")
    assert b"fabrikam" not in written


async def test_f5_writes_the_letter_even_where_we_have_to_act(analysis: Analysis) -> None:
    async with browsing(analysis, filter_text=FILTER) as driven:
        await driven.put_on("mail.fabrikam.example")
        dialog = await _open_dialog(driven)
        await _choose_format(driven, "postmaster")
        assert "we have to act first" in dialog.content
        await driven.press("f5")
        assert "Dear postmaster" in dialog.content


async def test_a_typed_path_keeps_its_name_and_follows_the_format(analysis: Analysis, home: Path) -> None:
    async with browsing(analysis, filter_text=FILTER) as driven:
        dialog = await _open_dialog(driven)
        await _type_path(driven, "ticket.md")
        dialog.query_one(OptionList).focus()
        await driven.press("down")
        assert dialog.path == "ticket.html"
        await driven.press("enter")
        assert (home / "ticket.html").read_text(encoding="utf-8") == dialog.content


async def test_a_file_that_exists_is_asked_about_and_no_leaves_it_as_it_was(analysis: Analysis, home: Path) -> None:
    (home / "ticket.md").write_text("of somebody else", encoding="utf-8")
    async with browsing(analysis, filter_text=FILTER) as driven:
        await _open_dialog(driven)
        await _type_path(driven, "ticket.md")
        for answer in ("enter", "n", "escape"):
            await driven.press("enter")
            assert isinstance(driven.app.screen, ConfirmScreen)
            assert any("ticket.md already exists" in line for line in driven.drawn)
            await driven.press(answer)
            assert isinstance(driven.app.screen, ExportScreen)
            assert (home / "ticket.md").read_text(encoding="utf-8") == "of somebody else"
        content = _dialog(driven).content
        await driven.press("enter", "y")
        assert driven.screen is driven.browse
        assert (home / "ticket.md").read_text(encoding="utf-8") == content


async def test_a_path_that_cannot_be_written_is_explained_and_the_dialog_stays(analysis: Analysis, home: Path) -> None:
    async with browsing(analysis, filter_text=FILTER) as driven:
        for path, words in (("nowhere/ticket.md", "does not exist"), (".", "folder"), ("", "folder")):
            await _open_dialog(driven)
            await _type_path(driven, path)
            await driven.press("enter")
            assert isinstance(driven.app.screen, ExportScreen)
            assert words in " ".join(line.strip(" │") for line in driven.drawn), path
            assert list(home.iterdir()) == []
            await driven.press("escape")


async def test_f4_copies_what_would_be_written(analysis: Analysis, home: Path) -> None:
    async with browsing(analysis, filter_text=FILTER) as driven:
        dialog = await _open_dialog(driven)
        content = dialog.content
        await driven.press("f4")
        assert driven.clipboard.copied == [content]
        assert driven.screen is driven.browse
        assert list(home.iterdir()) == []


async def test_a_file_of_a_large_export_is_written_whole_though_the_preview_is_cut(
    analysis: Analysis, home: Path
) -> None:
    async with browsing(analysis) as driven:
        dialog = await _open_dialog(driven)
        await driven.press("f2")
        path, content = dialog.path, dialog.content
        await driven.press("enter")
    assert (home / path).read_text(encoding="utf-8") == content


# Marks


async def test_space_marks_incidents_and_e_exports_them_with_a_table_of_contents(
    analysis: Analysis, home: Path
) -> None:
    async with browsing(analysis, size=(120, 60)) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("space")
        await driven.put_on("mx.woodgrove.example")
        await driven.press("space")
        assert len(analysis.marks) == 2
        marked = [line.name for line in driven.lines if line.marked and line.depth == 1]
        assert sorted(marked) == ["mail.fabrikam.example", "mx.woodgrove.example"]
        assert any(line.startswith("*") and "mail.fabrikam" in line for line in driven.drawn)
        dialog = await _open_dialog(driven)
        assert any("Export 2 marked: 2 incidents" in line for line in driven.drawn)
        path = dialog.path
        expected = analysis.document(analysis.marked(driven.view), driven.view)
        await driven.press("enter")
    written = (home / path).read_text(encoding="utf-8")
    assert written == SUMMARY_FORMATS["markdown"].render(expected)
    assert "Incident 1" in written
    assert "Incident 2" in written
    assert "litware" not in written
    head = written.split("## Incident 1")[0]
    assert "mail.fabrikam.example" in head
    assert "mx.woodgrove.example" in head


async def test_space_again_takes_the_mark_away(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("space", "k", "space")
        assert analysis.marks == set()
        assert not any(line.marked for line in driven.lines)


async def test_keys_typed_ahead_of_a_long_export_are_not_lost(
    analysis: Analysis, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_write = threading.Event()
    document = analysis.document

    def late(details: Iterable[IncidentDetail], view: View) -> SummaryDocument:
        may_write.wait(10)
        return document(details, view)

    monkeypatch.setattr(analysis, "document", late)
    async with browsing(analysis) as driven:
        await driven.put_on("550")
        # The event loop goes on while it is written: these keys are all taken before anything is there.
        await driven.pilot.press("e", "enter")
        dialog = _dialog(driven)
        assert dialog.content == ""
        path = home / "smtp-incidents-3-2026-03-22.md"
        assert not path.exists()
        may_write.set()
        await driven.until(lambda: driven.screen is driven.browse)
    assert path.read_text(encoding="utf-8").startswith("# SMTP refusals")


async def test_the_export_follows_the_format(analysis: Analysis, home: Path) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("550")
        await driven.press("e")
        dialog = _dialog(driven)
        await driven.until(lambda: dialog.content.startswith("# SMTP refusals"))
        await driven.press("down")
        await driven.until(lambda: dialog.content.startswith("<!DOCTYPE html>"))
        content, path = dialog.content, dialog.path
        await driven.press("enter")
        await driven.until(lambda: driven.screen is driven.browse)
    assert (home / path).read_text(encoding="utf-8") == content


async def test_a_mark_outlives_the_filter_and_the_grouping(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("space", "4", "5", "0", "x", "o", "2")
        await driven.put_on("mail.fabrikam.example")
        assert driven.line.marked
