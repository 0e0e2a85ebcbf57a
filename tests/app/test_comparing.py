"""Two periods, servers or files side by side, in the words of the command."""

from __future__ import annotations

import pytest

from app.driving import browsing
from smtpscope.app.screens.compare_choices import offered, typed
from smtpscope.app.screens.compare_screen import CompareScreen
from smtpscope.app.widgets.prose.prose_pane import ProsePane
from smtpscope.export.comparison.comparison_formats import rendered
from smtpscope.session import Analysis
from smtpscope.session.watching.comparing import Period, compare_periods


async def test_a_typed_day_divides_the_log_as_the_command_does(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.press("C")
        screen = driven.screen
        assert isinstance(screen, CompareScreen)
        await driven.press(*"2026-03-17", "enter")
        await driven.until(lambda: screen.comparison is not None)
        await driven.settled()
        expected = compare_periods(analysis, Period(until="2026-03-17"), Period(since="2026-03-17"))
        drawn = "\n".join(screen.query_one(ProsePane).lines)
        assert "550 mail.fabrikam.example: Block list or reputation. Action: us." in drawn.replace("\n", " ")
        await driven.press("f4")
        await driven.until(lambda: bool(driven.clipboard.copied))
        assert driven.clipboard.copied[-1] == rendered(expected, "text")
        await driven.press("ctrl+u", *"nonsense", "enter")
        await driven.until(lambda: "is not a time" in "\n".join(screen.query_one(ProsePane).lines))
        await driven.press("escape")
        assert driven.screen is driven.browse


async def test_servers_and_files_are_offered(analysis: Analysis) -> None:
    analysis.read_all()
    titles = {choice.title: choice for choice in offered(analysis)}
    servers = titles["EXCH02, with EXCH01"]
    found = servers.compared(analysis, "")
    assert found.before.events + found.after.events <= len(analysis.store)
    assert min(found.before.events, found.after.events) > 0
    files = [choice for choice in titles.values() if choice.field == "file"]
    assert len(files) == 3
    assert min(files[0].compared(analysis, "550").before.events, files[0].compared(analysis, "").after.events) > 0


@pytest.mark.parametrize(
    ("words", "periods"),
    [
        ("monday", (Period("", "monday"), Period("monday", ""))),
        ("11-01 11-08", (Period("11-01", "11-08"), Period("11-08", ""))),
        ("a b c d", (Period("a", "b"), Period("c", "d"))),
        ("a b c", None),
    ],
)
def test_times_that_are_typed(words: str, periods: tuple[Period, Period] | None) -> None:
    choice = typed(words)
    assert (None if choice is None else choice.periods) == periods
