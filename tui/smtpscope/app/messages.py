"""Messages that any screen may post and the application answers."""

from __future__ import annotations

from textual.message import Message


class CopyWanted(Message):
    """`content`, already harmless, should go to the clipboard; `what` says what it is, as in "the summary"."""

    def __init__(self, content: str, what: str) -> None:
        super().__init__()
        self.content = content
        self.what = what
