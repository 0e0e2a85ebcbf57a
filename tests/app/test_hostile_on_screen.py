"""No control character of a log reaches the terminal or the clipboard, and its brackets are no markup."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest

from app.conftest import OpenSession
from app.driving import Browsing, browsing
from app.hostile import COMMAND, EVENTS, FILE_NAME, HOST, REPLY, write_hostile_log
from smtpscope.app.widgets.prose.prose_blocks import blocks_text
from smtpscope.app.widgets.texts.guidance_text import guidance_blocks
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.knowledge.advice import FilledCheck
from smtpscope.session import Analysis
from smtpscope.store.grouping.dimensions import DIMENSIONS
from support.changed import replace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such file names")


@pytest.fixture
def hostile(open_analysis: OpenSession, tmp_path: Path) -> Analysis:
    return open_analysis(write_hostile_log(tmp_path))


def _obeyed(text: str) -> list[str]:
    """What of `text` a terminal would obey or hide."""
    return [character for character in text if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def check(driven: Browsing) -> str:
    """Asserts that the screen is harmless; returns it as one text without the breaks between lines."""
    for strip in driven.strips:
        for segment in strip:
            assert not segment.control
            assert not _obeyed(segment.text), ascii(segment.text)
    return "\n".join(driven.drawn)


def _flat(text: str) -> str:
    return "".join(text.split())


async def test_the_table_in_every_grouping_is_harmless(hostile: Analysis) -> None:
    async with browsing(hostile, size=(160, 50)) as driven:
        assert driven.view.total == len(EVENTS)
        assert "mx[/]\\x1b" in check(driven)
        for number in range(len(DIMENSIONS.groupings)):
            check(driven)
            await driven.press("o")
            check(driven)
            await driven.press(str(number))


async def test_the_detail_of_every_line_is_harmless_on_a_small_screen(hostile: Analysis) -> None:
    async with browsing(hostile, size=(80, 24)) as driven:
        for line in range(len(driven.lines)):
            driven.browse.table.cursor = line
            await driven.settled()
            check(driven)


async def test_an_event_shows_its_brackets_and_its_controls_as_text(hostile: Analysis) -> None:
    async with browsing(hostile, size=(160, 50)) as driven:
        await driven.put_on("mx[/]")
        await driven.press("]")
        drawn = check(driven)
        assert "[TSS04] [/]" in drawn
        facts = _flat(driven.facts)
        for literal in ("[TSS04][/]", "\\x1b]0;owned", "\\x1b[31m", "\\r\\x07=HYPERLINK(1)", "<script>", "\\u200b"):
            assert literal in facts
        assert "[bold]victim@example.com" in facts
        assert "EXCH[bold]\\x1b[31m" in facts
        await driven.press("tab", "tab")
        check(driven)
        await driven.press("t")
        check(driven)


def test_guidance_filled_with_values_of_the_log_is_harmless(hostile: Analysis) -> None:
    hostile.read_all()
    advice = hostile.event(0).advice
    filled = replace(
        advice,
        title=HOST,
        reading=REPLY,
        meaning=REPLY,
        who_note=HOST,
        duration_note=HOST,
        actions=(COMMAND,),
        causes=(HOST,),
        checks=(FilledCheck(what=REPLY, tool="dns", command=COMMAND),),
        avoid=(REPLY,),
        ignore_when=HOST,
        over_when=HOST,
        our_note=f"{REPLY}\n{HOST}",
        match=replace(advice.match, rule=REPLY, runner_up=HOST, code_alone=HOST, disagreement=REPLY),
    )
    words = blocks_text(guidance_blocks(filled))
    assert "mx[/]\\x1b" in words
    assert not [character for character in _obeyed(words) if character != "\n"]


async def test_the_file_name_is_harmless_in_the_header_and_the_file_information(hostile: Analysis) -> None:
    async with browsing(hostile, size=(160, 24)) as driven:
        assert "[red]log\\x1b]52;" in check(driven)
        await driven.press("f")
        check(driven)
        assert "[red]log\\x1b]52;" in _flat("".join(driven.drawn))


async def test_the_raw_record_is_harmless(hostile: Analysis) -> None:
    async with browsing(hostile) as driven:
        for name in ("mx[/]", "421"):
            await driven.put_on(name)
            await driven.press("r")
            check(driven)
            await driven.press("y", "escape")
        assert "[TSS04]" in driven.clipboard.copied[0]
        for copied in driven.clipboard.copied:
            assert not [character for character in _obeyed(copied) if character != "\n"]


async def test_the_counts_are_harmless_on_every_side_and_when_copied(hostile: Analysis) -> None:
    async with browsing(hostile, size=(100, 40)) as driven:
        await driven.put_on("550")
        await driven.press("c")
        for _ in range(11):
            check(driven)
            await driven.press("y", "tab")
        copied = "".join(driven.clipboard.copied)
        assert "mx[/]\\x1b" in copied
        assert not [character for character in _obeyed(copied) if character not in "\n\t"]


async def test_the_timeline_is_harmless(hostile: Analysis) -> None:
    async with browsing(hostile) as driven:
        await driven.put_on("mx[/]")
        await driven.press("i")
        assert "mx[/]\\x1b" in check(driven)


async def test_the_filter_line_is_harmless_when_a_key_puts_log_text_into_it(hostile: Analysis) -> None:
    async with browsing(hostile) as driven:
        for name in ("mx[/]", "=1+1"):
            await driven.put_on(name)
            await driven.press("=")
            assert driven.view.count > 0
            check(driven)
            await driven.press("/", "x")
            check(driven)
            await driven.press("escape")
            assert driven.view.count > 0
            await driven.press("x")
        await driven.put_on("mx[/]")
        await driven.press("]", "=")
        check(driven)
        assert driven.view.count > 0
        await driven.press("-")
        check(driven)


async def test_a_mistake_and_a_filter_that_finds_nothing_echo_harmlessly(hostile: Analysis) -> None:
    async with browsing(hostile, filter_text="host:\x1b]52;c;ZQ==\a[/] code:599") as driven:
        assert driven.view.count == 0
        check(driven)
        assert "[/]" in driven.facts
        await driven.begin_filter(" [/]:[bold")
        check(driven)


async def test_the_export_preview_is_harmless_in_every_format(hostile: Analysis, tmp_path: Path) -> None:
    async with browsing(hostile, size=(100, 40)) as driven:
        await driven.put_on("mx[/]")
        await driven.press("e")
        for _ in SUMMARY_FORMATS:
            check(driven)
            await driven.press("down")
        await driven.press("f2")
        check(driven)
        await driven.press("f3")
        check(driven)
        await driven.press("f4")
        check(driven)
        assert not [character for character in _obeyed(driven.clipboard.copied[0]) if character != "\n"]


async def test_a_file_with_a_hostile_name_is_written_and_asked_about_harmlessly(
    hostile: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with browsing(hostile, size=(100, 40)) as driven:
        await driven.put_on("mx[/]")
        await driven.press("e", "enter")
        check(driven)
        [written] = [path for path in tmp_path.iterdir() if path.name != FILE_NAME]
        assert not _obeyed(written.name)
        await driven.press("e", "enter")
        check(driven)


async def test_copies_and_what_is_said_of_them_are_harmless(hostile: Analysis) -> None:
    async with browsing(hostile, size=(80, 50)) as driven:
        groups = [number for number, line in enumerate(driven.lines) if line.depth == 0]
        for number in groups:
            driven.browse.table.cursor = number
            await driven.press("y", "Y")
        assert len(driven.clipboard.copied) == 2 * len(groups)
        for copied in driven.clipboard.copied:
            assert not [character for character in _obeyed(copied) if character != "\n"], ascii(copied)
        check(driven)


async def test_a_missing_file_with_a_hostile_name_is_told_harmlessly(
    open_analysis: OpenSession, tmp_path: Path, sample_folder: Path
) -> None:
    analysis = open_analysis(sample_folder / "EXCH03-copied-events.txt", tmp_path / FILE_NAME)
    async with browsing(analysis) as driven:
        assert any("[red]log" in notice for notice in driven.notices)
        check(driven)
        await driven.press("f")
        check(driven)


async def test_help_and_palette_over_a_hostile_log_are_harmless(hostile: Analysis) -> None:
    async with browsing(hostile) as driven:
        await driven.press("?", *"[/]")
        check(driven)
        await driven.press("escape", "ctrl+p", *"[bold]")
        check(driven)
