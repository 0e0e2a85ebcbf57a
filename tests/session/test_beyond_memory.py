"""A Parquet file that is too large for memory says so before it is read, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Smtpscope, smtpscope
from smtpscope.reading.converted.converted_parquet import ConvertedParquetReader
from smtpscope.reading.record import ReadOptions
from smtpscope.session import open_logs
from smtpscope.session.one_log.beyond_memory import beyond_memory
from support.converted_logs import first_exchanges, parquet_bytes
from support.memory_source import MemorySource

__all__ = ["smtpscope"]


@pytest.fixture(scope="module")
def data() -> bytes:
    return parquet_bytes(first_exchanges(200))


def test_what_fits_is_read_and_what_does_not_is_named(data: bytes) -> None:
    reader = ConvertedParquetReader(MemorySource(data), ReadOptions())
    needed = reader.memory_needed()
    assert 200 * 100 < needed < 30 * len(data) + 200 * 1_000
    assert beyond_memory(reader, "a.parquet", lambda: needed) is None
    assert beyond_memory(reader, "a.parquet", lambda: None) is None
    refused = beyond_memory(reader, "a.parquet", lambda: needed - 1)
    assert refused is not None
    assert "GB of memory" in refused.what
    assert "smtpscope fleet read a.parquet -o SET" in refused.remedy


def test_a_damaged_file_is_left_to_the_reader() -> None:
    reader = ConvertedParquetReader(MemorySource(b"PAR1 no more"), ReadOptions())
    assert beyond_memory(reader, "a.parquet", lambda: 0) is None


def test_the_others_are_read_and_a_conversion_reads_all(
    smtpscope: Smtpscope, tmp_path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, small = tmp_path / "large.parquet", tmp_path / "small.parquet"
    large.write_bytes(data)
    small.write_bytes(parquet_bytes(first_exchanges(3, seed=1)))
    least = ConvertedParquetReader(MemorySource(data), ReadOptions()).memory_needed() - 1
    monkeypatch.setattr(open_logs, "beyond_memory", lambda reader, name: beyond_memory(reader, name, lambda: least))
    alone = smtpscope("report", large)
    assert alone.exit_code == 1
    assert "fleet read" in alone.stderr
    both = smtpscope("report", large, small)
    assert both.exit_code == 1
    assert "3 SMTP refusals" in both.stdout
    converted = smtpscope("convert", large, "--format", "jsonl")
    assert converted.exit_code == 0
    assert len(converted.stdout.splitlines()) == 200
