"""Reads one value of many template instances of the same shape at once."""

from __future__ import annotations

from typing import Final

import numpy as np

from smtpscope.reading.evtx.chunks.chunk_buffer import Buffer, Flags, Numbers
from smtpscope.reading.evtx.templates import binary_values as values

_LOW_HALF: Final = 0xFFFF
_SIZE_OF_TYPE: Final = {0x04: 1, 0x06: 2, 0x08: 4, 0x0A: 8}
"""The unsigned types and their bytes."""
_FILETIME: Final = 0x11
_DESCRIPTOR: Final = 4


class UnfitError(Exception):
    """Some records must be read one by one."""


class InstanceGroup:
    """Some template instances with values of the same types: `rows` are the caller's numbers for them.

    Made of instances with the same count of values, it keeps those like the first one. Raises UnfitError if a value
    does not have the required type or size.
    """

    def __init__(self, buffer: Buffer, rows: Numbers, at: Numbers, count: int, end: Numbers) -> None:
        """`at` is the offset of the count of values, `count` that count, `end` the latest end of an instance."""
        descriptors = buffer.gathered(at + 4, _DESCRIPTOR * count).view("<u4").reshape(-1, count)
        types = descriptors >> 16 & 0xFF
        sizes = (descriptors & _LOW_HALF).astype(np.int64)
        begin = at + 4 + _DESCRIPTOR * count
        same = np.all(types == types[0], axis=1) & (begin + sizes.sum(axis=1) <= end)
        if not np.all(same):
            rows, begin, sizes = rows[same], begin[same], sizes[same]
        self.rows = rows
        self._buffer = buffer
        self._types: list[int] = types[0].tolist()
        self._sizes = sizes
        self._offsets = np.cumsum(sizes, axis=1) - sizes
        self._begin = begin

    def __len__(self) -> int:
        return len(self.rows)

    def keep_same_text(self, part: str | int | None) -> None:
        """Keeps those with the same bytes in the value `part`, if it is one."""
        if not isinstance(part, int) or not len(self) or part >= len(self._types):
            return
        sizes = self._sizes[:, part]
        size = int(sizes[0])
        self._keep(sizes == size)
        if size:
            texts = self._buffer.gathered(self.begin(part), size)
            self._keep(texts == texts[0])

    def _keep(self, which: Flags) -> None:
        if not np.all(which):
            self.rows, self._begin = self.rows[which], self._begin[which]
            self._sizes, self._offsets = self._sizes[which], self._offsets[which]

    def type(self, index: int) -> int:
        """The type of that value; UnfitError if there are not as many."""
        if index >= len(self._types):
            raise UnfitError
        return self._types[index]

    def begin(self, index: int) -> Numbers:
        """Where that value begins."""
        begin: Numbers = self._begin + self._offsets[:, index]
        return begin

    def span(self, index: int) -> tuple[Numbers, Numbers]:
        """Where that value begins and ends."""
        begin = self.begin(index)
        return begin, begin + self._sizes[:, index]

    def number(self, index: int | None) -> Numbers | None:
        """That unsigned value; None if it is null, or if `index` is None."""
        if index is None or self.type(index) == values.NULL:
            return None
        size = _SIZE_OF_TYPE.get(self.type(index))
        if size is None:
            raise UnfitError
        numbers = self._fixed(index, size)
        if np.any(numbers < 0):
            # More than 63 bits: this is not a plausible number.
            raise UnfitError
        return numbers

    def filetime(self, index: int | None) -> Numbers:
        """That time in 100 ns since 1601, 0 if there is none."""
        if index is None or self.type(index) == values.NULL:
            return np.zeros(len(self), np.int64)
        if self.type(index) != _FILETIME:
            raise UnfitError
        return self._fixed(index, 8)

    def _fixed(self, index: int, size: int) -> Numbers:
        if np.any(self._sizes[:, index] != size):
            raise UnfitError
        numbers: Numbers = self._buffer.gathered(self.begin(index), size).view(f"<u{size}").astype(np.int64)
        return numbers

    def text(self, part: str | int | None) -> str | None:
        """That text of the first instance, which is the same in all after `keep_same_text`."""
        if not isinstance(part, int):
            return part
        if self.type(part) == values.NULL:
            return None
        if self.type(part) != values.STRING:
            raise UnfitError
        begin, end = self.span(part)
        return values.decoded(bytes(self._buffer.view[int(begin[0]) : int(end[0])])).rstrip("\0")
