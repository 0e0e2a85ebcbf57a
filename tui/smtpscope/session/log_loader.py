"""The logs of a session as they are read: what came until now, in which zone, and what went wrong.

It has no threads and prints nothing: `read` may run in a reading thread while one other thread adds what it yields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smtpscope.errors import LogError, Problem
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.record import DateOrderName, FileInformation, ReadOptions
from smtpscope.session.open_logs import Logs, mixed_clocks
from smtpscope.session.recent_trees import RecentTrees
from smtpscope.session.user_data import UserData
from smtpscope.session.view_values import LoadedBatch, Overview, Progress
from smtpscope.store.assumed_times import span_moved
from smtpscope.store.event_store import DIRECTIONS, EventStore
from smtpscope.store.times import LocalZone, zone_label

if TYPE_CHECKING:
    from smtpscope.parsing.smtp_exchange import SmtpExchange
    from smtpscope.reading.smtp_session import SmtpSession
    from smtpscope.workspace.workspace import Workspace


class LogLoader:
    """One run over some logs. `zone` is taken for times without a zone, and all times are shown in it.

    `cache` is a folder in which what is read of a large log is kept for the next time; None keeps nothing. With
    `salvage` records that a log itself does not count any more are read too; `growing` logs are being written, so that
    what is unfinished at their end is left for `follow` (which works without it as well). Both go without the cache.
    `date_order` is what stands first in regional dates that leave it open; None leaves it to the log's other dates.
    `read_as` is the name of a format that all logs are read as, None where their content decides.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        *,
        zone: tzinfo | None = None,
        cache: Path | None = None,
        workspace: Workspace | None = None,
        salvage: bool = False,
        growing: bool = False,
        date_order: DateOrderName | None = None,
        read_as: str | None = None,
    ) -> None:
        self.knowledge = knowledge
        self.zone: tzinfo = LocalZone() if zone is None else zone
        self._zone_at_load: tzinfo = self.zone
        self.assumed_zone: tzinfo = self.zone
        self.store = EventStore(knowledge)
        self.unrelated_records = 0
        self.count_duplicates = False
        self.user_data = UserData(workspace)
        self._recent_trees = RecentTrees()
        kept = None
        if cache is not None and not (salvage or growing or read_as):
            from smtpscope.store.cache.log_cache import LogCache

            kept = LogCache(cache, knowledge.folders, self.zone, date_order=date_order)
        options = ReadOptions(zone=self.zone, salvage=salvage, growing=growing, date_order=date_order)
        self._logs = Logs(options, kept, read_as)

    # Opening and reading

    def open(self, arguments: Sequence[str]) -> None:
        """Finds and recognises the logs that `arguments` (files, folders, patterns, "-") name.

        What can't be opened is kept in `errors`. Raises LogError when nothing at all can be read.
        """
        try:
            self._logs.open(arguments)
        finally:
            self.user_data.open(self._logs.sources)

    def read(self) -> Iterator[LoadedBatch]:
        """Reads what `open` found, file by file. Close the generator to cancel; what came until then stays."""
        return self._logs.read(self.store)

    @property
    def can_grow(self) -> bool:
        """Whether something may still be added to a log: not to what is packed or came through a pipe."""
        return self._logs.can_grow

    def follow(self) -> Iterator[LoadedBatch]:
        """What was added to the logs since `read` was at its end, or since the last call: nothing twice.

        For the reading thread, again and again, each time to its end; `add` takes what it yields, as that of `read`.
        An .evtx is read on in its last chunk and behind it, a text log behind its last line; a log of another kind is
        read as a whole when its size has changed, and what is new is handed out. A log that was begun anew is read
        from its beginning. While a log can't be read there is nothing of it, and one problem that says so.
        """
        return self._logs.follow(self.store)

    def add(self, batch: LoadedBatch) -> None:
        """Makes what was read visible."""
        rows, span = batch.encoded, batch.span
        if self.assumed_zone is not self._zone_at_load:
            rows = self.store.assumed_zone(rows, self._zone_at_load, self.assumed_zone)
            span = span_moved(span, self._zone_at_load, self.assumed_zone)
        self.store.append(rows)
        self.store.extend_log_span(span)
        self.unrelated_records += batch.unrelated_records
        self.problems.extend(batch.problems)
        if batch.error is not None:
            self.errors.append(batch.error)

    def forget_texts(self) -> None:
        """Lets go of what reading keeps beside the rows; only for a store that keeps none (see `converting`)."""
        self._logs.forget_texts()

    @property
    def read_anything(self) -> bool:
        """Whether anything was added yet."""
        return bool(len(self.store) or self.unrelated_records or self.errors)

    def read_all(self, told: Callable[[Progress], None] | None = None) -> None:
        """Reads everything; `told` hears how far it is. Raises LogError when no file could be read at all."""
        for batch in self.read():
            self.add(batch)
            if told is not None:
                told(batch.progress)
        self.check_read(len(self.store))

    def check_read(self, events: int) -> None:
        """Raises LogError when no file could be read at all; `events` of ours were."""
        failed = len(self.errors)
        if failed and not events and not self.unrelated_records and failed >= len(self.files):
            raise self.errors[0]

    # Time zones

    @property
    def zone_name(self) -> str:
        """How to call the zone in which times are shown."""
        return zone_label(self.zone)

    def set_assumed_zone(self, zone: tzinfo) -> None:
        """From now on the times of logs that name no zone are those of `zone`; how times are shown stays."""
        self.store.shift_assumed_times(self.assumed_zone, zone)
        self.store.move_assumed_span(self.assumed_zone, zone)
        self.assumed_zone = zone
        self._recent_trees.clear()

    @property
    def noted(self) -> list[Problem]:
        """`problems`, and a word on logs whose clocks may differ."""
        return [*self.problems, *mixed_clocks(self.store, zone_label(self.assumed_zone))]

    # What came until now

    @property
    def events(self) -> int:
        """How many events there are; one that is in the logs more than once counts once, or as often as it is there."""
        return len(self.store) if self.count_duplicates else len(self.store) - self.store.duplicates

    @property
    def skipped(self) -> int:
        """How many records were lost to us, as far as it is known."""
        return sum(problem.records or 1 for problem in self.problems if problem.outcome == "skipped")

    @property
    def files(self) -> tuple[str, ...]:
        """The paths as given, in the order of reading."""
        return self._logs.files

    @property
    def named_files(self) -> tuple[str, ...]:
        """The paths on the disk, "-" for standard input: of a file in an archive that of the archive."""
        return self._logs.named_files

    @property
    def errors(self) -> list[LogError]:
        """What ended a file, or kept it from being opened."""
        return self._logs.errors

    @property
    def problems(self) -> list[Problem]:
        """What was skipped, recovered or noted."""
        return self._logs.problems

    def overview(self) -> Overview:
        directions = self.store.columns.direction
        if self.events < len(self.store):
            directions = directions[~self.store.columns.is_duplicate]
        counts = np.bincount(directions, minlength=len(DIRECTIONS)).tolist()
        return Overview(
            files=self.files,
            events=self.events,
            duplicates=len(self.store) - self.events,
            unrelated_records=self.unrelated_records,
            skipped=self.skipped,
            first_ms=self.store.log_start_ms,
            last_ms=self.store.log_end_ms,
            directions=tuple((direction, count) for direction, count in zip(DIRECTIONS, counts, strict=True) if count),
            times_assumed=self.store.times_assumed,
            service_logs=self._logs.service_logs_only,
        )

    def holds_sessions(self, exchange: SmtpExchange) -> bool:
        """Whether the log of `exchange` holds whole sessions and not only single events."""
        return self._logs.holds_sessions(exchange.file)

    def smtp_session(self, exchange: SmtpExchange) -> SmtpSession | None:
        """The whole SMTP session that `exchange` is part of; None where its log no longer holds it.

        Reads the log again, so it is for a thread that may wait. Raises LogError when it can't be read any more.
        """
        return self._logs.smtp_session(exchange.file, exchange.offset)

    def information(self) -> tuple[FileInformation, ...]:
        """What each open file says of itself."""
        return self._logs.information()
