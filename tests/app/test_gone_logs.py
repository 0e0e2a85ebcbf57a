"""A log that is taken away while it is open: what was read stays, and what asks the file again says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.conftest import OpenSession
from app.driving import browsing
from smtpscope.app.screens.text_view import TextScreen


@pytest.fixture(params=["EXCH01-Application.evtx", "EXCH02-transport.log", "EXCH03-copied-events.txt"])
def own_copy(request: pytest.FixtureRequest, sample_folder: Path, tmp_path: Path) -> Path:
    """A log of each kind that a test may take away."""
    return Path(shutil.copy(sample_folder / request.param, tmp_path))


async def test_its_files_screen_tells_that_it_is_gone(open_analysis: OpenSession, own_copy: Path) -> None:
    async with browsing(open_analysis(own_copy)) as driven:
        own_copy.unlink()
        await driven.press("f")
        assert isinstance(driven.screen, TextScreen)
        assert any(own_copy.name in line for line in driven.drawn)
        await driven.press("escape", "j")
        assert driven.app.screen_stack[-1] is driven.browse


async def test_every_other_screen_opens_on_what_was_read(open_analysis: OpenSession, own_copy: Path) -> None:
    async with browsing(open_analysis(own_copy)) as driven:
        own_copy.unlink()
        for key in ("c", "i", "K", "r", "e", "question_mark", "v"):
            await driven.press(key)
            assert driven.screen is not driven.browse, key
            await driven.press("escape")
            assert driven.screen is driven.browse, key
        await driven.press("y", "Y")
        assert len(driven.clipboard.copied) == 2
