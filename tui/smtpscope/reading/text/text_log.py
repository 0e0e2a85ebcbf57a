"""A text log as a source of blocks with line offsets, and logs that grow, read on from where they ended."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final, Protocol, runtime_checkable

from msgspec.structs import replace

from smtpscope.errors import LogError, Problem
from smtpscope.reading.record import Batch, FileInformation, Format, LogReader, ReadOptions, Source
from smtpscope.reading.text.dates import WrittenTime
from smtpscope.reading.text.encodings import BLOCK_SIZE, TextBlock, TextEncoding, TextStream, detect, put_together
from smtpscope.reading.text.text_noise import TextNoise

HEAD_SIZE = 1 << 16
"""Bytes that are enough to recognise a format."""
_SEAM: Final = 256
"""Bytes of a place that shows whether a log is still the same; they usually contain a time."""
_SEAMS: Final = 4
"""Such places in what was read, the last one at its end."""


def head_of(source: Source) -> bytes:
    """The first 64 KiB of `source`, or all of it. Raises LogError when it can't be read."""
    with source.open() as stream:
        try:
            return stream.read(HEAD_SIZE)
        except OSError as error:
            raise _unreadable(source, 0, error) from error


def _unreadable(source: Source, offset: int, error: OSError) -> LogError:
    return LogError(
        where=f"{source.name}, byte {offset:#x}",
        what=f"the file can't be read on from here ({error.strerror or error})",
        remedy="Copy the file to a local disk and open the copy; if copying fails too, the medium is damaged",
    )


class KeepsRest(Protocol):
    """Takes back the unused rest of a block."""

    def keep_from(self, index: int) -> None:
        """Makes the next block begin at `index` of the current one."""
        ...


class LooksAtLines(Protocol):
    """Notes what is wrong with the lines of a text, beside its reader."""

    def look(self, block: TextBlock) -> None:
        """Looks at a block, perhaps one that was there before."""
        ...

    def take(self) -> list[Problem]:
        """The problems since the last call."""
        ...


