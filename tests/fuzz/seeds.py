"""The sound logs that are damaged: a small one of every form that the tests write."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import accumulate, pairwise

from reading.test_formats_together import FORMS, LISTS, some_events
from smtpscope.errors import LogError, Problem
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.parsing.smtp_exchange import SmtpExchange
from smtpscope.reading.record import Batch, ReadOptions
from smtpscope.reading.registry import last_look, open_log
from smtpscope.reading.text.text_log import batches_of
from support.event_texts import TextEvent
from support.every_format import SERVICE_LOGS
from support.memory_source import MemorySource

EVENTS = 12
LARGEST = 8_000
"""Bytes of a log of a mail server: its first lines are enough, or those around its refusals where they are few."""
_ONE_RECORD = 32
"""No record is shorter."""
_FEW = 8
_AROUND = 4
"""Lines on both sides of a refusal, which may say whose it is."""
_TOP = 6
"""Lines at the beginning, for the header and what the format is recognised by."""

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What is read of one log: its exchanges with their places, and the problems, or why it can't be read."""

    exchanges: tuple[tuple[int, Key], ...]
    problems: frozenset[Problem]
    error: str | None = None
    odd: int = 0
    """Events that are shown as they stand, since nobody can tell what they say."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A sound log and what is in it."""

    form: str
    data: bytes
    found: Found
    records: tuple[int, ...]
    """Where the records begin: in logs of a mail server each with its line, which may hold several exchanges."""

    @property
    def sessions(self) -> bool:
        """Whether several exchanges may hang together, so that damage to one line may cost them all."""
        return self.form in SERVICE_LOGS

    def record_of(self, place: int) -> int:
        """The record with the exchange at `place`."""
        return self.records[max(0, bisect_right(self.records, place) - 1)]


def key_of(exchange: SmtpExchange) -> Key:
    """What an exchange tells, without its place."""
    return (
        exchange.time_ms,
        exchange.event_id,
        exchange.direction,
        exchange.remote_host.verbatim,
        exchange.command.full,
        exchange.reply.verbatim,
    )


def read(data: bytes) -> Found:
    """Everything in `data`, as a report would read it."""
    parser = SmtpExchangeParser()
    exchanges: list[tuple[int, Key]] = []
    problems: set[Problem] = set()
    odd = 0
    try:
        source = MemorySource(data)
        for batch in _all_batches(source):
            problems.update(batch.problems)
            events = [exchange for record in batch.records if (exchange := parser.parse(record)) is not None]
            told = [parser.take(exchange) for exchange in batch.exchanges]
            odd += sum(exchange.problem is not None for exchange in events)
            exchanges += [(exchange.offset, key_of(exchange)) for exchange in (*events, *told)]
    except LogError as error:
        return Found(tuple(exchanges), frozenset(problems), error.what)
    return Found(tuple(exchanges), frozenset(problems), odd=odd)


def _all_batches(source: MemorySource) -> Iterator[Batch]:
    """The batches of the reader that takes the log for its own; where it finds nothing, those of a last look."""
    reader = open_log(source, ReadOptions())
    found = False
    for batch in batches_of(reader, source):
        found = found or bool(batch.records or batch.exchanges)
        yield batch
    if not found:
        for looking in last_look(reader, source, ReadOptions()):
            yield from looking.batches()


def _writers() -> dict[str, Callable[[], bytes]]:
    events = some_events(EVENTS)
    plain = [event for event in some_events(2 * EVENTS) if "\n" not in event.command]
    return {
        **{name: partial(write, events) for name, (_, write) in FORMS.items()},
        **{name: partial(_list, form, plain) for name, form in LISTS.items()},
        **{name: partial(_first_lines, write) for name, (_, write) in SERVICE_LOGS.items()},
    }


def _list(form: Callable[[TextEvent], str], events: Sequence[TextEvent]) -> bytes:
    return "".join(map(form, events)).encode()


def _first_lines(write: Callable[[], bytes]) -> bytes:
    data = write()
    if len(data) <= LARGEST:
        return data
    first = _cut(data, LARGEST)
    if len(read(first).exchanges) >= _FEW:
        return first
    thin = _lines_around(data, [place for place, _ in read(data).exchanges])
    return thin if len(read(thin).exchanges) > len(read(first).exchanges) else _cut(data, 4 * LARGEST)


def _cut(data: bytes, size: int) -> bytes:
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    end = data.rfind(b"\n\0" if wide else b"\n", 0, size)
    return data[: end + (2 if wide else 1)]


def _lines_around(data: bytes, offsets: Sequence[int]) -> bytes:
    """The first lines of a log, and those around the lines at `offsets`."""
    line_end = b"\n\0" if data[:2] == b"\xff\xfe" else b"\n"
    lines = [line + line_end for line in data.split(line_end)[:-1]]
    starts = list(accumulate(map(len, lines), initial=0))
    wanted = set(range(_TOP))
    for offset in offsets:
        number = bisect_right(starts, offset) - 1
        wanted.update(range(number - _AROUND, number + _AROUND + 1))
    return _cut(b"".join(line for number, line in enumerate(lines) if number in wanted), 2 * LARGEST)


def forms() -> list[str]:
    """The names of all forms."""
    return list(_writers())


@cache
def seed_of(form: str) -> Seed:
    """The sound log of that form."""
    data = _writers()[form]()
    found = read(data)
    return Seed(form, data, found, tuple(_beginnings(data, found, lines=form in SERVICE_LOGS)))


def _beginnings(data: bytes, found: Found, *, lines: bool) -> list[int]:
    offsets = sorted({offset for offset, _ in found.exchanges})
    if lines:
        line_end = b"\n\0" if data[:2] == b"\xff\xfe" else b"\n"
        ends = (data.rfind(line_end, 0, offset) for offset in offsets)
        return sorted({0 if end < 0 else end + len(line_end) for end in ends})
    return [place for before, place in pairwise([-_ONE_RECORD, *offsets]) if place - before >= _ONE_RECORD]
