"""The lines of a file by their numbers, counted only up to where something is wrong."""

from __future__ import annotations

from typing import Final

from smtpscope.reading.encodings import TextBlock

_FAR: Final = 2_000
"""Characters; whoever looks for something in a longer line needs the byte too."""


class LinePlaces:
    """Names places in the blocks of one file, which are passed in the order of the file."""

    def __init__(self) -> None:
        self._before = 0
        self._counted = 0
        self._block: TextBlock | None = None

    def begin(self, block: TextBlock) -> None:
        """From now on places are asked for in `block`, in rising order."""
        self._block, self._counted = block, 0

    def done(self, rest: int) -> None:
        """The next block begins with what is at the index `rest` of this one."""
        self._count(rest)

    def at(self, index: int) -> str:
        """The line of the character at `index`, and the byte where the line does not say enough."""
        assert self._block is not None, "there is no current block"
        self._count(index)
        text = self._block.text
        line = f"line {self._before + 1}"
        begin = text.rfind("\n", max(0, index - _FAR), index)
        return line if begin >= 0 or index < _FAR else f"{line}, byte {self._block.offset(index):#x}"

    def _count(self, index: int) -> None:
        assert self._block is not None, "there is no current block"
        if index > self._counted:
            self._before += self._block.text.count("\n", self._counted, index)
            self._counted = index
