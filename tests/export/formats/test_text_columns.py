"""Columns: nothing is cut, nothing is too wide."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from smtpscope.export.formats.text_columns import broken_name, cell_width, chunks, padded, wrapped
from smtpscope.harmless import shown

TEXTS = st.text(max_size=200).map(shown)


def test_a_wide_character_takes_two_cells_and_a_combining_mark_none() -> None:
    assert cell_width("mail") == 4
    assert cell_width("邮件") == 4
    assert cell_width("e\u0301") == 1


def test_padding_counts_cells_and_never_cuts() -> None:
    assert padded("邮件", 6) == "邮件  "
    assert padded("12", 4, right=True) == "  12"
    assert padded("too long", 3) == "too long"


@settings(max_examples=80)
@given(TEXTS, st.integers(2, 40))
def test_chunks_put_together_are_the_text_and_none_is_too_wide(text: str, width: int) -> None:
    pieces = list(chunks(text, width))
    assert "".join(pieces) == text
    assert all(cell_width(piece) <= width for piece in pieces)


@settings(max_examples=80)
@given(TEXTS, st.integers(12, 60))
def test_wrapped_lines_fit_and_keep_every_character_but_blanks(text: str, width: int) -> None:
    lines = wrapped(text, width, first="- ", rest="  ")
    assert all(cell_width(line) <= width for line in lines)
    assert "".join(lines)[2:].replace(" ", "") == text.replace(" ", "") if text.strip() else lines == ["-"]


def test_blanks_inside_a_line_and_at_its_start_stay() -> None:
    assert wrapped("  was  here", 20) == ["  was  here"]


def test_a_word_that_is_too_long_is_broken_and_not_cut() -> None:
    assert wrapped("a bbbbbbb c", 4) == ["a", "bbbb", "bbb", "c"]


def test_lines_below_the_first_have_their_own_indent() -> None:
    assert wrapped("aa bb cc", 6, first="1. ", rest="   ") == ["1. aa", "   bb", "   cc"]


def test_a_host_name_is_broken_before_a_dot() -> None:
    assert broken_name("mail.fabrikam.example", 14) == ["mail.fabrikam", ".example"]


@settings(max_examples=80)
@given(st.text(alphabet="ab.-邮", max_size=80), st.integers(2, 30))
def test_a_broken_name_is_complete_and_fits(name: str, width: int) -> None:
    lines = broken_name(name, width)
    assert "".join(lines) == name
    assert all(cell_width(line) <= width for line in lines)
