"""One file to the parts of a set and a receipt: the function that every worker runs, whatever brings it there.

What is wrong with the log is in its receipt. What is wrong with the machine, such as a full disk, is raised as OSError
and leaves nothing behind.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Final, cast

import numpy as np

from smtpscope.asking.set_manifest import LogReceipt, SetPart
from smtpscope.asking.sql import storable
from smtpscope.errors import LogError, Problem, skipped_records
from smtpscope.export.conversion.convert_columns import DiagnosedExchange
from smtpscope.export.conversion.set_parts import SetRow, parts_of
from smtpscope.fleet.event_identities import EventIdentities
from smtpscope.fleet.log_job import LogJob, ReadLog, hashed
from smtpscope.fleet.set_files import EXCHANGES, described, draft_of, publish, write_receipt
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.log_span import LogSpan, merge_spans
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.sources.archives import NoLogError
from smtpscope.reading.sources.expanding import logs_below
from smtpscope.reading.sources.packed import Unpacking
from smtpscope.session.converting import TransientStore
from smtpscope.session.log_loader import LogLoader
from smtpscope.session.view_values import LoadedBatch
from smtpscope.store.column_set import NO_TIME, Columns
from smtpscope.store.encoding import decoded
from smtpscope.store.times import zone_named
from smtpscope.store.vocabularies import Vocabularies

MOST_ROWS: Final = 250_000
"""Exchanges of one part, which are in memory together."""
_MOST_PROBLEMS: Final = 20


def read_log(job: LogJob) -> ReadLog:
    """Reads the file of `job` into the set, and returns its receipts, one for each log in it.

    Parts and receipt appear whole. Raises OSError if they can't be written.
    """
    began = time.monotonic()
    try:
        loader = _opened(job)
    except LogError as error:
        log = _ReadSoFar(storable(job.path), [], error)
        return _kept(job, ReadLog((log.receipt(job, (), began),)))
    if loader is None:
        return _kept(job, ReadLog(tuple(_not_a_log(job, began))))
    receipts: dict[str, LogReceipt] = {}
    parts: list[SetPart] = []
    before = list(loader.problems), next(iter(loader.errors), None)
    for number, (name, batches) in enumerate(groupby(loader.read(), lambda batch: batch.progress.file)):
        log = _ReadSoFar(storable(name), *before)
        before = [], None
        written = _written(job, number, log.rows_of(loader, batches))
        receipts[name] = log.receipt(job, written, began, service=loader.service_logs_only)
        parts += written
    for source in loader.sources:
        if source.name not in receipts:
            receipts[source.name] = _ReadSoFar(storable(source.name), *before).receipt(job, (), began)
            before = [], None
    return _kept(job, ReadLog(tuple(receipts.values()), tuple(parts)))


def _kept(job: LogJob, read: ReadLog) -> ReadLog:
    write_receipt(Path(job.folder), hashed(job.path), read)
    return read


@lru_cache(maxsize=2)
def _knowledge(folders: tuple[str, ...]) -> KnowledgeBase:
    return KnowledgeBase.load(*map(Path, folders))


def _opened(job: LogJob) -> LogLoader | None:
    """A loader of the logs in the file of `job`, None where it was found in a folder and is not a log. Raises
    LogError.
    """
    if job.found:
        with suppress(NoLogError):
            if not logs_below(job.path, Unpacking(), []):
                return None
    knowledge = _knowledge(job.rules.folders)
    as_of = datetime.fromtimestamp(job.rules.as_of_ms / 1000, UTC)
    options = ReadOptions(zone_named(job.rules.zone), as_of, explaining=knowledge.explaining.sources)
    loader = LogLoader(TransientStore(knowledge), options, None)
    try:
        loader.open([job.path])
    except NoLogError:
        if job.found:
            return None
        raise
    return loader


def _not_a_log(job: LogJob, began: float) -> Iterator[LogReceipt]:
    log = _ReadSoFar(
        storable(job.path), [Problem(job.path, "whole file", "Not a supported log, skipped", "noted")], None
    )
    yield log.receipt(job, (), began)


class _ReadSoFar:
    """What was read of the log `name` so far, and what was wrong already when its file was opened."""

    def __init__(self, name: str, problems: list[Problem], error: LogError | None) -> None:
        self.problems = problems
        self.error = error
        self._name = name
        self._rows = 0
        self._unrelated = 0
        self._span: LogSpan | None = None

    def rows_of(self, loader: LogLoader, batches: Iterable[LoadedBatch]) -> Iterator[SetRow]:
        """The exchanges in `batches`, which are those of one log."""
        store = cast("TransientStore", loader.store)
        identities = EventIdentities()
        for batch in batches:
            loader.add(batch)
            self._note(batch)
            words, columns = store.words, batch.encoded
            if len(columns):
                numbers, again = identities.of(words, columns)
                self._note_times(words, columns)
                for row, number in enumerate(columns.judgement.tolist()):
                    one = DiagnosedExchange.of(decoded(words, columns, row), words.judgements[number])
                    yield SetRow(one, again[row], numbers[row])
            if store.is_full:
                store.forget()
                loader.forget_texts()

    def _note(self, batch: LoadedBatch) -> None:
        self._rows += len(batch.encoded)
        self._unrelated += batch.unrelated_records
        self._span = merge_spans(self._span, batch.span)
        self.problems += batch.problems
        self.error = batch.error or self.error

    def _note_times(self, words: Vocabularies, columns: Columns) -> None:
        assumed = words.context_assumed.view()[columns.context].astype(np.bool_)
        for rows, is_assumed in ((~assumed, False), (assumed, True)):
            times = columns.time_ms[rows & (columns.time_ms != NO_TIME)]
            if len(times):
                self._span = merge_spans(self._span, LogSpan(int(times.min()), int(times.max()), is_assumed))

    def receipt(self, job: LogJob, parts: tuple[SetPart, ...], began: float, *, service: bool = False) -> LogReceipt:
        """The receipt of the log, whose rows are in `parts`."""
        rules, span = job.rules, self._span
        return LogReceipt(
            name=self._name,
            file=storable(job.path),
            key=job.key,
            size=job.size,
            changed_ns=job.changed_ns,
            zone=rules.zone,
            as_of_ms=rules.as_of_ms,
            version=rules.version,
            knowledge=rules.knowledge,
            parts=tuple(part.path for part in parts),
            rows=self._rows,
            unrelated=self._unrelated,
            skipped=skipped_records(self.problems),
            first_ms=None if span is None else span.first_ms,
            last_ms=None if span is None else span.last_ms,
            span_assumed=span is not None and span.assumed,
            service_log=service,
            problems=tuple(storable(f"{each.place}: {each.reason}") for each in self.problems[:_MOST_PROBLEMS]),
            error=None if self.error is None else storable(f"{self.error.what}. {self.error.remedy}."),
            seconds=round(time.monotonic() - began, 3),
        )


def _written(job: LogJob, number: int, rows: Iterator[SetRow]) -> tuple[SetPart, ...]:
    """Writes `rows` of the log `number` of the file as parts of the set. Raises OSError; then there are none."""
    folder, key = Path(job.folder), job.key
    drafts: list[tuple[Path, Path]] = []

    def open_part(part: int) -> BinaryIO:
        path = folder / EXCHANGES / key[:2] / f"{key}-{number}-{part}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        drafts.append((draft_of(path), path))
        return drafts[-1][0].open("xb")

    try:
        lengths = parts_of(rows, open_part, most=MOST_ROWS)
        parts = []
        for (draft, path), length in zip(drafts, lengths, strict=True):
            part = described(draft, path.relative_to(folder).as_posix())
            if part.rows != length:
                raise OSError(f"{draft.name} has {part.rows} rows and not {length}")
            publish(draft, path)
            parts.append(part)
        return tuple(parts)
    finally:
        for draft, _ in drafts:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
