"""Turns a stream of bytes into blocks of whole lines as text, and positions in them into byte offsets.

Eight-bit text is searched as Latin-1, where a character is a byte: finding costs no decoding, and an index is an
offset. Only what is extracted (`TextBlock.cut`) is really decoded: as UTF-8, or else Windows-1252, line by line, since
logs of several programs mix the two.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, Final, Literal

from msgspec import Struct

from smtpscope.reading.text.encoding_switch import (
    OVERLAP,
    Switch,
    narrow_from,
    starts_narrow,
    starts_shifted,
    starts_wide,
    wide_from,
)
from smtpscope.reading.text.tables.block_table import Places, low_bytes
from smtpscope.reading.text.text_noise import TextNoise

Codec = Literal["utf-8", "utf-16-le", "utf-16-be"]

BLOCK_SIZE = 1 << 20
# A longer line is cut; this bounds the memory for a file without line ends.
_LONGEST_BLOCK = 4 * BLOCK_SIZE


class TextEncoding(Struct, frozen=True):
    """How a text file is encoded; `mark` is the length of its byte order mark in bytes, 0 without one."""

    codec: Codec
    mark: int
    title: str

    @property
    def unit(self) -> int:
        """Bytes of the smallest unit of the encoding."""
        return 1 if self.codec == "utf-8" else 2

    @property
    def high(self) -> int:
        """Which byte of a unit of two is the high one."""
        return 1 if self.codec == "utf-16-le" else 0


_PLAIN = TextEncoding("utf-8", 0, "UTF-8 or Windows-1252")
_MARKS = (
    (codecs.BOM_UTF8, TextEncoding("utf-8", 3, "UTF-8 with byte order mark")),
    (codecs.BOM_UTF16_LE, TextEncoding("utf-16-le", 2, "UTF-16 little-endian")),
    (codecs.BOM_UTF16_BE, TextEncoding("utf-16-be", 2, "UTF-16 big-endian")),
)
_WIDE = TextEncoding("utf-16-le", 0, "UTF-16 little-endian without byte order mark")
_PROBE = 4096
_MOST_SWITCHES: Final = 100


def detect(head: bytes) -> TextEncoding:
    """The encoding of a text file that begins with `head`: by its mark, else by zeros in every second byte."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    probe = head[: min(len(head), _PROBE) & ~1]
    if len(probe) >= 4 and not starts_narrow(probe):
        zeros_even, zeros_odd = probe[::2].count(0), probe[1::2].count(0)
        half = len(probe) // 2
        # Other scripts have no zeros, but the spaces, digits and commands of an SMTP log do.
        if zeros_odd * 4 > half and zeros_even * 8 < zeros_odd:
            return _WIDE
        if zeros_even * 4 > half and zeros_odd * 8 < zeros_even:
            return TextEncoding("utf-16-be", 0, "UTF-16 big-endian without byte order mark")
    return _PLAIN


def first_part(head: bytes) -> bytes:
    """The part of `head`, the beginning of a file, that is in the encoding of its first bytes."""
    encoding = detect(head)
    switch = _switch(head, encoding, encoding.mark)
    return head if switch is None else head[: switch.index]


def _switch(data: bytes, encoding: TextEncoding, begin: int) -> Switch | None:
    if encoding.unit == 1:
        return wide_from(data, begin)
    return narrow_from(data, begin, high=encoding.high)


def _whole_characters(data: bytes, encoding: TextEncoding) -> bytes:
    """UTF-16 `data` with the missing half of the last character, or without a half that tells nothing."""
    if len(data) % 2 == 0:
        return data
    if not 0x20 <= data[-1] < 0x7F:
        return data[:-1]
    return data + b"\0" if encoding.high else data[:-1] + b"\0" + data[-1:]


def put_together(data: bytes, usual: TextEncoding) -> tuple[bytes, TextEncoding]:
    """`data` from the middle of a file that begins in `usual`, without halves of characters, and their encoding."""
    if usual.unit == 1:
        return data, _WIDE if starts_wide(data) else usual
    if starts_narrow(data):
        return data, _PLAIN
    whole, rest = b"", data[1:] if starts_shifted(data, high=usual.high) else data
    while (switch := _switch(rest, usual, 0)) is not None and switch.shifted:
        whole, rest = whole + _whole_characters(rest[: switch.index], usual), rest[switch.index :]
    return whole + rest, usual


