"""Words are searched in the detail and in long texts; what is found is marked."""

from __future__ import annotations

from app.driving import Browsing, browsing
from smtpscope.app.screens.search_line import SearchScreen
from smtpscope.app.widgets.prose.text_search import TextSearch
from smtpscope.session import Analysis


def marked(driven: Browsing, words: str) -> int:
    """How many segments of the screen are `words`, underlined."""
    return sum(
        segment.text.casefold() == words and bool(segment.style and segment.style.underline)
        for strip in driven.strips
        for segment in strip
    )


async def test_matches_in_the_detail_are_marked_and_gone_through(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        before = driven.filter_text
        await driven.press("tab", "/")
        assert isinstance(driven.screen, SearchScreen)
        await driven.press(*"fabrikam", "enter")
        assert marked(driven, "fabrikam") > 0
        pane = driven.browse.detail.facts
        assert pane.searched == "fabrikam"
        first = pane.found_words
        await driven.press("n")
        assert pane.found_words != first
        await driven.press("N")
        assert pane.found_words == first
        assert driven.filter_text == before
        # The marks are there in the next row, too, until they are taken away.
        await driven.press("/", "escape")
        assert pane.searched == ""
        assert marked(driven, "fabrikam") == 0
        row = driven.line
        await driven.press("n")
        assert driven.line != row


async def test_a_raw_record_is_searched_too(analysis: Analysis) -> None:
    async with browsing(analysis) as driven:
        await driven.press("n", "r", "/", *"event", "enter")
        assert marked(driven, "event") > 0


def test_matches_are_counted_in_cells_and_without_case() -> None:
    search = TextSearch("ÄB", ["x äb äB", "郵便äb", "", "nothing"])
    assert search.places == [(0, (2, 4)), (0, (5, 7)), (1, (4, 6))]
    search.start_at(1)
    assert search.line == 1
    search.go(1)
    assert search.line == 0
    assert TextSearch("", ["x"]).line is None
