"""Loads logs: the state so far, the problems, and the zone assumed for logs that name none.

It has no threads and prints nothing: `read` may run in a reading thread while one other thread adds what it yields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from smtpscope.errors import LogError, Problem, skipped_records
from smtpscope.reading.record import DateOrderName, FileInformation, ReadOptions, Source
from smtpscope.session.growing.same_logs import replaced
from smtpscope.session.open_logs import Logs
from smtpscope.session.view_values import LoadedBatch, Progress
from smtpscope.store.assumed_times import span_moved
from smtpscope.store.event_store import EventStore
from smtpscope.store.store_notes import duplicate_events, mixed_clocks, without_time
from smtpscope.store.times import zone_label

if TYPE_CHECKING:
    from smtpscope.parsing.smtp_exchange import SmtpExchange
    from smtpscope.reading.smtp_session import SmtpSession
    from smtpscope.reading.sources.expanding import Looking, Waiting
    from smtpscope.session.one_log.elsewhere import SpreadsReading
    from smtpscope.store.cache.log_cache import LogCache


def cache_in(folder: Path, knowledge: Sequence[Path], zone: tzinfo, date_order: DateOrderName | None) -> LogCache:
    """The cache in `folder` of logs as they are read with these; most reports need none."""
    from smtpscope.store.cache.log_cache import LogCache

    return LogCache(folder, knowledge, zone, date_order=date_order)


class LogLoader:
    """Reads logs into `store`. Times without a zone are read in the zone in `options`, until it is changed.

    `cache` is the folder for cached large logs; None disables caching. `read_as` is the name of a format to read all
    logs as, None to detect it by content; `spread` says how many processes may read, None for this one alone.
    """

    def __init__(
        self,
        store: EventStore,
        options: ReadOptions,
        cache: LogCache | None,
        read_as: str | None = None,
        spread: SpreadsReading | None = None,
    ) -> None:
        self.store = store
        self.unrelated_records = 0
        self.assumed_zone: tzinfo = options.zone
        self._zone_at_load: tzinfo = options.zone
        # The first row of each log since it was truncated or replaced.
        self._begun_anew: dict[str, int] = {}
        self._logs = Logs(options, cache, read_as, spread)

    def open(self, arguments: Sequence[str], waiting: Waiting | None = None, looking: Looking | None = None) -> None:
        """Finds and recognises the logs in `arguments` (files, folders, patterns, "-").

        Files that can't be opened are recorded in `errors`. `waiting` is called, in a thread of its own, with the name
        of a pipe or a remote log from which nothing comes yet and what it waits for, `looking` with a folder and the
        number of files looked at in it. Raises LogError if nothing can be read.
        """
        self._logs.open(arguments, waiting, looking)

    @property
    def sources(self) -> list[Source]:
        """The opened sources."""
        return self._logs.sources

    def read(self) -> Iterator[LoadedBatch]:
        """Reads what `open` found, file by file. Close the generator to cancel; batches read so far are kept."""
        return self._logs.read(self.store)

    @property
    def can_grow(self) -> bool:
        """Whether a log can still grow: not if all are packed or piped."""
        return self._logs.can_grow

    def follow(self) -> Iterator[LoadedBatch]:
        """What was added to the logs since `read` finished, or since the last call, without repeats.

        Call it repeatedly from the reading thread, each time to its end, and pass its batches to `add`, as with `read`.
        An .evtx continues in its last chunk, a text log after its last line; other logs are read as a whole if their
        size has changed, and only new records are returned. A truncated or replaced log is read from the start. While a
        log is unreadable, the only result is one problem saying so.
        """
        return self._logs.follow(self.store)

    def add(self, batch: LoadedBatch) -> None:
        """Adds a batch to the store, which makes it visible."""
        rows, span = batch.encoded, batch.span
        if batch.begins_anew:
            self._begun_anew[batch.progress.file] = len(self.store)
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
        """Frees the text caches; only for a store that keeps no rows (see `converting`)."""
        self._logs.forget_texts()

    def read_all(self, on_progress: Callable[[Progress], None] | None = None) -> None:
        """Reads everything, calling `on_progress` after each batch. Raises LogError if no file could be read at all."""
        for batch in self.read():
            self.add(batch)
            if on_progress is not None:
                on_progress(batch.progress)
        self.check_read(len(self.store))

    def check_read(self, events: int) -> None:
        """Raises LogError if no file could be read at all; `events` were found."""
        failed = len(self.errors)
        if failed and not events and not self.unrelated_records and failed >= len(self.files):
            raise self.errors[0]

    def set_assumed_zone(self, zone: tzinfo) -> None:
        """Sets the zone assumed for logs that name none; the display zone does not change."""
        self.store.shift_assumed_times(self.assumed_zone, zone)
        self.store.move_assumed_span(self.assumed_zone, zone)
        self.store.explaining.move_assumed_times(self._zone_at_load, zone)
        self.assumed_zone = zone

    @property
    def noted(self) -> list[Problem]:
        """`problems`, plus notes on logs whose clocks may differ, that contain the same refusals, or events without a
        time.
        """
        return [
            *self.problems,
            *mixed_clocks(self.store, zone_label(self.assumed_zone)),
            *duplicate_events(self.store),
            *without_time(self.store, self.problems),
        ]

    @property
    def skipped(self) -> int:
        """How many records were lost, as far as known."""
        return skipped_records(self.problems)

    @property
    def files(self) -> tuple[str, ...]:
        """The paths as given, in reading order."""
        return self._logs.files

    @property
    def named_files(self) -> tuple[str, ...]:
        """The paths on disk, "-" for standard input; for a file in an archive, the archive's path."""
        return self._logs.named_files

    @property
    def errors(self) -> list[LogError]:
        """Errors that ended a file, or prevented opening it."""
        return self._logs.errors

    @property
    def problems(self) -> list[Problem]:
        """The problems: skipped, recovered or noted."""
        return self._logs.problems

    @property
    def service_logs_only(self) -> bool:
        """Whether every open log is a mail server's own, so none can contain an event."""
        return self._logs.service_logs_only

    def holds_sessions(self, exchange: SmtpExchange) -> bool:
        """Whether the log of `exchange` has whole sessions, not only single events."""
        return self._logs.holds_sessions(exchange.file)

    def smtp_session(self, row: int) -> SmtpSession | None:
        """The whole SMTP session that the exchange of `row` is part of; None if its log no longer has it.

        Reads the log again, so call it from a thread that may block. Raises LogError if the log has become unreadable,
        or is another one by now.
        """
        exchange = self._still_there(row)
        return self._logs.smtp_session(exchange.file, exchange.offset)

    def information(self) -> tuple[FileInformation, ...]:
        """Information on each open file."""
        return self._logs.information()

    def raw(self, row: int) -> str | None:
        """The raw record of `row`; None if no such file is open.

        Raises LogError and OSError if the file has become unreadable, or is another one by now.
        """
        return self._logs.raw(self._still_there(row))

    def _still_there(self, row: int) -> SmtpExchange:
        """The exchange of `row`. Raises LogError if its log was begun again since."""
        exchange = self.store.exchange(row)
        if row < self._begun_anew.get(exchange.file, 0):
            raise replaced(exchange.file)
        return exchange
