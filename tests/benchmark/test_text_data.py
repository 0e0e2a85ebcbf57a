from __future__ import annotations

from pathlib import Path

from bench.text_data import write_text_log
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.record import ReadOptions
from smtpscope.reading.registry import open_log
from smtpscope.reading.sources.file_source import FileSource


def test_all_events_of_a_written_text_log_are_read_and_parsed(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    ours = write_text_log(path, megabytes=0.5)
    reader = open_log(FileSource(path), ReadOptions())
    records = [record for batch in reader.batches() for record in batch.records]
    parser = SmtpExchangeParser()
    exchanges = [parser.parse(record) for record in records]
    assert len(exchanges) == ours > 100
    assert all(exchange is not None and exchange.problem is None for exchange in exchanges)


def test_the_same_seed_writes_the_same_lines(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        write_text_log(tmp_path / name, megabytes=0.1)
    assert (tmp_path / "a.log").read_bytes() == (tmp_path / "b.log").read_bytes()
