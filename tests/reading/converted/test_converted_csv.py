from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.errors import LogError, Problem
from smtpscope.reading.converted.converted_csv import ConvertedCsvReader
from smtpscope.reading.record import Batch, ReadOptions, SmtpExchangeRecord
from support.converted_logs import sample
from support.memory_source import MemorySource

SAMPLE = sample("csv")()
HEADER = "schema,direction,remote_host,full_command,reply,time_ms,salvaged,provider"
ROW = "smtpscope.exchange/1,outbound,mx.example.com,QUIT,550 no,1000,false,"


def read(data: bytes) -> list[Batch]:
    return list(ConvertedCsvReader(MemorySource(data), ReadOptions()).batches())


def exchanges(data: bytes) -> list[SmtpExchangeRecord]:
    return [exchange for batch in read(data) for exchange in batch.exchanges]


def problems(data: bytes) -> list[Problem]:
    return [problem for batch in read(data) for problem in batch.problems]


def table(*rows: str) -> bytes:
    return "".join(f"{row}\r\n" for row in (HEADER, *rows)).encode()


def test_a_row_is_an_exchange() -> None:
    assert exchanges(table(ROW)) == [
        SmtpExchangeRecord(
            "memory.log",
            len(HEADER) + 2,
            1000,
            False,
            "outbound",
            None,
            None,
            None,
            "mx.example.com",
            "",
            "QUIT",
            "550 no",
        )
    ]


def test_a_reply_of_several_lines_with_quotes_stands_in_one_line() -> None:
    reply = '451 4.7.1 Greylisted, "try again" later;\r\nsee https://www.example.net/greylist'
    assert reply in {each.reply for each in exchanges(SAMPLE)}
    assert SAMPLE.count(b"\n") == 61


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_table_that_a_spreadsheet_saved_again_is_the_same(delimiter: str) -> None:
    rows = list(csv.reader(io.StringIO(SAMPLE.decode(), newline="")))
    again = io.StringIO()
    csv.writer(again, delimiter=delimiter).writerows(
        [cell.upper() if cell in ("true", "false") else cell for cell in row] for row in rows
    )
    data = again.getvalue().encode("utf-8-sig")
    assert ConvertedCsvReader.sniff(data)
    assert [each.reply for each in exchanges(data)] == [each.reply for each in exchanges(SAMPLE)]
    assert [each.time_assumed for each in exchanges(data)] == [each.time_assumed for each in exchanges(SAMPLE)]


def test_columns_may_stand_in_another_order_among_others() -> None:
    data = b"note,reply,full_command,remote_host,direction,schema\nx,550 no,QUIT,,inbound,smtpscope.exchange/1\n"
    (found,) = exchanges(data)
    assert (found.side, found.reply, found.remote_host, found.provider) == ("inbound", "550 no", "", None)


def test_an_apostrophe_alone_is_an_empty_text() -> None:
    assert [each.provider for each in exchanges(table(ROW, ROW + "'"))] == [None, ""]


def test_bad_rows_are_told_and_cost_no_other() -> None:
    data = table(
        ROW,
        "smtpscope.exchange/1,outbound",
        'smtpscope.exchange/1,outbound,mx.example.com,"QUIT,550 no,1000,false,',
        ROW.replace("outbound", "sideways"),
        ROW.replace("1000", "1.79E+12"),
        ROW.replace("1000", "9" * 30),
        ROW.replace("/1", "/2"),
        HEADER,
        ROW,
    )
    assert [(problem.place, problem.reason) for problem in problems(data)][:2] == [
        ("line 3", "The row has 2 fields, the header 8"),
        ("line 4", "The quotes in the row don't match"),
    ]
    assert [problem.place for problem in problems(data)] == [f"line {number}" for number in range(3, 9)]
    assert len(exchanges(data)) == 2


def test_a_header_alone_holds_nothing() -> None:
    assert exchanges(table()) == []
    assert problems(HEADER.encode()) == []


def test_a_field_longer_than_the_csv_module_allows_is_read() -> None:
    data = table(ROW.replace("550 no", '"550 ' + "x" * 200_000 + '"'))
    assert len(exchanges(data)[0].reply) == 200_004


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_row_of_an_exchange_is_found_in_any_encoding(encoding: str) -> None:
    data = SAMPLE.decode().encode(encoding)
    reader = ConvertedCsvReader(MemorySource(data), ReadOptions())
    lines = SAMPLE.decode().splitlines()[1:]
    assert [reader.raw(each.offset) for each in exchanges(data)[:30]] == lines[:30]


def test_what_a_spreadsheet_saved_in_windows_1252_is_read() -> None:
    data = table(ROW.replace("550 no", "550 Größe"))
    assert exchanges(data.decode().encode("cp1252"))[0].reply == "550 Größe"


def test_another_table_is_none_of_ours() -> None:
    assert not ConvertedCsvReader.sniff(b"time,level,message\n1,2,3\n")
    with pytest.raises(LogError, match="full_command"):
        read(b"time,level,message\n1,2,3\n")


@settings(max_examples=50)
@given(st.integers(0, 900), st.binary(max_size=6))
def test_damage_behind_the_header_never_raises(offset: int, damage: bytes) -> None:
    body = table(ROW, ROW)
    start = len(HEADER) + 2 + offset % (len(body) - len(HEADER) - 2)
    assert read(body[:start] + damage + body[start + len(damage) :])
