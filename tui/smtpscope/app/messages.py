"""Messages that any screen may post and the application answers."""

from __future__ import annotations

from textual.message import Message


class CopyWanted(Message):
    """Copy `content`, already harmless, to the clipboard; `what` is its name, as in "the summary"."""

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
