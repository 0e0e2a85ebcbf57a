"""Which columns the table has: all that fit, but for those that are left out."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import SelectionList, Static
from textual.widgets._toggle_button import ToggleButton
from textual.widgets.selection_list import Selection

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import text
from smtpscope.app.widgets.table.table_line import OPTIONAL_COLUMNS, ColumnName

_MEANINGS: Final[dict[ColumnName, str]] = {
    "cause": "why the mail was refused",
    "first": "the time of the first event",
    "last": "the time of the last event",
    "state": "ongoing, quiet or over",
    "activity": "when it happened, as bars",
}


class _Boxes(SelectionList[ColumnName]):
    """Textual's boxes have an X also where nothing is ticked, in another colour only."""

    def render_line(self, y: int) -> Strip:
        left, inner, right, *rest = super().render_line(y)
        if left.text != ToggleButton.BUTTON_LEFT:
            return Strip([left, inner, right, *rest])
        ticked = self.get_option_at_index(self.scroll_offset.y + y).value in self.selected
        return Strip([Segment(f"[{'x' if ticked else ' '}]", rest[0].style), *rest])


class ColumnsScreen(ModalScreen[frozenset[ColumnName]]):
    """Answers with the columns that are left out. A narrow screen leaves out more."""

    CSS_PATH = "columns_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "show_or_hide", "Show or hide", id="columns.toggle", priority=True),
        Binding("escape,q,enter", "close", "Close", id="columns.close", priority=True),
        Binding("j", "move(1)", "Next", show=False, id="columns.down"),
        Binding("k", "move(-1)", "Previous", show=False, id="columns.up"),
    ]

    def __init__(self, left_out: frozenset[ColumnName]) -> None:
        super().__init__()
        self._left_out = left_out

    def compose(self) -> ComposeResult:
        with Vertical(id="columns"):
            yield Static(text("Columns. Name, action and count are always shown.", "bold"), id="columns-title")
            yield _Boxes(
                *(
                    Selection(text(f"{name:<9} {_MEANINGS[name]}"), name, initial_state=name not in self._left_out)
                    for name in OPTIONAL_COLUMNS
                ),
                id="columns-list",
                compact=True,
            )
        yield KeyFooter()

    @property
    def _list(self) -> SelectionList[ColumnName]:
        return self.query_one(_Boxes)

    def on_mount(self) -> None:
        self._list.focus()

    def action_show_or_hide(self) -> None:
        self._list.action_select()

    def action_move(self, by: int) -> None:
        if by > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def action_close(self) -> None:
        self.dismiss(frozenset(OPTIONAL_COLUMNS) - frozenset(self._list.selected))
