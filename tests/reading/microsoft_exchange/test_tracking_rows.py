"""Lines of a message tracking log as rows, and rows as fields."""

from __future__ import annotations

import csv

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.microsoft_exchange.tracking_rows import TrackingColumns, fields_of, row_bounds
from support.tracking_logs import field

THREE = TrackingColumns(("date-time", "event-id", "message-subject"))
DATE = "2026-11-09T06:12:41.123Z"


def fields(text: str) -> list[str]:
    return [
        text[each.begin : each.end].replace('""', '"') if each.quoted else text[each.begin : each.end]
        for each in fields_of(text)
    ]


def rows(text: str, leave: int = 0, columns: TrackingColumns | None = THREE) -> list[str]:
    return [text[each.start : each.end] for each in row_bounds(text, lambda: columns, leave)]


@settings(max_examples=50)
@given(st.lists(st.text(alphabet='ab,;"\r\n ', max_size=12), min_size=1, max_size=6))
def test_fields_come_back_as_they_were_written(written: list[str]) -> None:
    text = ",".join(field(each) if each else each for each in written)
    assert fields(text) == written


def test_a_quote_counts_at_the_beginning_of_a_field_alone() -> None:
    text = '5" disks,"a, ""b""",x"y,"z"tail,'
    assert fields(text) == next(csv.reader([text.replace("tail", "")]))


def test_a_field_of_many_recipients_is_not_too_long() -> None:
    recipients = ";".join(f"user{number}@contoso.example" for number in range(9_000))
    assert fields(f"{DATE},FAIL,{recipients}")[2] == recipients


def test_a_line_of_commas_alone_is_not_taken_apart_to_its_end() -> None:
    assert len(fields_of("," * 100_000)) == 1_000


def test_a_quoted_field_may_hold_line_ends() -> None:
    text = f'{DATE},FAIL,"550-5.7.26 one\r\n550 5.7.26 two"\r\n{DATE},SEND,x\r\n'
    assert rows(text) == [text[: text.index("\r\n2026") + 2], f"{DATE},SEND,x\r\n"]
    assert [each.lines for each in row_bounds(text, lambda: THREE)] == [2, 1]


def test_quotes_that_are_never_closed_cost_one_row() -> None:
    text = f'{DATE},FAIL,"never closed\n{DATE},SEND,x\n#Date: y\n{DATE},SEND,z\n'
    assert len(rows(text)) == 4


def test_damaged_lines_behind_a_whole_row_are_rows_of_their_own() -> None:
    assert rows(f"{DATE},SEND,x\nrubbish\n\nmore\n") == [f"{DATE},SEND,x\n", "rubbish\n", "\n", "more\n"]


def test_what_may_go_on_is_left_for_later() -> None:
    text = f"{DATE},SEND,x\n{DATE},FA"
    assert rows(text, leave=1_000) == [f"{DATE},SEND,x\n"]
    assert rows(text, leave=5) == rows(text)


def test_a_row_that_never_ends_is_cut() -> None:
    text = f'{DATE},FAIL,"' + "x\n" * 1_000
    assert max(each.lines for each in row_bounds(text, lambda: THREE)) == 64


@settings(max_examples=50)
@given(st.text(alphabet='2-T,#"\r\nx', max_size=60))
def test_every_character_is_in_one_row(text: str) -> None:
    assert "".join(rows(text)) == text
    bounds = list(row_bounds(text, lambda: THREE))
    assert sum(each.lines for each in bounds) == text.count("\n") + (text != "" and not text.endswith("\n"))
