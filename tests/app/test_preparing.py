"""What other screens need is made ready before they are opened, so that the first time is as quick as the second."""

from __future__ import annotations

from functools import partial
from unittest.mock import patch

from textual.css.stylesheet import Stylesheet

from app.driving import browsing
from smtpscope.app.application import Browser
from smtpscope.app.preparing import prepare_screens
from smtpscope.session import Analysis

_OPENING = (("i",), ("c",), ("C",), ("v",), ("K",), ("question_mark",), ("z",), ("f",), ("r",), ("o",), ("W",), ("e",))
_FURTHER = (("a",), ("tab", "slash"), ("ctrl+p",))


def _covered(app: Browser, before: int) -> bool:
    return len(app.screen_stack) > before


async def test_no_screen_reads_styles_when_it_is_opened(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 30)) as driven:
        await prepare_screens(driven.app).wait()
        for keys in (*_OPENING, *_FURTHER):
            before = len(driven.app.screen_stack)
            with (
                patch.object(Stylesheet, "reparse", side_effect=AssertionError(keys)),
                patch.object(Stylesheet, "parse", side_effect=AssertionError(keys)),
            ):
                await driven.press(*keys)
                await driven.until(partial(_covered, driven.app, before))
                await driven.press("escape")
            assert len(driven.app.screen_stack) == before


async def test_prepared_styles_look_like_those_read_at_the_first_use(analysis: Analysis) -> None:
    drawn = []
    for prepared in (False, True):
        async with browsing(analysis, size=(120, 30)) as driven:
            if prepared:
                await prepare_screens(driven.app).wait()
            await driven.press("question_mark")
            drawn.append(driven.strips)
            print("\n".join(driven.drawn))
    assert drawn[0] == drawn[1]
