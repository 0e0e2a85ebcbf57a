"""The open logs: recognised, read in order, read again for a raw record; and their clocks."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, cast

import numpy as np
from msgspec.structs import replace

from smtpscope.errors import LogError, Problem
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.record import (
    Batch,
    EstimatesMemory,
    FileInformation,
    LogReader,
    ReadOptions,
    Source,
)
from smtpscope.reading.registry import open_log
from smtpscope.reading.sources.expanding import Looking, Waiting, expand, named_file, searched
from smtpscope.reading.sources.file_source import FileSource
from smtpscope.reading.sources.memory_left import is_short
from smtpscope.reading.sources.packed import BufferedSource, Unpacking
from smtpscope.session.growing.following import ReadSoFar, added
from smtpscope.session.growing.same_logs import SameLogs, check_record, no_more_of
from smtpscope.session.one_log.asked_span import LeftOut
from smtpscope.session.one_log.batches import batches_of_log, information_of
from smtpscope.session.one_log.beyond_memory import beyond_memory
from smtpscope.session.one_log.elsewhere import taken_from
from smtpscope.session.one_log.progress import ReadingProgress, ingest
from smtpscope.session.view_values import LoadedBatch, Progress
from smtpscope.store.cache.log_record import LogRecord
from smtpscope.store.column_set import Columns
from smtpscope.store.event_store import EventStore

if TYPE_CHECKING:
    from smtpscope.parsing.smtp_exchange import SmtpExchange
    from smtpscope.reading.smtp_session import HasSessions, SmtpSession
    from smtpscope.session.one_log.elsewhere import ReadsElsewhere, SpreadsReading
    from smtpscope.store.cache.log_cache import LogCache


class Logs:
    """The given files. Files that can't be opened are in `errors`, skipped ones in `problems`."""

    def __init__(
        self,
        options: ReadOptions,
        cache: LogCache | None = None,
        read_as: str | None = None,
        spread: SpreadsReading | None = None,
    ) -> None:
        """`read_as` is the name of a format to read all files as, None to detect it by content; `spread` says how many
        processes may read, None for this one alone.
        """
        self._spread = spread
        self.left_out = LeftOut(options.asked, options.zone)
        self.errors: list[LogError] = []
        self.problems: list[Problem] = []
        self._options = options
        self._read_as = read_as
        self._rows = 0
        self._cache = cache
        self._readers: dict[str, LogReader] = {}
        self._unpacking = Unpacking()
        self._progress = ReadingProgress()
        self._parser = SmtpExchangeParser()
        self._read_so_far: dict[str, ReadSoFar] = {}
        self._same = SameLogs()
        self.sources: list[Source] = []

    @property
    def files(self) -> tuple[str, ...]:
        """The paths as given, in reading order."""
        return tuple(source.name for source in self.sources)

    @property
    def named_files(self) -> tuple[str, ...]:
        """The paths on disk, "-" for standard input; for a file in an archive, the archive's path."""
        return tuple(map(named_file, self.sources))

    def open(self, arguments: Sequence[str], waiting: Waiting | None = None, looking: Looking | None = None) -> None:
        """Finds and recognises the logs in `arguments` (files, folders, patterns, "-").

        Files that can't be opened are recorded in `errors`. Raises LogError if nothing can be read.
        """
        found = expand(arguments, unpacking=self._unpacking, errors=self.errors, waiting=waiting, looking=looking)
        self.problems += found.problems
        for source in found.sources:
            try:
                self.take(source)
            except LogError as error:
                self.errors.append(error)
        if not self._readers and self.errors:
            raise self.errors[0]

    def take(self, source: Source) -> None:
        """Recognises `source`, and reads it after those before. Raises LogError."""
        # Packed or piped logs don't grow.
        options = replace(self._options, growing=self._options.growing and _can_grow(source))
        reader = open_log(source, options, self._read_as, search=searched(source))
        self._progress.add(source)
        self._readers[source.name] = reader
        self.sources.append(source)

    def read(self, store: EventStore) -> Iterator[LoadedBatch]:
        """Reads and parses file by file; `store` encodes, but nothing is added to it yet."""
        progress, processes = self._progress, self._processes()
        if len(self.sources) > 1:
            store.words.seen.several = True
        try:
            for source in self.sources:
                name = source.name
                record = LogRecord(self._cache, name, store.words)
                known, is_new = record.found(), False
                if known is None and processes is not None and processes.reads(name):
                    for done in processes.wait_for(name):
                        yield _nothing(store, progress.elsewhere(source, done))
                    known = taken_from(processes, name, store.words, self.left_out)
                    is_new = known is not None
                elif known is None and self.left_out.passes_over(source, self._readers[name]):
                    yield _nothing(store, progress.ended(source))
                    continue
                so_far = self._read_so_far[name] = ReadSoFar(progress.size(source), resumable=known is None)
                if known is None:
                    if not (yield from self._read_here(source, store, record, so_far)):
                        return
                    continue
                with suppress(LogError):
                    self._same.note_if_new(source, self._readers[name])
                rows = self.left_out.within(known.columns)
                found = known.unrelated_records, known.problems, known.span, known.explaining
                _note(so_far, rows, *found[:2])
                if is_new and not self.left_out:
                    record.add(rows, *found)
                    record.keep()
                yield LoadedBatch(
                    rows, *found[:2], progress.ended(source), span=known.span, explaining=known.explaining
                )
            if self.sources and (left_out := self.left_out.note()):
                yield _nothing(store, progress.ended_all(self.sources[-1]), problems=left_out)
        finally:
            if processes is not None:
                processes.close()

    def _processes(self) -> ReadsElsewhere | None:
        """Processes that read logs that are not in the cache, None where this one alone reads."""
        if self._spread is None:
            return None
        left = [
            source
            for source in self.sources
            if not isinstance(self._readers[source.name], EstimatesMemory)
            and not (self._cache is not None and self._cache.may_have(source.name))
        ]
        found = self._spread.processes(left, self._options, self._read_as)
        if found is not None:
            for source in left:
                with suppress(LogError):
                    self._same.note(source, self._readers[source.name])
        return found

    def _read_here(
        self, source: Source, store: EventStore, record: LogRecord, so_far: ReadSoFar
    ) -> Generator[LoadedBatch, None, bool]:
        """The batches of `source`, read by this process. Returns False when there is no memory for further logs."""
        name, progress = source.name, self._progress
        too_large = beyond_memory(self._readers[name], name) if store.keeps_rows else None
        if too_large is not None:
            yield _nothing(store, progress.ended(source), error=too_large)
            return True
        try:
            for taken in ingest(source, progress):
                yield _nothing(store, taken)
            if isinstance(source, BufferedSource) and source.problems:
                damage = _nothing(store, progress.buffered(source), problems=source.problems)
                record.add(damage.encoded, 0, damage.problems)
                yield damage
            self._same.note(source, self._readers[name])
            # A reader's `batches` is a generator: closing it ends the file when the user cancels.
            self._rows = 0
            with closing(_generator(self._batches_of(source))) as batches:
                for batch in batches:
                    loaded = self._within(_loaded(batch, self._parser, store, progress.reading(source, batch)))
                    _note(so_far, loaded.encoded, loaded.unrelated_records, loaded.problems)
                    self._rows += len(loaded.encoded)
                    record.add(
                        loaded.encoded, loaded.unrelated_records, loaded.problems, loaded.span, loaded.explaining
                    )
                    yield loaded
                    if is_short():
                        yield _nothing(store, progress.ended(source), error=_out_of_memory(name))
                        return False
            if self._options.growing and isinstance(source, FileSource):
                source.hold()
            elif (changed := self._same.changed_meanwhile(source)) is not None:
                yield _nothing(store, progress.ended(source), problems=(changed,))
                return True
            if not self.left_out:
                record.keep()
            progress.ended(source)
        except Exception as error:
            yield _nothing(store, progress.ended(source), error=_stopped(name, error))
        return True

    def _within(self, batch: LoadedBatch) -> LoadedBatch:
        return replace(batch, encoded=self.left_out.within(batch.encoded)) if self.left_out else batch

    def _batches_of(self, source: Source) -> Iterator[Batch]:
        return batches_of_log(self._readers, source, self._options, lambda: self._rows)

    def reader_of(self, name: str) -> LogReader:
        """What reads the log called `name`, as far as is known by now."""
        return self._readers[name]

    @property
    def can_grow(self) -> bool:
        """Whether a log can still grow: not if all are packed or piped."""
        return any(map(_can_grow, self.sources))

    def follow(self, store: EventStore) -> Iterator[LoadedBatch]:
        """What was added to the logs since they were read, or since the last call; see `LogLoader.follow`."""
        for source in self.sources:
            so_far = self._read_so_far.get(source.name)
            if so_far is None or not _can_grow(source):
                continue
            for batch in self._added(source, so_far):
                so_far.begun_anew |= batch.begins_anew
                if _has_something(batch):
                    progress = Progress(source.name, batch.bytes_read, batch.bytes_total)
                    loaded = self._within(_loaded(batch, self._parser, store, progress, so_far))
                    so_far.note_times(loaded.encoded.time_ms)
                    yield loaded

    def _added(self, source: Source, so_far: ReadSoFar) -> Iterator[Batch]:
        reader = self._readers[source.name]
        yield from added(source, reader, so_far, self._same)
        # `added` has already reported a log that is gone.
        with suppress(LogError):
            self._same.note_if_new(source, reader)

    @property
    def service_logs_only(self) -> bool:
        """Whether every open log is a mail server's own, so none can contain an event."""
        return bool(self._readers) and all(reader.format.service for reader in self._readers.values())

    def forget_texts(self) -> None:
        """Frees the cache of texts; for a store that keeps no rows."""
        self._parser = SmtpExchangeParser()

    def raw(self, exchange: SmtpExchange) -> str | None:
        """The raw record of `exchange`; None if no such file is open.

        Raises LogError and OSError if the file has become unreadable, or another record is there.
        """
        reader = self._readers.get(exchange.file)
        if reader is None:
            return None
        self._check_same(exchange.file)
        raw = reader.raw(exchange.offset)
        check_record(raw, exchange, reader)
        return raw

    def holds_sessions(self, file: str) -> bool:
        """Whether `file` has whole sessions."""
        return hasattr(self._readers.get(file), "smtp_session")

    def smtp_session(self, file: str, offset: int) -> SmtpSession | None:
        """The whole session around `offset` of `file`; None if the log has none.

        Raises LogError if the file has become unreadable.
        """
        reader = self._readers.get(file)
        if not hasattr(reader, "smtp_session"):
            return None
        self._check_same(file)
        return cast("HasSessions", reader).smtp_session(offset)

    def _check_same(self, file: str) -> None:
        for source in self.sources:
            if source.name == file:
                self._same.check(source)

    def information(self) -> tuple[FileInformation, ...]:
        """Information on each file."""
        return tuple(information_of(self._readers[source.name], source) for source in self.sources)


