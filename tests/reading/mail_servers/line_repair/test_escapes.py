"""What logs escape is undone where there is no doubt, and left alone where there is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtpscope.reading.mail_servers.line_repair.escapes import (
    with_line_ends,
    without_c_escapes,
    without_octal,
    without_syslog_escapes,
)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (r"Empf\303\244nger \342\200\223 ok", "Empfänger \u2013 ok"),
        (r"Empf\344nger", "Empfänger"),
        (r"\033[31mred", "\x1b[31mred"),
        (r"DOMAIN\name, C:\new\550 x", r"DOMAIN\name, C:\new\550 x"),
    ],
)
def test_bytes_of_three_digits_are_text_again(written: str, sent: str) -> None:
    assert without_octal(written) == sent


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (r"550-one\n550-two\n550 end", "550-one\n550-two\n550 end"),
        (r"550-one\n550", "550-one\n550"),
        (r"550 C:\new \n550 no", r"550 C:\new \n550 no"),
        (r"550-one\nine", r"550-one\nine"),
    ],
)
def test_a_line_ends_only_where_another_one_is_announced(written: str, sent: str) -> None:
    assert with_line_ends(written) == sent


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("550-one#015#012550 end", "550-one\n550 end"),
        ("before#011after", "before\tafter"),
        ("ticket #1234 and #0331", "ticket #1234 and #0331"),
        ("Empf#303#244nger", "Empfänger"),
    ],
)
def test_a_number_sign_with_three_digits_is_a_character_again(written: str, sent: str) -> None:
    assert without_syslog_escapes(written) == sent


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_what_sendmail_escapes_comes_back(text: str) -> None:
    escaped = "".join(
        {"\\": "\\\\", "\t": "\\t"}.get(character, character)
        if character.isascii()
        else "".join(f"\\{byte:03o}" for byte in character.encode())
        for character in text
    )
    assert without_c_escapes(escaped) == text


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    for undo in (with_line_ends, without_octal, without_syslog_escapes):
        assert isinstance(undo(text), str)
