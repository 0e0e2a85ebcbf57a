"""Follows growing logs: reads what was added since the last read, without repeats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from msgspec import Struct, field
from msgspec.structs import replace

from smtpscope.errors import LogError, Problem
from smtpscope.reading.record import Batch, Followable, LogReader, Source
from smtpscope.reading.sources.file_source import FileSource
from smtpscope.reading.text.text_log import damage_in


class ReadSoFar(Struct):
    """The state after reading one log: its size, the last offset of an SMTP record, the count of other records, the
    problems.

    `resumable` means its reader read it itself and knows where it ended; otherwise it came from a cache.
    """

    size: int
    resumable: bool
    last_place: int = -1
    unrelated_records: int = 0
    problems: set[Problem] = field(default_factory=set)
    lost: bool = False


def added(source: Source, reader: LogReader, so_far: ReadSoFar) -> Iterator[Batch]:
    """Reads what was added to the log of `reader` since the last read, and updates `so_far`.

    A reader that can't resume reads the whole grown log, and known records are dropped. While the log is unreadable,
    the only result is one problem saying so. Never raises.
    """
    try:
        resumes = so_far.resumable and hasattr(reader, "read_new")
        while resumes and isinstance(source, FileSource) and source.stay_behind():
            # The rest of a log that was renamed or deleted, as long as something is still written to it.
            behind = source.size
            yield from cast("Followable", reader).read_new()
            grown, so_far.size = behind > so_far.size, behind
            # Raises LogError where there is no new one.
            source.look_for_new()
            if grown:
                so_far.lost = False
                return
            source.catch_up()
            so_far.size = 0
        size = source.size
        if resumes:
            yield from cast("Followable", reader).read_new()
            if isinstance(source, FileSource):
                source.hold()
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
        new_exchanges = [record for record in batch.exchanges if record.offset > last_place]
        others += batch.unrelated_records
        problems = [problem for problem in batch.problems if problem not in so_far.problems]
        more = max(0, others - so_far.unrelated_records)
        so_far.unrelated_records += more
        so_far.problems.update(problems)
        places = [record.offset for record in new] + [record.offset for record in new_exchanges]
        so_far.last_place = max(places, default=so_far.last_place)
        yield replace(batch, records=new, unrelated_records=more, problems=problems, exchanges=new_exchanges)
