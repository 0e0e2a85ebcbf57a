"""A text log as a source of blocks: its encoding found once, its reading errors told with their place."""

from __future__ import annotations

from collections.abc import Iterator

from smtpscope.errors import LogError
from smtpscope.reading.encodings import BLOCK_SIZE, TextBlock, TextEncoding, TextStream, detect, encoding_at
from smtpscope.reading.record import Source

HEAD_SIZE = 1 << 16
"""Bytes that are enough to tell a format."""


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


class TextSource:
    """The text of `source`, `block_size` bytes at a time. Nothing is read before it is asked for."""

    def __init__(self, source: Source, block_size: int = BLOCK_SIZE) -> None:
        self._source = source
        self._block_size = block_size
        self._encoding: TextEncoding | None = None

    @property
    def encoding(self) -> TextEncoding:
        """Found from the first 64 KiB. Raises LogError when they can't be read."""
        if self._encoding is None:
            self._encoding = detect(head_of(self._source))
        return self._encoding

    def blocks(self, begin: int = 0) -> Iterator[tuple[TextBlock, TextStream]]:
        """Each block of whole lines, with the stream that takes back what is left over of it.

        `begin` is the byte to begin with, the first of a line.

        Raises LogError when reading fails in the middle.
        """
        encoding = self.encoding
        with self._source.open() as stream:
            text_stream = TextStream(stream, encoding, block_size=self._block_size, begin=begin)
            end = 0
            try:
                for block in text_stream:
                    yield block, text_stream
                    end = block.end
            except OSError as error:
                raise _unreadable(self._source, end, error) from error

    def at(self, place: int, characters: int) -> TextBlock:
        """About `characters` characters of text from the byte offset `place` on."""
        with self._source.open() as stream:
            try:
                stream.seek(place)
                data = stream.read(characters * self.encoding.unit)
            except OSError as error:
                raise _unreadable(self._source, place, error) from error
        return TextBlock(data, start=place, encoding=encoding_at(data, self.encoding), final=True)
