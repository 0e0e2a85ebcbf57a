"""Replies beside the lines that a reader understood: in the log of an application, anything may tell of a refusal.

The readers of transcripts, of errors of libraries and of deliveries know some lines of such a file; what the others
say is found by its codes, if no line that was read said the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from smtpscope.reading.record import Batch, LogReader, ReadOptions, Source

_OF_SOME_LINES: Final = frozenset({"transcript", "mail-errors", "delivery"})
"""Formats of a few lines in a file that may be of anything."""
_BETWEEN_WORDS: Final = re.compile(r"\W+")
_COMPARED: Final = 60
"""Letters and digits that tell two replies apart."""
_BEGINNING: Final = 24
_SHORTEST: Final = 8
"""With fewer letters and digits, a reply is like any other."""
_SENT: Final = re.compile(r"(?:^|[\s|\])])(?:SMTP>>|[-=~]{0,2}>{1,3}|[Ss]en[dt]:|SENT:) [^\n]*\Z")
"""A line of a message, which a transcript has behind the mark for what was sent."""


def with_beside(reader: LogReader, source: Source, options: ReadOptions, batches: Iterable[Batch]) -> Iterator[Batch]:
    """`batches` of `reader`, and after them the replies in lines of `source` that it did not understand.

    Raises LogError as the reader does.
    """
    if reader.format.name not in _OF_SOME_LINES or options.growing:
        yield from batches
        return
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