class TextSource:
    """The text of `source`, `block_size` bytes at a time. Nothing is read until needed."""

    def __init__(self, source: Source, block_size: int = BLOCK_SIZE) -> None:
        self._source = source
        self._block_size = block_size
        self._encoding: TextEncoding | None = None
        self._shifts: dict[int, bool] = {}
        self._noise = TextNoise(source.name)
        self.watch: LooksAtLines | None = None

    def damage(self) -> list[Problem]:
        """What was wrong with the text of the blocks that were read, since the last call; nothing twice."""
        found = [place for place, is_reported in self._shifts.items() if not is_reported]
        self._shifts.update(dict.fromkeys(found, True))
        reason = "A byte is missing here, or one too many; the text was put together again from the next character on"
        shifted = [Problem(self._source.name, f"byte {place:#x}", reason, "recovered") for place in found]
        return [*shifted, *self._noise.take(), *(self.watch.take() if self.watch is not None else ())]

    @property
    def encoding(self) -> TextEncoding:
        """Detected from the first 64 KiB. Raises LogError if they can't be read."""
        if self._encoding is None:
            self._encoding = detect(head_of(self._source))
        return self._encoding

    def blocks(self, begin: int = 0) -> Iterator[tuple[TextBlock, KeepsRest]]:
        """Each block of whole lines, with the stream that takes back its unused rest.

        `begin` is the byte to start at, the first of a line.

        Raises LogError if reading fails in the middle.
        """
        encoding = self.encoding
        with self._source.open() as stream:
            text_stream = TextStream(stream, encoding, block_size=self._block_size, begin=begin)
            end = 0
            try:
                for block in text_stream:
                    for place in text_stream.shifts:
                        self._shifts.setdefault(place, False)
                    block.look_for_noise(self._noise)
                    if self.watch is not None:
                        self.watch.look(block)
                    yield block, text_stream
                    end = block.end
            except OSError as error:
                raise _unreadable(self._source, end, error) from error

    def samples(self, end: int) -> list[bytes]:
        """Some bytes at a few places before the byte offset `end`, the last one at the end."""
        places = [end * number // _SEAMS for number in range(1, _SEAMS + 1)]
        found = []
        with self._source.open() as stream:
            try:
                for place in places:
                    stream.seek(max(0, place - _SEAM))
                    found.append(stream.read(min(_SEAM, place)))
            except OSError as error:
                raise _unreadable(self._source, end, error) from error
        return found

    def line_of(self, place: int) -> int:
        """The number, from 1, of the line with the byte `place`. Reads everything before it; raises LogError."""
        line_end, lines, left = "\n".encode(self.encoding.codec), 1, place
        with self._source.open() as stream:
            try:
                while left > 0 and (data := stream.read(min(left, 1 << 20))):
                    lines, left = lines + data.count(line_end), left - len(data)
            except OSError as error:
                raise _unreadable(self._source, place, error) from error
        return lines

    def at(self, place: int, characters: int) -> TextBlock:
        """About `characters` characters of text from the byte offset `offset` on."""
        with self._source.open() as stream:
            try:
                stream.seek(place)
                data = stream.read(characters * self.encoding.unit)
            except OSError as error:
                raise _unreadable(self._source, place, error) from error
        whole, encoding = put_together(data, self.encoding)
        return TextBlock(whole, start=place, encoding=encoding, final=True)


def text_before(source: TextSource, end: int) -> Iterator[str]:
    """The text of `source` up to the byte offset `end`, block by block. Raises LogError if it can't be read."""
    for block, _ in source.blocks():
        if block.end > end:
            yield block.text[: bisect_left(range(len(block.text)), end, key=block.offset)]
            return
        yield block.text


@runtime_checkable
class HasText(Protocol):
    """A source whose text is wrapped in the records of another format."""

    def text(self, block_size: int) -> TextSource:
        """The text, `block_size` bytes of the file at a time."""
        ...


NO_ZONE: Final = "The times have no zone."


def zone_warnings(written: WrittenTime | None) -> tuple[str, ...]:
    """A warning if the times of the log have no zone."""
    return (NO_ZONE,) if written is not None and written.zone_minutes is None else ()


class TextLog:
    """One text log; nothing is read until needed."""

    format: ClassVar[Format]

    def __init__(self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE) -> None:
        self._source = source
        self._options = options
        self._text = source.text(block_size) if isinstance(source, HasText) else TextSource(source, block_size)
        self.damage = self._text.damage

    def _described(self, *facts: tuple[str, str], warnings: Iterable[str] = ()) -> FileInformation:
        """The information on the file: its encoding, then `facts` as label and value."""
        all_facts = (("Encoding", self._text.encoding.title), *facts)
        return FileInformation(self._source.name, self.format.title, self._source.size, all_facts, tuple(warnings))

    def information(self) -> FileInformation:
        """See `LogReader`; for a log of which only the encoding is known."""
        return self._described()


def batches_of(reader: LogReader, source: Source) -> Iterator[Batch]:
    """All batches of `reader` for `source`, and at the end, problems of the text itself."""
    yield from reader.batches()
    yield from damage_in(reader, source)


def damage_in(reader: LogReader, source: Source) -> Iterator[Batch]:
    """A batch with the problems of the text that `reader` has read from `source`, if there are any."""
    if isinstance(reader, TextLog) and (problems := reader.damage()):
        yield Batch([], 0, problems, source.size, source.size)


_FAR: Final = 2_000
"""Characters; in a longer line, people need the byte offset too."""


class LineOffsets:
    """Names places in the blocks of one file, in file order."""

    def __init__(self) -> None:
        self._before = 0
        self._counted = 0
        self._block: TextBlock | None = None

    def begin(self, block: TextBlock) -> None:
        """From now on, places are in `block`, in ascending order."""
        self._block, self._counted = block, 0

    def done(self, rest: int) -> None:
        """The next block begins at the index `rest` of this one."""
        self._count(rest)

    def at(self, index: int) -> str:
        """The line of the character at `index`, and in long lines the byte offset."""
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


class _Seams:
    """Some bytes of what was read of a log, evenly spread: the same unless it was rewritten."""

    def __init__(self, text: TextSource) -> None:
        self._text = text
        self._end = 0
        self._bytes: list[bytes] = []

    def note(self, end: int) -> None:
        """Remembers those of the first `end` bytes. Raises LogError."""
        self._end, self._bytes = end, self._text.samples(end)

    def unchanged(self) -> bool:
        """Whether they are still there. Raises LogError."""
        return not self._end or self._text.samples(self._end) == self._bytes


class FollowableTextLog(TextLog, ABC):
    """The base of readers of logs that grow; `_done` is the byte up to which the log was read.

    A log that was truncated and rewritten (logrotate's copytruncate) is recognised by its size, or, if it has outgrown
    what was read or is as long, by some bytes before `_done`.
    """

    _begins_anew = False

    def __init__(self, source: Source, options: ReadOptions, *, block_size: int = BLOCK_SIZE) -> None:
        super().__init__(source, options, block_size=block_size)
        self._restart()

    def _restart(self) -> None:
        """Forgets what was read; called before the first byte is read."""
        self._done = 0
        self._seams = _Seams(self._text)

    @abstractmethod
    def _batches(self, *, to_the_end: bool) -> Iterator[Batch]:
        """The batches from `_done` on; a last line without its end is read only if `to_the_end`."""

    def batches(self) -> Iterator[Batch]:
        """See `LogReader`."""
        self._restart()
        return self._followed(self._batches(to_the_end=not self._options.growing))

    def read_new(self) -> Iterator[Batch]:
        """See `Followable`; a last line without its end is left for later."""
        size = self._source.size
        if size < self._done or not self._seams.unchanged():
            self._begins_anew = True
            self._restart()
        return self._followed(self._batches(to_the_end=False)) if size > self._done else iter(())

    def _followed(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            yield replace(batch, begins_anew=self._begins_anew)
            self._begins_anew = False
        self._seams.note(self._done)
