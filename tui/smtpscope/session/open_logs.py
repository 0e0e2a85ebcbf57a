"""The opened logs: recognised, read one after the other, read again for a raw record; and whose clocks they use."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from smtpscope.errors import LogError, Problem
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.record import Batch, FileInformation, LogReader, ReadOptions, Source
from smtpscope.reading.registry import last_look, open_log
from smtpscope.reading.sources.expanding import expand, named_file, searched
from smtpscope.reading.sources.packed import BufferedSource, PackedSource, Unpacking
from smtpscope.reading.text.text_log import head_of
from smtpscope.session.following import ReadSoFar, added
from smtpscope.session.progress import ReadingProgress, ingest
from smtpscope.session.view_values import LoadedBatch, Progress
from smtpscope.store.cache.log_record import LogRecord
from smtpscope.store.column_set import Columns
from smtpscope.store.event_store import EventStore

if TYPE_CHECKING:
    from smtpscope.reading.smtp_session import HasSessions, SmtpSession
    from smtpscope.store.cache.log_cache import LogCache


class Logs:
    """The files that were named. What can't be opened is kept in `errors`, what was passed over in `problems`."""

    def __init__(self, options: ReadOptions, cache: LogCache | None = None, read_as: str | None = None) -> None:
        """`read_as` is the name of a format that all files are of, None where the content decides."""
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
        """The paths as given, in the order of reading."""
        return tuple(source.name for source in self.sources)

    @property
    def named_files(self) -> tuple[str, ...]:
        """The paths on the disk, "-" for standard input: of a file in an archive that of the archive."""
        return tuple(map(named_file, self.sources))

    def open(self, arguments: Sequence[str]) -> None:
        """Finds and recognises the logs that `arguments` (files, folders, patterns, "-") name.

        What can't be opened is kept in `errors`. Raises LogError when nothing at all can be read.
        """
        found = expand(arguments, unpacking=self._unpacking, errors=self.errors)
        self.problems += found.problems
        for source in found.sources:
            # What was packed or piped is all there is.
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
                record.keep()
                progress.ended(source)
            except LogError as error:
                yield _nothing(store, progress.ended(source), error=error)
            except Exception as defect:
                # One file that brings a reader of ours down must not take the others with it.
                stopped = LogError(
                    where=name,
                    what=f"reading stopped because of a mistake in smtpscope ({type(defect).__name__}: {defect})",
                    remedy="What was read until then is there; please report this with the file if you may share it",
                )
                yield _nothing(store, progress.ended(source), error=stopped)

    def _batches(self, source: Source) -> Iterator[Batch]:
        """What the reader of `source` gives; where that were no rows, what a last look finds instead."""
        yield from self._readers[source.name].batches()
        if self._rows or self._options.growing:
            return
        looking = last_look(self._readers[source.name], source, self._options)
        if looking is None:
            return
        for batch in looking.batches():
            if batch.records:
                self._readers[source.name] = looking
                yield replace(batch, unrelated_records=0)

    @property
    def can_grow(self) -> bool:
        """Whether something may still be added to a log: not to what is packed or came through a pipe."""
        return any(map(_can_grow, self.sources))

    def follow(self, store: EventStore) -> Iterator[LoadedBatch]:
        """What was added to the logs since they were read, or since the last call; see `Session.follow`."""
        for source in self.sources:
            so_far = self._read_so_far.get(source.name)
            if so_far is None or not _can_grow(source):
                continue
            for batch in self._added(source, so_far):
                if _has_something(batch):
                    progress = Progress(source.name, batch.bytes_read, batch.bytes_total)
                    yield _loaded(batch, self._parser, store, progress)

    def _added(self, source: Source, so_far: ReadSoFar) -> Iterator[Batch]:
        reader = self._readers[source.name]
        yield from added(source, reader, so_far)
        # A log that is gone was told by `added`.
        with suppress(LogError):
            self._same.note_if_new(source, reader)

    @property
    def service_logs_only(self) -> bool:
        """Whether every open log is one of a mail server itself, so that none could hold an event."""
        return bool(self._readers) and all(reader.format.service for reader in self._readers.values())

    def forget_texts(self) -> None:
        """Lets go of the texts that are kept since others may be the same; for a store that keeps no rows."""
        self._parser = SmtpExchangeParser()

    def raw(self, file: str, offset: int) -> str | None:
        """The record at `offset` of `file` as the file holds it; None when no such file is open.

        Raises LogError and OSError when the file can't be read any more.
        """
        reader = self._readers.get(file)
        if reader is None:
            return None
        self._check_same(file)
        return reader.raw(offset)

    def holds_sessions(self, file: str) -> bool:
        """Whether `file` holds whole sessions."""
        return hasattr(self._readers.get(file), "smtp_session")

    def smtp_session(self, file: str, offset: int) -> SmtpSession | None:
        """The whole session around `offset` of `file`; None where such a log holds none.

        Raises LogError when the file can't be read any more.
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
        """What each file says of itself."""
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
            # One file that is gone by now must not hide what the others say.
            return FileInformation(source.name, "", 0, warnings=(f"{error.what}. {error.remedy}.",))


def _generator(batches: Iterator[Batch]) -> Generator[Batch, None, None]:
    """`batches` as a generator, so that closing it closes what it iterates over."""
    yield from batches


def _loaded(batch: Batch, parser: SmtpExchangeParser, store: EventStore, progress: Progress) -> LoadedBatch:
    parsed = parser.parse_all(batch.records, batch.exchanges)
    encoded = store.encode(parsed.exchanges, parsed.table)
    return LoadedBatch(
        encoded,
        batch.unrelated_records + parsed.unrelated_records,
        tuple(batch.problems),
        progress,
        span=batch.span,
        explaining=batch.explaining,
    )


def _has_something(batch: Batch) -> bool:
    return bool(batch.records or batch.exchanges or batch.unrelated_records or batch.problems or batch.explaining)


def _note(so_far: ReadSoFar, columns: Columns, others: int, problems: Iterable[Problem]) -> None:
    so_far.last_place = max(so_far.last_place, int(np.max(columns.offset, initial=-1)))
    so_far.unrelated_records += others
    so_far.problems.update(problems)


def _nothing(
    store: EventStore, progress: Progress, *, problems: tuple[Problem, ...] = (), error: LogError | None = None
) -> LoadedBatch:
    return LoadedBatch(store.encode([]), 0, problems, progress, error)


def _can_grow(source: Source) -> bool:
    return not isinstance(source, BufferedSource)


_NAMED: int = 3


def mixed_clocks(store: EventStore, assumed_zone: str) -> tuple[Problem, ...]:
    """A word on each log whose times name no zone, while those of another log do; nothing where all are alike.

    `taken_for` is the name of the zone that such times are taken for.
    """
    without, certain = store.words.clocks()
    if not without or not certain:
        return ()
    others = ", ".join(certain[:_NAMED]) + (f" and {len(certain) - _NAMED} more" if len(certain) > _NAMED else "")
    reason = (
        f"The times name no zone and are taken for {assumed_zone}, those of {others} are certain: "
        "what comes before what between them holds only if that zone is right"
    )
    return tuple(Problem(file, "dates", reason, "noted") for file in without)


def told_twice(store: EventStore) -> tuple[Problem, ...]:
    """A word on each two logs of different kinds that tell the same refusals; nothing where none do."""
    return tuple(
        Problem(
            store.words.files[shared.second],
            "whole file",
            f"{shared.count:,} {'refusal is' if shared.count == 1 else 'refusals are'} in "
            f"{store.words.files[shared.first]} as well, which is another kind of log: "
            f"{'it counts' if shared.count == 1 else 'they count'} twice",
            "noted",
            shared.count,
        )
        for shared in store.shared_refusals()
    )


_HEAD: Final = 4_096
_WRITTEN_OVER: Final = frozenset({"evtx", "evt"})
"""Windows writes over the beginning of these while they are the same log; their records have numbers of their own."""


class SameLogs:
    """Remembers how each log began when it was read."""

    def __init__(self) -> None:
        self._heads: dict[str, bytes] = {}

    def note(self, source: Source, reader: LogReader) -> None:
        """The log of `source` is read from its beginning now. Raises LogError when it can't be read."""
        if reader.format.name not in _WRITTEN_OVER:
            self._heads[source.name] = _head(source)

    def note_if_new(self, source: Source, reader: LogReader) -> None:
        """The same, where the log was begun anew since. Raises LogError."""
        known = self._heads.get(source.name)
        if known is not None and not _head(source).startswith(known):
            self.note(source, reader)

    def check(self, source: Source) -> None:
        """Raises LogError when the log begins in another way than when it was read, or can't be read."""
        known = self._heads.get(source.name)
        if known is not None and not _head(source).startswith(known):
            raise LogError(
                where=source.name,
                what="this is another log than the one that was read: it was replaced or begun anew",
                remedy="Open the older log under the name it has now",
            )


def _head(source: Source) -> bytes:
    return head_of(source)[:_HEAD]
