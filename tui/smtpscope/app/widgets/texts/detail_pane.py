"""The detail next to the table: the facts of the event or incident on one side, guidance on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from smtpscope.app.widgets.prose.item_pane import ItemPane
from smtpscope.app.widgets.prose.prose_blocks import ProseBlock


class Detail(Struct, frozen=True):
    """The two sides, and the title of the first one ("Event", "Incident").

    `facts_alone` are the facts including the gist of the guidance, for panes with room for only one side. `check_key`
    is the key of live checks, "" where there are none.
    """

    facts_title: str
    facts: tuple[ProseBlock, ...]
    guidance: tuple[ProseBlock, ...]
    facts_alone: tuple[ProseBlock, ...] = ()
    check_key: str = ""


class PaneTabs(Static, can_focus=False):
    """The names of the two sides, shown if there is room for only one; a click switches."""

    ALLOW_SELECT = False

    @dataclass
    class Clicked(Message):
        """The user wants the other side."""

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Clicked())


class DetailPane(Container):
    """Shows both sides if there is room, else one of them with tabs."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back to the table", id="detail.leave")]
    DEFAULT_CSS = """
    DetailPane { layout: vertical; }
    DetailPane > Container { layout: horizontal; }
    DetailPane #facts, DetailPane #guidance { width: 1fr; height: 1fr; border-top: solid $panel;
        border-title-color: $text-muted; }
    DetailPane #facts:focus, DetailPane #guidance:focus { border-top: solid $primary;
        border-title-color: $text-primary; border-title-style: bold; }
    DetailPane PaneTabs { height: 1; display: none; padding: 0 1; }
    DetailPane.-tabs PaneTabs { display: block; }
    DetailPane.-tabs #facts, DetailPane.-tabs #guidance { border-top: none; display: none; }
    DetailPane.-tabs.-facts #facts { display: block; }
    DetailPane.-tabs.-guidance #guidance { display: block; }
    DetailPane.-stacked > Container { layout: vertical; }
    """

    detail: reactive[Detail | None] = reactive(None)
    side: reactive[str] = reactive("facts")

    @dataclass
    class Left(Message):
        """The user is done reading."""

    def compose(self) -> ComposeResult:
        yield PaneTabs()
        with Container():
            yield ItemPane(id="facts")
            yield ItemPane(id="guidance")

    def on_mount(self) -> None:
        self.set_class(True, "-facts")

    @property
    def facts(self) -> ItemPane:
        return self.query_one("#facts", ItemPane)

    @property
    def guidance(self) -> ItemPane:
        return self.query_one("#guidance", ItemPane)

    def show_hints(self, lines: tuple[str, ...]) -> None:
        """Lines for the empty part of the facts; () takes them away."""
        self.facts.hints = lines

    def show_tabs(self, tabs: bool) -> None:
        """Switches to tabs if there is room for only one side."""
        if tabs != self.has_class("-tabs"):
            self.set_class(tabs, "-tabs")
            self._show_facts()

    def _show_facts(self) -> None:
        detail = self.detail
        if detail is None:
            self.facts.blocks = ()
        else:
            self.facts.blocks = (self.has_class("-tabs") and detail.facts_alone) or detail.facts

    def watch_detail(self, detail: Detail | None) -> None:
        self._show_facts()
        self.guidance.blocks = () if detail is None else detail.guidance
        self.facts.border_title = None if detail is None else detail.facts_title
        self.guidance.border_title = f"Guidance{self._check_hint}"
        self._draw_tabs()

    def watch_side(self, side: str) -> None:
        self.set_class(side == "facts", "-facts")
        self.set_class(side == "guidance", "-guidance")
        self._draw_tabs()

    def _draw_tabs(self) -> None:
        title = "Event" if self.detail is None else self.detail.facts_title
        parts: list[Content | str] = []
        for side, name in (("facts", title), ("guidance", "Guidance")):
            here = self.side == side
            parts.append(Content.styled(f"[{name}]" if here else f" {name} ", "bold" if here else "$text-muted"))
        # Always one line: a new screen layout would cost a frame per key.
        tabs = Content.assemble(*parts, (f"  t: switch{self._check_hint}", "$text-muted"))
        self.query_one(PaneTabs).update(tabs, layout=False)

    @property
    def _check_hint(self) -> str:
        """The footer has no room for this key on most screens, and it belongs to what is shown here."""
        return f"  {self.detail.check_key}: check now" if self.detail is not None and self.detail.check_key else ""

    def change_side(self) -> None:
        self.side = "guidance" if self.side == "facts" else "facts"

    def on_pane_tabs_clicked(self, event: PaneTabs.Clicked) -> None:
        event.stop()
        self.change_side()

    def action_leave(self) -> None:
        self.post_message(self.Left())
