"""Recipients, senders, servers, replies and more of what the cursor stands on, counted; each can be filtered on."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from smtpscope.app.messages import CopyWanted
from smtpscope.app.widgets.counted_list import CountedList
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.texts.prose import text
from smtpscope.harmless import Shown, shown
from smtpscope.session import Analysis, Rows
from smtpscope.store.grouping.facets import Facet

# Facet, the filter's field, and how an empty value is called.
_FACETS: Final[tuple[tuple[Facet, str, str], ...]] = (
    ("recipients", "rcpt", "(none)"),
    ("senders", "from", "<> (bounces: no sender)"),
    ("hosts", "host", "(no host)"),
    ("servers", "server", "(not named)"),
    ("replies", "reply", "(empty)"),
    ("codes", "code", "(no code)"),
    ("enhanced codes", "code", "(none)"),
    ("causes", "cause", "(none)"),
    ("commands", "cmd", "(empty)"),
    ("event ids", "id", "(none)"),
    ("files", "file", "(none)"),
)
_NOT_EXACT: Final = frozenset({"code", "id", "reply", "cmd"})


class CountsScreen(ModalScreen[tuple[str, str, bool] | None]):
    """Answers with (field, value, exclude) for the filter, or None."""

    CSS_PATH = "counts.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c", "close", "Close", id="counts.close"),
        Binding("tab,right,l", "facet(1)", "Next", id="counts.next"),
        Binding("shift+tab,left,h", "facet(-1)", "Before", id="counts.before"),
        Binding("equals_sign,enter", "choose(False)", "Only this", key_display="=", id="counts.only"),
        Binding("minus", "choose(True)", "Hide this", key_display="-", id="counts.hide"),
        Binding("y", "copy", "Copy the list", id="counts.copy"),
    ]

    def __init__(self, analysis: Analysis, rows: Rows, name: Shown) -> None:
        super().__init__()
        self._analysis = analysis
        self._rows = rows
        self._rows_name = name
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
        facet, _, nothing = _FACETS[self._facet]
        counted = self.query_one(CountedList)
        counted.nothing = nothing
        counted.counted = self._analysis.facets(self._rows, facet)
        parts: list[Content | tuple[str, str]] = []
        for number, (name, _, _) in enumerate(_FACETS):
            here = number == self._facet
            parts.append((f"[{name}]" if here else f" {name} ", "bold" if here else "$text-muted"))
        self.query_one("#counts-facets", Static).update(Content.assemble(*parts))

    def action_facet(self, by: int) -> None:
        self._facet = (self._facet + by) % len(_FACETS)
        self._show()

    def action_choose(self, exclude: bool) -> None:
        value = self.query_one(CountedList).value
        if value is None:
            return
        field = _FACETS[self._facet][1]
        self.dismiss((field, value if field in _NOT_EXACT else f"={value}", exclude))

    def action_copy(self) -> None:
        facet, _, nothing = _FACETS[self._facet]
        lines = [f"{count}\t{shown(value) or nothing}" for value, count in self.query_one(CountedList).counted]
        self.app.post_message(CopyWanted("\n".join(lines) + "\n", f"the list of {facet}"))

    def action_close(self) -> None:
        self.dismiss(None)

    def on_counted_list_chosen(self, message: CountedList.Chosen) -> None:
        self.action_choose(False)
