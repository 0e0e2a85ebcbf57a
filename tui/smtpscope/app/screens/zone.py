"""Chooses the display time zone, and the zone assumed for logs that name none."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar, Final

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import clickable, text
from smtpscope.app.widgets.vi_keys import move_highlight
from smtpscope.errors import UsageError
from smtpscope.harmless import shown
from smtpscope.store.times import zone_label, zone_named

_FIRST: Final = ("local", "UTC")
_MOST: Final = 200


class ZoneChoice(Struct, frozen=True):
    """`zone` is the display zone; `also_without` applies it also to logs that name none."""

    zone: tzinfo
    also_without: bool


class ZoneScreen(ModalScreen[ZoneChoice | None]):
    """Returns the chosen zone. `without` is the number of events from logs without a zone, `taken_for` their current
    zone.
    """

    CSS_PATH = "zone.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Cancel", id="zone.close"),
        Binding("enter", "choose", "Use this zone", id="zone.choose", priority=True),
        Binding("f2", "also", "Also for logs without a zone", id="zone.also"),
        Binding("down", "move(1)", "Next", show=False, id="zone.down", priority=True),
        Binding("up", "move(-1)", "Previous", show=False, id="zone.up", priority=True),
    ]

    def __init__(self, shown_in: tzinfo, without: int, assumed_zone: str) -> None:
        super().__init__()
        self._shown_in = shown_in
        self._without = without
        self._taken_for = assumed_zone
        self._also = False
        self._names: tuple[str, ...] = _FIRST
        self._listed: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="zone"):
            yield Static(text(f"Times shown in {zone_label(self._shown_in)}", "bold"), id="zone-title")
            yield Input(placeholder="zone name or offset: berlin, +01:00", id="zone-name", compact=True)
            yield OptionList(id="zone-list", compact=True, markup=False)
            yield Static(id="zone-also")
            yield Static(id="zone-note")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._show()
        self._show_also()
        self.query_one(Input).focus()
        # Listing the names takes too long for a key press.
        self.run_worker(self._look_up, thread=True)

    def _look_up(self) -> None:
        from zoneinfo import available_timezones

        names = sorted(name for name in available_timezones() if "/" in name)
        self.app.call_from_thread(self._names_found, names)

    def _names_found(self, names: list[str]) -> None:
        self._names = (*_FIRST, *names)
        # The names may come while the screen is being closed.
        if self.query(OptionList):
            self._show()

    def _show(self) -> None:
        wanted = self.query_one(Input).value.strip().casefold()
        found = [name for name in self._names if wanted in name.casefold().replace("_", " ")]
        found += [name for name in self._names if wanted in name.casefold() and name not in found]
        self._listed = found[:_MOST]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._line(name)) for name in self._listed])
        if self._listed:
            options.highlighted = 0
        self.query_one("#zone-note", Static).update(Content(""))

    @staticmethod
    def _line(name: str) -> Content:
        words = {"local": "local time of this computer", "UTC": "UTC"}.get(name, name)
        return text(words)

    def _show_also(self) -> None:
        if not self._without:
            words = "All times in these logs name their zone, so this changes only how they are shown."
        else:
            events = "event comes from a log" if self._without == 1 else "events come from logs"
            box = "[x]" if self._also else "[ ]"
            words = (
                f"{box} f2: {self._without:,} {events} without a zone, read as {self._taken_for}; "
                "read them in the chosen zone too"
            )
        line = text(words)
        self.query_one("#zone-also", Static).update(clickable(line, "also") if self._without else line)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._show()

    def action_also(self) -> None:
        if self._without:
            self._also = not self._also
            self._show_also()

    def action_move(self, by: int) -> None:
        move_highlight(self.query_one(OptionList), by)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        highlighted = self.query_one(OptionList).highlighted
        name = self._listed[highlighted] if highlighted is not None and self._listed else ""
        try:
            zone = zone_named(name or self.query_one(Input).value)
        except UsageError as error:
            self.query_one("#zone-note", Static).update(text(shown(f"{error.what}. {error.remedy}.")))
            return
        self.dismiss(ZoneChoice(zone, self._also))

    def action_close(self) -> None:
        self.dismiss(None)
