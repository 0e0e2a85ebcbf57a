"""What another process reads of one log, as the store of this one takes it; and the process itself.

A process reads with a store of its own. What it found travels as an image (see `log_image.py`), which is put back in
the order of the logs, so all numbers are those of reading them one after the other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

from smtpscope.errors import KnowledgeError, LogError, Problem
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.explaining import ExplainingEvent
from smtpscope.reading.log_span import LogSpan, merge_spans
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.sources.file_source import FileSource
from smtpscope.session.one_log.asked_span import LeftOut
from smtpscope.session.open_logs import Logs
from smtpscope.session.parallel.piped_process import begin_serving
from smtpscope.session.view_values import LoadedBatch
from smtpscope.store.cache.log_cache import KeptLog
from smtpscope.store.cache.log_image import KeptWords, LogImage, put_back, take_image
from smtpscope.store.encoding import Encoder
from smtpscope.store.event_store import EventStore
from smtpscope.store.vocabulary import Numbers

_SECONDS: Final = 0.25
_MOST_TEXTS: Final = 50_000

_words_decoder = msgspec.msgpack.Decoder(KeptWords)


class HowToRead(Struct, frozen=True):
    """What every process has to know: how to read, the format to read all logs as, and the folders of knowledge besides
    the bundled one.
    """

    options: ReadOptions
    read_as: str | None
    folders: tuple[Path, ...]


class LogElsewhere(Struct, frozen=True):
    """All that was found in one log: `words` and `numbers` are the image of its rows.

    `passed_over` names the log if it was not read, `rows_left_out` are its rows outside the span asked for.
    """

    words: bytes
    numbers: dict[str, Numbers]
    unrelated_records: int
    problems: tuple[Problem, ...]
    span: LogSpan | None
    explaining: tuple[ExplainingEvent, ...]
    passed_over: tuple[str, ...] = ()
    rows_left_out: int = 0

    def put_back(self, words: Encoder, file: str) -> KeptLog:
        """The same with rows for the store of `words`; for the reading thread."""
        rows = put_back(LogImage(_words_decoder.decode(self.words), self.numbers), words, file)
        return KeptLog(rows, self.unrelated_records, self.problems, self.span, self.explaining)


def read_here(path: str, how: HowToRead, store: EventStore) -> Iterator[int | LogElsewhere | None]:
    """How many bytes of the log at `path` have been read, a few times a second, and at last what was found.

    None where it has to be read by whoever asked: it can't be read to its end, or its format was recognised only while
    it was read.
    """
    logs = Logs(how.options, None, how.read_as)
    try:
        logs.take(FileSource(path))
    except LogError:
        yield None
        return
    batches: list[LoadedBatch] = []
    reader = logs.reader_of(path)
    last = time.monotonic()
    for batch in logs.read(store):
        if batch.error is not None:
            yield None
            return
        batches.append(batch)
        if time.monotonic() - last >= _SECONDS:
            last = time.monotonic()
            yield batch.progress.bytes_read
    yield None if logs.reader_of(path) is not reader else _of_batches(batches, store.words, logs.left_out)


def _tried(path: str, how: HowToRead, store: EventStore) -> Iterator[int | LogElsewhere | None]:
    try:
        yield from read_here(path, how, store)
    except Exception:
        # Whoever asked reads the log again, and says what is wrong.
        yield None


def _of_batches(batches: list[LoadedBatch], words: Encoder, left_out: LeftOut) -> LogElsewhere | None:
    # Said once, of all logs.
    notes = left_out.note()
    span: LogSpan | None = None
    for batch in batches:
        span = merge_spans(span, batch.span)
    explaining = tuple(event for batch in batches for event in batch.explaining)
    image = take_image(words, [batch.encoded for batch in batches if len(batch.encoded)], 0, (), None)
    try:
        packed = msgspec.msgpack.encode(image.words)
    except (UnicodeEncodeError, OverflowError):
        return None
    return LogElsewhere(
        packed,
        {name: np.ascontiguousarray(array) for name, array in image.numbers.items()},
        sum(batch.unrelated_records for batch in batches),
        tuple(problem for batch in batches for problem in batch.problems if problem not in notes),
        span,
        explaining,
        tuple(left_out.logs),
        left_out.rows,
    )


def serve(how: HowToRead, connection: Connection[int | LogElsewhere | None, str]) -> None:
    """What a process does: reads the logs that it is sent, until nobody is at the other end."""
    begin_serving()
    # Without its knowledge it ends, and whoever asked reads all logs.
    with suppress(EOFError, OSError, KnowledgeError):
        knowledge = KnowledgeBase.load(*how.folders)
        store = EventStore(knowledge)
        while True:
            path = connection.recv()
            for said in _tried(path, how, store):
                connection.send(said)
            if len(store.words.commands) + len(store.words.replies) + len(store.words.hosts) > _MOST_TEXTS:
                store = EventStore(knowledge)
