"""Counts of recipients, senders, servers, replies and more for the row under the cursor; each can become a filter."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Static

from smtpscope.app.asking_thread import ask_then
from smtpscope.app.messages import CopyWanted
from smtpscope.app.widgets.counted_list import CountedList
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import text
from smtpscope.harmless import Shown, shown
from smtpscope.session.browsing.browsed import Browsed
from smtpscope.store.filter.filter_fields import FIELDS
from smtpscope.store.grouping.group_tree import TreePart
from smtpscope.store.spellings import Counted


class CountsScreen(ModalScreen[tuple[str, str, bool] | None]):
    """Answers with (field, value, exclude) for the filter, or None."""

    CSS_PATH = "counts.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c", "close", "Close", id="counts.close"),
        Binding("tab,right,l", "facet(1)", "Next", id="counts.next"),
        Binding("shift+tab,left,h", "facet(-1)", "Previous", id="counts.before"),
        Binding("equals_sign,enter", "choose(False)", "Only this", key_display="=", id="counts.only"),
        Binding("minus", "choose(True)", "Hide this", key_display="-", id="counts.hide"),
        Binding("y", "copy", "Copy list", id="counts.copy"),
    ]

    def __init__(self, analysis: Browsed, part: TreePart, name: Shown) -> None:
        super().__init__()
        self._analysis = analysis
        self._part = part
        self._rows_name = name
        self._tabs = FIELDS.tabs()
        self._facet = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="counts"):
            yield Static(text(self._rows_name, "bold"), id="counts-name")
            yield Static(id="counts-facets")
            yield CountedList("(none)", id="counts-list")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._show()
        self.query_one(CountedList).focus()

    def _show(self) -> None:
        _, facet = self._tabs[self._facet]
        counted = self.query_one(CountedList)
        # What is chosen meanwhile must not be a value of the field before.
        counted.nothing, counted.counted = "counting", ()

        def show(found: Counted) -> None:
            counted.nothing, counted.counted = facet.nothing, found

        ask_then(self, self._analysis, lambda: self._analysis.questions.facets(self._part, facet.name), show)
        parts: list[Content] = []
        for number, (_, each) in enumerate(self._tabs):
            here = number == self._facet
            name = text(f"[{each.name}]" if here else f" {each.name} ", "bold" if here else "$text-muted")
            parts.append(name.stylize(Style.from_meta({"@click": f"screen.to_facet({number})"})))
        self.query_one("#counts-facets", Static).update(Content.assemble(*parts))

    def action_facet(self, by: int) -> None:
        self._facet = (self._facet + by) % len(self._tabs)
        self._show()

    def action_to_facet(self, number: int) -> None:
        self._facet = number
        self._show()

    def action_choose(self, exclude: bool) -> None:
        value = self.query_one(CountedList).value
        if value is None:
            return
        field, facet = self._tabs[self._facet]
        self.dismiss((field.name, f"={value}" if facet.exact else value, exclude))

    def action_copy(self) -> None:
        _, facet = self._tabs[self._facet]
        lines = [f"{count}\t{shown(value) or facet.nothing}" for value, count in self.query_one(CountedList).counted]
        self.app.post_message(CopyWanted("\n".join(lines) + "\n", f"the list of {facet.name}"))

    def action_close(self) -> None:
        self.dismiss(None)

    def on_counted_list_chosen(self, message: CountedList.Chosen) -> None:
        self.action_choose(False)