def _stopped(name: str, error: Exception) -> LogError:
    """What to say where reading the log `name` ended with `error`: others are read on."""
    if isinstance(error, LogError):
        return error
    if isinstance(error, OSError):
        return no_more_of(name, error)
    return LogError(
        where=name,
        what=f"reading stopped because of a bug in smtpscope ({type(error).__name__}: {error})",
        remedy="What was read before it is shown; please report this, with the file if you can share it",
    )


def _out_of_memory(name: str) -> LogError:
    return LogError(
        where=name,
        what="hardly any memory is left, so reading was stopped; nothing after this place was read",
        remedy="Open fewer logs at once, or on a computer with more memory",
    )


def _generator(batches: Iterator[Batch]) -> Generator[Batch, None, None]:
    """`batches` as a generator, so that closing it closes what it iterates over."""
    yield from batches


def _loaded(
    batch: Batch,
    parser: SmtpExchangeParser,
    store: EventStore,
    progress: Progress,
    so_far: ReadSoFar | None = None,
) -> LoadedBatch:
    """What `batch` adds to `store`; `so_far` is the state of a log that is followed."""
    parsed = parser.parse_all(batch.records, batch.exchanges)
    if so_far is not None and so_far.begun_anew:
        first_ms = next((each.time_ms for each in parsed.exchanges if each.time_ms is not None), None)
        if first_ms is not None and so_far.is_written_again(first_ms):
            file = store.words.files.number(progress.file)
            store.words.seen.begin_again(-1 if file is None else file)
    encoded = store.encode(parsed.exchanges, parsed.table)
    return LoadedBatch(
        encoded,
        batch.unrelated_records + parsed.unrelated_records,
        tuple(batch.problems),
        progress,
        span=batch.span,
        explaining=batch.explaining,
        begins_anew=batch.begins_anew,
    )


def _has_something(batch: Batch) -> bool:
    return bool(batch.records or batch.exchanges or batch.unrelated_records or batch.problems or batch.explaining)


def _note(so_far: ReadSoFar, columns: Columns, others: int, problems: Iterable[Problem]) -> None:
    so_far.last_place = max(so_far.last_place, int(np.max(columns.offset, initial=-1)))
    so_far.note_times(columns.time_ms)
    so_far.unrelated_records += others
    so_far.problems.update(problems)


def _nothing(
    store: EventStore, progress: Progress, *, problems: tuple[Problem, ...] = (), error: LogError | None = None
) -> LoadedBatch:
    return LoadedBatch(store.encode([]), 0, problems, progress, error)


def _can_grow(source: Source) -> bool:
    return not isinstance(source, BufferedSource)
