"""Bytes in a text that are not text: zeros, control characters, incomplete characters."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from smtpscope.errors import Problem
from smtpscope.reading.text.tables.block_table import Places, low_bytes

# Tab, line ends, vertical tab and form feed are text, and the escape character colours many a log.
_CONTROLS: Final = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r\v\f\x1b") + b"\x7f"
_CONTROL: Final = re.compile(rb"[" + re.escape(_CONTROLS) + rb"]")
_IS_CONTROL: Final = np.zeros(256, np.bool_)
_IS_CONTROL[list(_CONTROLS)] = True
_WIDE: Final = re.compile("[\0\ufffd]")


def _controls_in(content: bytes, low: Places) -> int:
    """How many bytes of `content` are control characters; `low` are the places of all bytes below the space."""
    # In most logs, line ends are the only ones.
    if b"\x7f" not in content and not _IS_CONTROL[np.frombuffer(content, np.uint8)[low]].any():
        return 0
    return len(content) - len(content.translate(None, _CONTROLS))


class TextNoise:
    """Counts the bytes in the blocks of one file that are not text, each once, however often the file is read.

    Zeros at the end of a file are space reserved for later writing, and are not counted.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._looked_at = 0
        self._zeros = 0
        self._count = 0
        self._first = 0

    def look(self, data: bytes, start: int, low: Places | None = None) -> None:
        """Checks eight-bit text that begins at byte `start`; `low` are its `low_bytes`, if they are known."""
        if self._looked_at > start:
            data, low = data[self._looked_at - start :], None
        start = max(start, self._looked_at)
        self._looked_at = max(self._looked_at, start + len(data))
        content = data.rstrip(b"\0")
        if low is None or len(content) < len(data):
            low = low_bytes(content)
        controls = _controls_in(content, low)
        if content:
            first = start - self._zeros
            if not self._zeros and controls:
                found = _CONTROL.search(content)
                first = start + (0 if found is None else found.start())
            self._add(self._zeros + controls, first)
            self._zeros = 0
        self._zeros += len(data) - len(content)

    def look_wide(self, text: str, start: int, end: int) -> None:
        """Checks the `text` of the UTF-16 from byte `start` to `end`."""
        if start >= self._looked_at:
            content = text.rstrip("\0")
            found = _WIDE.search(content)
            if found is not None:
                self._add(content.count("\0") + content.count("\ufffd"), start + 2 * found.start())
        self._looked_at = max(self._looked_at, end)

    def _add(self, count: int, first: int) -> None:
        if count and not self._count:
            self._first = first
        self._count += count

    def take(self) -> list[Problem]:
        """The problems since the last call."""
        count, self._count = self._count, 0
        if not count:
            return []
        what = "1 byte is" if count == 1 else f"{count:,} bytes are"
        reason = f"{what} no text (zeros, control characters), as after a crash or in a damaged copy"
        return [Problem(self._file, f"from byte {self._first:#x}", reason, "noted")]
