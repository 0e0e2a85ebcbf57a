"""Saved views: named filters with grouping and order, available in every log."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import text
from smtpscope.app.widgets.vi_keys import move_highlight
from smtpscope.harmless import shown
from smtpscope.session.browsing.browsed import Browsed
from smtpscope.store.grouping.dimensions import DIMENSIONS
from smtpscope.workspace.saved_views import SavedView


class ViewsScreen(ModalScreen[SavedView | None]):
    """Returns the view to apply. `here` is the current one, still unnamed."""

    CSS_PATH = "views.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="views.close"),
        Binding("enter", "choose", "Open view", id="views.choose", priority=True),
        Binding("f2", "save", "Save current view", id="views.save"),
        Binding("f8", "remove", "Delete view", id="views.remove"),
        Binding("down", "move(1)", "Next", show=False, id="views.down", priority=True),
        Binding("up", "move(-1)", "Previous", show=False, id="views.up", priority=True),
    ]

    def __init__(self, analysis: Browsed, here: SavedView) -> None:
        super().__init__()
        self._analysis = analysis
        self._here = here
        self._views: tuple[SavedView, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(id="views"):
            yield Static(Content("Saved views: Enter opens one, f2 saves the current view"), id="views-title")
            yield Input(placeholder="a name to save, or text to search", id="views-name", compact=True)
            yield OptionList(id="views-list", compact=True)
            yield Static(id="views-note")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._show()
        self.query_one(Input).focus()

    @property
    def views(self) -> tuple[SavedView, ...]:
        """The views in the list now."""
        return self._views

    def _show(self) -> None:
        wanted = self.query_one(Input).value.strip().casefold()
        self._views = tuple(view for view in self._analysis.user_data.views() if wanted in view.name.casefold())
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._line(view)) for view in self._views])
        if self._views:
            options.highlighted = 0
        none = "No saved view has a name like that." if wanted else "No view is saved yet. Type a name and press f2."
        self._note(self._analysis.user_data.warning or ("" if self._views else none))

    @staticmethod
    def _line(view: SavedView) -> Content:
        what = shown(view.filter_text) or "no filter"
        return Content.assemble(
            (str(shown(view.name)), "bold"), (f"  {what}  {DIMENSIONS.phrase(view.grouping)}", "$text-muted")
        )

    def _note(self, note: str) -> None:
        self.query_one("#views-note", Static).update(text(shown(note)))

    def on_input_changed(self, event: Input.Changed) -> None:
        self._show()

    def action_move(self, by: int) -> None:
        move_highlight(self.query_one(OptionList), by)

    def action_choose(self) -> None:
        highlighted = self.query_one(OptionList).highlighted
        if highlighted is not None and self._views:
            self.dismiss(self._views[highlighted])
        elif self.query_one(Input).value.strip():
            self.action_save()

    def action_save(self) -> None:
        name = self.query_one(Input).value.strip()
        if not name:
            self._note("Type a name for the view first.")
            return
        here = self._here
        view = SavedView(name, here.filter_text, here.grouping, here.sort, here.descending, here.left_out)
        if self._analysis.user_data.save_view(view):
            self.notify(shown(f"Saved as {name}"))
            self.dismiss(None)
        else:
            self._note(self._analysis.user_data.warning or "The view could not be saved.")

    def action_remove(self) -> None:
        highlighted = self.query_one(OptionList).highlighted
        if highlighted is not None and self._views:
            self._analysis.user_data.remove_view(self._views[highlighted].name)
            self._show()

    def action_close(self) -> None:
        self.dismiss(None)
