"""A session over packed and piped logs: progress, problems, raw records, the cache, following."""

from __future__ import annotations

import io
from datetime import UTC
from pathlib import Path

import pytest

from smtpscope.cli.commands import followed_rows
from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.event_exports.messages.message_lines import MessageLineReader
from smtpscope.reading.record import Batch
from smtpscope.reading.sources.packed import SpooledSource, Unpacking
from smtpscope.session import Analysis, LoadedBatch
from smtpscope.session.one_log.progress import ReadingProgress, ingest
from smtpscope.session.view_values import Progress
from support.memory_source import MemorySource
from support.packed_logs import PACKED, log, zipped

LOG = log(0, 2_000)


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase.load()


def written(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def opened(knowledge: KnowledgeBase, *names: str, cache: Path | None = None, growing: bool = False) -> Analysis:
    analysis = Analysis(knowledge, zone=UTC, cache=cache, growing=growing)
    analysis.open(names)
    return analysis


def test_a_packed_log_gives_the_rows_of_the_log_in_it(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    path = written(tmp_path, "mail.log.gz", PACKED["gzip"](LOG))
    analysis = opened(knowledge, path)
    analysis.read_all()
    assert len(analysis.store) == 2_000
    assert analysis.files == (path,)
    assert "mx1999.example.com" in analysis.raw(1_999)
    (information,) = analysis.information()
    assert information.size == len(LOG)
    assert information.facts[0] == ("Packed", f"gzip, {len(PACKED['gzip'](LOG)):,} bytes")


def test_progress_never_goes_back_and_ends_at_the_packed_size(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    path = written(tmp_path, "a.gz", PACKED["gzip"](LOG))
    plain = written(tmp_path, "b.log", log(5_000, 5_100))
    size = Path(path).stat().st_size + Path(plain).stat().st_size
    batches: list[LoadedBatch] = list(opened(knowledge, path, plain).read())
    read = [batch.progress.bytes_read for batch in batches]
    assert read == sorted(read)
    assert batches[-1].progress == Progress(plain, size, size)
    assert {batch.progress.bytes_total for batch in batches} == {size}


def test_how_much_comes_through_a_pipe_is_known_at_its_end() -> None:
    source = SpooledSource("-", lambda: io.BytesIO(LOG), Unpacking())
    progress = ReadingProgress()
    progress.add(source)
    ticks = iter(range(1_000))
    told = list(ingest(source, progress, lambda: next(ticks)))
    assert told[0].bytes_total is None
    assert told[0].words.endswith("MB so far")
    assert (told[-1].bytes_read, told[-1].bytes_total) == (0, len(LOG))
    assert told[-1].words == "0 %, 0.0 of 0.7 MB"
    half = progress.reading(source, Batch([], 0, [], len(LOG) // 2, len(LOG)))
    assert half.bytes_read == len(LOG) // 2


def test_a_log_that_is_no_pipe_needs_no_buffering() -> None:
    source = MemorySource(LOG)
    progress = ReadingProgress()
    progress.add(source)
    assert list(ingest(source, progress)) == []
    assert progress.ended(source).bytes_read == len(LOG)


def test_damage_is_a_problem_and_the_rest_is_read(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    whole = PACKED["gzip"](LOG)
    path = written(tmp_path, "a.gz", whole[: len(whole) // 2])
    other = written(tmp_path, "b.zip", zipped({"b.log": log(9_000, 9_005)}))
    analysis = opened(knowledge, path, other)
    analysis.read_all()
    assert len(analysis.store) > 500
    assert analysis.files == (path, f"{other}/b.log")
    (problem,) = analysis.problems
    assert (problem.file, problem.outcome) == (path, "skipped")
    assert "cut off" in problem.reason


def test_one_archive_without_logs_does_not_hide_the_others(knowledge: KnowledgeBase, tmp_path: Path) -> None:
    empty = written(tmp_path, "empty.zip", zipped({}))
    good = written(tmp_path, "good.zip", zipped({"a.log": log(0, 3)}))
    analysis = opened(knowledge, empty, good)
    analysis.read_all()
    assert [error.where for error in analysis.errors] == [empty]
    assert len(analysis.store) == 3


def test_a_packed_log_that_was_read_is_there_at_once_the_next_time(
    knowledge: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smtpscope.store.cache import log_cache as caching

    defaults = caching.LogCache.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "smallest", 1_000)
    path = written(tmp_path, "mail.log.gz", PACKED["gzip"](LOG))
    archive = written(tmp_path, "a.zip", zipped({"inner.log": log(7_000, 7_500)}))
    first = opened(knowledge, path, archive, cache=tmp_path / "cache")
    first.read_all()
    assert len(list((tmp_path / "cache").iterdir())) == 1

    def fail(self: MessageLineReader) -> None:
        raise AssertionError("the log was read again")

    monkeypatch.setattr(MessageLineReader, "batches", fail)
    again = opened(knowledge, path, cache=tmp_path / "cache")
    again.read_all()
    assert len(again.store) == 2_000
    assert again.errors == []
    assert "mx1999.example.com" in again.raw(1_999)


def test_to_what_is_packed_nothing_is_added(
    knowledge: KnowledgeBase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Its last line has no end, and none will ever come.
    path = written(tmp_path, "a.gz", PACKED["gzip"](log(0, 3).rstrip()))
    analysis = opened(knowledge, path, growing=True)
    analysis.read_all()
    assert len(analysis.store) == 3
    assert not analysis.can_grow
    assert list(analysis.follow()) == []
    assert list(followed_rows(analysis, "")) == []
    assert "nothing to follow" in capsys.readouterr().err
