"""A link before it is opened: shown in full, because whoever refused the mail may have written it."""

from __future__ import annotations

import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Static

from smtpscope.app.links import has_browser
from smtpscope.app.messages import CopyWanted
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import text
from smtpscope.harmless import Shown


class LinkScreen(ModalScreen[None]):
    """`link` is one that `link_in` found. The terminal may open it as well: it is drawn as a hyperlink (OSC 8)."""

    CSS_PATH = "link.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open in the browser", id="link.open"),
        Binding("y", "copy", "Copy link", id="link.copy"),
        Binding("escape,q,n", "close", "Close", id="link.close"),
    ]

    def __init__(self, link: Shown) -> None:
        super().__init__()
        self._link = link

    def compose(self) -> ComposeResult:
        with Vertical(id="link"):
            yield Static(text("Open this link?", "bold"))
            yield Static(Content.styled(self._link, Style(underline=True, link=self._link)), id="link-text")
        yield KeyFooter()

    def action_open(self) -> None:
        if self.app.is_web or has_browser(os.environ):
            # A browser may take seconds to start.
            app, link = self.app, self._link
            app.run_worker(lambda: app.open_url(link), thread=True, group="link")
            self.notify("Opening the link in the browser")
            self.dismiss(None)
        else:
            self.notify("No browser here. Copy the link (y), or click it if your terminal opens links")

    def action_copy(self) -> None:
        self.app.post_message(CopyWanted(self._link, "the link"))
        self.dismiss(None)

    def action_close(self) -> None:
        self.dismiss(None)
