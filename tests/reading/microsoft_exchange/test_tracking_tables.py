"""Rows in tables are read as they are one by one: the same exchanges, counts, problems and places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange import message_tracking
from smtpscope.reading.microsoft_exchange.message_tracking import MessageTrackingReader
from smtpscope.reading.microsoft_exchange.tables.tracking_table import Columns, CountedRows, parts_of
from smtpscope.reading.microsoft_exchange.tracking_rows import Bounds, fields_of
from smtpscope.reading.text.encodings import TextBlock
from support.both_ways import DIRT, BothWays
from support.tracking_logs import COLUMNS, header, row, tracking_rows

DIRT_HERE: Final = (
    *DIRT, b"=450 ", b" 550 5.7.1 no", b";[{LRT=};{LED=550 5.1.1 no};{FQDN=}]", b"2026-11-09 ", b"45\xa0", b",451",
    b"-5.1.1", b"#Fields: date-time,event-id,source\r\n",
)  # fmt: skip
BLOCKS: Final = (2_000, 9_000, 1 << 20)


def log_of(version: str, seed: int, rows: int = 40) -> bytes:
    columns = COLUMNS[version]
    lines = (row(columns, values) for values in tracking_rows(rows, seed))
    return (header(columns, version) + "".join(lines)).encode()


LOGS: Final = tuple(log_of(version, seed) for seed, version in enumerate(COLUMNS))
BOTH_WAYS: Final = BothWays(MessageTrackingReader, LOGS, BLOCKS, DIRT_HERE)
read, differs = BOTH_WAYS.read, BOTH_WAYS.differs


def test_damaged_logs_are_read_the_same_both_ways() -> None:
    assert [number for number in range(60) if differs(number)] == []


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=1_000))
def test_any_damage_is_read_the_same_both_ways(number: int) -> None:
    assert not differs(number)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.text("45013- .;,=\"'[{}]\xa0\tx#", max_size=12)), max_size=12))
def test_no_row_that_may_refuse_is_only_counted(values: list[tuple[int, str]]) -> None:
    columns = COLUMNS["15.02.1544.004"]
    (plain,) = tracking_rows(1, 7)
    lines = []
    for column, value in values:
        name = columns[column % len(columns)]
        lines.append(row(columns, {**plain, name: value} if name != "date-time" else plain))
    data = (header(columns, "15.02.1544.004") + "".join(lines)).encode("latin-1")
    assert read(data, tables=True) == read(data, tables=False)


MORE: Final = len(COLUMNS["15.02.1544.004"]) - 1
"""Commas in a row."""
DOUBTFUL: Final = (
    # A row that another line continues, though that has as many fields as a row.
    ('{time},"a",b', ",{time}" + "," * (MORE - 1)),
    ('{time},"a",b', "2026-11-09x05:00:00" + "," * MORE),
    ('{time},"a",b', "2026-11-09 05:00:00" + "," * MORE),
    ("{time}" + "," * MORE + '"a"', "x" + "," * MORE),
    (
        "{time}" + "," * 17 + '"a, b"' + "," * (MORE - 17),
        "{time}" + "," * 17 + '"550 5.1 no, {time}, b"' + "," * (MORE - 17),
    ),
    ("{time}" + "," * 17 + '"a"b,c"' + "," * (MORE - 17), "{time}" + "," * 17 + 'a"b"' + "," * (MORE - 18) + ',="550'),
    ("#Fields: date-time,event-id", "{time},FAIL"),
    ("#Fields: event-id,date-time", "FAIL,{time}"),
    ("{time}" + "," * MORE, "550" + "," * MORE),
    ("{time}" + "," * 13 + "550" + "," * (MORE - 13), "{time}" + "," * MORE + "550"),
)


def test_doubtful_rows_are_read_the_same_both_ways() -> None:
    lines = LOGS[-1].decode().splitlines(keepends=True)
    for pair in DOUBTFUL:
        rows = "".join(f"{row}\r\n" for row in pair).format(time="2026-11-09T05:00:01.000Z")
        for before, behind in ((6, 20), (6, 6), (30, 30), (30, 40)):
            data = "".join([*lines[:before], rows, *lines[before:behind]]).encode()
            assert read(data, tables=True) == read(data, tables=False), pair


def test_undamaged_rows_are_in_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the comparisons would compare nothing."""
    counted = 0

    def counting(block: TextBlock, columns: Columns, leave: int) -> Iterator[CountedRows | Bounds]:
        nonlocal counted
        for part in parts_of(block, columns, leave):
            counted += part.lines if isinstance(part, CountedRows) else 0
            yield part

    monkeypatch.setattr(message_tracking, "parts_of", counting)
    found = read(LOGS[-1], tables=True)
    assert found.exchanges
    assert found.unrelated_records // 2 < counted <= found.unrelated_records


@settings(max_examples=100, deadline=None)
@given(st.text('a,"', max_size=30))
def test_fields_without_quotes_are_found_the_same_way(text: str) -> None:
    """The way for quotes, taken for a row that has one at its end, finds the same up to there."""
    bare = text.replace('"', "")
    with_quote = fields_of(f'{bare},"')
    assert fields_of(bare) == with_quote[:-1]
