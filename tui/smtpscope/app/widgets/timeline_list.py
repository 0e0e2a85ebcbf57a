"""A timeline as lines: one a bin, with its time, its number and a bar; a cursor and a range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar, Final

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from smtpscope.app.widgets.cursor_list import CursorList
from smtpscope.store.grouping.time_bins import Bin, Step
from smtpscope.store.times import format_time

_TIME_LENGTH: dict[Step, int] = {"minute": 16, "quarter hour": 16, "hour": 16, "day": 10, "week": 10, "month": 7}


LAYER_SIGNS: Final = "█▓▒▚░"
"""The bars of the layers, so that they differ without colours, too."""
_FOLDED_FROM: Final = 3


def folded_bins(bins: Sequence[Bin]) -> list[list[int]]:
    """The numbers of the bins of each line: a run of empty ones is one line."""
    lines: list[list[int]] = []
    run: list[int] = []
    for number, each in enumerate(bins):
        if not each.count:
            run.append(number)
            continue
        lines += [run] if len(run) >= _FOLDED_FROM else [[one] for one in run]
        lines.append([number])
        run = []
    return lines + ([run] if len(run) >= _FOLDED_FROM else [[one] for one in run])


_KEYS: list[BindingType] = [
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
_CSS = """
TimelineList {
    border-title-color: $text-muted;
    .timeline-list--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
        text-style: bold;
    }
    .timeline-list--range { background: $panel; }
    .timeline-list--layer-0 { color: $text-error; }
    .timeline-list--layer-1 { color: $text-accent; }
    .timeline-list--layer-2 { color: $text-primary; }
    .timeline-list--layer-3 { color: $text-success; }
    .timeline-list--layer-4 { color: $text-muted; }
}
"""


class TimelineList(CursorList):
    """`bins` in order of time, drawn in `zone` for their `step`. Enter chooses the bin or the range."""

    BINDINGS: ClassVar[list[BindingType]] = _KEYS
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "timeline-list--cursor",
        "timeline-list--range",
        *(f"timeline-list--layer-{number}" for number in range(len(LAYER_SIGNS))),
    }
    DEFAULT_CSS = _CSS

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
        self._layers: tuple[Sequence[int], ...] = ()
        self._signs: tuple[int, ...] = ()
        self._folded: dict[int, int] = {}

    def show_bins(self, bins: Sequence[Bin], step: Step, layers: Sequence[tuple[int, Sequence[int]]] = ()) -> None:
        """Other bins; the cursor stays at its time. `layers` are the parts of the bins, each with the number of its
        sign and colour.
        """
        at = self.bins[self.cursor].start_ms if self.cursor < len(self.bins) else None
        self.step = step
        self.range_start = None
        folded = folded_bins(bins)
        kept = [numbers[0] for numbers in folded]
        self._folded = {line: len(numbers) for line, numbers in enumerate(folded) if len(numbers) > 1}
        self._signs = tuple(sign for sign, _ in layers)
        self._layers = tuple([counts[number] for number in kept] for _, counts in layers)
        self.bins = tuple(
            Bin(bins[numbers[0]].start_ms, bins[numbers[-1]].end_ms, bins[numbers[0]].count) for numbers in folded
        )
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
        plain = None
        if line == self.cursor:
            base = plain = self.get_component_rich_style("timeline-list--cursor")
        elif first <= line <= last and self.range_start is not None:
            base = plain = self.get_component_rich_style("timeline-list--range")
        most = max(bin_.count for bin_ in self.bins)
        digits = len(f"{most:,}")
        when = format_time(each.start_ms, self._zone, seconds=False)[: _TIME_LENGTH[self.step]]
        sign = "> " if line == self.cursor else "| " if first <= line <= last and self.range_start is not None else "  "
        room = max(1, width - len(when) - digits - 6)
        count = f"{each.count:>{digits},}" if each.count else f"{'.':>{digits}}"
        segments = [Segment(f"{sign}{when}  {count}  ", base)]
        if line in self._folded:
            segments.append(Segment(f"{self._folded[line]} {self.step}s without events", base))
        for number, length in self._bar(line, room, most):
            style = plain or self.get_component_rich_style(f"timeline-list--layer-{number}")
            segments.append(Segment(LAYER_SIGNS[number] * length, style))
        return Strip(segments).adjust_cell_length(width, base)

    def _bar(self, line: int, room: int, most: int) -> list[tuple[int, int]]:
        """The parts of a bar: the number of the layer, and its length in cells."""
        count = self.bins[line].count
        if not count:
            return []
        length = max(1, round(room * count / most))
        if not self._layers:
            return [(1, length)]
        parts, done = [], 0
        for number, counts in zip(self._signs, self._layers, strict=True):
            before = round(length * done / count)
            done += counts[line]
            # Even one of our events among many is seen.
            cells = max(round(length * done / count) - before, 1 if counts[line] else 0)
            parts.append((number, cells))
        return parts

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
