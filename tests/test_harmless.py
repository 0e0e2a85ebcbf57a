"""harmless: nothing a stranger's server says reaches a terminal, a spreadsheet or a file name as more than text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.harmless import file_name, shown, shown_lines, spreadsheet_cell


def test_plain_text_stays_as_it_is() -> None:
    assert shown("550 5.1.1 User unknown, Straße 8 €") == "550 5.1.1 User unknown, Straße 8 €"


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x1b]52;c;cm0=\a", "\\x1b]52;c;cm0=\\x07"),
        ("a\rb", "a\\rb"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x9b31m", "\\x9b31m"),
        ("abc\u202egnp.exe", "abc\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\u2066isolated\u2069", "\\u2066isolated\\u2069"),
        ("soft\xadhyphen", "soft\\xadhyphen"),
        ("line\u2028separator", "line\\u2028separator"),
        ("lone \ud800 surrogate", "lone \\ud800 surrogate"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("private \ue000", "private \\ue000"),
        ("no\xa0break", "no break"),
    ],
)
def test_what_a_terminal_would_obey_is_drawn_as_its_escape(hostile: str, safe: str) -> None:
    assert shown(hostile) == safe


def test_a_pile_of_combining_marks_is_cut_to_four() -> None:
    assert shown("a" + "\u0301" * 50 + "b") == "a" + "\u0301" * 4 + "b"


@given(st.text())
def test_shown_text_has_no_character_that_anything_obeys(text: str) -> None:
    safe = shown(text)
    assert not [c for c in safe if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    safe.encode("utf-8")


@given(st.text())
def test_making_text_harmless_twice_changes_nothing_more(text: str) -> None:
    assert shown(shown(text)) == shown(text)


def test_lines_end_where_the_text_ends_them() -> None:
    assert shown_lines("one\r\ntwo\nthree\rfour") == ["one", "two", "three\\rfour"]


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "%0A", "|calc"])
def test_a_formula_is_quoted_in_a_spreadsheet(formula: str) -> None:
    assert spreadsheet_cell(formula).startswith("'")


def test_ordinary_text_is_not_quoted_in_a_spreadsheet() -> None:
    assert spreadsheet_cell("550 User unknown") == "550 User unknown"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mail.fabrikam.example", "mail.fabrikam.example"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("a/b\\c:d", "a-b-c-d"),
        ("x; rm -rf /", "x-rm--rf"),
        ("\x1b[0m", "0m"),
    ],
)
def test_a_file_name_is_safe_on_every_system(text: str, name: str) -> None:
    assert file_name(text) == name


@given(st.text())
def test_a_file_name_is_never_empty_hidden_or_long(text: str) -> None:
    name = file_name(text)
    assert 0 < len(name) <= 81
    assert not name.startswith(".")
    assert not set(name) & set('/\\:*?"<>| \0')
