"""A paste of several lines, or of a list of mailboxes or IP addresses, is one term."""

from __future__ import annotations

import pytest

from smtpscope.store.filter.filter_editing import pasted_term
from smtpscope.store.filter.filter_grammar import parse_filter


@pytest.mark.parametrize(
    ("pasted", "before", "term"),
    [
        ("anna@a.example\nbert@a.example\n", "", "anna@a.example,bert@a.example"),
        ("anna@a.example\r\nanna@a.example\r\nbert@a.example", "rcpt:", "anna@a.example,bert@a.example"),
        ("anna@a.example; bert@a.example", "", "anna@a.example,bert@a.example"),
        ("Anna A <anna@a.example>, Bert <bert@a.example>", "", "anna@a.example,bert@a.example"),
        ("192.0.2.1 192.0.2.2", "", "host:192.0.2.1,192.0.2.2"),
        ("192.0.2.1\n2001:db8::1", "550 ", "host:192.0.2.1,2001:db8::1"),
        ("192.0.2.1\n192.0.2.2", "-host:", "192.0.2.1,192.0.2.2"),
        ("user unknown\nmailbox full", "reply:", '"user unknown","mailbox full"'),
        ("mx1.contoso.example\n\nmx2.contoso.example", "host:", "mx1.contoso.example,mx2.contoso.example"),
        ("one line of words", "", None),
        ("anna@a.example", "", None),
        ("anna@a.example wrote", "", None),
        ("", "", None),
        ("\n\n", "", None),
    ],
)
def test_a_list_becomes_one_term(pasted: str, before: str, term: str | None) -> None:
    assert pasted_term(pasted, before) == term
    if term is not None:
        assert parse_filter(before + term).terms


def test_a_very_long_list_is_cut() -> None:
    term = pasted_term("\n".join(f"user{number}@a.example" for number in range(2000)), "")
    assert term is not None
    assert term.count(",") == 499
