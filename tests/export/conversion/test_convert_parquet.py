from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from smtpscope.errors import ExportError
from smtpscope.export.conversion.convert_columns import COLUMNS, DiagnosedExchange
from smtpscope.export.conversion.convert_parquet import check_parquet
from smtpscope.parsing.events.record_parsing import SmtpExchangeParser
from smtpscope.reading.record import SmtpExchangeRecord
from support.converted_logs import first_exchanges, parquet_bytes


def table(rows: list[DiagnosedExchange], rows_a_group: int = 100) -> Any:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    return parquet.ParquetFile(io.BytesIO(parquet_bytes(rows, rows_a_group=rows_a_group)))


def test_the_file_has_the_columns_their_types_and_the_schema_in_its_metadata() -> None:
    file = table(first_exchanges(10))
    schema = file.schema_arrow
    assert schema.names == [*(column.name for column in COLUMNS), "exact_texts"]
    assert schema.metadata[b"smtpscope.schema"] == b"smtpscope.exchange/1"
    kinds = {name: str(schema.field(name).type) for name in ("time", "time_ms", "salvaged", "reply")}
    assert kinds == {
        "time": "timestamp[ms, tz=UTC]",
        "time_ms": "int64",
        "salvaged": "bool",
        "reply": "dictionary<values=string, indices=int32, ordered=0>",
    }


def test_rows_are_written_in_groups_that_are_read_one_by_one() -> None:
    file = table(first_exchanges(25), rows_a_group=10)
    assert [file.metadata.row_group(group).num_rows for group in range(3)] == [10, 10, 5]
    assert file.read_row_group(2).column("schema").to_pylist() == ["smtpscope.exchange/1"] * 5


def test_a_file_without_an_exchange_has_its_columns() -> None:
    file = table([])
    assert file.metadata.num_rows == 0
    assert "reply" in file.schema_arrow.names


def test_what_utf_8_cannot_hold_stands_exactly_beside_its_column() -> None:
    record = SmtpExchangeRecord("a.log", 0, None, False, "outbound", None, None, None, "", "DATA", ".", "550 \ud800 no")
    rows = first_exchanges(2)
    rows.insert(1, DiagnosedExchange(SmtpExchangeParser().take(record), "policy", "them"))
    read = table(rows).read()
    assert read.column("reply").to_pylist()[1] == "550 \ufffd no"
    exact = read.column("exact_texts").to_pylist()
    assert exact[1] == '{"reply": "550 \\ud800 no", "reply_text": "\\ud800 no"}'
    assert [exact[0], exact[2]] == [None, None]


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ExportError) as caught:
        check_parquet("out.parquet")
    assert caught.value.remedy == "Install it: pip install 'smtpscope[parquet]'"
