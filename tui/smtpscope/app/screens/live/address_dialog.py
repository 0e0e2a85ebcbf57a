"""Asks for the public IP address that the mail of one of our servers leaves from."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.texts.prose import text
from smtpscope.harmless import shown


class AddressScreen(ModalScreen[str | None]):
    """Returns what was typed, "" to forget the IP address, None to leave it as it is."""

    CSS_PATH = "address_dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Save", id="address.keep", priority=True),
        Binding("escape", "close", "Cancel", id="address.close"),
    ]

    def __init__(self, server: str, before: str) -> None:
        super().__init__()
        self._server = server
        self._before = before

    def compose(self) -> ComposeResult:
        whose = f"mail of {shown(self._server)}" if self._server else "our mail"
        with Vertical(id="address"):
            yield Static(text(f"Public IP address that {whose} leaves from; it is remembered on this computer:"))
            yield Input(str(shown(self._before)), id="address-typed", compact=True)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def action_keep(self) -> None:
        self.dismiss(self.query_one(Input).value.strip())

    def action_close(self) -> None:
        self.dismiss(None)
