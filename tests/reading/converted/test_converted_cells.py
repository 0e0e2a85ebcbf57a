from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.reading.converted.converted_csv import read_cell, written_cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("550 5.1.1 User unknown ", "550 5.1.1 User unknown "),
        ("=1+1", "'=1+1"),
        ("  @SUM(A1)", "'  @SUM(A1)"),
        ("\t=1", "\\t=1"),
        ("'quoted'", "''quoted'"),
        ("250-a\r\n250 b", "250-a\\r\\n250 b"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202eabc", "\\u202eabc"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("EXCH\\user", "EXCH\\\\user"),
        ("a\u00a0b Größe 日本", "a\u00a0b Größe 日本"),
    ],
)
def test_a_text_stands_as_it_is_written_down_here(text: str, cell: str) -> None:
    assert written_cell(text, may_be_none=False) == cell
    assert read_cell(cell) == text


def test_an_empty_text_is_told_from_no_value_only_where_there_may_be_none() -> None:
    assert written_cell("", may_be_none=True) == "'"
    assert written_cell("", may_be_none=False) == ""
    assert read_cell("'") == ""


def test_what_looks_like_an_escape_and_is_none_stays() -> None:
    assert read_cell("\\q \\x1 \\U00110000") == "\\q \\x1 \\U00110000"


@settings(max_examples=50)
@given(st.text(st.characters(), max_size=20))
def test_any_text_comes_back_and_is_one_harmless_line(text: str) -> None:
    cell = written_cell(text, may_be_none=True)
    assert read_cell(cell) == text
    assert cell.isprintable() or all(letter.isspace() or letter.isprintable() for letter in cell)
    assert "\n" not in cell
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "|", "%"))


@settings(max_examples=50)
@given(st.text(max_size=20))
def test_no_cell_of_strangers_raises(cell: str) -> None:
    assert isinstance(read_cell(cell), str)
