"""Rows of a table with their places and lines, also where quotes are left open."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.event_exports.tables.table_columns import EventTableColumns
from smtpscope.reading.text.table_rows import LONGEST, Row, first_rows, rows, true_text
from smtpscope.reading.text.text_log import TextSource
from support.event_tables import table
from support.memory_source import MemorySource

THREE = EventTableColumns(3, 1, time=0, event_id=1, message=2)


def read(data: bytes, *, columns: EventTableColumns = THREE, block_size: int = 1 << 20) -> list[Row]:
    blocks = (block for block, _ in TextSource(MemorySource(data), block_size).blocks())
    return list(rows(blocks, ",", columns))


def test_each_row_knows_its_bytes_and_its_line() -> None:
    data = b'a,b,c\r\n"1\r\n2",3,4\r\nx,y,z'
    assert read(data) == [
        Row(0, 7, 1, ["a", "b", "c"]),
        Row(7, 19, 2, ["1\r\n2", "3", "4"]),
        Row(19, 24, 4, ["x", "y", "z"]),
    ]
    assert [data[row.offset : row.end].rstrip() for row in read(data)] == data.replace(b"1\r\n2", b"!").replace(
        b"\r\n", b" "
    ).replace(b"!", b"1\r\n2").split(b" ")


def test_a_row_that_swallowed_another_one_is_told_and_the_other_one_read() -> None:
    data = b'2026-11-09 06:12:41,1,"open\n2026-11-09 06:12:42,2,"x, ""y"""\nlast,,\n'
    first, second, third = read(data)
    assert (first.broken, first.line, first.fields[:2]) == (True, 1, ["2026-11-09 06:12:41", "1"])
    assert (second.broken, second.line, second.fields) == (False, 2, ["2026-11-09 06:12:42", "2", 'x, "y"'])
    assert third.line == 3


def test_quotes_that_stay_open_to_the_end_cost_one_line() -> None:
    assert [row.broken for row in read(b'a,b,"c\nd,e,f\n')] == [True, False]


def test_a_row_longer_than_any_can_be_is_broken() -> None:
    data = b'a,b,"c\n' + b"x\n" * LONGEST + b"d,e,f\n"
    found = read(data)
    assert found[0].broken
    assert found[-1].fields == ["d", "e", "f"]


def test_one_line_longer_than_a_field_may_be_is_broken_and_the_next_one_read() -> None:
    found = read(b"a,b," + b"x" * (2 * LONGEST) + b"\nd,e,f\n")
    assert [row.broken for row in found] == [True, False]


def test_zeros_and_lone_carriage_returns_do_no_harm() -> None:
    assert [row.fields for row in read(b"a,\0b,c\nd,e\rf,g\nh,i,j\n")][-1] == ["h", "i", "j"]


def test_many_open_quotes_take_no_more_than_a_moment() -> None:
    data = (b'a,b,"c\n' + b"x\n" * 1_000) * 200
    begin = time.process_time()
    read(data)
    assert time.process_time() - begin < 5


def test_the_first_rows_leave_out_blank_lines() -> None:
    assert first_rows('\n\na,"b\nc"\nd', ",", 2) == [["a", "b\nc"], ["d"]]


def test_a_field_is_decoded_as_its_file_is() -> None:
    for codec in ("utf-8", "utf-16", "cp1252"):
        source = TextSource(MemorySource("für,b,c\n".encode(codec)))
        (row,) = rows((block for block, _ in source.blocks()), ",", THREE)
        assert true_text(row.fields[0], source.encoding) == "für"


_FIELD = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_FIELD, _FIELD, st.just("end")), min_size=1, max_size=5), st.sampled_from([7, 64, 1 << 20]))
def test_written_rows_are_read_back(written: list[tuple[str, str, str]], block_size: int) -> None:
    source = TextSource(MemorySource(table(written, quoting="all").encode()), block_size)
    found = rows((block for block, _ in source.blocks()), ",", THREE)
    assert [tuple(true_text(field, source.encoding) for field in row.fields) for row in found] == written


def test_a_row_whose_quotes_end_in_the_next_one_is_marked() -> None:
    whole = b'x,7004,"a\nb"\ny,7002,"c\nd"\n'
    assert [(row.broken, row.misquoted) for row in read(whole)] == [(False, False), (False, False)]
    first = read(whole.replace(b'a\nb"\n', b"a\n"))[0]
    assert (first.fields[0], first.broken, first.misquoted) == ("x", False, True)
