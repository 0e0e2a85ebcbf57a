"""The keys that move a text jump at once: a terminal far away would draw each line of a slide."""

from __future__ import annotations

from app.driving import browsing
from smtpscope.session import Analysis


async def test_a_key_that_moves_the_facts_moves_them_in_one_step_and_another_one_back(analysis: Analysis) -> None:
    async with browsing(analysis, size=(80, 24)) as driven:
        await driven.press("j", "tab")
        facts = driven.browse.detail.facts
        assert facts.max_scroll_y > 1
        seen: list[float] = []
        facts.watch(facts, "scroll_y", lambda place: seen.append(place), init=False)
        for key, back in (("G", "g"), ("end", "home"), ("pagedown", "pageup")):
            await driven.press(key)
            await driven.app.animator.wait_for_idle()
            assert seen == [facts.max_scroll_y], key
            await driven.press(back)
            assert facts.scroll_offset.y == 0, back
            seen.clear()
