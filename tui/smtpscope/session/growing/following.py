"""Follows growing logs: reads what was added since the last read, without repeats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from smtpscope.errors import LogError, Problem
from smtpscope.reading.record import Batch, Followable, LogReader, Source
from smtpscope.reading.sources.file_source import FileSource
from smtpscope.reading.text.text_log import damage_in
from smtpscope.session.growing.same_logs import SameLogs
from smtpscope.store.event_store import NO_TIME


class ReadSoFar(Struct):
    """The state after reading one log: its size, the last offset of an SMTP record, the count of other records, the
    problems.

    `resumable` means its reader read it itself and knows where it ended; otherwise it came from a cache. `last_ms` is
    the latest time of an event. `begun_anew` is set from the moment the log was truncated or
    replaced until its first event since then shows whether it is a new log or the old one written again.
    """

    size: int
    resumable: bool
    last_place: int = -1
    unrelated_records: int = 0
    problems: set[Problem] = field(default_factory=set)
    lost: bool = False
    last_ms: int = NO_TIME
    begun_anew: bool = False

    def note_times(self, times_ms: NDArray[np.int64]) -> None:
        """Takes in the times of some events, of which some may be NO_TIME."""
        self.last_ms = max(self.last_ms, int(np.max(times_ms, initial=NO_TIME)))

    def is_written_again(self, first_ms: int) -> bool:
        """Whether a log that was begun again holds what was read before: its first event is not of a later second."""
        self.begun_anew = False
        return first_ms // 1000 < self.last_ms // 1000


def added(source: Source, reader: LogReader, so_far: ReadSoFar, logs: SameLogs) -> Iterator[Batch]:
    """Reads what was added to the log of `reader` since the last read, and updates `so_far`.

    A reader that can't resume reads the whole grown log, and known records are dropped, unless `logs` show
    that it is another one. While the log is unreadable, the only result is one problem saying so. Never raises.
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
        elif not (same := logs.has(source)) or size != so_far.size:
            yield from _read_again(reader, so_far, same=same)
        yield from damage_in(reader, source)
        so_far.size, so_far.lost = size, False
    except (LogError, OSError) as error:
        if not so_far.lost:
            so_far.lost = True
            reason = f"The log can't be followed for now: {error}"
            yield Batch([], 0, [Problem(source.name, "whole file", reason, "noted")], so_far.size, so_far.size)


def _read_again(reader: LogReader, so_far: ReadSoFar, *, same: bool) -> Iterator[Batch]:
    if not same:
        so_far.last_place, so_far.unrelated_records = -1, 0
    others, last_place, anew = 0, so_far.last_place, not same
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
        yield replace(
            batch, records=new, unrelated_records=more, problems=problems, exchanges=new_exchanges, begins_anew=anew
        )
        anew = False
