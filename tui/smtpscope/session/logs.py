"""The logs of a session: found, recognised, read one after the other, and read again for a raw record."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, cast

from smtpscope.errors import LogError, Problem
from smtpscope.parsing.records import ExchangeParser
from smtpscope.reading.record import Batch, FileInformation, LogReader, ReadOptions, Source
from smtpscope.reading.registry import open_log
from smtpscope.reading.sources import expand
from smtpscope.session.following import ReadSoFar, added
from smtpscope.session.values import LoadedBatch, Progress
from smtpscope.store.column_set import Columns
from smtpscope.store.columns import EventStore
from smtpscope.store.log_record import LogRecord

if TYPE_CHECKING:
    from smtpscope.reading.dialogue import Dialogue, SpeakingLog
    from smtpscope.store.cache import LogCache


class Logs:
    """The files that were named. What can't be opened is kept in `errors`, what was passed over in `problems`."""

    def __init__(self, options: ReadOptions, cache: LogCache | None = None) -> None:
        self.errors: list[LogError] = []
        self.problems: list[Problem] = []
        self._options = options
        self._cache = cache
        self._readers: dict[str, LogReader] = {}
        self._to_read: list[tuple[str, int]] = []
        self._parser = ExchangeParser()
        self._read_so_far: dict[str, ReadSoFar] = {}
        self.sources: list[Source] = []

    @property
    def files(self) -> tuple[str, ...]:
        """The paths as given, in the order of reading."""
        return tuple(name for name, _ in self._to_read)

    def open(self, arguments: Sequence[str]) -> None:
        """Finds and recognises the logs that `arguments` (files, folders, patterns, "-") name.

        What can't be opened is kept in `errors`. Raises LogError when nothing at all can be read.
        """
        good: list[str] = []
        for argument in arguments:
            try:
                expand([argument])
            except LogError as error:
                self.errors.append(error)
            else:
                good.append(argument)
        # All good ones together, so that a file named twice is read once.
        found = expand(good)
        self.problems += found.problems
        for source in found.sources:
            try:
                reader = open_log(source, self._options)
            except LogError as error:
                self.errors.append(error)
                continue
            self._readers[source.name] = reader
            self.sources.append(source)
            self._to_read.append((source.name, source.size))
        if not self._readers and self.errors:
            raise self.errors[0]

    def read(self, store: EventStore) -> Iterator[LoadedBatch]:
        """Reads and parses file by file; `store` encodes, but nothing is added to it yet."""
        total = sum(size for _, size in self._to_read)
        before = 0
        for name, size in self._to_read:
            record = LogRecord(self._cache, name, store.words)
            kept = record.found()
            so_far = self._read_so_far[name] = ReadSoFar(size, resumable=kept is None)
            if kept is not None:
                _note(so_far, kept.columns, kept.others, kept.problems)
                yield LoadedBatch(kept.columns, kept.others, kept.problems, Progress(name, before + size, total))
                before += size
                continue
            try:
                # A reader's `batches` is a generator: closing it ends the file when the user cancels.
                with closing(_generator(self._readers[name].batches())) as batches:
                    for batch in batches:
                        progress = Progress(name, before + batch.bytes_read, total)
                        loaded = _loaded(batch, self._parser, store, progress)
                        _note(so_far, loaded.encoded, loaded.others, loaded.problems)
                        record.add(loaded.encoded, loaded.others, loaded.problems)
                        yield loaded
                record.keep()
            except LogError as error:
                yield _ended(error, store, Progress(name, before + size, total))
            except Exception as defect:
                # One file that brings a reader of ours down must not take the others with it.
                stopped = LogError(
                    where=name,
                    what=f"reading stopped because of a mistake in smtpscope ({type(defect).__name__}: {defect})",
                    remedy="What was read until then is there; please report this with the file if you may share it",
                )
                yield _ended(stopped, store, Progress(name, before + size, total))
            before += size

    def follow(self, store: EventStore) -> Iterator[LoadedBatch]:
        """What was added to the logs since they were read, or since the last call; see `Session.follow`."""
        for source in self.sources:
            so_far = self._read_so_far.get(source.name)
            if so_far is None:
                continue
            for batch in added(source, self._readers[source.name], so_far):
                if batch.records or batch.exchanges or batch.others or batch.problems:
                    progress = Progress(source.name, batch.bytes_read, batch.bytes_total)
                    yield _loaded(batch, self._parser, store, progress)

    def raw(self, file: str, place: int) -> str | None:
        """The record at `place` of `file` as the file holds it; None when no such file is open.

        Raises LogError and OSError when the file can't be read any more.
        """
        reader = self._readers.get(file)
        return None if reader is None else reader.raw(place)

    def dialogue(self, file: str, place: int) -> Dialogue | None:
        """The whole session around `place` of `file`; None where such a log holds none.

        Raises LogError when the file can't be read any more.
        """
        reader = self._readers.get(file)
        return cast("SpeakingLog", reader).dialogue(place) if hasattr(reader, "dialogue") else None

    def information(self) -> tuple[FileInformation, ...]:
        """What each file says of itself."""
        return tuple(self._information(name) for name in self._readers)

    def _information(self, name: str) -> FileInformation:
        try:
            return self._readers[name].information()
        except LogError as error:
            # One file that is gone by now must not hide what the others say.
            return FileInformation(name, "", 0, warnings=(f"{error.what}. {error.remedy}.",))


def _generator(batches: Iterator[Batch]) -> Generator[Batch, None, None]:
    """`batches` as a generator, so that closing it closes what it iterates over."""
    yield from batches


def _loaded(batch: Batch, parser: ExchangeParser, store: EventStore, progress: Progress) -> LoadedBatch:
    parsed = parser.parse_all(batch.records, batch.exchanges)
    encoded = store.encode(parsed.exchanges, parsed.table)
    return LoadedBatch(encoded, batch.others + parsed.others, tuple(batch.problems), progress)


def _note(so_far: ReadSoFar, columns: Columns, others: int, problems: Iterable[Problem]) -> None:
    so_far.last_place = max(so_far.last_place, int(columns.place.max(initial=-1)))
    so_far.others += others
    so_far.problems.update(problems)


def _ended(error: LogError, store: EventStore, progress: Progress) -> LoadedBatch:
    return LoadedBatch(store.encode([]), 0, (), progress, error)
