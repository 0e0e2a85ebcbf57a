from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from smtpscope.errors import LogError
from smtpscope.reading.converted.converted_parquet import ConvertedParquetReader
from smtpscope.reading.record import Batch, ReadOptions, SmtpExchangeRecord
from smtpscope.reading.registry import reader_of
from smtpscope.reading.sources.expanding import expand
from smtpscope.reading.sources.file_source import FileSource
from support.converted_logs import first_exchanges, parquet_bytes
from support.memory_source import MemorySource

pyarrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
parquet = pytest.importorskip("pyarrow.parquet")

ROWS = first_exchanges(30)


def read(data: bytes) -> list[Batch]:
    return list(ConvertedParquetReader(MemorySource(data), ReadOptions()).batches())


def exchanges(data: bytes) -> list[SmtpExchangeRecord]:
    return [exchange for batch in read(data) for exchange in batch.exchanges]


@pytest.fixture(scope="module")
def data() -> bytes:
    return parquet_bytes(ROWS, rows_a_group=8)


def test_each_row_is_an_exchange_and_its_number_the_place(data: bytes) -> None:
    found = exchanges(data)
    assert [each.offset for each in found] == list(range(30))
    assert [each.reply for each in found] == [row.exchange.reply.verbatim for row in ROWS]
    assert [each.record_id for each in found] == [row.exchange.record_id for row in ROWS]


def test_the_row_of_an_exchange_is_shown_with_all_its_columns(data: bytes) -> None:
    reader = ConvertedParquetReader(MemorySource(data), ReadOptions())
    row = json.loads(reader.raw(17))
    assert row["reply"] == ROWS[17].exchange.reply.verbatim
    assert row["category"] == "no-such-mailbox"
    assert reader.raw(30) == "There is no row 30."


def test_what_the_file_says_of_itself(data: bytes) -> None:
    facts = dict(ConvertedParquetReader(MemorySource(data), ReadOptions()).information().facts)
    assert (facts["Rows"], facts["Row groups"]) == ("30", "4")


def test_progress_ends_at_the_size_of_the_file(data: bytes) -> None:
    assert read(data)[-1].bytes_read == len(data)


def test_a_file_that_is_cut_off_is_told_with_the_remedy(data: bytes) -> None:
    with pytest.raises(LogError, match="damaged or cut off"):
        read(data[: len(data) // 2])


def test_a_damaged_row_group_costs_no_other(data: bytes) -> None:
    offset = parquet.ParquetFile(MemorySource(data).open()).metadata.row_group(1).column(0).dictionary_page_offset
    damaged = data[:offset] + b"\xff" * 24 + data[offset + 24 :]
    batches = read(damaged)
    (problem,) = [problem for batch in batches for problem in batch.problems]
    assert problem.place == "row group 2"
    assert problem.reason.startswith("8 rows can't be read")
    places = [each.offset for batch in batches for each in batch.exchanges]
    assert places == [*range(8), *range(16, 30)]


def test_rows_that_another_program_changed_are_checked(data: bytes) -> None:
    table = parquet.read_table(io.BytesIO(data))
    directions = ["sideways" if row == 4 else "outbound" for row in range(30)]
    table = table.set_column(table.schema.get_field_index("direction"), "direction", pyarrow.array(directions))
    table = table.drop_columns(["salvaged", "guess", "exact_texts"]).replace_schema_metadata(None)
    stream = io.BytesIO()
    parquet.write_table(table, stream)
    batches = read(stream.getvalue())
    (problem,) = [problem for batch in batches for problem in batch.problems]
    assert problem.place == "row 4"
    assert len(batches[-1].exchanges) == 29


def test_another_parquet_file_is_none_of_ours() -> None:
    stream = io.BytesIO()
    parquet.write_table(pyarrow.table({"a": [1]}), stream)
    with pytest.raises(LogError, match="not written by smtpscope convert"):
        read(stream.getvalue())


def test_a_folder_of_parts_opens_as_files_that_are_not_read_before(data: bytes, tmp_path: Path) -> None:
    for part in range(3):
        (tmp_path / f"part-{part}.parquet").write_bytes(data)
    sources = expand([str(tmp_path)]).sources
    assert [Path(source.name).name for source in sources] == ["part-0.parquet", "part-1.parquet", "part-2.parquet"]
    assert reader_of(FileSource(sources[0].name)) is ConvertedParquetReader


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.lib", None)
    with pytest.raises(LogError) as caught:
        read(b"PAR1")
    assert caught.value.remedy == "Install it: pip install 'smtpscope[parquet]'"
