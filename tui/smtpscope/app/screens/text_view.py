"""A screen for one long text: the raw record, or information on the files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from smtpscope.app.messages import CopyWanted, OutsideWanted
from smtpscope.app.widgets.key_footer import KeyFooter
from smtpscope.app.widgets.prose.prose_blocks import ProseBlock, text
from smtpscope.app.widgets.prose.prose_pane import ProsePane


class TextScreen(ModalScreen[None]):
    """Shows `title` and `blocks`; `copied_as` is the harmless text that `y` copies.

    `first` is the number of the block to start at.
    """

    CSS_PATH = "text_view.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", id="reading.close"),
        Binding("y", "copy", "Copy", id="reading.copy"),
        Binding("E", "edit", "Open in editor", id="reading.edit"),
    ]

    def __init__(self, title: str, blocks: Sequence[ProseBlock], *, copied_as: str, first: int = 0) -> None:
        super().__init__()
        self._title = title
        self._blocks = tuple(blocks)
        self._copied_as = copied_as
        self._first = first

    def compose(self) -> ComposeResult:
        with Vertical(id="reading"):
            yield Static(text(self._title, "bold"), id="reading-title")
            yield ProsePane(id="reading-text")
        yield KeyFooter()

    def on_mount(self) -> None:
        pane = self.query_one(ProsePane)
        pane.blocks = self._blocks
        pane.focus()
        if self._first:
            # The position of a block is known only once the pane knows its width.
            self.call_after_refresh(pane.show_block, self._first)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_edit(self) -> None:
        self.app.post_message(OutsideWanted(self._copied_as, "text.txt"))

    def action_copy(self) -> None:
        self.app.post_message(CopyWanted(self._copied_as, "the text"))
