"""Asks for the public IP address that the mail of one of our servers leaves from."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import text
from smtpscope.harmless import shown


class AddressScreen(ModalScreen[str | None]):
    """Returns what was typed, "" to forget the IP address, None to leave it as it is."""

    CSS_PATH = "address_dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Save", id="address.keep", priority=True),
        # Priority, so that no Enter overtakes it and saves.
        Binding("escape", "close", "Cancel", id="address.close", priority=True),
    ]

    def __init__(self, server: str, before: str) -> None:
        super().__init__()
        self._server = server
        self._before = before
        self._missed = False

    def compose(self) -> ComposeResult:
        whose = f"mail of {shown(self._server)}" if self._server else "our mail"
        with Vertical(id="address"):
            yield Static(text(f"Public IP address that {whose} leaves from; it is remembered on this computer:"))
            yield Input(str(shown(self._before)), id="address-typed", compact=True)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """What is typed goes to the line, and arrives here only while there is none."""
        if event.is_printable:
            self._missed = True

    def action_keep(self) -> None:
        # Digits may still be on their way to the line: without the last ones it is the IP address of somebody else.
        for line in self.query(Input):
            line.call_later(self._typed, line)

    def _typed(self, line: Input) -> None:
        self.call_later(self._keep, line.value.strip())

    def _keep(self, typed: str) -> None:
        if not self.is_current:
            return
        if self._missed:
            self._missed = False
            self.notify("Check the IP address: its first keys came too early. Then press Enter again")
        else:
            self.dismiss(typed)

    def action_close(self) -> None:
        if self.is_current:
            self.dismiss(None)
