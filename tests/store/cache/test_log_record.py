from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path

from smtpscope.errors import Problem
from smtpscope.store.cache.log_cache import LogCache
from smtpscope.store.cache.log_record import LogRecord
from smtpscope.store.event_store import EventStore
from store.events import WordMatcher, three_weeks


def recorded(folder: Path, *problems: Problem) -> LogRecord:
    """The record for the next run, after one in which `problems` were met."""
    log = folder / "a.evtx"
    log.write_bytes(os.urandom(10_000))
    cache = LogCache(folder / "kept", (), UTC, smallest=1000)
    store = EventStore(WordMatcher())
    record = LogRecord(cache, str(log), store.words)
    record.add(store.encode(three_weeks()[:10]), 5, ())
    record.add(store.encode(three_weeks()[10:30]), 6, problems)
    record.keep()
    return LogRecord(cache, str(log), EventStore(WordMatcher()).words)


def test_all_that_was_noted_is_found_next_time(tmp_path: Path) -> None:
    kept = recorded(tmp_path, Problem("a", "chunk 1", "damaged", "skipped", 2)).found()
    assert kept is not None
    assert (len(kept.columns), kept.unrelated_records, len(kept.problems)) == (30, 11, 1)


def test_a_loss_of_unknown_size_is_not_kept(tmp_path: Path) -> None:
    assert recorded(tmp_path, Problem("a", "from byte 0x1000", "Reading stopped", "skipped")).found() is None


def test_without_a_cache_nothing_is_found_and_nothing_kept() -> None:
    store = EventStore(WordMatcher())
    record = LogRecord(None, "a.evtx", store.words)
    record.add(store.encode(three_weeks()[:3]), 0, ())
    record.keep()
    assert record.found() is None
