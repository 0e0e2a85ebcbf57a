from __future__ import annotations

import io
from pathlib import Path

import evtx
import pytest

from bench.evtx_data import CLUSTERED, DENSE, SCATTERED, LogKind, LogWriter, write_log
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import EventRecord, ReadOptions
from smtpscope.reading.sources.file_source import FileSource


def read(path: Path, *, quick: bool = True) -> tuple[list[EventRecord], int]:
    """Records of ours, and how many others; fails where anything is wrong with the log."""
    records: list[EventRecord] = []
    others = 0
    for batch in EvtxReader(FileSource(path), ReadOptions(), quick=quick).batches():
        assert not batch.problems
        records += batch.records
        others += batch.unrelated_records
    return records, others


@pytest.mark.parametrize("kind", [SCATTERED, CLUSTERED, DENSE], ids=lambda kind: kind.name)
def test_every_reader_finds_what_was_written(tmp_path: Path, kind: LogKind) -> None:
    path = tmp_path / "a.evtx"
    count, ours = write_log(path, kind, megabytes=2)
    records, others = read(path)
    assert (len(records), len(records) + others) == (ours, count)
    assert read(path, quick=False) == (records, others)
    assert sum(1 for _ in evtx.PyEvtxParser(str(path)).records_json()) == count


def test_all_of_ours_can_be_parsed(tmp_path: Path) -> None:
    path = tmp_path / "a.evtx"
    write_log(path, DENSE, megabytes=0.3)
    parser = SmtpExchangeParser()
    exchanges = [parser.parse(record) for record in read(path)[0]]
    assert all(exchange is not None and exchange.problem is None for exchange in exchanges)
    assert {exchange.connection for exchange in exchanges if exchange is not None} == set(range(1, len(exchanges) + 1))


def test_records_are_numbered_and_in_order_of_time(tmp_path: Path) -> None:
    path = tmp_path / "a.evtx"
    write_log(path, DENSE, megabytes=0.3)
    records, _ = read(path)
    assert [record.record_id for record in records] == list(range(1, len(records) + 1))
    times = [record.time_ms or 0 for record in records]
    assert times == sorted(times)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.evtx", "b.evtx", "c.evtx")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_log(path, SCATTERED, megabytes=0.5, seed=seed)
    first, second, other = (path.read_bytes() for path in paths)
    assert first == second
    assert first != other


def test_the_shares_are_as_asked(tmp_path: Path) -> None:
    scattered = write_log(tmp_path / "a.evtx", SCATTERED, megabytes=8)
    clustered = write_log(tmp_path / "b.evtx", CLUSTERED, megabytes=8)
    assert 0.005 < scattered[1] / scattered[0] < 0.015
    assert 0.005 < clustered[1] / clustered[0] < 0.015


def test_an_episode_fills_few_chunks_and_leaves_the_others_alone() -> None:
    writer = LogWriter(io.BytesIO(), seed=1)
    for share in (0.0, 0.0, 0.6, 0.0):
        before = writer.ours
        writer.chunk(share=share)
        assert (writer.ours > before) == (share > 0)
