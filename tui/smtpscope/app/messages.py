"""Messages that any screen may post and the application answers."""

from __future__ import annotations

from textual.message import Message


class CopyWanted(Message):
    """`content`, already harmless, should go to the clipboard; `what` says what it is, as in "the summary"."""

    def __init__(self, content: str, what: str) -> None:
        super().__init__()
        self.content = content
        self.what = what


class OutsideWanted(Message):
    """`content`, already harmless, should be opened in the user's editor or pager, in a file called `name`."""

    def __init__(self, content: str, name: str) -> None:
        super().__init__()
        self.content = content
        self.name = name
