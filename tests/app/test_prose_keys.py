"""The keys that move a text jump at once: a terminal far away would draw each line of a slide."""

from __future__ import annotations

import pytest

from app.driving import browsing
from smtpscope.session import Analysis


@pytest.mark.parametrize("key", ["G", "pagedown"])
async def test_a_key_that_moves_the_facts_moves_them_in_one_step(analysis: Analysis, key: str) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        await driven.press("j", "tab")
        facts = driven.browse.detail.facts
        assert facts.max_scroll_y > 1
        seen: list[float] = []
        facts.watch(facts, "scroll_y", lambda place: seen.append(place), init=False)
        await driven.press(key)
        await driven.app.animator.wait_for_idle()
        assert seen == [facts.max_scroll_y]


@pytest.mark.parametrize(("key", "back"), [("G", "g"), ("end", "home"), ("pagedown", "pageup")])
async def test_each_way_down_has_its_way_back(analysis: Analysis, key: str, back: str) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        await driven.press("j", "tab", key)
        facts = driven.browse.detail.facts
        assert facts.scroll_offset.y == facts.max_scroll_y
        await driven.press(back)
        assert facts.scroll_offset.y == 0
