"""The open logs: recognised, read in order, read again for a raw record; and their clocks."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, cast

import numpy as np
from msgspec.structs import replace

from smtpscope.errors import LogError, Problem
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.record import Batch, FileInformation, LogReader, ReadOptions, Source, TellsUnnamed
from smtpscope.reading.registry import last_look, open_log
from smtpscope.reading.sources.expanding import Looking, Waiting, expand, named_file, searched
from smtpscope.reading.sources.file_source import FileSource
from smtpscope.reading.sources.memory_left import is_short
from smtpscope.reading.sources.packed import BufferedSource, PackedSource, Unpacking
from smtpscope.reading.text.text_log import batches_of
from smtpscope.reading.unknown.beside_lines import with_beside
from smtpscope.session.beyond_memory import beyond_memory
from smtpscope.session.growing.following import ReadSoFar, added
from smtpscope.session.growing.same_logs import SameLogs, check_record, no_more_of
from smtpscope.session.progress import ReadingProgress, ingest
from smtpscope.session.view_values import LoadedBatch, Progress
from smtpscope.store.cache.log_record import LogRecord
from smtpscope.store.column_set import Columns
from smtpscope.store.event_store import EventStore

if TYPE_CHECKING:
    from smtpscope.parsing.smtp_exchange import SmtpExchange
    from smtpscope.reading.smtp_session import HasSessions, SmtpSession
    from smtpscope.store.cache.log_cache import LogCache


class Logs:
    """The given files. Files that can't be opened are in `errors`, skipped ones in `problems`."""

    def __init__(self, options: ReadOptions, cache: LogCache | None = None, read_as: str | None = None) -> None:
        """`read_as` is the name of a format to read all files as, None to detect it by content."""
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
            # Packed or piped logs don't grow.
            options = replace(self._options, growing=self._options.growing and _can_grow(source))
            try:
                reader = open_log(source, options, self._read_as, search=searched(source))
                self._progress.add(source)
            except LogError as error:
                self.errors.append(error)
                continue
            self._readers[source.name] = reader
            self.sources.append(source)
        if not self._readers and self.errors:
            raise self.errors[0]

    def read(self, store: EventStore) -> Iterator[LoadedBatch]:
        """Reads and parses file by file; `store` encodes, but nothing is added to it yet."""
        progress = self._progress
        if len(self.sources) > 1:
            store.words.seen.several = True
        for source in self.sources:
            name = source.name
            record = LogRecord(self._cache, name, store.words)
            kept = record.found()
            so_far = self._read_so_far[name] = ReadSoFar(progress.size(source), resumable=kept is None)
            if kept is not None:
                with suppress(LogError):
                    self._same.note(source, self._readers[name])
                _note(so_far, kept.columns, kept.unrelated_records, kept.problems)
                yield LoadedBatch(
                    kept.columns,
                    kept.unrelated_records,
                    kept.problems,
                    progress.ended(source),
                    span=kept.span,
                    explaining=kept.explaining,
                )
                continue
            too_large = beyond_memory(self._readers[name], name) if store.keeps_rows else None
            if too_large is not None:
                yield _nothing(store, progress.ended(source), error=too_large)
                continue
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
                with closing(_generator(self._batches(source))) as batches:
                    for batch in batches:
                        loaded = _loaded(batch, self._parser, store, progress.reading(source, batch))
                        _note(so_far, loaded.encoded, loaded.unrelated_records, loaded.problems)
                        self._rows += len(loaded.encoded)
                        record.add(
                            loaded.encoded,
                            loaded.unrelated_records,
                            loaded.problems,
                            loaded.span,
                            loaded.explaining,
                        )
                        yield loaded
                        if is_short():
                            yield _nothing(store, progress.ended(source), error=_out_of_memory(name))
                            return
                if self._options.growing and isinstance(source, FileSource):
                    source.hold()
                elif (changed := self._same.changed_meanwhile(source)) is not None:
                    yield _nothing(store, progress.ended(source), problems=(changed,))
                    continue
                record.keep()
                progress.ended(source)
            except LogError as error:
                yield _nothing(store, progress.ended(source), error=error)
            except OSError as error:
                yield _nothing(store, progress.ended(source), error=no_more_of(name, error))
            except Exception as defect:
                # A file that crashes a reader must not affect the others.
                stopped = LogError(
                    where=name,
                    what=f"reading stopped because of a bug in smtpscope ({type(defect).__name__}: {defect})",
                    remedy="What was read before it is shown; please report this, with the file if you can share it",
                )
                yield _nothing(store, progress.ended(source), error=stopped)

    def _batches(self, source: Source) -> Iterator[Batch]:
        """The batches of `source`'s reader; if it finds no rows, those of a last look instead."""
        reader = self._readers[source.name]
        yield from with_beside(reader, source, self._options, batches_of(reader, source), open_log)
        if self._rows or self._options.growing:
            return
        for looking in last_look(self._readers[source.name], source, self._options):
            for batch in looking.batches():
                if batch.records or batch.exchanges:
                    self._readers[source.name] = looking
                if self._readers[source.name] is looking:
                    yield replace(batch, unrelated_records=0)
            if self._readers[source.name] is looking:
                return
        unnamed = reader.first_unnamed() if isinstance(reader, TellsUnnamed) else None
        if unnamed is not None:
            yield Batch([], 0, [unnamed], source.size, source.size)

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
                    loaded = _loaded(batch, self._parser, store, progress, so_far)
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
        return tuple(map(self._information, self.sources))

    def _information(self, source: Source) -> FileInformation:
        try:
            reader = self._readers[source.name]
            information = replace(
                reader.information(), lacks=reader.format.lacks, recognised_by=reader.format.recognised_by
            )
            if isinstance(source, PackedSource):
                packed = f"{source.packed_with}, {source.stored_size or 0:,} bytes"
                information = replace(information, facts=(("Packed", packed), *information.facts))
            return information
        except LogError as error:
            # A file that is gone must not hide the others.
            return FileInformation(source.name, "", 0, warnings=(f"{error.what}. {error.remedy}.",))


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
