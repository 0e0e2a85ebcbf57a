"""A converted text file as a log: one exchange per line; a bad line does not spoil the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from smtpscope.reading.batching import Batching
from smtpscope.reading.converted.exchange_schema import NoExchangeError, OwnFields, record_of
from smtpscope.reading.problem_log import ProblemLog
from smtpscope.reading.record import Batch, Source
from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.text.text_log import TextSource

LONGEST: Final = 1 << 22
"""Characters of one line."""
_LOOKED_AT_CLOCK_EVERY: Final = 256


def exchange_batches(
    source: Source, text: TextSource, fields_of: Callable[[str], OwnFields | None], *, growing: bool = False
) -> Iterator[Batch]:
    """The batches of `source`; `fields_of` reads one line, raises NoExchangeError, or returns None for a header.

    The unfinished last line of a `growing` file is left for later. Raises LogError if reading fails in the middle.
    """
    name = source.name
    batching = Batching(source.size)
    problem_log = ProblemLog(name)
    number = 0
    for block, _ in text.blocks():
        for start, end in lines(block):
            number += 1
            line = block.cut(start, end)
            if line.isspace() or not line or (growing and block.final and not block.text.endswith("\n")):
                continue
            try:
                fields = fields_of(line)
            except NoExchangeError as error:
                problem_log.add(f"line {number}", str(error))
                fields = None
            if fields is not None:
                batching.exchanges.append(record_of(fields, name, block.offset(start)))
            if batching.full or (number % _LOOKED_AT_CLOCK_EVERY == 0 and batching.due):
                batching.problems += problem_log.take()
                yield batching.take(block.offset(end))
        batching.problems += problem_log.take(final=block.final)
        if block.final or batching.due:
            yield batching.take(block.end)


def lines(block: TextBlock) -> Iterator[tuple[int, int]]:
    """Start and end of each line, without its line end."""
    text = block.text
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        if end < 0:
            end = len(text)
        yield start, end - 1 if end > start and text[end - 1] == "\r" else end
        start = end + 1


def line_at(text: TextSource, offset: int) -> str:
    """The line that begins at byte `offset`, as written."""
    block = text.at(offset, LONGEST)
    _, end = next(lines(block), (0, 0))
    return block.cut(0, end)
