"""When it happened: counts by day or hour, the episodes, and a time range for the filter."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from smtpscope.app.asking_thread import ask_then
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import text
from smtpscope.app.widgets.timeline_list import LAYER_SIGNS, TimelineList
from smtpscope.harmless import Shown, shown
from smtpscope.session.browsing.browsed import Browsed
from smtpscope.session.questions.layers import ACTION_NAMES, STACKED_BY, Layer, StackedBy
from smtpscope.store.activity import State
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.store.grouping.time_bins import STEPS, Step, Timeline
from smtpscope.store.times import format_time

_COLOURS: Final = ("$text-error", "$text-accent", "$text-primary", "$text-success", "$text-muted")


class TimelineScreen(ModalScreen[str | None]):
    """Returns a filter term for the chosen time, or None."""

    CSS_PATH = "timeline_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,i", "close", "Close", id="timeline.close"),
        Binding("plus,right,l", "zoom(-1)", "Zoom in", key_display="+", id="timeline.finer"),
        Binding("a", "all", "All in view", id="timeline.all"),
        Binding("o", "stack", "By host/action", id="timeline.stack"),
        Binding("e", "episode", "This episode", id="timeline.episode"),
        Binding("d", "preset('since:today')", "Last day", id="timeline.today"),
        Binding("f", "preset('since:24h')", "Last 24 h", id="timeline.day"),
        Binding("w", "preset('since:7d')", "Last 7 days", id="timeline.week"),
        Binding("minus,left,h", "zoom(1)", "Zoom out", key_display="-", id="timeline.coarser"),
    ]

    def __init__(
        self,
        analysis: Browsed,
        part: TreePart,
        name: Shown,
        everything: TreePart | None = None,
        states: tuple[State | None, State | None] = (None, None),
    ) -> None:
        """`part` are the events of the row `name`, `everything` those of all rows in view; `states` are those of both,
        None to work them out from the times alone.
        """
        super().__init__()
        self._of_row = (part, name)
        self._everything = everything
        self._states = states
        self._by: StackedBy = "action"
        self._analysis = analysis
        self._part = part
        self._rows_name = name
        self._step: Step | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="timeline"):
            yield Static(text(self._rows_name, "bold"), id="timeline-name")
            yield Static(text(""), id="timeline-episodes")
            yield Static(text(""), id="timeline-layers")
            yield TimelineList(self._analysis.zone, id="bins")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._show()
        self.query_one(TimelineList).focus()
        self.query_one(TimelineList).action_to_line(-1)

    def _show(self) -> None:
        questions, part, by, step = self._analysis.questions, self._part, self._by, self._step
        state = self._states[part is self._everything]

        def ask() -> tuple[Timeline, tuple[Layer, ...], str]:
            return *questions.timeline(part, by, step), questions.episodes_text(part, state)

        ask_then(self, self._analysis, ask, lambda found: self._show_found(*found))

    def _show_found(self, found: Timeline, layers: tuple[Layer, ...], episodes: str) -> None:
        self._step = found.step
        bins = self.query_one(TimelineList)
        # Who acts has always the same sign; hosts have them in their order.
        numbers = [
            ACTION_NAMES.index(each.name) if self._by == "action" else place for place, each in enumerate(layers)
        ]
        bins.show_bins(found.bins, found.step, [(n, each.counts) for n, each in zip(numbers, layers, strict=True)])
        bins.border_title = f"events by {found.step}, times in {self._analysis.zone_name}"
        legend = [
            Content.assemble((LAYER_SIGNS[n], _COLOURS[n]), f"\u00a0{shown(each.name)} {sum(each.counts):,}   ")
            for n, each in zip(numbers, layers, strict=True)
        ]
        self.query_one("#timeline-layers", Static).update(Content.assemble(*legend))
        self.query_one("#timeline-name", Static).update(text(self._rows_name, "bold"))
        sentence = episodes or "no event here has a time"
        untimed = f"; {found.untimed:,} without a time" if found.untimed else ""
        self.query_one("#timeline-episodes", Static).update(text(f"{len(self._part):,} events: {sentence}{untimed}"))

    def action_zoom(self, by: int) -> None:
        if self._step is None:
            return
        position = STEPS.index(self._step) + by
        if 0 <= position < len(STEPS):
            self._step = STEPS[position]
            self._show()

    def action_all(self) -> None:
        """Between the row and everything in view."""
        if self._everything is not None:
            whole = self._part is self._everything
            self._part, self._rows_name = self._of_row if whole else (self._everything, shown("All events in view"))
            self._step = None
            self._show()

    def action_stack(self) -> None:
        self._by = STACKED_BY[(STACKED_BY.index(self._by) + 1) % len(STACKED_BY)]
        self._show()

    def action_close(self) -> None:
        self.dismiss(None)

    def on_timeline_list_chosen(self, message: TimelineList.Chosen) -> None:
        # A bin ends before the next one starts, and `until` includes its last second.
        self.dismiss(self._between(message.start_ms, message.end_ms - 1000))

    def _between(self, first_ms: int, last_ms: int) -> str:
        since, until = (format_time(ms, self._analysis.zone).replace(" ", "T") for ms in (first_ms, last_ms))
        return f"since:{since} until:{until}"

    def action_preset(self, term: str) -> None:
        self.dismiss(term)

    def action_episode(self) -> None:
        """Shows the episode at the cursor, or the last one before it."""
        bins = self.query_one(TimelineList)
        if not bins.bins:
            return
        end_ms = bins.bins[bins.cursor].end_ms
        begun = [episode for episode in self._analysis.questions.episodes(self._part) if episode.first_ms < end_ms]
        if begun:
            self.dismiss(self._between(begun[-1].first_ms, begun[-1].last_ms))
