"""E opens the record or the summary in the user's editor or pager; its file is private and gone afterwards."""

from __future__ import annotations

import shlex
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from app.driving import browsing
from smtpscope.app.outside_viewer import view_outside, viewer_command
from smtpscope.session import Analysis

NOTES = "import pathlib, sys; p = pathlib.Path(sys.argv[2]); pathlib.Path(sys.argv[1]).write_text("
SPY = NOTES + "f'{p.stat().st_mode & 0o777:o} {p.parent.stat().st_mode & 0o777:o} {p}\\n{p.read_text()}')"


def spying(seen: Path) -> str:
    return shlex.join([sys.executable, "-c", SPY, str(seen)])


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"VISUAL": "code -w", "EDITOR": "vi"}, ["code", "-w"]),
        ({"EDITOR": "'/a b/ed' -x", "PAGER": "less"}, ["/a b/ed", "-x"]),
        ({"EDITOR": " ", "PAGER": "less -S"}, ["less", "-S"]),
        ({"EDITOR": "it's"}, ["it's"]),
        ({}, ["more"]),
    ],
)
def test_which_program_is_run(environment: dict[str, str], command: list[str]) -> None:
    assert viewer_command(environment, "linux", lambda name: name == "more") == command


def test_where_there_is_none_nothing_is_run() -> None:
    assert viewer_command({}, "linux", lambda name: None) is None
    assert viewer_command({}, "win32") == ["notepad.exe"]


@pytest.mark.skipif(sys.platform == "win32", reason="the rights of files are those of POSIX")
def test_the_file_is_private_and_removed(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    assert view_outside(shlex.split(spying(seen)), "the text\n", "record.txt") is None
    first, _, text = seen.read_text(encoding="utf-8").partition("\n")
    mode, folder_mode, path = first.split(" ", 2)
    assert (mode, folder_mode, text) == ("600", "700", "the text\n")
    assert path.endswith("record.txt")
    assert not Path(path).parent.exists()


def test_a_program_that_is_not_there_is_named() -> None:
    failed = view_outside(["no-such-editor-here"], "x", "record.txt")
    assert failed is not None
    assert failed.startswith("no-such-editor-here can't be run")


@pytest.mark.skipif(sys.platform == "win32", reason="the command is quoted as POSIX shells do")
async def test_the_record_the_summary_and_a_text_are_opened(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    monkeypatch.setenv("VISUAL", spying(seen))
    async with browsing(analysis) as driven:
        monkeypatch.setattr(driven.app, "suspend", nullcontext)
        await driven.put_on("mail.fabrikam.example")
        await driven.press("E")
        assert "summary.md" in seen.read_text(encoding="utf-8")
        assert "mail.fabrikam.example" in seen.read_text(encoding="utf-8")
        await driven.press("enter", "j", "E")
        assert "record.txt" in seen.read_text(encoding="utf-8")
        await driven.press("f")
        await driven.until(lambda: driven.screen is not driven.browse)
        await driven.press("E")
        assert "text.txt" in seen.read_text(encoding="utf-8")


async def test_where_the_browser_can_not_step_aside_it_says_so(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "true")
    async with browsing(analysis) as driven:
        await driven.press("E")
        assert driven.notices == ["A program in the terminal can't be opened from here"]
