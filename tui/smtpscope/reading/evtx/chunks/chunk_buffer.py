"""A block of chunks in memory, with views to compare and gather thousands of numbers at once."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_INSTANCE_SIZE: Final = 10
_DEFINITION: Final = 6
_DEFINITION_HEADER: Final = 24
_DEFINITION_SIZE: Final = 20


class Buffer:
    """Room for some chunks; filled by `stream.readinto(buffer.view)`.

    `words` are the aligned 32-bit numbers, `longs` those of 64 bits, `octets` of 8. `u4` and `u8`
    have the number that begins at each byte, to gather many of them from anywhere.
    """

    __slots__ = ("data", "longs", "octets", "u4", "u8", "view", "words")

    def __init__(self, size: int) -> None:
        """`size` is a multiple of 8."""
        self.data = bytearray(size)
        self.view = memoryview(self.data)
        self.words = np.frombuffer(self.data, "<u4")
        self.longs = np.frombuffer(self.data, "<u8")
        self.octets = np.frombuffer(self.data, np.uint8)
        self.u4 = self._at_each_byte(np.dtype("<u4"))
        self.u8 = self._at_each_byte(np.dtype("<u8"))

    @classmethod
    def of(cls, data: bytes) -> Buffer:
        """A buffer with `data`, padded with zeros."""
        buffer = cls(len(data) + -len(data) % 8)
        buffer.view[: len(data)] = data
        return buffer

    def _at_each_byte(self, kind: np.dtype[Any]) -> NDArray[Any]:
        return np.ndarray((len(self.data) - kind.itemsize + 1,), kind, buffer=self.data, strides=(1,))

    def gathered(self, places: Numbers, size: int) -> NDArray[Any]:
        """The `size` bytes from each of `places` on, one item each. Raises IndexError if the buffer is too short."""
        return self._at_each_byte(np.dtype((np.void, size)))[places]

    def instances(self, places: Numbers, chunks: Numbers) -> tuple[Numbers, Numbers]:
        """The template instance tokens at `places`, of chunks that begin at `chunks`.

        Returns where the template of each is defined (an offset in the chunk), and the offset of the count of its
        values, which may be anywhere in a damaged log. Raises IndexError if a token is outside the buffer.
        """
        definition = self.u4[places + _DEFINITION].astype(np.int64)
        at = places + _INSTANCE_SIZE
        inline = np.flatnonzero(chunks + definition == at)
        sizes_at = np.minimum(at[inline] + _DEFINITION_SIZE, len(self.u4) - 1)
        at[inline] += _DEFINITION_HEADER + self.u4[sizes_at].astype(np.int64)
        return definition, at
