"""CSV rows, read back by a CSV reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.export.formats.csv_rows import Cell, csv_lines
from smtpscope.harmless import spreadsheet_cell


def csv_line(cells: Iterable[Cell]) -> str:
    (line,) = csv_lines([cells])
    return line


@settings(max_examples=100)
@given(st.lists(st.text(max_size=30), min_size=2, max_size=4))
def test_any_cells_come_back_as_a_spreadsheet_shows_them(cells: list[str]) -> None:
    line = csv_line(cells)
    (read,) = csv.reader(io.StringIO(line, newline=""))
    assert read == [spreadsheet_cell(cell) for cell in cells]
    line.encode("utf-8")


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "\n=1", "|cmd", "%x"])
def test_no_cell_is_a_formula(formula: str) -> None:
    (cells,) = csv.reader(io.StringIO(csv_line([formula, "x"]), newline=""))
    # A quote, or the backslash of an escaped control.
    assert cells[0][0] in "'\\"


def test_rows_end_with_cr_lf_and_quote_what_they_must() -> None:
    assert csv_line(["a", 'say "x", y', "two\nlines"]) == 'a,"say ""x"", y","two\nlines"\r\n'


def test_numbers_and_truth_are_no_text_and_nothing_is_an_empty_cell() -> None:
    assert csv_line([12, -3, True, False, None, ""]) == "12,-3,true,false,,\r\n"


def test_many_rows_are_the_same_as_one_by_one() -> None:
    rows: list[list[Cell]] = [["a", 1], ["b", None]]
    assert list(csv_lines(rows)) == [csv_line(row) for row in rows]
