"""The logs as they are read: what came until now, what went wrong, and in which zone logs without one are taken.

It has no threads and prints nothing: `read` may run in a reading thread while one other thread adds what it yields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from smtpscope.errors import LogError, Problem
from smtpscope.reading.record import FileInformation, ReadOptions, Source
from smtpscope.session.open_logs import Logs, mixed_clocks, told_twice
from smtpscope.session.view_values import LoadedBatch, Progress
from smtpscope.store.assumed_times import span_moved
from smtpscope.store.event_store import EventStore
from smtpscope.store.times import zone_label

if TYPE_CHECKING:
    from smtpscope.parsing.smtp_exchange import SmtpExchange
    from smtpscope.reading.smtp_session import SmtpSession
    from smtpscope.store.cache.log_cache import LogCache


class LogLoader:
    """Reads logs into `store`. Times without a zone are taken for those of the zone in `options`, until told otherwise.

    `cache` is where what is read of a large log is kept for the next time; None keeps nothing. `read_as` is the name
    of a format that all logs are read as, None where their content decides.
    """

    def __init__(
        self, store: EventStore, options: ReadOptions, cache: LogCache | None, read_as: str | None = None
    ) -> None:
        self.store = store
        self.unrelated_records = 0
        self.assumed_zone: tzinfo = options.zone
        self._zone_at_load: tzinfo = options.zone
        self._logs = Logs(options, cache, read_as)

    def open(self, arguments: Sequence[str]) -> None:
        """Finds and recognises the logs that `arguments` (files, folders, patterns, "-") name.

        What can't be opened is kept in `errors`. Raises LogError when nothing at all can be read.
        """
        self._logs.open(arguments)

    @property
    def sources(self) -> list[Source]:
        """What was opened."""
        return self._logs.sources

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
        self.store.explain(batch.explaining)
        self.unrelated_records += batch.unrelated_records
        self.problems.extend(batch.problems)
        if batch.error is not None:
            self.errors.append(batch.error)

    def forget_texts(self) -> None:
        """Lets go of what reading keeps beside the rows; only for a store that keeps none (see `converting`)."""
        self._logs.forget_texts()

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

    def set_assumed_zone(self, zone: tzinfo) -> None:
        """From now on the times of logs that name no zone are those of `zone`; how times are shown stays."""
        self.store.shift_assumed_times(self.assumed_zone, zone)
        self.store.move_assumed_span(self.assumed_zone, zone)
        self.store.explaining.move_assumed_times(self._zone_at_load, zone)
        self.assumed_zone = zone

    @property
    def noted(self) -> list[Problem]:
        """`problems`, and a word on logs whose clocks may differ, or that tell the same refusals."""
        return [*self.problems, *mixed_clocks(self.store, zone_label(self.assumed_zone)), *told_twice(self.store)]

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

    @property
    def service_logs_only(self) -> bool:
        """Whether every open log is one of a mail server itself, so that none could hold an event."""
        return self._logs.service_logs_only

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

    def raw(self, exchange: SmtpExchange) -> str | None:
        """The record of `exchange` as its file holds it; None when no such file is open.

        Raises LogError and OSError when the file can't be read any more.
        """
        return self._logs.raw(exchange.file, exchange.offset)
