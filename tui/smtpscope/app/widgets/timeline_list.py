"""A timeline as lines: one a bin, with its time, its number and a bar; a cursor and a range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from smtpscope.app.widgets.cursor_list import CursorList
from smtpscope.store.grouping.time_bins import Bin, Step
from smtpscope.store.times import format_time

_TIME_LENGTH: dict[Step, int] = {"minute": 16, "quarter hour": 16, "hour": 16, "day": 10, "week": 10, "month": 7}


class TimelineList(CursorList):
    """`bins` in order of time, drawn in `zone` for their `step`. Enter chooses the bin or the range."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Next", show=False, id="bins.down"),
        Binding("k,up", "move(-1)", "Previous", show=False, id="bins.up"),
        Binding("g,home", "to_line(0)", "First", show=False, id="bins.first"),
        Binding("G,end", "to_line(-1)", "Last", show=False, id="bins.last"),
        Binding("ctrl+d,pagedown", "page(1)", "Page down", show=False, id="bins.page_down"),
        Binding("ctrl+u,pageup", "page(-1)", "Page up", show=False, id="bins.page_up"),
        Binding("n", "busy(1)", "Next with events", id="bins.busy"),
        Binding("N", "busy(-1)", "Previous with events", show=False, id="bins.busy_before"),
        Binding("v", "anchor", "Start a range", id="bins.range"),
        Binding("enter", "choose", "Filter to this time", id="bins.choose"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"timeline-list--cursor", "timeline-list--range", "timeline-list--bar"}
    DEFAULT_CSS = """
    TimelineList {
        border-title-color: $text-muted;
        .timeline-list--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
        .timeline-list--range { background: $panel; }
        .timeline-list--bar { color: $text-accent; }
    }
    """

    bins: reactive[tuple[Bin, ...]] = reactive((), layout=False)
    range_start: reactive[int | None] = reactive(None)

    @dataclass
    class Chosen(Message):
        """From `start_ms` to before `end_ms`."""

        start_ms: int
        end_ms: int

    def __init__(self, zone: tzinfo, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._zone = zone
        self.step: Step = "day"

    def show_bins(self, bins: Sequence[Bin], step: Step) -> None:
        """Other bins; the cursor stays at its time."""
        at = self.bins[self.cursor].start_ms if self.cursor < len(self.bins) else None
        self.step = step
        self.range_start = None
        self.bins = tuple(bins)
        if at is not None:
            later = [number for number, each in enumerate(self.bins) if each.end_ms > at]
            self.cursor = later[0] if later else len(self.bins) - 1

    @property
    def line_count(self) -> int:
        return len(self.bins)

    def line_chosen(self) -> None:
        self.action_choose()

    def watch_bins(self) -> None:
        self.resize_content()

    def watch_range_start(self) -> None:
        self.refresh()

    @property
    def selected(self) -> tuple[int, int]:
        """The first and last bin of the range, both the cursor where no range was begun."""
        other = self.cursor if self.range_start is None else self.range_start
        return min(self.cursor, other), max(self.cursor, other)

    def draw_line(self, line: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        if line >= len(self.bins):
            return Strip.blank(width, base)
        each = self.bins[line]
        first, last = self.selected
        bar_style = self.get_component_rich_style("timeline-list--bar")
        if line == self.cursor:
            base = bar_style = self.get_component_rich_style("timeline-list--cursor")
        elif first <= line <= last and self.range_start is not None:
            base = bar_style = self.get_component_rich_style("timeline-list--range")
        most = max(bin_.count for bin_ in self.bins)
        digits = len(f"{most:,}")
        when = format_time(each.start_ms, self._zone, seconds=False)[: _TIME_LENGTH[self.step]]
        sign = "> " if line == self.cursor else "| " if first <= line <= last and self.range_start is not None else "  "
        room = max(1, width - len(when) - digits - 6)
        bar = "█" * max(1, round(room * each.count / most)) if each.count else ""
        count = f"{each.count:>{digits},}" if each.count else f"{'.':>{digits}}"
        return Strip([Segment(f"{sign}{when}  {count}  ", base), Segment(bar, bar_style)]).adjust_cell_length(
            width, base
        )

    def action_busy(self, by: int) -> None:
        numbers = [number for number, each in enumerate(self.bins) if each.count]
        beyond = [number for number in numbers if (number > self.cursor if by > 0 else number < self.cursor)]
        if beyond:
            self.cursor = beyond[0] if by > 0 else beyond[-1]

    def action_anchor(self) -> None:
        self.range_start = self.cursor if self.range_start is None else None

    def action_choose(self) -> None:
        if self.bins:
            first, last = self.selected
            self.post_message(self.Chosen(self.bins[first].start_ms, self.bins[last].end_ms))
