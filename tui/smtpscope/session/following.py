"""Logs that grow while they are open: what was added to each since it was read, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from smtpscope.errors import LogError, Problem
from smtpscope.reading.record import Batch, Followable, LogReader, Source
from smtpscope.reading.text.text_log import damage_in


@dataclass(slots=True)
class ReadSoFar:
    """What was read of one log: its size then, the last place of a record of ours, all other records, the problems.

    `resumable` tells that its reader itself read it, and so knows where it ends; an earlier run may have.
    """

    size: int
    resumable: bool
    last_place: int = -1
    unrelated_records: int = 0
    problems: set[Problem] = field(default_factory=set)
    lost: bool = False


def added(source: Source, reader: LogReader, so_far: ReadSoFar) -> Iterator[Batch]:
    """What was added to the log of `reader` since it was read, and notes it in `so_far`.

    A reader that can't go on where it ended reads all of a log that has grown, and what is known is left out. While
    the log can't be read there is nothing, and one problem that says so. Raises nothing.
    """
    try:
        size = source.size
        if so_far.resumable and hasattr(reader, "read_new"):
            yield from cast("Followable", reader).read_new()
        elif size != so_far.size:
            yield from _read_again(reader, so_far)
        yield from damage_in(reader, source)
        so_far.size, so_far.lost = size, False
    except (LogError, OSError) as error:
        if not so_far.lost:
            so_far.lost = True
            reason = f"The log can't be followed for now: {error}"
            yield Batch([], 0, [Problem(source.name, "whole file", reason, "noted")], so_far.size, so_far.size)


def _read_again(reader: LogReader, so_far: ReadSoFar) -> Iterator[Batch]:
    others, last_place = 0, so_far.last_place
    for batch in reader.batches():
        new = [record for record in batch.records if record.offset > last_place]
        told = [record for record in batch.exchanges if record.offset > last_place]
        others += batch.unrelated_records
        problems = [problem for problem in batch.problems if problem not in so_far.problems]
        more = max(0, others - so_far.unrelated_records)
        so_far.unrelated_records += more
        so_far.problems.update(problems)
        places = [record.offset for record in new] + [record.offset for record in told]
        so_far.last_place = max(places, default=so_far.last_place)
        yield replace(batch, records=new, unrelated_records=more, problems=problems, exchanges=told)