def decoded(data: bytes) -> str:
    """UTF-8 text, or Windows-1252 for each line that is not UTF-8; its five undefined bytes become U+FFFD."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if b"\n" not in data:
        return data.decode("cp1252", errors="replace")
    return "\n".join(map(decoded, data.split(b"\n")))


class TextBlock:
    """Whole lines of a file. `text` is for searching, `cut` decodes for people; both use the same positions."""

    __slots__ = ("_astral", "_data", "_encoding", "_known_index", "_known_offset", "_low", "final", "start", "text")

    def __init__(self, data: bytes, *, start: int, encoding: TextEncoding, final: bool) -> None:
        self._data = data
        self._encoding = encoding
        self.start = start
        self.final = final
        self.text = data.decode("latin-1") if encoding.unit == 1 else data.decode(encoding.codec, errors="replace")
        self._astral = encoding.unit == 2 and len(self.text) != (len(data) + 1) // 2
        self._known_index = 0
        self._known_offset = 0
        self._low: Places | None = None

    @property
    def eight_bit(self) -> bytes | None:
        """The bytes of `text` if each is a character, None for UTF-16."""
        return self._data if self._encoding.unit == 1 else None

    @property
    def low(self) -> Places:
        """The `low_bytes` of eight-bit text."""
        if self._low is None:
            self._low = low_bytes(self._data)
        return self._low

    @property
    def end(self) -> int:
        """The byte offset after the block."""
        return self.start + len(self._data)

    def look_for_noise(self, noise: TextNoise) -> None:
        """Has `noise` look at the block."""
        if self._encoding.unit == 1:
            noise.look(self._data, self.start, self.low)
        else:
            noise.look_wide(self.text, self.start, self.end)

    def cut(self, begin: int, end: int) -> str:
        """The text from `begin` to `end`, really decoded."""
        return decoded(self._data[begin:end]) if self._encoding.unit == 1 else self.text[begin:end]

    def offset(self, index: int) -> int:
        """The byte offset in the file of the character at `index`."""
        if self._encoding.unit == 1:
            return self.start + min(index, len(self._data))
        return self.start + self.length_before(index)

    def length_before(self, index: int) -> int:
        """The number of bytes before the character at `index`."""
        if not self._astral:
            return min(index * self._encoding.unit, len(self._data))
        # Asked in ascending order, so that only the text since the last answer has to be encoded.
        if index < self._known_index:
            self._known_index = self._known_offset = 0
        self._known_offset += len(self.text[self._known_index : index].encode(self._encoding.codec))
        self._known_index = index
        return min(self._known_offset, len(self._data))

    def data_from(self, index: int) -> bytes:
        """The bytes from the character at `index` on."""
        return self._data[self.length_before(index) :]


@lru_cache(maxsize=2)
def head_text(head: bytes) -> str:
    """The head of a file as text for searching, without its mark; all readers share it."""
    encoding = detect(head)
    return TextBlock(head[encoding.mark :], start=0, encoding=encoding, final=True).text


def _last_line_end(data: bytes, encoding: TextEncoding) -> int:
    """The position after the last line end in `data`, 0 if there is none."""
    if encoding.unit == 1:
        return data.rfind(b"\n") + 1
    newline = "\n".encode(encoding.codec)
    position = data.rfind(newline)
    while position >= 0 and position % 2:
        position = data.rfind(newline, 0, position + 1)
    return position + 2 if position >= 0 else 0


def _between_characters(data: bytes, encoding: TextEncoding) -> int:
    """The last position in `data` that does not split a character."""
    if encoding.unit == 1:
        end = len(data)
        while end > len(data) - 4 and end > 1 and data[end - 1] & 0xC0 == 0x80:
            end -= 1
        # The byte before the continuation bytes: a lead byte stays with what follows, anything else can be split.
        return end - 1 if end > 1 and data[end - 1] >= 0xC0 else len(data)
    end = len(data) & ~1
    high = data[end - 2 + encoding.high]
    return end - 2 if end > 2 and 0xD8 <= high <= 0xDB else end


class TextStream:
    """The blocks of a stream in file order; a consumer gives back an unfinished rest with `keep_from`.

    Before the file switches to another encoding, the block is a final one too. `shifts` are the bytes at which
    characters had to be realigned because a byte is missing there or too many.
    """

    def __init__(
        self, stream: BinaryIO, encoding: TextEncoding, *, block_size: int = BLOCK_SIZE, begin: int = 0
    ) -> None:
        """`begin` is the byte to start at, the first of a line."""
        self._begin = begin
        self._stream = stream
        self._encoding = encoding
        self._block_size = block_size
        self._switches_left = _MOST_SWITCHES
        self._kept: bytes | None = None
        self._block: TextBlock | None = None
        self.shifts: list[int] = []

    def keep_from(self, index: int) -> None:
        """Makes the next block begin at `index` of the current one."""
        assert self._block is not None, "there is no current block"
        self._kept = self._block.data_from(index)

    def __iter__(self) -> Iterator[TextBlock]:
        start = max(self._begin, self._encoding.mark)
        self._stream.seek(start)
        pending = b""
        while True:
            data = self._stream.read(self._block_size)
            looked_at = max(0, len(pending) - OVERLAP)
            pending += data
            # Limited: a hostile file could switch in every line.
            while self._switches_left and (switch := _switch(pending, self._encoding, looked_at)) is not None:
                self._switches_left -= 1
                if switch.shifted:
                    self.shifts.append(start + switch.index)
                    before = _whole_characters(pending[: switch.index], self._encoding)
                    # Offsets after it are right; those before it in this block may be off by one.
                    start += switch.index - len(before)
                    pending, looked_at = before + pending[switch.index :], len(before)
                    continue
                # Text in another encoding is not the rest of an unfinished line.
                if switch.index:
                    yield self._taken(pending[: switch.index], start, final=True)
                self._encoding = _WIDE if self._encoding.unit == 1 else _PLAIN
                start += switch.index + switch.mark
                pending, looked_at = pending[switch.index + switch.mark :], 0
            final = not data
            cut = len(pending) if final else self._cut(pending)
            if not cut and not final:
                continue
            yield self._taken(pending[:cut], start, final=final)
            if final:
                return
            kept = self._kept or b""
            if len(kept) == cut >= _LONGEST_BLOCK:
                kept = b""  # A consumer that never finishes would end up with the whole file.
            start += cut - len(kept)
            pending = kept + pending[cut:]

    def _cut(self, pending: bytes) -> int:
        """How much of `pending` makes a block of whole lines; 0 if more has to be read."""
        cut = _last_line_end(pending, self._encoding)
        if cut or len(pending) < max(_LONGEST_BLOCK, self._block_size):
            return cut
        return _between_characters(pending, self._encoding)

    def _taken(self, data: bytes, start: int, *, final: bool) -> TextBlock:
        self._kept = None
        self._block = TextBlock(data, start=start, encoding=self._encoding, final=final)
        return self._block
