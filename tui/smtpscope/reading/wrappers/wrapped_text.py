"""The lines inside the records of a file as a text, in which each position has the offset of its record."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator
from typing import BinaryIO, Final

from smtpscope.errors import Problem
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import ReadOptions, Source
from smtpscope.reading.text.encodings import (
    BLOCK_SIZE,
    TextBlock,
    TextEncoding,
    detect,
    first_part,
)
from smtpscope.reading.text.text_log import KeepsRest, TextSource, head_of
from smtpscope.reading.wrappers.wrapper import Unwrapped, Wrapper

INNER: Final = TextEncoding("utf-8", 0, "UTF-8")
_LONGEST_RECORD: Final = 1 << 18
"""Characters in which a record must be found again."""


class _Line:
    """A line in UTF-8 with its end, and the byte offsets of its record in the file."""

    __slots__ = ("data", "end", "start")

    def __init__(self, start: int, end: int, data: bytes) -> None:
        self.start, self.end, self.data = start, end, data


class WrappedBlock(TextBlock):
    """The lines from the records between byte `start` and byte `end` of a file."""

    __slots__ = ("_begins", "_behind", "_lines")

    def __init__(self, lines: list[_Line], *, start: int, end: int, final: bool) -> None:
        super().__init__(b"".join(line.data for line in lines), start=start, encoding=INNER, final=final)
        self._lines = lines
        self._behind = end
        self._begins: list[int] = []
        index = 0
        for line in lines:
            self._begins.append(index)
            index += len(line.data)

    @property
    def end(self) -> int:
        """The byte offset after the last record."""
        return self._behind

    def offset(self, index: int) -> int:
        """The byte offset of the record with the character at `index` in its line."""
        if index >= len(self.text):
            return self._behind
        return self._lines[bisect_right(self._begins, index) - 1].start

    def from_index(self, index: int) -> list[_Line]:
        """The lines from the one with the character at `index` on."""
        if index >= len(self.text):
            return []
        at = bisect_right(self._begins, index) - 1
        first = self._lines[at]
        rest = _Line(first.start, first.end, first.data[index - self._begins[at] :])
        return [rest, *self._lines[at + 1 :]]


class _KeptLines:
    """Takes back the unused rest of a block."""

    def __init__(self) -> None:
        self.lines: list[_Line] = []
        self._block: WrappedBlock | None = None

    def enter(self, block: WrappedBlock) -> None:
        self._block, self.lines = block, []

    def keep_from(self, index: int) -> None:
        """See `KeepsRest`."""
        assert self._block is not None, "there is no current block"
        self.lines = self._block.from_index(index)


class WrappedText(TextSource):
    """The text of all lines in the records of `source`."""

    def __init__(self, source: Source, wrapper: Wrapper, options: ReadOptions, block_size: int = BLOCK_SIZE) -> None:
        super().__init__(source, block_size)
        self._file = source.name
        self._wrapper = wrapper
        self._growing = options.growing
        self._head: str | None = None
        self._problems = ProblemLog(source.name)
        self._reported_up_to = -1

    @property
    def encoding(self) -> TextEncoding:
        """The encoding of the text inside, not that of the file."""
        return INNER

    @property
    def outer_encoding(self) -> TextEncoding:
        """The same for the file."""
        return super().encoding

    def blocks(self, begin: int = 0) -> Iterator[tuple[TextBlock, KeepsRest]]:
        """See `TextSource`; `begin` is the byte at which a record starts."""
        kept = _KeptLines()
        for outer, stream in super().blocks(begin):
            unwrapped = self._unwrapped(outer, final=outer.final)
            lines = kept.lines + [
                _Line(outer.offset(line.start), outer.offset(line.end), f"{line.text}\n".encode(errors="replace"))
                for line in unwrapped.lines
            ]
            self._note_damages(outer, unwrapped)
            stream.keep_from(unwrapped.rest)
            block = WrappedBlock(
                lines,
                start=lines[0].start if lines else outer.start,
                end=outer.offset(unwrapped.rest),
                final=outer.final,
            )
            kept.enter(block)
            yield block, kept

    def at(self, place: int, characters: int) -> TextBlock:
        """The lines of the record at the byte offset `place`."""
        outer = super().at(place, _LONGEST_RECORD)
        lines = self._unwrapped(outer, final=True).lines
        first = [line for line in lines if line.start == lines[0].start]
        inner = [_Line(place, place, f"{line.text}\n".encode(errors="replace")) for line in first]
        return WrappedBlock(inner, start=place, end=place, final=True)

    def record(self, place: int) -> str:
        """The record at the byte offset `place`, as written."""
        outer = super().at(place, _LONGEST_RECORD)
        lines = self._unwrapped(outer, final=True).lines
        if not lines:
            return outer.cut(0, outer.text.find("\n") % (len(outer.text) + 1)).rstrip("\r")
        return outer.cut(lines[0].start, lines[0].end).rstrip("\r\n")

    def take_problems(self, *, final: bool) -> list[Problem]:
        """The damage found since the last call."""
        return self._problems.take(final=final)

    def _unwrapped(self, outer: TextBlock, *, final: bool) -> Unwrapped:
        if self._head is None:
            self._head = head_of_text(head_of(self._source))
        return self._wrapper.unwrap(outer, self._head, final=final and not self._growing)

    def _note_damages(self, outer: TextBlock, unwrapped: Unwrapped) -> None:
        # The file may be read several times, to find the order of its dates.
        for damage in unwrapped.damages:
            offset = outer.offset(damage.start)
            if offset > self._reported_up_to:
                self._reported_up_to = offset
                self._problems.add(f"byte {offset:#x}", damage.reason)


class WrappedSource:
    """A file of records as a source with the text of the lines inside; sizes and offsets are those of the file."""

    def __init__(self, source: Source, wrapper: Wrapper, options: ReadOptions, block_size: int = BLOCK_SIZE) -> None:
        self._source = source
        self._block_size = block_size
        self._wrapper = wrapper
        self._options = options
        self.texts: list[WrappedText] = []

    @property
    def name(self) -> str:
        """The same for the file."""
        return self._source.name

    @property
    def size(self) -> int:
        """The size of the file, in bytes."""
        return self._source.size

    def open(self) -> BinaryIO:
        """The beginning of the text inside, to recognise its format."""
        return io.BytesIO(inner_head(head_of(self._source), self._wrapper))

    def text(self, block_size: int) -> TextSource:
        """See `text_log.HasText`."""
        text = WrappedText(self._source, self._wrapper, self._options, min(block_size, self._block_size))
        self.texts.append(text)
        return text


def head_of_text(head: bytes) -> str:
    """The beginning of a file as text for searching."""
    encoding = detect(head)
    return TextBlock(first_part(head)[encoding.mark :], start=0, encoding=encoding, final=True).text


def inner_head(head: bytes, wrapper: Wrapper) -> bytes:
    """The lines inside the records of a file that begins with `head`, b"" if it has another form."""
    encoding = detect(head)
    data = first_part(head)[encoding.mark :]
    block = TextBlock(data, start=0, encoding=encoding, final=True)
    if not wrapper.fits(block.text):
        return b""
    lines = wrapper.unwrap(block, block.text, final=True).lines
    return "".join(f"{line.text}\n" for line in lines).encode(errors="replace")
