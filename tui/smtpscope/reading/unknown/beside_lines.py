"""What is in a file besides what its reader understands: replies in other lines, and events among the lines of a log.

The readers of transcripts, of errors of libraries and of deliveries know some lines of a file that may be of anything;
what the others say is found by its codes, if no line that was read said the same. Collectors write the events of
Windows and the lines of mail servers into one file of records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from smtpscope.reading.providers import OUR_PROVIDERS
from smtpscope.reading.record import Batch, LogReader, ReadOptions, Source

_OF_SOME_LINES: Final = frozenset({"transcript", "mail-errors", "delivery"})
"""Formats of a few lines in a file that may be of anything."""
_JSON: Final = "json-lines"
"""The wrapper whose records may also be events."""
_PIECE: Final = 1 << 20
_LONGEST_NAME: Final = 64
_BETWEEN_WORDS: Final = re.compile(r"\W+")
_COMPARED: Final = 60
"""Letters and digits that tell two replies apart."""
_BEGINNING: Final = 24
_SHORTEST: Final = 8
"""With fewer letters and digits, a reply is like any other."""
_SENT: Final = re.compile(r"(?:^|[\s|\])])(?:SMTP>>|[-=~]{0,2}>{1,3}|[Ss]en[dt]:|SENT:) [^\n]*\Z")
"""A line of a message, which a transcript has behind the mark for what was sent."""


def with_beside(
    reader: LogReader,
    source: Source,
    options: ReadOptions,
    batches: Iterable[Batch],
    open_as: Callable[[Source, ReadOptions, str], LogReader],
) -> Iterator[Batch]:
    """`batches` of `reader`, and after them the replies and events of `source` that it did not understand.

    `open_as` gives a reader by the name of its format. Raises LogError as the reader does.
    """
    if options.growing:
        yield from batches
    elif reader.format.name in _OF_SOME_LINES:
        yield from _with_replies(reader, source, options, batches)
    else:
        yield from batches
        wrapper = getattr(reader, "wrapper", None)
        if wrapper is not None and wrapper.name == _JSON:
            yield from _events(source, options, open_as)


def _with_replies(reader: LogReader, source: Source, options: ReadOptions, batches: Iterable[Batch]) -> Iterator[Batch]:
    read = _Replies()
    for batch in batches:
        for exchange in batch.exchanges:
            read.add(exchange.reply)
        yield batch
    if read:
        from smtpscope.reading.unknown.stray_replies import StrayReplyReader

        sent = _SENT if reader.format.name == "transcript" else None

        def told_before(reply: str, before: str) -> bool:
            return read.has(reply) or (sent is not None and sent.search(before) is not None)

        for batch in StrayReplyReader(source, options, told_before=told_before).batches():
            if batch.exchanges or batch.problems:
                yield replace(batch, unrelated_records=0)


def _events(
    source: Source, options: ReadOptions, open_as: Callable[[Source, ReadOptions, str], LogReader]
) -> Iterator[Batch]:
    """The events of Exchange and IIS among records that hold lines of a mail server."""
    if not _names_a_source(source):
        return
    for batch in open_as(source, options, "json").batches():
        if batch.records:
            yield replace(batch, unrelated_records=0)


def _names_a_source(source: Source) -> bool:
    """Whether one of our event sources is named anywhere in a file."""
    names = [name.encode() for name in OUR_PROVIDERS]
    before = b""
    with source.open() as stream:
        while piece := stream.read(_PIECE):
            text = before + piece.replace(b"\0", b"").lower()
            if any(name in text for name in names):
                return True
            before = text[-_LONGEST_NAME:]
    return False


class _Replies:
    """Replies that were read, by their letters and digits: lines differ in spaces, quotes and what is behind."""

    def __init__(self) -> None:
        self._by_beginning: dict[str, set[str]] = {}
        self._short: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._by_beginning or self._short)

    def add(self, reply: str) -> None:
        """Notes each line of `reply`."""
        for key in map(_key, reply.split("\n")):
            if _SHORTEST <= len(key) < _BEGINNING:
                self._short.add(key)
            elif len(key) >= _BEGINNING:
                self._by_beginning.setdefault(key[:_BEGINNING], set()).add(key)

    def has(self, reply: str) -> bool:
        """Whether `reply` was read, or one that begins with it, or that it begins with."""
        key = _key(reply)
        known = self._by_beginning.get(key[:_BEGINNING], ())
        if any(each.startswith(key) or key.startswith(each) for each in known):
            return True
        if len(key) < _BEGINNING and any(each.startswith(key) for each in self._by_beginning):
            return True
        return any(key.startswith(each) for each in self._short)


def _key(reply: str) -> str:
    return _BETWEEN_WORDS.sub("", reply.partition("\n")[0].lower())[:_COMPARED]
