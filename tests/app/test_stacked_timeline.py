"""Bins divided by who acts and by host add up, and empty days take one line."""

from __future__ import annotations

from app.driving import browsing
from smtpscope.app.screens.timeline_screen import TimelineScreen
from smtpscope.app.widgets.timeline_list import TimelineList
from smtpscope.session import Analysis
from smtpscope.session.questions.layers import STACKED_BY
from smtpscope.store.grouping.group_tree import TreePart


def test_layers_add_up_to_the_bins(analysis: Analysis) -> None:
    analysis.read_all()
    everything = TreePart(analysis.view("").tree)
    for by in STACKED_BY:
        found, layers = analysis.questions.timeline(everything, by, None)
        assert len(layers) > 2
        for number, each in enumerate(found.bins):
            assert sum(layer.counts[number] for layer in layers) == each.count
            assert all(layer.counts[number] >= 0 for layer in layers)


async def test_all_in_view_by_action_and_by_host(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("mail.fabrikam.example")
        await driven.press("i")
        assert isinstance(driven.screen, TimelineScreen)
        bins = driven.screen.query_one(TimelineList)
        own = sum(each.count for each in bins.bins)
        assert own == driven.line_events
        await driven.press("a")
        assert sum(each.count for each in bins.bins) == driven.view.count
        assert any("All events in view" in line for line in driven.drawn)
        drawn = "\n".join(driven.drawn)
        assert "█\u00a0us" in drawn
        assert "░\u00a0no action" in drawn
        await driven.press("o")
        drawn = "\n".join(driven.drawn)
        assert "mail.fabrikam.example" in drawn
        assert "others" in drawn
        await driven.press("a")
        assert sum(each.count for each in bins.bins) == own


async def test_empty_days_are_folded_and_stay_within_a_range(analysis: Analysis) -> None:
    async with browsing(analysis, size=(120, 40)) as driven:
        await driven.put_on("421")
        await driven.press("i")
        bins = driven.screen.query_one(TimelineList)
        assert any("days without events" in line for line in driven.drawn)
        # Nothing is missing between the first and the last.
        assert all(one.end_ms == other.start_ms for one, other in zip(bins.bins, bins.bins[1:], strict=False))
        assert sum(each.count for each in bins.bins) == driven.line_events
