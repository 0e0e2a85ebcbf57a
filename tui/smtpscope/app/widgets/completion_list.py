"""What the term that is being typed may become, below the filter's line and over what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from smtpscope.harmless import shown
from smtpscope.store.filter.suggestions import Completion

_LONGEST_TERM = 48
_LONGEST_REMARK = 56


class CompletionList(Static, can_focus=False):
    """Draws `completions`, one a line; `chosen` is the one that the arrows have come to, -1 for none."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CompletionList {
        overlay: screen;
        constrain: inside inside;
        width: auto;
        height: auto;
        max-height: 8;
        margin: 0 0 0 8;
        padding: 0 1;
        background: $panel;
        display: none;
    }
    CompletionList.-shown { display: block; }
    """

    completions: reactive[tuple[Completion, ...]] = reactive(())
    chosen: reactive[int] = reactive(-1)

    @dataclass
    class Taken(Message):
        """A click on a completion."""

        completion: Completion

    def show(self, completions: Sequence[Completion]) -> None:
        """Other completions; none of them is chosen."""
        self.chosen = -1
        self.completions = tuple(completions)
        self._draw()

    @property
    def completion(self) -> Completion | None:
        """The chosen one, else the first; None where there is none."""
        return self.completions[max(0, self.chosen)] if self.completions else None

    def move(self, by: int) -> None:
        """Chooses the next one, or the one before; before the first none is chosen."""
        self.chosen = max(-1, min(len(self.completions) - 1, self.chosen + by))
        self._draw()

    def _draw(self) -> None:
        self.set_class(bool(self.completions), "-shown")
        width = min(_LONGEST_TERM, max((len(shown(each.term)) for each in self.completions), default=0))
        lines = []
        for number, each in enumerate(self.completions):
            term = Content(shown(each.term)).truncate(width, ellipsis=True, pad=True)
            remark = Content(shown(each.remark)).truncate(_LONGEST_REMARK, ellipsis=True)
            here = number == self.chosen
            line = Content.assemble("> " if here else "  ", term, "  ", (remark.plain, "$text-muted"))
            lines.append(line.stylize("bold reverse") if here else line)
        self.update(Content("\n").join(lines))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        line = event.y
        if 0 <= line < len(self.completions):
            self.post_message(self.Taken(self.completions[line]))
