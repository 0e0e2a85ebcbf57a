"""What the table is grouped by: one field with its usual second one, or any two."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import text
from smtpscope.app.widgets.vi_keys import move_highlight
from smtpscope.store.grouping.dimensions import DIMENSIONS, NO_GROUPS, Grouping


class GroupingScreen(ModalScreen[Grouping | None]):
    """Answers with the chosen grouping; `current` is the one on the screen."""

    CSS_PATH = "grouping_screen.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Group", id="grouping.choose", priority=True),
        *(
            Binding(str(digit), f"number({digit})", "Choose", key_display="0-9", show=digit == 0, id="grouping.number")
            for digit in range(10)
        ),
        Binding("tab,right,l", "then_by", "Then by ...", id="grouping.then_by", priority=True),
        Binding("left,h,shift+tab", "first", "Back", id="grouping.first", priority=True),
        Binding("escape,q,o", "close", "Cancel", id="grouping.close", priority=True),
        Binding("down,j", "move(1)", "Next", show=False, id="grouping.down", priority=True),
        Binding("up,k", "move(-1)", "Previous", show=False, id="grouping.up", priority=True),
    ]

    def __init__(self, current: Grouping) -> None:
        super().__init__()
        self._current = current
        self._first = ""
        self._offered: list[Grouping] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="grouping"):
            yield Static(id="grouping-title")
            yield OptionList(id="grouping-list", compact=True, markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        self._list.focus()
        self._offer("")

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    def _offer(self, first: str) -> None:
        """The fields to group by; with a `first` one, those that may come second."""
        self._first = first
        if first:
            pairs = (f"{first},{name}" for name in DIMENSIONS.names if name != first)
            self._offered = [DIMENSIONS.understood(pair) or pair for pair in pairs]
            title = f"Group by {DIMENSIONS.named(first).title}, then by"
        else:
            self._offered = list(DIMENSIONS.groupings)
            title = "Group by (Tab chooses another second field)"
        self.query_one("#grouping-title", Static).update(text(title, "bold"))
        options = self._list
        options.clear_options()
        options.add_options([Option(self._line(grouping)) for grouping in self._offered])
        current = (self._current, self._current.partition(",")[0])
        options.highlighted = next((at for at, each in enumerate(self._offered) if each in current), 0)
        self.refresh_bindings()

    def _line(self, grouping: Grouping) -> Content:
        levels = DIMENSIONS.of(grouping)
        number = self._number_of(grouping)
        if not levels:
            words = f"{number}  nothing: all events, one by one"
        elif self._first:
            words = f"{number}  {levels[1].title}"
        else:
            words = f"{number}  {levels[0].title}, then {levels[1].title}"
        return text(f"{words}  (now)" if grouping == self._current else words)

    def _number_of(self, grouping: Grouping) -> int:
        """The digit that chooses a line; each field has the same one in both lists."""
        if grouping == NO_GROUPS:
            return 0
        return DIMENSIONS.names.index(DIMENSIONS.of(grouping)[1 if self._first else 0].name) + 1

    @property
    def _highlighted(self) -> Grouping:
        return self._offered[self._list.highlighted or 0]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "then_by":
            return not self._first
        return action != "first" or self._first != ""

    def action_move(self, by: int) -> None:
        move_highlight(self._list, by)

    def action_then_by(self) -> None:
        if self._highlighted != NO_GROUPS:
            self._offer(DIMENSIONS.of(self._highlighted)[0].name)

    def action_first(self) -> None:
        self._offer("")

    def action_number(self, number: int) -> None:
        for grouping in self._offered:
            if self._number_of(grouping) == number:
                self.dismiss(grouping)
                return

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        self.dismiss(self._highlighted)

    def action_close(self) -> None:
        self.dismiss(None)
